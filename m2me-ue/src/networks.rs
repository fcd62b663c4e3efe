//! Which network (R11): the cells that are heard, what is forbidden, and the choice among the rest
//! (TS 23.122 4.4.3.1.1, TS 24.008 4.7.3.1.4).
use engine::Rng;
use gb_gmm::{
    broadcast::{self, Message},
    bssgp::value::CellId,
    gmm::machine::ms::Verdict,
};
use std::{
    collections::{BTreeMap, BTreeSet, VecDeque},
    net::SocketAddr,
};
use wire::{Plmn, Rai};

/// Cells that are remembered at most: who shouts more is not heard.
const CELLS: usize = 32;
/// Entries of EF_FPLMN (TS 31.102 4.2.16): where it is full the oldest goes.
const FORBIDDEN: usize = 4;
/// From here on a signal is of high quality (TS 23.122 4.4.3.1.1 iv), in dBm.
const HIGH_QUALITY: i8 = -85;

/// What is known of one cell.
#[derive(Debug, Clone, Copy, Default)]
struct Cell {
    signal: i8,
    /// Network, location area and cell identity, from SI3.
    place: Option<(Plmn, u16, u16)>,
    /// Routing area code, from SI13.
    rac: Option<u8>,
}

/// A cell that can be camped on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Choice {
    /// Who broadcasts it.
    pub by: SocketAddr,
    /// Its network.
    pub plmn: Plmn,
    /// Where it is.
    pub cell: CellId,
}

/// What an identity would rather have.
#[derive(Debug, Default)]
pub(crate) struct Wishes {
    /// Its home network.
    pub home: Option<Plmn>,
    /// Networks that it prefers, best first.
    pub preferred: Vec<Plmn>,
    /// Networks that its operator forbids.
    pub forbidden: Vec<Plmn>,
}

#[derive(Debug, Default)]
pub(crate) struct Networks {
    cells: BTreeMap<SocketAddr, Cell>,
    /// EF_FPLMN of each application, the provisional one's under an empty name: it outlives a loss
    /// of power.
    fplmn: BTreeMap<String, VecDeque<Plmn>>,
    /// Forbidden PLMNs for GPRS service, until the machine is switched off.
    gprs: BTreeSet<Plmn>,
    /// Forbidden location areas, until the machine is switched off.
    areas: BTreeSet<(Plmn, u16)>,
    /// The cell that is camped on.
    pub camped: Option<Choice>,
}

impl Networks {
    /// A datagram of the broadcast port; false where nothing is learned from it.
    pub fn hear(&mut self, from: SocketAddr, octets: &[u8]) -> bool {
        let Ok((header, message)) = broadcast::read(octets) else {
            return false;
        };
        if self.cells.len() >= CELLS && !self.cells.contains_key(&from) {
            return false;
        }
        match message {
            Message::Si3(m) => {
                let cell = self.cells.entry(from).or_default();
                cell.place = Some((m.plmn, m.lac, m.ci));
                cell.signal = header.signal;
                true
            }
            Message::Si13(m) => {
                self.cells.entry(from).or_default().rac = Some(m.rac);
                true
            }
            Message::Other => false,
        }
    }

    /// A search begins: what was heard before is old.
    pub fn search(&mut self) {
        self.cells.clear();
        self.camped = None;
    }

    /// How many cells with GPRS are heard.
    pub fn heard(&self) -> usize {
        self.choices().count()
    }

    /// Switched off: what is forbidden for the time being is so no more.
    pub fn off(&mut self) {
        self.search();
        self.gprs.clear();
        self.areas.clear();
    }

    fn choices(&self) -> impl Iterator<Item = (Choice, i8)> {
        self.cells.iter().filter_map(|(by, c)| {
            let ((plmn, lac, ci), rac) = (c.place?, c.rac?);
            let rai = Rai::new(plmn, lac, rac);
            let cell = CellId { rai, ci };
            Some((
                Choice {
                    by: *by,
                    plmn,
                    cell,
                },
                c.signal,
            ))
        })
    }

