//! What an operator allows beyond what a record says: the place where other networks' rules come in.
use crate::subscriber::{ServingNode, Standing, Subscriber};
use diameter_s6a::msg::{ErrorDiagnostic, ExperimentalResultCode, ResultCode};
use engine::Utc;
use std::{collections::BTreeSet, fmt};
use wire::Plmn;

/// Why a request is refused: the result that the serving node is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refusal {
    /// A Result-Code of the base protocol.
    Base(ResultCode),
    /// An Experimental-Result-Code of 3GPP.
    Experimental(ExperimentalResultCode),
    /// The same, with an Error-Diagnostic beside it.
    Diagnosed(ExperimentalResultCode, ErrorDiagnostic),
}

impl Refusal {
    /// The subscriber is unknown, or is to seem so: DIAMETER_ERROR_USER_UNKNOWN.
    pub const UNKNOWN: Self = Self::Experimental(ExperimentalResultCode::UserUnknown);
    /// DIAMETER_AUTHORIZATION_REJECTED.
    pub const NOT_AUTHORISED: Self = Self::Base(ResultCode::AuthorizationRejected);
    /// DIAMETER_ERROR_ROAMING_NOT_ALLOWED.
    pub const ROAMING: Self = Self::Experimental(ExperimentalResultCode::RoamingNotAllowed);
    /// DIAMETER_UNABLE_TO_COMPLY.
    pub const UNABLE: Self = Self::Base(ResultCode::UnableToComply);
    /// DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE: a transient failure.
    pub const LATER: Self =
        Self::Experimental(ExperimentalResultCode::AuthenticationDataUnavailable);
    /// DIAMETER_ERROR_UNKNOWN_SERVING_NODE.
    pub const NOT_SERVING: Self = Self::Experimental(ExperimentalResultCode::UnknownServingNode);
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Base(c) => c.fmt(f),
            Self::Experimental(c) => write!(f, "experimental {c}"),
            Self::Diagnosed(c, why) => write!(f, "experimental {c}, {why}"),
        }
    }
}

/// What becomes of a subscriber that attaches while another node serves it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Concurrency {
    /// The old node is told to cancel: what TS 29.272 5.2.1.1.3 says.
    #[default]
    LastWins,
    /// The new one is refused with DIAMETER_AUTHORIZATION_REJECTED until the old one has purged.
    FirstWins,
    /// The same, but it is told that this passes, so that it comes again later: vectors are refused
    /// with DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE, a transient failure (TS 29.272 7.4.4.1), an
    /// update with DIAMETER_UNABLE_TO_COMPLY. A mobile hears cause 17 and tries again after its
    /// T3311 (TS 24.008 4.7.3.1.5).
    Queue,
}

/// An operator's rules. Whoever wraps the HLR changes these; everything else is in the records.
#[derive(Debug, Clone)]
pub struct Rules {
    /// What becomes of a second serving node.
    pub concurrency: Concurrency,
    /// Refuse a node whose realm is an EPC realm of another network than its Visited-PLMN-Id: it
    /// asks for vectors of a network that it is not.
    pub realm_must_match_plmn: bool,
    /// Refuse what a neighbour says in the name of another node, unless it is an agent: whoever is
    /// connected could ask for any network's vectors and subscriptions, or purge its subscribers.
    pub origin_must_match_peer: bool,
    /// The hosts that are believed to be agents; none named: whoever offers relaying (RFC 6733
    /// 2.4). An agent answers for whom it lets in.
    pub agents: Option<BTreeSet<String>>,
    /// Whether the authentication centre makes vectors; where it does not, whoever asks for some is
    /// told DIAMETER_AUTHENTICATION_DATA_UNAVAILABLE.
    pub makes_vectors: bool,
    /// The most vectors of a kind given at once.
    pub most_vectors: u32,
    /// A further judgement of each authentication and update request, last of all.
    pub also: fn(&Subscriber, &Asked<'_>) -> Result<(), Refusal>,
}

impl Default for Rules {
    fn default() -> Self {
        Self {
            concurrency: Concurrency::LastWins,
            realm_must_match_plmn: true,
            origin_must_match_peer: true,
            agents: None,
            makes_vectors: true,
            most_vectors: 5,
            also: |_, _| Ok(()),
        }
    }
}

/// Who is at the other end of a connection, by its capabilities exchange.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Neighbour {
    /// Its Origin-Host.
    pub host: String,
    /// Its Origin-Realm.
    pub realm: String,
    /// Whether it offers relaying.
    pub relays: bool,
}

