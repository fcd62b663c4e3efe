//! What the tests of the lower layers share.
#![allow(dead_code)] // each test uses its part
use bytes::Bytes;
use engine::Time;
use gb_gmm::{
    bssgp::{
        bss::{self, Cell},
        value::CellId,
    },
    ns,
    stack::{BssOutput, BssStack, SgsnConfig, SgsnOutput, SgsnStack},
};
use std::net::SocketAddr;
use wire::{Plmn, Rai};

/// Datagrams between two UDP ports 2157 as a classic pcap of raw IP; `true`: from the BSS.
pub fn pcap(datagrams: &[(bool, Bytes)]) -> tempfile::NamedTempFile {
    let mut out = Vec::new();
    for word in [0xa1b2_c3d4_u32, 0x0004_0002, 0, 0, 0x0004_0000, 101] {
        out.extend(word.to_le_bytes());
    }
    for (n, (up, data)) in datagrams.iter().enumerate() {
        let (from, to) = if *up { (2, 1) } else { (1, 2) };
        let udp = data.len() + 8;
        let ip = udp + 20;
        for word in [n as u32, 0, ip as u32, ip as u32] {
            out.extend(word.to_le_bytes());
        }
        out.extend([0x45, 0]);
        out.extend((ip as u16).to_be_bytes());
        out.extend([0, 0, 0, 0, 64, 17, 0, 0, 127, 0, 0, from, 127, 0, 0, to]);
        for word in [2157, 2157, udp as u16, 0] {
            out.extend(word.to_be_bytes());
        }
        out.extend(&data[..]);
    }
    let file = tempfile::Builder::new().suffix(".pcap").tempfile().unwrap();
    std::fs::write(file.path(), out).unwrap();
    file
}

pub fn cell(bvci: u16) -> Cell {
    let plmn = Plmn::from_octets([0x62, 0xf2, 0x24]).unwrap();
    let rai = Rai::new(plmn, 1, 1);
    Cell {
        bvci,
        id: CellId { rai, ci: bvci },
    }
}

pub fn secs(n: u64) -> Time {
    Time(n * 1_000_000_000)
}

/// Decides about each datagram: number from 1, from the BSS, octets; true to deliver it.
pub type Net = Box<dyn FnMut(usize, bool, &Bytes) -> bool>;

/// A base station and an SGSN in virtual time, 1 ms apart.
pub struct World {
    pub bss: BssStack,
    pub sgsn: SgsnStack,
    pub now: Time,
    pub sent: Vec<(bool, Bytes)>,
    pub at_bss: Vec<(Time, bss::Event)>,
    pub at_sgsn: Vec<(Time, gb_gmm::bssgp::sgsn::Event)>,
    pub links: Vec<(Time, bool, bool)>,
    pub net: Net,
    flying: Vec<(Time, bool, Bytes)>,
}

pub fn peer() -> SocketAddr {
    "127.0.0.2:2157".parse().unwrap()
}

impl World {
    pub fn new(cells: &[u16], tune: impl FnOnce(&mut bss::Config, &mut SgsnConfig)) -> Self {
        let mut b = bss::Config::new(cells.iter().map(|c| cell(*c)).collect());
        let mut s = SgsnConfig::default();
        tune(&mut b, &mut s);
        let mut w = Self {
            bss: BssStack::new(101, 101, ns::machine::Config::default(), b),
            sgsn: SgsnStack::new(s),
            now: Time(0),
            sent: vec![],
            at_bss: vec![],
            at_sgsn: vec![],
            links: vec![],
            net: Box::new(|_, _, _| true),
            flying: vec![],
        };
        w.bss.start(w.now);
        w
    }

    fn drain(&mut self) {
        let arrive = self.now + std::time::Duration::from_millis(1);
        let mut fly = |w: &mut Vec<(bool, Bytes)>, up, d: Bytes| {
            w.push((up, d.clone()));
            if (self.net)(w.len(), up, &d) {
                self.flying.push((arrive, up, d));
            }
        };
        while let Some(o) = self.bss.poll() {
            match o {
                BssOutput::Send(d) => fly(&mut self.sent, true, d),
                BssOutput::Ns(up) => self.links.push((self.now, true, up)),
                BssOutput::Event(e) => self.at_bss.push((self.now, e)),
            }
        }
        while let Some(o) = self.sgsn.poll() {
            match o {
                SgsnOutput::Send(_, d) => fly(&mut self.sent, false, d),
                SgsnOutput::Ns(_, up) => self.links.push((self.now, false, up)),
                SgsnOutput::Event(_, e) => self.at_sgsn.push((self.now, e)),
            }
        }
    }

    /// Runs until nothing happens before `until`.
    pub fn run(&mut self, until: Time) {
        for _ in 0..1_000_000 {
            self.drain();
            let arrival = self.flying.iter().map(|f| f.0).min();
            let due = [arrival, self.bss.due(), self.sgsn.due()]
                .into_iter()
                .flatten()
                .min();
            let Some(at) = due.filter(|t| *t <= until) else {
                self.now = until;
                return;
            };
            self.now = self.now.max(at);
            let (here, later) = std::mem::take(&mut self.flying)
                .into_iter()
                .partition(|f| f.0 <= self.now);
            self.flying = later;
            let here: Vec<(Time, bool, Bytes)> = here;
            for (_, up, d) in here {
                if up {
                    self.sgsn.datagram(self.now, peer(), &d);
                } else {
                    self.bss.datagram(self.now, &d);
                }
            }
            self.bss.timeout(self.now);
            self.sgsn.timeout(self.now);
        }
        panic!("no end at {}", self.now);
    }
}
