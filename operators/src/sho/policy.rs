//! Policy of a home operator (R41): rules over what is known of a device, and a log of decisions.
use provisioning::{measurement::Failing, text::Stamp};
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

/// What validation has said of a platform (step 10).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Validation {
    /// Authentic, as its reference says, and its credential good.
    #[default]
    Good,
    /// Authentic, and it measures something else than its reference.
    Integrity,
    /// Its credential is revoked.
    Revoked,
    /// Not the machine that it says it is, or nobody can tell.
    NotAuthentic,
}

impl Validation {
    /// All of them, with their names.
    pub const ALL: [(Self, &'static str); 4] = [
        (Self::Good, "good"),
        (Self::Integrity, "integrity"),
        (Self::Revoked, "revoked"),
        (Self::NotAuthentic, "not-authentic"),
    ];

    /// What failed, by the list of a verdict.
    pub(super) fn of(failing: &[Failing]) -> Self {
        let measured = |f: &Failing| {
            matches!(
                f.reason.as_str(),
                "measurement" | "missing" | "extra" | "rollback"
            )
        };
        if failing.iter().any(|f| f.reason == "revoked") {
            Self::Revoked
        } else if !failing.is_empty() && failing.iter().all(measured) {
            Self::Integrity
        } else {
            Self::NotAuthentic
        }
    }
}

impl fmt::Display for Validation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = Self::ALL.iter().find(|v| v.0 == *self);
        f.write_str(name.map_or("", |v| v.1))
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
    /// Only in these countries, by the MCC of the visited network: all that a home operator hears
    /// of a place.
    pub location: Option<Vec<String>>,
    /// Only after these results of validation; without it after a good one.
    pub validation: Option<Vec<Validation>>,
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
            location: None,
            validation: None,
            tre_version: None,
            at_most: None,
            pcid_age: None,
        }
    }

    /// The conditions that `f` does not meet, in words; none: the rule fits.
    pub fn misses(&self, f: &Facts) -> Vec<String> {
        let mut all = Vec::new();
        let mut want = |met: bool, what: String| {
            if !met {
                all.push(what);
            }
        };
        let unknown = || "unknown".to_owned();
        let among =
            |list: &[String], v: Option<&str>| v.is_some_and(|v| list.iter().any(|l| l == v));
        if let Some(t) = &self.device_type {
            let is = &f.device_type;
            want(t == is, format!("device type is {is}, not {t}"));
        }
        if let Some(list) = &self.visited {
            let is = f.visited.clone().unwrap_or_else(unknown);
            let met = among(list, f.visited.as_deref());
            want(
                met,
                format!("visited network is {is}, not {}", list.join(" or ")),
            );
        }
        if let Some(list) = &self.location {
            let is = f.country().map_or_else(unknown, str::to_owned);
            let met = among(list, f.country());
            want(met, format!("country is {is}, not {}", list.join(" or ")));
        }
        let list = self.validation.as_deref().unwrap_or(&[Validation::Good]);
        let names: Vec<_> = list.iter().map(ToString::to_string).collect();
        let is = f.validation;
        want(
            list.contains(&is),
            format!("validation is {is}, not {}", names.join(" or ")),
        );
        // R23: after a no of validation nothing is ever provisioned
        want(
            is == Validation::Good || !self.outcome.provisions(),
            format!("validation is {is}, and the rule says {}", self.outcome),
        );
        if let Some(v) = &self.tre_version {
            let is = &f.tre_version;
            want(
                numbers(is) >= numbers(v),
                format!("TRE is of version {is}, before {v}"),
            );
        }
        if let Some(n) = self.at_most {
            let is = f.count;
            want(is <= n, format!("provisioned {is} times, more than {n}"));
        }
        if let Some(s) = self.pcid_age {
            let is = f.pcid_age.map_or_else(unknown, |a| format!("{a} s"));
            let met = f.pcid_age.is_some_and(|a| a <= s);
            want(met, format!("PCID attached since {is}, not {s} s at most"));
        }
        all
    }
}

/// What the rules look at.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The machine's type.
    pub device_type: String,
    /// Its TRE's version.
    pub tre_version: String,
    /// The visited network; none behind another access.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visited: Option<String>,
    /// How often it was provisioned.
    pub count: u32,
    /// Since how many seconds its PCID is attached.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pcid_age: Option<u64>,
    /// What validation has said.
    pub validation: Validation,
}

impl Facts {
    /// MCC of the visited network.
    pub fn country(&self) -> Option<&str> {
        self.visited.as_deref().and_then(|v| v.get(..3))
    }
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
    /// What it was decided by; none of decisions that were kept before it was told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// When.
    pub at: Stamp,
}

/// The first rule that fits.
pub fn decide<'r>(rules: &'r [Rule], facts: &Facts) -> Option<&'r Rule> {
    rules.iter().find(|r| r.misses(facts).is_empty())
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
        let d = Facts {
            device_type: "meter-1".into(),
            tre_version: "1.9".into(),
            visited: Some("00101".into()),
            count: 0,
            pcid_age: Some(60),
            validation: Validation::Good,
        };
        let says = |d: &Facts| decide(&rules, d).map_or(Outcome::Deny, |r| r.outcome);
        assert_eq!(says(&d), Outcome::Allow);
        let other = |change: fn(&mut Facts)| {
            let mut other = d.clone();
            change(&mut other);
            other
        };
        for mut other in [
            other(|d| d.device_type = "car".into()),
            other(|d| d.visited = Some("00102".into())),
            other(|d| d.visited = None),
            other(|d| d.count = 2),
            other(|d| d.pcid_age = Some(61)),
            other(|d| d.pcid_age = None),
        ] {
            assert_eq!(rules[0].misses(&other).len(), 1, "{other:?}");
            assert_eq!(says(&other), Outcome::Deny, "{other:?}");
            other.tre_version = "1.10".into();
            assert_eq!(says(&other), Outcome::Limited, "{other:?}");
        }
    }

    #[test]
    fn a_place_and_a_failed_validation_are_conditions_and_no_rule_provisions_after_one() {
        let mut repair = Rule::new("repair", Outcome::Remediate);
        repair.validation = Some(vec![Validation::Integrity]);
        repair.location = Some(vec!["001".into()]);
        let mut never = Rule::new("never", Outcome::Allow);
        never.validation = Validation::ALL.map(|v| v.0).to_vec().into();
        let rules = [repair, never];
        let name = |validation, visited: &str| {
            let facts = Facts {
                visited: Some(visited.into()),
                validation,
                ..Facts::default()
            };
            decide(&rules, &facts).map(|r| r.name.as_str())
        };
        assert_eq!(name(Validation::Integrity, "00101"), Some("repair"));
        assert_eq!(name(Validation::Integrity, "99901"), None);
        assert_eq!(name(Validation::Revoked, "00101"), None);
        assert_eq!(name(Validation::Good, "00101"), Some("never"));
        let failing = |reasons: &[&str]| {
            let all = reasons.iter().map(|r| Failing::new("boot", r));
            Validation::of(&all.collect::<Vec<_>>())
        };
        assert_eq!(failing(&["measurement", "rollback"]), Validation::Integrity);
        assert_eq!(failing(&["measurement", "revoked"]), Validation::Revoked);
        assert_eq!(failing(&["signature"]), Validation::NotAuthentic);
        assert_eq!(failing(&[]), Validation::NotAuthentic);
    }
}
