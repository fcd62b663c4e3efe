//! Which PCID is attached, and at which address.
use engine::Outputs;
use ip::msg::radius::{AccountingRequest, AcctStatus};
use provisioning::{
    json::{Kind, PcidNotice, Problem},
    kept::{Recall, Table},
};
use serde::{Deserialize, Serialize};
use std::net::{IpAddr, Ipv4Addr};

/// Both halves: the ICF says which PCIDs are attached, the GGSN which has which address. Nobody says
/// so twice: it is kept over a restart.
#[derive(Debug)]
pub(super) struct Access {
    /// By PCID, with the second until which it counts.
    attached: Table<(PcidNotice, u64)>,
    /// By address.
    sessions: Table<Session>,
}

impl Default for Access {
    fn default() -> Self {
        Self {
            attached: Table::new("attached"),
            sessions: Table::new("session"),
        }
    }
}

#[derive(Debug, Serialize, Deserialize)]
struct Session {
    pcid: String,
    id: String,
    nas: Option<Ipv4Addr>,
}

impl Access {
    pub(super) fn attached(&mut self, now: u64, notice: PcidNotice) {
        let until = now.saturating_add(notice.lifetime.into());
        self.attached.retain(|_, a| a.1 >= now);
        self.attached.insert(notice.pcid.clone(), (notice, until));
    }

    /// For [`engine::Node::recall`].
    pub(super) fn tables(&mut self) -> [&mut dyn Recall; 2] {
        [&mut self.attached, &mut self.sessions]
    }

    /// As [`Table::keep`].
    pub(super) fn keep<A>(&mut self, out: &mut Outputs<A>) {
        self.attached.keep(out);
        self.sessions.keep(out);
    }

    pub(super) fn detached(&mut self, pcid: &str) {
        self.attached.remove(pcid);
    }

    pub(super) fn accounting(&mut self, r: &AccountingRequest) {
        let id = r
            .session_id
            .as_ref()
            .map_or_else(String::new, ToString::to_string);
        match (r.status_type, r.framed_ip_address, &r.imsi) {
            (AcctStatus::Start | AcctStatus::InterimUpdate, Some(address), Some(imsi)) => {
                let session = Session {
                    pcid: imsi.to_string(),
                    id,
                    nas: r.nas_ip_address,
                };
                self.sessions.insert(address.to_string(), session);
            }
            // a late Stop of an earlier session takes nothing from a later one
            (AcctStatus::Stop, Some(address), _) => {
                let address = address.to_string();
                if self.sessions.get(&address).is_some_and(|s| s.id == id) {
                    self.sessions.remove(&address);
                }
            }
            (AcctStatus::AccountingOn | AcctStatus::AccountingOff, _, _) => {
                self.sessions.retain(|_, s| s.nas != r.nas_ip_address);
            }
            _ => {}
        }
    }

    /// What the ICF has said of `pcid`, wherever it is.
    pub(super) fn known(&self, now: u64, pcid: &str) -> Result<PcidNotice, Problem> {
        let attached = self.attached.get(pcid).filter(|a| a.1 >= now);
        let no = || Problem::new(Kind::Source, format!("{pcid} is not attached"));
        attached.map(|(notice, _)| notice.clone()).ok_or_else(no)
    }

    /// What the ICF has said of `pcid`, where `from` is its address.
    pub(super) fn check(&self, now: u64, pcid: &str, from: IpAddr) -> Result<PcidNotice, Problem> {
        let no = || Problem::new(Kind::Source, format!("{pcid} is not at {from}"));
        let IpAddr::V4(address) = from else {
            return Err(no());
        };
        let session = self
            .sessions
            .get(&address.to_string())
            .filter(|s| s.pcid == pcid);
        let attached = self.attached.get(pcid).filter(|a| a.1 >= now);
        match (session, attached) {
            (Some(_), Some((notice, _))) => Ok(notice.clone()),
            _ => Err(no()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use provisioning::text::Stamp;

    fn report(status: AcctStatus, n: u8, imsi: &str, id: &str) -> AccountingRequest {
        let mut r = AccountingRequest::new(status);
        r.framed_ip_address = Some([10, 33, 0, n].into());
        r.imsi = Some(imsi.into());
        r.session_id = Some(id.into());
        r.nas_ip_address = Some([127, 0, 3, 9].into());
        r
    }

    #[test]
    fn a_pcid_is_believed_only_from_its_address_while_both_say_so() {
        let mut a = Access::default();
        let (one, two) = ("999010000000001", "999010000000002");
        let at = |n| IpAddr::from([10, 33, 0, n]);
        let ok = |a: &Access, now, pcid, n| a.check(now, pcid, at(n)).is_ok();
        let notice = |pcid: &str| PcidNotice {
            pcid: pcid.into(),
            visited_plmn: "00101".into(),
            serving_node: "sgsn".into(),
            at: Stamp(100),
            lifetime: 50,
        };
        a.accounting(&report(AcctStatus::Start, 1, one, "s1"));
        assert!(!ok(&a, 100, one, 1), "not attached");
        a.attached(100, notice(one));
        a.attached(100, notice(two));
        assert!(ok(&a, 100, one, 1));
        assert!(!ok(&a, 100, two, 1) && !ok(&a, 100, one, 2));
        assert!(ok(&a, 150, one, 1) && !ok(&a, 151, one, 1), "lifetime");
        // the address goes to another before the old Stop arrives
        a.accounting(&report(AcctStatus::Start, 1, two, "s2"));
        a.accounting(&report(AcctStatus::Stop, 1, one, "s1"));
        assert!(!ok(&a, 100, one, 1) && ok(&a, 100, two, 1));
        a.detached(two);
        assert!(!ok(&a, 100, two, 1));
        a.attached(100, notice(two));
        a.accounting(&report(AcctStatus::AccountingOff, 0, "", ""));
        assert!(!ok(&a, 100, two, 1));
    }

    /// Every machine from every address, for every PCID: only its own, and only from its own.
    #[test]
    fn no_machine_is_believed_to_be_another() {
        let mut a = Access::default();
        let pcid = |n: u8| format!("9990100000000{n:02}");
        for n in 1..=40 {
            a.accounting(&report(AcctStatus::Start, n, &pcid(n), "s"));
            // every fourth is not attached any more
            if n % 4 != 0 {
                let notice = PcidNotice {
                    pcid: pcid(n),
                    visited_plmn: "00101".into(),
                    serving_node: "sgsn".into(),
                    at: Stamp(100),
                    lifetime: 50,
                };
                a.attached(100, notice);
            }
        }
        let mut denied = 0;
        for n in 1..=40 {
            for from in 1..=40 {
                let believed = a.check(100, &pcid(n), [10, 33, 0, from].into()).is_ok();
                assert_eq!(believed, n == from && n % 4 != 0, "{n} from {from}");
                denied += u32::from(!believed);
            }
        }
        assert_eq!(denied, 1570);
    }
}
