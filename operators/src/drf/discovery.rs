//! Which home operator a device belongs to (step 6, R18): by table, or the device is shown all
//! that could be and chooses.
use super::Config;
use provisioning::json::{Candidate, Kind, Problem, Registration};
use std::{collections::BTreeSet, net::SocketAddr};

/// Whether the DRF finds the home operator itself or helps the device to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// The device gets a list and asks again with its choice.
    Referral,
    /// The table says.
    #[default]
    Resolve,
}

/// A home operator that the DRF has an agreement with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sho {
    /// Its PLMN.
    pub plmn: String,
    /// Its name, as devices are shown it.
    pub name: String,
    /// Its API.
    pub api: SocketAddr,
}

/// A row of the table: what fits all its conditions belongs to `sho`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    /// PLMN of the home operator.
    pub sho: String,
    /// The machine's id begins so.
    pub m2me_id: Option<String>,
    /// The device type is this one.
    pub device_type: Option<String>,
}

impl Rule {
    fn fits(&self, r: &Registration) -> bool {
        let id = self.m2me_id.as_ref();
        let kind = self.device_type.as_ref();
        id.is_none_or(|p| r.m2me_id.starts_with(p)) && kind.is_none_or(|t| r.device_type == *t)
    }
}

/// What was found.
#[derive(Debug)]
pub(super) enum Found {
    Sho(Sho),
    Choose(Vec<Candidate>),
}

pub(super) fn find(c: &Config, r: &Registration) -> Result<Found, Problem> {
    let known = |plmn: &str| c.shos.iter().find(|s| s.plmn == plmn).cloned();
    let claims = c.table.iter().filter(|rule| rule.fits(r));
    let claims: BTreeSet<&str> = claims.map(|rule| rule.sho.as_str()).collect();
    let nobody = || {
        let mut p = Problem::new(Kind::NoSho, "nobody claims this device");
        p.retry_after = Some(c.retry_after);
        p
    };
    // what the device says counts in both modes: its owner has chosen (R9)
    if let Some(chosen) = &r.sho {
        return known(chosen).map(Found::Sho).ok_or_else(nobody);
    }
    if c.mode == Mode::Referral {
        let fits = |s: &&Sho| claims.is_empty() || claims.contains(s.plmn.as_str());
        let candidate = |s: &Sho| Candidate {
            plmn: s.plmn.clone(),
            name: s.name.clone(),
        };
        let all: Vec<Candidate> = c.shos.iter().filter(fits).map(candidate).collect();
        return if all.is_empty() {
            Err(nobody())
        } else {
            Ok(Found::Choose(all))
        };
    }
    let mut claims = claims.into_iter();
    match (claims.next(), claims.next()) {
        (Some(one), None) => known(one).map(Found::Sho).ok_or_else(nobody),
        (None, _) => Err(nobody()),
        (Some(a), Some(b)) => {
            let mut p = Problem::new(Kind::Ambiguous, format!("{a} and {b} claim this device"));
            p.retry_after = Some(c.retry_after);
            Err(p)
        }
    }
}
