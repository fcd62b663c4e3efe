//! The search for a network, as a step of the procedure (R11).
use crate::{
    life::{Phase, Step, Timer},
    networks::Wishes,
    node::{M2me, Out},
};
use engine::{Event, Now};
use gb_gmm::gmm::machine::ms::Verdict;
use std::net::SocketAddr;
use wire::Plmn;

impl M2me {
    /// Listens to what cells broadcast.
    pub(crate) fn search(&mut self, now: Now) {
        self.phase = Phase::Searching;
        self.networks.search();
        let until = now.mono + self.config.times.scan;
        self.timers.start(Timer::Scan, until);
    }

    /// Picks one of the networks that were heard, and attaches there.
    pub(crate) fn camp(&mut self, now: Now, out: &mut Out) {
        let wishes = self.wishes();
        let package = self.using.clone().unwrap_or_default();
        let heard = self.networks.heard();
        let Some(c) = self.networks.pick(&package, &wishes, &mut self.rng) else {
            out.trace(Event::new("m2me.no-network").with("heard", heard));
            return match heard {
                0 => self.again(now, Step::Attach, None, "no cell is heard", out),
                _ => self.cannot_attach(now, "no network is left", out),
            };
        };
        out.trace(
            Event::new("m2me.network")
                .with("plmn", c.plmn)
                .with("cell", c.cell)
                .with("heard", heard),
        );
        let sgsn = SocketAddr::new(c.by.ip(), self.radio.sgsn().port());
        self.phase = Phase::Attaching;
        self.radio.tune(now, sgsn, c.cell, out);
        self.radio.attach(now, out);
    }

    /// True where the network's refusal forbids it, and another may serve.
    pub(crate) fn is_elsewhere(&mut self, verdict: Verdict, out: &mut Out) -> bool {
        let Some(c) = self.networks.camped.filter(|_| self.config.hears) else {
            return false;
        };
        let package = self.using.clone().unwrap_or_default();
        let forbidden = self.networks.forbid(&package, verdict);
        if forbidden {
            out.trace(
                Event::new("m2me.forbidden")
                    .with("plmn", c.plmn)
                    .with("lac", c.cell.rai.lac()),
            );
        }
        forbidden
    }

    /// What the identity in use would rather have: an MCIM says so, a PCID does not.
    fn wishes(&self) -> Wishes {
        let using = self.using.as_ref().and_then(|id| self.tre.apps().get(id));
        let Some(profile) = using.and_then(|app| app.profile()) else {
            return Wishes::default();
        };
        let plmns = |all: &[String]| all.iter().filter_map(|p| plmn(p)).collect();
        Wishes {
            home: plmn(&profile.hplmn),
            preferred: plmns(&profile.plmns),
            forbidden: plmns(&profile.forbidden_plmns),
        }
    }
}

/// A network as MCIMs name it: MCC and MNC, 5 or 6 digits.
fn plmn(digits: &str) -> Option<Plmn> {
    let (mcc, mnc) = digits.split_at_checked(3)?;
    format!("{mcc}-{mnc}").parse().ok()
}
