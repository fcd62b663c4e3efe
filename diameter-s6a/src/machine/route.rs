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
    /// Sent to one of these hosts that is open: the first, or by [`super::Peers`]' priorities.
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
    rows: BTreeMap<String, BTreeMap<u32, Action>>,
    by_imsi: Option<MncLengths>,
    by_application: BTreeMap<u32, Action>,
    default: Option<Action>,
}

impl Routes {
    /// With a row more. A row for [`RELAY`](crate::msg::application::RELAY) is for all applications of the realm that
    /// have none of their own.
    #[must_use]
    pub fn with(mut self, realm: &str, application: u32, action: Action) -> Self {
        let realm = self.rows.entry(realm.to_ascii_lowercase()).or_default();
        realm.insert(application, action);
        self
    }

    /// With the realm of the IMSI in User-Name tried where Destination-Realm is absent or has no
    /// row.
    #[must_use]
    pub fn or_by_imsi(mut self, lengths: MncLengths) -> Self {
        self.by_imsi = Some(lengths);
        self
    }

    /// With an action for an application in all realms without a row.
    #[must_use]
    pub fn or_for(mut self, application: u32, action: Action) -> Self {
        self.by_application.insert(application, action);
        self
    }

    /// With an action for all realms without a row.
    #[must_use]
    pub fn or_else(mut self, action: Action) -> Self {
        self.default = Some(action);
        self
    }

    /// What is done with a request of `application` for `realm`, whose User-Name is `user`.
    ///
    /// # Errors
    /// The result code of the refusal: the realm is unknown, or no peer for it is known that speaks
    /// the application.
    pub fn way(
        &self,
        application: u32,
        realm: Option<&[u8]>,
        user: Option<&[u8]>,
    ) -> Result<&Action, ResultCode> {
        let mut refusal = ResultCode::UnableToDeliver;
        if let Some(realm) = realm {
            match self.row(realm, application) {
                Err(ResultCode::RealmNotServed) => refusal = ResultCode::RealmNotServed,
                found => return found,
            }
        }
        if let Some(home) = self.home_realm(application, realm, user)
            && let Ok(action) = self.row(home.as_bytes(), application)
        {
            return Ok(action);
        }
        let rest = self.by_application.get(&application);
        rest.or(self.default.as_ref()).ok_or(refusal)
    }

    /// The realm of the IMSI in User-Name, where a request goes by that: Destination-Realm is absent
    /// or has no row, and the IMSI's has.
    pub fn home_realm(
        &self,
        application: u32,
        realm: Option<&[u8]>,
        user: Option<&[u8]>,
    ) -> Option<String> {
        let lengths = self.by_imsi.as_ref()?;
        let known = realm.map(|realm| self.row(realm, application));
        if known.is_some_and(|row| row != Err(ResultCode::RealmNotServed)) {
            return None;
        }
        let imsi = std::str::from_utf8(user?).ok()?.parse().ok()?;
        let home = realm_of(&imsi, lengths)?;
        self.row(home.as_bytes(), application).ok().map(|_| home)
    }

    fn row(&self, realm: &[u8], application: u32) -> Result<&Action, ResultCode> {
        let rows = lowered(realm, |realm| self.rows.get(realm)).flatten();
        let rows = rows.ok_or(ResultCode::RealmNotServed)?;
        let own = rows.get(&application);
        own.or_else(|| rows.get(&crate::msg::application::RELAY))
            .ok_or(ResultCode::ApplicationUnsupported)
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
        match self.way(wanted.application, Some(&wanted.realm.0), None) {
            Err(code) => Decision::Refuse(code),
            // RFC 6733 6.1.4: in our realm, but for a host that we are not and do not reach
            Ok(Action::Local) if wanted.host.is_some() => {
                Decision::Refuse(ResultCode::UnableToDeliver)
            }
            Ok(Action::Local) => Decision::Local,
            Ok(redirect @ Action::Redirect { .. }) => Decision::Redirect(redirect),
            Ok(Action::Peers(peers)) => {
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

/// Does something with a name in lower case, without making a copy that lives on; `None` where it
/// is longer than a name may be, or no text.
pub fn lowered<R>(name: &[u8], f: impl FnOnce(&str) -> R) -> Option<R> {
    let mut copy = [0; 255];
    let copy = copy.get_mut(..name.len())?;
    copy.copy_from_slice(name);
    copy.make_ascii_lowercase();
    std::str::from_utf8(copy).ok().map(f)
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
    fn ways_of_an_agent() {
        let peers = |p: &str| Action::Peers(vec![p.to_owned()]);
        let all = crate::msg::application::RELAY;
        let table = Routes::default()
            .with("epc.mnc001.mcc999.3gppnetwork.org", S6A, peers("ro"))
            .with("ims", S6A, peers("hss"))
            .with("any", all, peers("dra"))
            .or_by_imsi(MncLengths::test_networks())
            .or_for(16_777_217, peers("sh"));
        let way = |app, realm: Option<&str>, user: Option<&str>| {
            let (realm, user) = (realm.map(str::as_bytes), user.map(str::as_bytes));
            match table.way(app, realm, user) {
                Ok(Action::Peers(p)) => p.concat(),
                other => format!("{other:?}"),
            }
        };
        let pcid = Some("999010000000001");
        assert_eq!(way(S6A, Some("IMS"), pcid), "hss");
        // no row, or no realm: the network of the IMSI
        assert_eq!(way(S6A, Some("elsewhere"), pcid), "ro");
        assert_eq!(way(S6A, None, pcid), "ro");
        assert_eq!(way(7, Some("any"), None), "dra");
        assert_eq!(way(16_777_217, Some("elsewhere"), None), "sh");
        // a country whose numbers nobody knows, and names that are no IMSI
        for user in ["262020000000001", "user@ims", "99901", "9990100000000011"] {
            let said = way(S6A, Some("elsewhere"), Some(user));
            assert!(said.contains("REALM_NOT_SERVED"), "{user}: {said}");
        }
        assert!(way(S6A, None, None).contains("UNABLE_TO_DELIVER"));
        assert!(way(7, Some("ims"), pcid).contains("APPLICATION_UNSUPPORTED"));
        assert!(way(S6A, Some(&"x".repeat(256)), None).contains("REALM_NOT_SERVED"));
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