    fn is_forbidden(&self, package: &str, wishes: &Wishes, c: &Choice) -> bool {
        // TS 23.122 3.1: the home network is never on the list
        let list = self.fplmn.get(package).into_iter().flatten();
        let barred = list.chain(&wishes.forbidden).any(|p| *p == c.plmn);
        (barred && wishes.home != Some(c.plmn))
            || self.gprs.contains(&c.plmn)
            || self.areas.contains(&(c.plmn, c.cell.rai.lac()))
    }

    /// The cell to camp on: of the home network, else of a preferred one, else any of high quality
    /// by chance, else the loudest.
    pub fn pick(&mut self, package: &str, wishes: &Wishes, rng: &mut Rng) -> Option<Choice> {
        let allowed = self.choices();
        let mut allowed: Vec<_> = allowed
            .filter(|(c, _)| !self.is_forbidden(package, wishes, c))
            .collect();
        let wish = |c: &Choice| {
            let all = wishes.home.iter().chain(&wishes.preferred);
            all.into_iter().position(|p| *p == c.plmn)
        };
        let wished = allowed
            .iter()
            .filter_map(|(c, _)| Some((wish(c)?, *c)))
            .min_by_key(|(n, _)| *n);
        let picked = match wished {
            Some((_, c)) => c,
            None => {
                let good = allowed.iter().filter(|(_, s)| *s >= HIGH_QUALITY).count();
                allowed.sort_by_key(|(_, signal)| std::cmp::Reverse(*signal));
                let n = match good {
                    0 | 1 => 0,
                    n => rng.below(n as u64) as usize,
                };
                allowed.get(n)?.0
            }
        };
        self.camped = Some(picked);
        Some(picked)
    }

    /// The network that is camped on has refused: false where that does not forbid it.
    pub fn forbid(&mut self, package: &str, verdict: Verdict) -> bool {
        let Some(c) = self.camped else {
            return false;
        };
        match verdict {
            Verdict::PlmnForbidden => {
                let list = self.fplmn.entry(package.to_owned()).or_default();
                list.retain(|p| *p != c.plmn);
                list.push_back(c.plmn);
                if list.len() > FORBIDDEN {
                    list.pop_front();
                }
            }
            Verdict::GprsForbiddenInPlmn => {
                self.gprs.insert(c.plmn);
            }
            // causes 12, 13 and 15: this area, and no other of the network
            Verdict::AreaForbidden
            | Verdict::AreaForbiddenForRoaming
            | Verdict::NoSuitableCells => {
                self.areas.insert((c.plmn, c.cell.rai.lac()));
            }
            Verdict::UsimInvalid | Verdict::Anew | Verdict::Congestion | Verdict::TryAgain => {
                return false;
            }
        }
        self.camped = None;
        true
    }

    /// The lists of the applications, for the store.
    pub fn kept(&self) -> BTreeMap<String, Vec<String>> {
        let text = |list: &VecDeque<Plmn>| list.iter().map(Plmn::to_string).collect();
        let all = self.fplmn.iter();
        all.map(|(name, list)| (name.clone(), text(list))).collect()
    }

