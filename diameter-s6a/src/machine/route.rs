//! Which peer serves a realm: the realm-based routing table of RFC 6733 2.7 and 6.1, and the realm of
//! a subscriber by its IMSI (TS 29.272 7.1.6, TS 23.003 19.2).
use super::identity::same;
use crate::msg::{RedirectHostUsage, ResultCode};
use std::collections::BTreeMap;
use wire::{Imsi, MncLengths, Text};

/// What is done with requests for a realm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Action {
    /// Served here.
    Local,
    /// Sent to the first of these hosts that is open.
    Peers(Vec<String>),
    /// The sender is told to ask these hosts itself (DIAMETER_REDIRECT_INDICATION).
    Redirect {
        /// Redirect-Host: Diameter URIs.
        hosts: Vec<String>,
        /// How far the sender may use that for other requests.
        usage: RedirectHostUsage,
        /// For how many seconds.
        max_cache: u32,
    },
}

/// Where a request goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision<'a> {
    /// It is for us.
    Local,
    /// To this peer.
    Forward(&'a str),
    /// The sender is redirected.
    Redirect(&'a Action),
    /// It is refused with this result code, in an answer with the E bit.
    Refuse(ResultCode),
}

/// What of a request decides its way.
#[derive(Debug, Clone, Copy)]
pub struct Wanted<'a> {
    /// Application-ID of the header.
    pub application: u32,
    /// Destination-Realm.
    pub realm: &'a Text,
    /// Destination-Host.
    pub host: Option<&'a Text>,
    /// Route-Record: the hosts that it passed.
    pub route_record: &'a [Text],
}

/// The table: realm and application to action.
#[derive(Debug, Clone, Default)]
pub struct Routes {
    rows: BTreeMap<(String, u32), Action>,
    default: Option<Action>,
}

impl Routes {
    /// With a row more.
    #[must_use]
    pub fn with(mut self, realm: &str, application: u32, action: Action) -> Self {
        self.rows
            .insert((realm.to_ascii_lowercase(), application), action);
        self
    }

    /// With an action for all realms without a row.
    #[must_use]
    pub fn or_else(mut self, action: Action) -> Self {
        self.default = Some(action);
        self
    }

    /// Where a request goes. `own` is our host name, `open` tells which peers can be used.
    pub fn decide<'a>(
        &'a self,
        wanted: &Wanted<'_>,
        own: &str,
        open: impl Fn(&str) -> bool,
    ) -> Decision<'a> {
        // RFC 6733 6.1.3: our own name among the hosts passed
        if wanted.route_record.iter().any(|h| same(h, own)) {
            return Decision::Refuse(ResultCode::LoopDetected);
        }
        // RFC 6733 6.1.4: for us by name
        if wanted.host.is_some_and(|h| same(h, own)) {
            return Decision::Local;
        }
        let realm = wanted.realm.to_string().to_ascii_lowercase();
        let row = self.rows.get(&(realm, wanted.application));
        match row.or(self.default.as_ref()) {
            None => Decision::Refuse(ResultCode::RealmNotServed),
            // RFC 6733 6.1.4: in our realm, but for a host that we are not and do not reach
            Some(Action::Local) if wanted.host.is_some() => {
                Decision::Refuse(ResultCode::UnableToDeliver)
            }
            Some(Action::Local) => Decision::Local,
            Some(redirect @ Action::Redirect { .. }) => Decision::Redirect(redirect),
            Some(Action::Peers(peers)) => {
                let named = |p: &&String| wanted.host.is_some_and(|h| same(h, p));
                let first = peers.iter().find(named).or_else(|| peers.first());
                let usable = peers.iter().filter(|p| open(p));
                let mut usable = usable.collect::<Vec<_>>();
                usable.sort_by_key(|p| Some(*p) != first);
                match usable.first() {
                    Some(p) => Decision::Forward(p),
                    None => Decision::Refuse(ResultCode::UnableToDeliver),
                }
            }
        }
    }
}

/// The realm that serves a subscriber; `None` where the table of MNC lengths does not know its
/// country: then nobody is guessed.
pub fn realm_of(imsi: &Imsi, lengths: &MncLengths) -> Option<String> {
    imsi.plmn(lengths).map(|p| p.realm())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::msg::application::S6A;

    fn decide(
        table: &Routes,
        realm: &str,
        host: Option<&str>,
        records: &[&str],
        open: &[&str],
    ) -> String {
        let (realm, host) = (Text::from(realm), host.map(Text::from));
        let records: Vec<_> = records.iter().map(|r| Text::from(*r)).collect();
        let wanted = Wanted {
            application: S6A,
            realm: &realm,
            host: host.as_ref(),
            route_record: &records,
        };
        format!(
            "{:?}",
            table.decide(&wanted, "dra.x", |p| open.contains(&p))
        )
    }

    #[test]
    fn realms_hosts_loops() {
        let ro = "epc.mnc001.mcc999.3gppnetwork.org";
        let table = Routes::default()
            .with(ro, S6A, Action::Peers(vec!["icf1".into(), "icf2".into()]))
            .with("x", S6A, Action::Local);
        let open = ["icf1", "icf2"];
        assert_eq!(decide(&table, ro, None, &[], &open), "Forward(\"icf1\")");
        assert_eq!(
            decide(&table, ro, Some("ICF2"), &[], &open),
            "Forward(\"icf2\")"
        );
        assert_eq!(
            decide(&table, ro, None, &[], &["icf2"]),
            "Forward(\"icf2\")"
        );
        assert!(decide(&table, ro, None, &[], &[]).contains("UNABLE_TO_DELIVER"));
        assert!(decide(&table, "other", None, &[], &open).contains("REALM_NOT_SERVED"));
        assert!(decide(&table, ro, None, &["DRA.x"], &open).contains("LOOP_DETECTED"));
        assert_eq!(decide(&table, "X", None, &[], &open), "Local");
        assert!(decide(&table, "x", Some("hss9"), &[], &open).contains("UNABLE_TO_DELIVER"));
    }

    #[test]
    fn the_realm_of_a_subscriber() {
        let lengths = MncLengths::test_networks();
        let realm = |s: &str| realm_of(&s.parse().unwrap(), &lengths);
        assert_eq!(
            realm("999020000000001").as_deref(),
            Some("epc.mnc002.mcc999.3gppnetwork.org")
        );
        assert_eq!(realm("262020000000001"), None);
    }
}
