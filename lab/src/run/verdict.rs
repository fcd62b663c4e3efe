//! What a run has shown: facts, and what they say of each requirement.
use serde_json::{Value as Json, json};
use std::collections::{BTreeMap, BTreeSet};

/// What a run says of a requirement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// Everything that shows it was seen.
    Pass,
    /// It began, and not everything was seen.
    Fail,
    /// Nothing of it was seen.
    NotExercised,
    /// The scenario does not have it.
    NotHere,
}

impl Status {
    /// In words.
    pub fn text(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "FAIL",
            Self::NotExercised => "not exercised",
            Self::NotHere => "not in this scenario",
        }
    }
}

/// A requirement: number, what it says in short, the facts that show it.
pub struct Requirement {
    /// Its number.
    pub number: u8,
    /// In short.
    pub text: &'static str,
    /// What has to be seen.
    facts: &'static [&'static str],
}

/// The requirements of the procedure, in the order of its steps.
pub const REQUIREMENTS: &[Requirement] = &[
    requirement(11, "attach with the PCID", &["attach-request.pcid"]),
    requirement(
        12,
        "common algorithm authenticates",
        &["aka.response", "attach-accept.pcid"],
    ),
    requirement(
        13,
        "RO found by MCC and MNC of the PCID",
        &["air.realm-of-pcid"],
    ),
    requirement(14, "RO = VNO", &["vno-is-ro"]),
    requirement(15, "vectors for the PCID", &["aia.vectors", "aka.response"]),
    requirement(
        16,
        "temporary access to the one APN",
        &["ula.pcid", "pdp.registration", "wall"],
    ),
    requirement(
        17,
        "PCID and address known to the DRF",
        &["handover", "accounting.pcid", "challenge"],
    ),
    requirement(18, "SHO found", &["registered"]),
    requirement(19, "registered at the SHO", &["sho.asked", "sho.answered"]),
    requirement(20, "SHO asks the PVA", &["pva.asked"]),
    requirement(21, "PVA validates", &["ocsp.good", "verdict.positive"]),
    requirement(22, "result back at the SHO", &["pva.answered"]),
    requirement(
        23,
        "SHO authorises the DPF",
        &["authorised", "verdict.positive"],
    ),
    requirement(24, "MCIM downloaded", &["mcim.sent"]),
    requirement(
        25,
        "installed in the TRE, reported",
        &["mcim.installed", "mcim.result"],
    ),
    requirement(26, "DPF reports to the SHO", &["report.success"]),
    requirement(
        27,
        "secured by OMA-DM and OCSP",
        &["dm.authenticated", "ocsp.good"],
    ),
    requirement(
        28,
        "attached again as the SHO's subscriber",
        &[
            "pcid.ended",
            "air.realm-of-sho",
            "attach-accept.sho",
            "pdp.operational",
        ],
    ),
];

const fn requirement(
    number: u8,
    text: &'static str,
    facts: &'static [&'static str],
) -> Requirement {
    Requirement {
        number,
        text,
        facts,
    }
}

/// What has been seen.
#[derive(Debug, Default, Clone)]
pub struct Facts {
    seen: BTreeMap<String, u64>,
    touched: BTreeSet<u8>,
}

impl Facts {
    /// A fact was seen in this record, for the first time or again.
    pub fn saw(&mut self, fact: impl Into<String>, record: u64) {
        self.seen.entry(fact.into()).or_insert(record);
    }

    /// A message of a requirement was seen.
    pub fn touch(&mut self, requirement: u8) {
        self.touched.insert(requirement);
    }

    /// Whether a fact was seen.
    pub fn has(&self, fact: &str) -> bool {
        self.seen.contains_key(fact)
    }

    /// All facts, each with the record that showed it first.
    pub fn all(&self) -> &BTreeMap<String, u64> {
        &self.seen
    }

    /// What the facts say of a requirement, and which are missing.
    pub fn status(
        &self,
        r: &Requirement,
        not_here: &[u8],
        spared: &[&str],
    ) -> (Status, Vec<&'static str>) {
        if not_here.contains(&r.number) {
            return (Status::NotHere, Vec::new());
        }
        let wanted = |f: &&str| !spared.contains(f) && !self.has(f);
        let missing: Vec<_> = r.facts.iter().copied().filter(wanted).collect();
        let any = self.touched.contains(&r.number) || missing.len() < r.facts.len();
        let status = match (missing.is_empty(), any) {
            (true, _) => Status::Pass,
            (false, true) => Status::Fail,
            (false, false) => Status::NotExercised,
        };
        (status, missing)
    }

    /// All requirements as JSON.
    pub fn json(&self, not_here: &[u8], spared: &[&str]) -> Json {
        let all = REQUIREMENTS.iter().map(|r| {
            let (status, missing) = self.status(r, not_here, spared);
            json!({
                "requirement": format!("R{}", r.number),
                "text": r.text,
                "status": status.text(),
                "missing": missing,
            })
        });
        all.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_requirement_passes_with_all_its_facts_only() {
        let r = &REQUIREMENTS[1];
        let mut f = Facts::default();
        assert_eq!(f.status(r, &[], &[]).0, Status::NotExercised);
        f.saw("aka.response", 7);
        assert_eq!(
            f.status(r, &[], &[]),
            (Status::Fail, vec!["attach-accept.pcid"])
        );
        f.saw("attach-accept.pcid", 9);
        assert_eq!(f.status(r, &[], &[]).0, Status::Pass);
        assert_eq!(f.status(r, &[12], &[]).0, Status::NotHere);
    }
}