    /// Takes the lists back.
    pub fn remember(&mut self, kept: &BTreeMap<String, Vec<String>>) {
        let list = |texts: &Vec<String>| {
            let all = texts.iter().filter_map(|t| t.parse().ok());
            all.take(FORBIDDEN).collect()
        };
        let all = kept.iter();
        self.fplmn = all
            .map(|(name, texts)| (name.clone(), list(texts)))
            .collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use gb_gmm::broadcast::si::{Si3, Si13};

    fn plmn(text: &str) -> Plmn {
        text.parse().unwrap()
    }

    fn by(n: u8) -> SocketAddr {
        SocketAddr::from(([127, 0, n, 1], 4729))
    }

    fn heard(cells: &[(&str, i8)]) -> Networks {
        let mut all = Networks::default();
        for (n, (network, signal)) in (2..).zip(cells) {
            let si3 = Si3 {
                ci: 1,
                plmn: plmn(network),
                lac: 1,
                ra_colour: Some(1),
            };
            for d in broadcast::broadcast(0, 1, *signal, &si3, &Si13 { rac: 1 }) {
                assert!(all.hear(by(n), &d));
            }
        }
        all
    }

    fn picked(all: &mut Networks, wishes: &Wishes, seed: u64) -> Option<String> {
        let choice = all.pick("", wishes, &mut Rng::seed(seed));
        choice.map(|c| c.plmn.to_string())
    }

    #[test]
    fn the_home_network_then_preferred_ones_then_by_quality() {
        let mut all = heard(&[("001-01", -60), ("001-02", -100), ("001-03", -70)]);
        let wishes = Wishes {
            home: Some(plmn("001-02")),
            preferred: vec![plmn("001-03")],
            ..Wishes::default()
        };
        assert_eq!(picked(&mut all, &wishes, 1).unwrap(), "001-02");
        let wishes = Wishes {
            home: None,
            ..wishes
        };
        assert_eq!(picked(&mut all, &wishes, 1).unwrap(), "001-03");
        // any of high quality, the weak one never
        let any: BTreeSet<_> = (0..50)
            .map(|n| picked(&mut all, &Wishes::default(), n).unwrap())
            .collect();
        assert_eq!(any, ["001-01", "001-03"].map(str::to_owned).into());
        // among weak ones the loudest
        let mut weak = heard(&[("001-01", -99), ("001-02", -90)]);
        assert_eq!(picked(&mut weak, &Wishes::default(), 3).unwrap(), "001-02");
    }

    #[test]
    fn what_refused_is_not_asked_again() {
        let none = Wishes::default();
        let mut all = heard(&[("001-01", -60), ("001-02", -90)]);
        assert_eq!(picked(&mut all, &none, 1).unwrap(), "001-01");
        assert!(!all.forbid("", Verdict::Congestion));
        assert!(all.forbid("", Verdict::PlmnForbidden));
        assert_eq!(picked(&mut all, &none, 1).unwrap(), "001-02");
        assert!(all.forbid("", Verdict::AreaForbiddenForRoaming));
        assert_eq!(picked(&mut all, &none, 1), None);
        // switched off and on: an area may be tried again, a network of EF_FPLMN not
        all.off();
        let again = heard(&[("001-01", -60), ("001-02", -90)]);
        all.cells = again.cells;
        assert_eq!(picked(&mut all, &none, 1).unwrap(), "001-02");
        // another application has a list of its own, and the store keeps both
        let other = all.pick("mcim", &none, &mut Rng::seed(1)).unwrap();
        assert_eq!(other.plmn, plmn("001-01"));
        let mut restarted = heard(&[("001-01", -60)]);
        restarted.remember(&all.kept());
        assert_eq!(picked(&mut restarted, &none, 1), None);
        // its own home network it tries whatever stands there
        let home = Wishes {
            home: Some(plmn("001-01")),
            ..Wishes::default()
        };
        assert_eq!(picked(&mut restarted, &home, 1).unwrap(), "001-01");
    }

    #[test]
    fn the_list_is_as_long_as_the_card_has_it_and_cells_are_not_without_end() {
        let mut all = heard(&[("001-01", -60)]);
        for n in 1..=9u16 {
            let mut c = all
                .pick("mcim", &Wishes::default(), &mut Rng::seed(1))
                .unwrap();
            c.plmn = plmn(&format!("999-{n:02}"));
            all.camped = Some(c);
            assert!(all.forbid("mcim", Verdict::PlmnForbidden));
        }
        assert_eq!(all.kept()["mcim"], ["999-06", "999-07", "999-08", "999-09"]);
        let [d, _] = broadcast::broadcast(
            0,
            1,
            -60,
            &Si3 {
                ci: 1,
                plmn: plmn("001-01"),
                lac: 1,
                ra_colour: None,
            },
            &Si13 { rac: 1 },
        );
        let taken = (0..200).filter(|n| all.hear(by(*n), &d)).count();
        assert_eq!((taken, all.cells.len()), (CELLS, CELLS));
        assert!(!all.hear(by(2), b"not GSMTAP"));
    }
}
