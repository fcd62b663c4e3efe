//! A base station of the rogue's own, with one cell and a mobile in it.
use super::Config;
use engine::{Now, Time};
use gb_gmm::{
    bssgp::{
        bss,
        value::{CellId, Tlli},
    },
    llc::machine::Side,
    stack::{BssOutput, BssStack, LogicalLink},
};
use wire::{Bytes, Rai};

/// BVCI of the cell.
pub(super) const BVCI: u16 = 66;
/// A random TLLI, TS 23.003 2.6.
pub(super) const TLLI: u32 = 0x7800_0066;
/// NS-VCI and NSEI.
const NS: u16 = 666;

/// The base station and the mobile.
#[derive(Debug)]
pub(super) struct Cell {
    bss: BssStack,
    link: LogicalLink,
}

impl Cell {
    /// In the network of the SGSN that he tries.
    pub fn new(c: &Config) -> Self {
        let cell = bss::Cell {
            bvci: BVCI,
            id: CellId {
                rai: Rai::new(c.plmn, 1, 1),
                ci: BVCI,
            },
        };
        Self {
            bss: BssStack::new(NS, NS, Default::default(), bss::Config::new(vec![cell])),
            link: LogicalLink::new(Side::Ms, Tlli(TLLI)),
        }
    }

    pub fn start(&mut self, now: Now) {
        self.bss.start(now.mono);
    }

    /// True where mobiles are heard in it.
    pub fn is_up(&self) -> bool {
        self.bss.is_ready(BVCI)
    }

    /// What the mobile says.
    pub fn mobile(&mut self, now: Now, message: &[u8]) {
        let frame = self.link.gmm(message);
        self.bss.uplink(now.mono, BVCI, Tlli(TLLI), frame);
    }

    pub fn datagram(&mut self, now: Now, octets: &Bytes) {
        self.bss.datagram(now.mono, octets);
    }

    pub fn timer(&mut self, now: Now) {
        self.bss.timeout(now.mono);
    }

    pub fn due(&self) -> Option<Time> {
        self.bss.due()
    }

    /// The next datagram for the SGSN.
    pub fn transmit(&mut self) -> Option<Bytes> {
        loop {
            if let BssOutput::Send(d) = self.bss.poll()? {
                return Some(d);
            }
        }
    }
}

/// True for what answers a message that cannot be read: NS-STATUS, BSSGP's STATUS, a message to the
/// mobile (TS 48.016 9.2.7, TS 48.018 10.4.14).
pub(super) fn is_answer(datagram: &[u8]) -> bool {
    match datagram {
        [0x08, ..] => true,
        // UNITDATA: SDU control bits, BVCI, then the PDU type
        [0, _, _, _, kind, ..] => matches!(kind, 0x00 | 0x41),
        _ => false,
    }
}