/// What of a request the rules look at.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// True for an update of location, false for vectors.
    pub update: bool,
    /// Origin-Host.
    pub host: &'a str,
    /// Origin-Realm.
    pub realm: &'a str,
    /// Visited-PLMN-Id, where it can be read.
    pub visited: Option<Plmn>,
    /// The time of day.
    pub utc: Utc,
}

impl Rules {
    /// Whether a neighbour may say something in the name of this host and realm.
    ///
    /// # Errors
    /// The result that the asker is told.
    pub fn speaks(&self, peer: &Neighbour, host: &str, realm: &str) -> Result<(), Refusal> {
        let itself = peer.host.eq_ignore_ascii_case(host) && peer.realm.eq_ignore_ascii_case(realm);
        let named =
            |agents: &BTreeSet<String>| agents.iter().any(|a| a.eq_ignore_ascii_case(&peer.host));
        let agent = self.agents.as_ref().map_or(peer.relays, named);
        match itself || agent || !self.origin_must_match_peer {
            true => Ok(()),
            false => Err(Refusal::NOT_AUTHORISED),
        }
    }

    /// Whether a subscriber gets what is asked.
    ///
    /// # Errors
    /// The result that the asker is told.
    pub fn judge(&self, s: &Subscriber, asked: &Asked<'_>) -> Result<(), Refusal> {
        if s.standing == Standing::Quarantined || !s.is_valid(asked.utc) {
            return Err(Refusal::UNKNOWN);
        }
        if self.realm_must_match_plmn && !realm_fits(asked.realm, asked.visited) {
            return Err(Refusal::NOT_AUTHORISED);
        }
        if !s.roaming.allows(asked.visited) {
            // vectors for a network that may not serve: 5003; location: roaming not allowed
            return Err(if asked.update {
                Refusal::ROAMING
            } else {
                Refusal::NOT_AUTHORISED
            });
        }
        if !asked.update && !self.makes_vectors {
            return Err(Refusal::LATER);
        }
        let elsewhere = |n: &ServingNode| !n.host.eq_ignore_ascii_case(asked.host);
        let later = match asked.update {
            true => Refusal::UNABLE,
            false => Refusal::LATER,
        };
        if s.standing == Standing::Unvalidated {
            return Err(later);
        }
        let taken = !s.purged && s.serving.as_ref().is_some_and(elsewhere);
        match self.concurrency {
            Concurrency::FirstWins if taken => return Err(Refusal::NOT_AUTHORISED),
            Concurrency::Queue if taken => return Err(later),
            _ => {}
        }
        (self.also)(s, asked)
    }
}

/// False only where the realm names a network (TS 23.003 19.2) and it is another than `visited`.
fn realm_fits(realm: &str, visited: Option<Plmn>) -> bool {
    let realm = realm.to_ascii_lowercase();
    let named = realm.starts_with("epc.mnc") && realm.ends_with(".3gppnetwork.org");
    !named || visited.is_some_and(|p| p.realm() == realm)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_neighbour_speaks_for_itself_and_an_agent_for_others() {
        let mut peer = Neighbour {
            host: "sgsn.visited".into(),
            realm: "visited".into(),
            relays: false,
        };
        let mut rules = Rules::default();
        assert_eq!(rules.speaks(&peer, "SGSN.visited", "Visited"), Ok(()));
        let no = Err(Refusal::NOT_AUTHORISED);
        assert_eq!(rules.speaks(&peer, "sgsn.other", "visited"), no);
        assert_eq!(rules.speaks(&peer, "sgsn.visited", "other"), no);
        peer.relays = true;
        assert_eq!(rules.speaks(&peer, "sgsn.other", "other"), Ok(()));
        rules.agents = Some(["dra.hub".to_owned()].into());
        assert_eq!(rules.speaks(&peer, "sgsn.other", "other"), no);
        rules.agents = Some(["SGSN.visited".to_owned()].into());
        assert_eq!(rules.speaks(&peer, "sgsn.other", "other"), Ok(()));
        rules.agents = None;
        peer.relays = false;
        rules.origin_must_match_peer = false;
        assert_eq!(rules.speaks(&peer, "sgsn.other", "other"), Ok(()));
    }

    #[test]
    fn a_realm_that_names_a_network_must_be_the_visited_one() {
        let plmn = "001-01".parse().ok();
        assert!(realm_fits("epc.mnc001.mcc001.3gppnetwork.org", plmn));
        assert!(!realm_fits("epc.mnc002.mcc001.3gppnetwork.org", plmn));
        assert!(!realm_fits("epc.mnc001.mcc001.3gppnetwork.org", None));
        assert!(realm_fits("localdomain", plmn));
    }
}
