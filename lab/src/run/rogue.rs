//! What a rogue does, what he is answered, and what follows from it for others: the facts by which a
//! countermeasure is seen to hold.
use super::{facts::counted, labels::words};
use crate::{
    places::{Leg, Places, Role, Site},
    rogue::Tunnel,
};
use captures::{Layer, Seen};
use engine::tap::Record;
use std::collections::BTreeSet;

/// Watches rogues.
#[derive(Debug, Default)]
pub struct Watch {
    /// The threat that they stand for.
    threat: Option<u8>,
    /// Records that rogues have sent, and those that follow from them.
    tainted: BTreeSet<u64>,
    /// What somebody who reads along on Gp knows of the last tunnel.
    request: Option<(Option<wire::Imsi>, (u32, u32))>,
    tunnel: Option<Tunnel>,
}

impl Watch {
    /// Of those who stand for this threat.
    pub fn new(threat: Option<u8>) -> Self {
        Self {
            threat,
            ..Self::default()
        }
    }

    /// What a packet proves of them.
    pub fn packet(
        &mut self,
        places: &Places,
        leg: Leg,
        r: &Record<'_>,
        seen: &Seen,
    ) -> Vec<String> {
        if self.threat.is_none() {
            return Vec::new();
        }
        let Some((from, to)) = seen.ends.first() else {
            return Vec::new();
        };
        let (from, to) = (places.site(*from), places.site(*to));
        let mut facts = Vec::new();
        if from.role == Role::Rogue {
            self.tainted.insert(r.id);
            facts.push(format!("rogue.tries.{to}"));
        } else if r.cause.is_some_and(|c| self.tainted.contains(&c)) {
            self.tainted.insert(r.id);
            if to.role != Role::Rogue {
                facts.push(format!("rogue.effect.{}", leg.name));
            }
        }
        if to.role == Role::Rogue {
            for l in &seen.layers {
                facts.push(counted("rogue.answered", to.n));
                facts.extend(answer(l));
            }
        }
        if leg.name == "gp" {
            seen.layers.iter().for_each(|l| self.overhear(l));
        }
        facts
    }

    /// What is said of a packet that a rogue sends or receives.
    pub fn says(&self, (from, to): (Site, Site), seen: &Seen) -> String {
        let named = significant(seen).or(seen.layers.first());
        let named = named.map(|l| words(&l.name));
        let what = named.or_else(|| seen.carries.clone()).unwrap_or_default();
        let threat = self.threat.unwrap_or_default();
        format!("[T{threat}] {from} -> {to}: {what}")
    }

    /// The tunnel that was heard of last.
    pub fn tunnel(&self) -> Option<Tunnel> {
        self.tunnel
    }

    fn overhear(&mut self, l: &Layer) {
        let number = |p: &str| l.get(p).parse::<u32>().ok();
        let both = || Some((number("/teid_control")?, number("/teid_data")?));
        match (l.name.as_str(), both()) {
            ("CreatePdpContextRequest", Some(sgsn)) => {
                self.request = Some((l.get("/imsi").parse().ok(), sgsn));
            }
            ("CreatePdpContextResponse", Some(ggsn)) => {
                if let Some((Some(imsi), sgsn)) = self.request.take()
                    && let Ok(address) = l.get("/end_user_address/address").parse()
                {
                    self.tunnel = Some(Tunnel {
                        imsi,
                        address,
                        sgsn,
                        ggsn,
                    });
                }
            }
            _ => {}
        }
    }
}

/// The message that a packet is about: neither what carries it nor what keeps a link alive, of which
/// there is now more, now less.
pub fn significant(seen: &Seen) -> Option<&Layer> {
    let fits = |l: &&Layer| match l.protocol {
        _ if l.name.starts_with("un") => true,
        "ns" => l.name == "NsStatus",
        "bssgp" => l.name == "Status",
        "gtp" => l.name != "GPdu" || seen.connection.is_none(),
        "llc" | "sndcp" | "json" | "syncml" | "ocsp" => false,
        _ => true,
    };
    seen.layers.iter().rev().find(fits)
}

/// What he is answered: `rogue.answer.UpdatePdpContextResponse.192`, `rogue.answer.http.400`. `inside`
/// in place of `http` where it comes through a tunnel.
fn answer(l: &Layer) -> Option<String> {
    let code = match l.protocol {
        "json" | "syncml" => return None,
        "http" => {
            let protocol = if l.nest > 0 { "inside" } else { "http" };
            return Some(format!("rogue.answer.{protocol}.{}", l.name.get(..3)?));
        }
        "ocsp" => l.get("/status"),
        "diameter" => {
            let outcome = l.get("/outcome");
            let code = outcome.rsplit('(').next().unwrap_or_default();
            return Some(format!(
                "rogue.answer.diameter.{}",
                code.trim_end_matches(')')
            ));
        }
        _ => l.get("/cause/value"),
    };
    Some(match code.as_str() {
        "" => format!("rogue.answer.{}.{}", l.protocol, l.name),
        code => format!("rogue.answer.{}.{}.{code}", l.protocol, l.name),
    })
}
