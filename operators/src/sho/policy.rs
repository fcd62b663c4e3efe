//! Policy of a home operator (R41): rules over what is known of a device, and a log of decisions.
use provisioning::text::Stamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// What a rule says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Provision it.
    Allow,
    /// Provision it, but it may not activate what it gets before it is told so.
    Limited,
    /// Do not.
    Deny,
    /// Not before it was repaired.
    Remediate,
}

impl Outcome {
    /// True where an MCIM is sent.
    pub fn provisions(self) -> bool {
        matches!(self, Self::Allow | Self::Limited)
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Allow => "allow",
            Self::Limited => "limited",
            Self::Deny => "deny",
            Self::Remediate => "remediate",
        })
    }
}

/// A rule: what fits all its conditions gets its outcome. The first that fits counts; where none
/// does the device is denied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name, for the log.
    pub name: String,
    /// Its outcome.
    pub outcome: Outcome,
    /// Only machines of this type.
    pub device_type: Option<String>,
    /// Only in these visited networks.
    pub visited: Option<Vec<String>>,
    /// Only TREs of this version or a later one.
    pub tre_version: Option<String>,
    /// Only machines that were provisioned at most so often before.
    pub at_most: Option<u32>,
    /// Only PCIDs attached since at most so many seconds.
    pub pcid_age: Option<u64>,
}

impl Rule {
    /// A rule without conditions.
    pub fn new(name: &str, outcome: Outcome) -> Self {
        Self {
            name: name.to_owned(),
            outcome,
            device_type: None,
            visited: None,
            tre_version: None,
            at_most: None,
            pcid_age: None,
        }
    }

    fn fits(&self, d: &Device<'_>) -> bool {
        let visited = |list: &Vec<String>| d.visited.is_some_and(|v| list.iter().any(|l| l == v));
        self.device_type.as_ref().is_none_or(|t| t == d.device_type)
            && self.visited.as_ref().is_none_or(visited)
            && self
                .tre_version
                .as_ref()
                .is_none_or(|v| numbers(d.tre_version) >= numbers(v))
            && self.at_most.is_none_or(|n| d.count <= n)
            && self
                .pcid_age
                .is_none_or(|s| d.pcid_age.is_some_and(|a| a <= s))
    }
}

/// What the rules look at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Device<'a> {
    pub(super) device_type: &'a str,
    pub(super) tre_version: &'a str,
    pub(super) visited: Option<&'a str>,
    /// How often it was provisioned.
    pub(super) count: u32,
    /// Since how many seconds its PCID is attached.
    pub(super) pcid_age: Option<u64>,
}

/// A decision, as `GET /sho/decisions/{id}` gives it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decision {
    /// Its id.
    pub decision: String,
    /// What it is about.
    pub registration: String,
    /// The machine.
    pub m2me_id: String,
    /// What was decided.
    pub outcome: Outcome,
    /// The rule, or the check that failed.
    pub because: String,
    /// When.
    pub at: Stamp,
}

/// The first rule that fits: its name and outcome.
pub(super) fn decide(rules: &[Rule], device: &Device<'_>) -> (String, Outcome) {
    match rules.iter().find(|r| r.fits(device)) {
        Some(r) => (r.name.clone(), r.outcome),
        None => ("no rule fits".to_owned(), Outcome::Deny),
    }
}

fn numbers(version: &str) -> Vec<u64> {
    version.split('.').map(|n| n.parse().unwrap_or(0)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_rule_that_fits_counts_and_none_denies() {
        let mut old = Rule::new("current TREs only", Outcome::Limited);
        old.tre_version = Some("1.10".into());
        let mut meters = Rule::new("meters at home", Outcome::Allow);
        meters.device_type = Some("meter-1".into());
        meters.visited = Some(vec!["00101".into()]);
        meters.at_most = Some(1);
        meters.pcid_age = Some(60);
        let rules = [meters, old];
        let d = Device {
            device_type: "meter-1",
            tre_version: "1.9",
            visited: Some("00101"),
            count: 0,
            pcid_age: Some(60),
        };
        let says = |d: Device<'_>| decide(&rules, &d).1;
        assert_eq!(says(d), Outcome::Allow);
        for other in [
            Device {
                device_type: "car",
                ..d
            },
            Device {
                visited: Some("00102"),
                ..d
            },
            Device { visited: None, ..d },
            Device { count: 2, ..d },
            Device {
                pcid_age: Some(61),
                ..d
            },
            Device {
                pcid_age: None,
                ..d
            },
        ] {
            assert_eq!(says(other), Outcome::Deny, "{other:?}");
            let newer = Device {
                tre_version: "1.10",
                ..other
            };
            assert_eq!(says(newer), Outcome::Limited, "{newer:?}");
        }
    }
}
