//! The layers put together, as nodes use them.
//!
//! # The network between BSS and SGSN
//! [`BssStack`] is one base station's NS and BSSGP: one NS-VC to one SGSN, any number of cells, of
//! mobiles in them. [`SgsnStack`] is the SGSN's: any number of base stations, told apart by the
//! address that their datagrams come from. Both are driven the same way:
//! ```text
//! stack.start(now)                                  the BSS alone: it begins
//! stack.datagram(now, [from,] &octets)              what came on UDP port 2157
//! stack.timeout(now)      when now >= stack.due()
//! while let Some(o) = stack.poll() { ... }          after each of these and after each request
//! ```
//! `poll` gives [`BssOutput::Send`] / [`SgsnOutput::Send`] (a datagram to send) or an event of
//! [`bss::Event`] / [`sgsn::Event`]: `Ready` (a cell is in use), `Llc` (an LLC-PDU with BVCI, TLLI
//! and, at the SGSN, the cell), `Down`, paging, suspension, flush.
//! LLC-PDUs go in with [`BssStack::uplink`] and [`SgsnStack::downlink`].
//!
//! # The link between MS and SGSN
//! [`LogicalLink`] is LLC and SNDCP of one mobile, one at each end: LLC-PDUs on one side, GMM/SM
//! messages ([`Up::Gmm`]) and N-PDUs ([`Up::Npdu`], IP packets by NSAPI) on the other.
//! ```text
//! let frame  = link.gmm(&message);                  one LLC-PDU
//! let frames = link.npdu(nsapi, &packet)?;          some LLC-PDUs
//! match link.receive(now, &llc_pdu) { Some(Up::Gmm(m)) ... Up::Npdu, Up::Reply (send it back) ... }
//! link.assign(new_tlli); link.release_old();        P-TMSI reallocation
//! ```
//! [`LogicalLink::tlli`] is the TLLI to hand to `uplink` / `downlink`. An SGSN finds a mobile's
//! link by TLLI: keep a map with both [`LogicalLink::tlli`] and [`LogicalLink::old_tlli`].
use crate::{
    bssgp::{
        bss::{self, Bss},
        sgsn::{self, Refused, Sgsn},
        value::{Cause, RadioCause, Tlli},
    },
    llc::{
        frame::Sapi,
        machine::{LlcEntity, Received, Side},
    },
    ns::{self, machine::NsVc},
    sndcp::{
        self,
        machine::{Sndcp, TooLong},
    },
};
use bytes::Bytes;
use engine::Time;
use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
};
use wire::{Imsi, Rai};

/// What a base station wants done.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // moved out of the queue once
pub enum BssOutput {
    /// Send this datagram to the SGSN.
    Send(Bytes),
    /// The NS-VC is in use (true), or not any more.
    Ns(bool),
    /// Know this.
    Event(bss::Event),
}

/// NS and BSSGP of one base station.
#[derive(Debug)]
pub struct BssStack {
    ns: NsVc,
    bss: Bss,
    out: VecDeque<BssOutput>,
}

impl BssStack {
    /// A base station with these identities and cells.
    pub fn new(ns_vci: u16, nsei: u16, ns: ns::machine::Config, bss: bss::Config) -> Self {
        Self {
            ns: NsVc::initiator(ns_vci, nsei, ns),
            bss: Bss::new(bss),
            out: VecDeque::new(),
        }
    }

    /// Begins: NS-RESET. Again where the SGSN is to be met anew.
    pub fn start(&mut self, now: Time) {
        self.ns.start(now);
        self.pump(now);
    }

    /// A datagram of the SGSN.
    pub fn datagram(&mut self, now: Time, octets: &Bytes) {
        self.ns.receive(now, octets);
        self.pump(now);
    }

    /// What has ended by `now`.
    pub fn timeout(&mut self, now: Time) {
        self.ns.timeout(now);
        self.bss.timeout(now);
        self.pump(now);
    }

    /// When [`timeout`](Self::timeout) wants to be called.
    pub fn due(&self) -> Option<Time> {
        self.ns.due().into_iter().chain(self.bss.due()).min()
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<BssOutput> {
        self.out.pop_front()
    }

    /// True where LLC-PDUs pass in this cell.
    pub fn is_ready(&self, bvci: u16) -> bool {
        self.bss.is_ready(bvci)
    }

    /// An LLC-PDU of a mobile in a cell; false where the cell is not in use.
    pub fn uplink(&mut self, now: Time, bvci: u16, tlli: Tlli, llc: Bytes) -> bool {
        let taken = self.bss.uplink(bvci, tlli, llc);
        self.pump(now);
        taken
    }

    /// A mobile suspends GPRS; the answer is [`bss::Event::Suspension`].
    pub fn suspend(&mut self, now: Time, tlli: Tlli, rai: Rai) {
        self.bss.suspend(tlli, rai);
        self.pump(now);
    }

    /// It resumes, with the reference that the suspension was given.
    pub fn resume(&mut self, now: Time, tlli: Tlli, rai: Rai, reference: u8) {
        self.bss.resume(tlli, rai, reference);
        self.pump(now);
    }

    /// Contact to a mobile is lost.
    pub fn radio_status(&mut self, now: Time, bvci: u16, tlli: Tlli, cause: RadioCause) {
        self.bss.radio_status(bvci, tlli, cause);
        self.pump(now);
    }

    /// How much one mobile takes: bucket in 100 octets, rate in 100 bits a second.
    pub fn flow_control_ms(&mut self, now: Time, bvci: u16, tlli: Tlli, size: u16, rate: u16) {
        self.bss.flow_control_ms(bvci, tlli, size, rate);
        self.pump(now);
    }

    /// Takes a cell out of use, until [`reset`](Self::reset).
    pub fn block(&mut self, now: Time, bvci: u16, cause: Cause) {
        self.bss.block(bvci, cause);
        self.pump(now);
    }

    /// Starts a cell anew; 0: all.
    pub fn reset(&mut self, now: Time, bvci: u16) {
        self.bss.reset(now, bvci);
        self.pump(now);
    }

    /// Moves what one layer wants to the next until both are silent.
    fn pump(&mut self, now: Time) {
        loop {
            while let Some(o) = self.ns.poll() {
                use ns::machine::Output as O;
                match o {
                    O::Send(d) => self.out.push_back(BssOutput::Send(d)),
                    O::Up => {
                        self.out.push_back(BssOutput::Ns(true));
                        self.bss.ns_up(now);
                    }
                    O::Down(_) => {
                        self.out.push_back(BssOutput::Ns(false));
                        self.bss.ns_down();
                    }
                    O::Sdu { bvci, sdu, .. } => self.bss.receive(now, bvci, &sdu),
                    O::Status(_) | O::Refused(_) => {}
                }
            }
            let Some(o) = self.bss.poll() else {
                return;
            };
            match o {
                bss::Output::Send(bvci, pdu) => {
                    self.ns.unitdata(bvci, &pdu);
                }
                bss::Output::Event(e) => self.out.push_back(BssOutput::Event(e)),
            }
        }
    }
}

/// What an SGSN wants done.
#[derive(Debug, Clone, PartialEq)]
pub enum SgsnOutput {
    /// Send this datagram to a base station.
    Send(SocketAddr, Bytes),
    /// The NS-VC of a base station is in use (true), or not any more.
    Ns(SocketAddr, bool),
    /// Know this of a base station.
    Event(SocketAddr, sgsn::Event),
}

/// How the SGSN treats base stations.
#[derive(Debug, Clone)]
pub struct SgsnConfig {
    /// Timers of NS.
    pub ns: ns::machine::Config,
    /// Queues and timers of BSSGP.
    pub bssgp: sgsn::Config,
    /// How many base stations are served; datagrams of further ones are dropped and counted.
    pub peers: usize,
}

impl Default for SgsnConfig {
    fn default() -> Self {
        Self {
            ns: ns::machine::Config::default(),
            bssgp: sgsn::Config::default(),
            peers: 1024,
        }
    }
}

#[derive(Debug)]
struct Peer {
    ns: NsVc,
    bssgp: Sgsn,
}

/// NS and BSSGP of an SGSN, towards all its base stations.
#[derive(Debug, Default)]
pub struct SgsnStack {
    config: SgsnConfig,
    peers: BTreeMap<SocketAddr, Peer>,
    refused: u64,
    out: VecDeque<SgsnOutput>,
}

impl SgsnStack {
    /// Without base stations: they come by NS-RESET.
    pub fn new(config: SgsnConfig) -> Self {
        Self {
            config,
            ..Self::default()
        }
    }

    /// A datagram of a base station.
    pub fn datagram(&mut self, now: Time, from: SocketAddr, octets: &Bytes) {
        if !self.peers.contains_key(&from) {
            // only NS-RESET makes a base station known
            if self.peers.len() >= self.config.peers || octets.first() != Some(&0x02) {
                self.refused = self.refused.saturating_add(1);
                return self.refuse(now, from, octets);
            }
            let peer = Peer {
                ns: NsVc::acceptor(None, self.config.ns.clone()),
                bssgp: Sgsn::new(self.config.bssgp.clone()),
            };
            self.peers.insert(from, peer);
        }
        if let Some(peer) = self.peers.get_mut(&from) {
            peer.ns.receive(now, octets);
            pump(now, from, peer, &mut self.out);
        }
    }

    /// A base station that was never reset, or that was before this node began anew: it hears that
    /// its NS-VC is dead (TS 48.016 7.4), and nothing of it is kept.
    fn refuse(&mut self, now: Time, from: SocketAddr, octets: &Bytes) {
        if octets.first() == Some(&0x02) {
            return;
        }
        let mut stranger = NsVc::acceptor(None, self.config.ns.clone());
        stranger.receive(now, octets);
        while let Some(o) = stranger.poll() {
            if let ns::machine::Output::Send(status) = o {
                self.out.push_back(SgsnOutput::Send(from, status));
            }
        }
    }

    /// What has ended by `now`.
    pub fn timeout(&mut self, now: Time) {
        for (addr, peer) in &mut self.peers {
            peer.ns.timeout(now);
            peer.bssgp.timeout(now);
            pump(now, *addr, peer, &mut self.out);
        }
    }

    /// When [`timeout`](Self::timeout) wants to be called.
    pub fn due(&self) -> Option<Time> {
        let each = |p: &Peer| p.ns.due().into_iter().chain(p.bssgp.due()).min();
        self.peers.values().filter_map(each).min()
    }

    /// The next thing to do.
    pub fn poll(&mut self) -> Option<SgsnOutput> {
        self.out.pop_front()
    }

    /// Datagrams dropped because their sender is nobody, or one too many.
    pub fn refused(&self) -> u64 {
        self.refused
    }

    /// The base stations, with the NSEI that each said.
    pub fn peers(&self) -> impl Iterator<Item = (SocketAddr, Option<u16>)> {
        self.peers.iter().map(|(a, p)| (*a, p.ns.nsei()))
    }

    /// The BSSGP machine of a base station: its cells and their queues.
    pub fn bssgp(&self, peer: SocketAddr) -> Option<&Sgsn> {
        Some(&self.peers.get(&peer)?.bssgp)
    }

    /// An LLC-PDU for a mobile in a cell; `old` where its TLLI was just changed.
    ///
    /// # Errors
    /// Where the cell is not in use or its queue is full.
    pub fn downlink(
        &mut self,
        now: Time,
        peer: SocketAddr,
        bvci: u16,
        tlli: Tlli,
        old: Option<Tlli>,
        llc: Bytes,
    ) -> Result<(), Refused> {
        let to = self.peers.get_mut(&peer).ok_or(Refused::Bvc)?;
        to.bssgp.downlink(now, bvci, tlli, old, llc)?;
        pump(now, peer, to, &mut self.out);
        Ok(())
    }

    /// Pages a mobile in a cell.
    pub fn page(
        &mut self,
        now: Time,
        peer: SocketAddr,
        bvci: u16,
        imsi: &Imsi,
        ptmsi: Option<u32>,
    ) {
        if let Some(to) = self.peers.get_mut(&peer) {
            to.bssgp.page(bvci, imsi, ptmsi);
            pump(now, peer, to, &mut self.out);
        }
    }

    /// Deletes what waits for a mobile in a cell.
    pub fn flush(&mut self, now: Time, peer: SocketAddr, bvci: u16, tlli: Tlli) {
        if let Some(to) = self.peers.get_mut(&peer) {
            to.bssgp.flush(bvci, tlli);
            pump(now, peer, to, &mut self.out);
        }
    }

    /// Starts a cell anew; 0: all of the base station.
    pub fn reset(&mut self, now: Time, peer: SocketAddr, bvci: u16) {
        if let Some(to) = self.peers.get_mut(&peer) {
            to.bssgp.reset(now, bvci);
            pump(now, peer, to, &mut self.out);
        }
    }
}

fn pump(now: Time, addr: SocketAddr, peer: &mut Peer, out: &mut VecDeque<SgsnOutput>) {
    loop {
        while let Some(o) = peer.ns.poll() {
            use ns::machine::Output as O;
            match o {
                O::Send(d) => out.push_back(SgsnOutput::Send(addr, d)),
                O::Up => out.push_back(SgsnOutput::Ns(addr, true)),
                O::Down(_) => {
                    out.push_back(SgsnOutput::Ns(addr, false));
                    peer.bssgp.ns_down();
                }
                O::Sdu { bvci, sdu, .. } => peer.bssgp.receive(now, bvci, &sdu),
                O::Status(_) | O::Refused(_) => {}
            }
        }
        let Some(o) = peer.bssgp.poll() else {
            return;
        };
        match o {
            sgsn::Output::Send(bvci, pdu) => {
                peer.ns.unitdata(bvci, &wire::Octets(pdu));
            }
            sgsn::Output::Event(e) => out.push_back(SgsnOutput::Event(addr, e)),
        }
    }
}

/// What a logical link gives to the layers above, or wants sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Up {
    /// A GMM or SM message.
    Gmm(Bytes),
    /// A message of another SAPI that is not user data: SMS, tunnelled messages.
    Other(Sapi, Bytes),
    /// A whole N-PDU of a PDP context.
    Npdu {
        /// Which context.
        nsapi: u8,
        /// The packet.
        packet: Bytes,
    },
    /// Send this LLC-PDU to the other end.
    Reply(Bytes),
    /// The other end answered our XID on this SAPI.
    Negotiated(Sapi),
}

/// LLC and SNDCP of one mobile, at one end.
#[derive(Debug)]
pub struct LogicalLink {
    llc: LlcEntity,
    sndcp: Sndcp,
    user: Sapi,
}

impl LogicalLink {
    /// The end `side` of the link with `tlli`; user data goes on SAPI 3.
    pub fn new(side: Side, tlli: Tlli) -> Self {
        Self {
            llc: LlcEntity::new(side, tlli, sndcp::xid::answer),
            sndcp: Sndcp::default(),
            user: Sapi::User3,
        }
    }

    /// User data goes on another SAPI (3, 5, 9, 11), as the PDP context was given it.
    pub fn set_user_sapi(&mut self, sapi: Sapi) {
        if sapi.is_user() {
            self.user = sapi;
        }
    }

    /// The TLLI to send with.
    pub fn tlli(&self) -> Tlli {
        self.llc.tlli()
    }

    /// The TLLI that is taken beside it.
    pub fn old_tlli(&self) -> Option<Tlli> {
        self.llc.old_tlli()
    }

    /// Changes the TLLI; the old one is taken until [`release_old`](Self::release_old).
    pub fn assign(&mut self, new: Tlli) {
        self.llc.assign(new);
    }

    /// The old TLLI is not taken any more.
    pub fn release_old(&mut self) {
        self.llc.release_old();
    }

    /// The LLC entity: counters, XID.
    pub fn llc(&mut self) -> &mut LlcEntity {
        &mut self.llc
    }

    /// The SNDCP entity: counters, bounds.
    pub fn sndcp(&mut self) -> &mut Sndcp {
        &mut self.sndcp
    }

    /// A GMM or SM message as an LLC-PDU.
    pub fn gmm(&mut self, message: &[u8]) -> Bytes {
        self.llc.unitdata(Sapi::Gmm, message, true)
    }

    /// An N-PDU as LLC-PDUs.
    ///
    /// # Errors
    /// Where it needs more than 16 segments.
    pub fn npdu(&mut self, nsapi: u8, packet: &[u8]) -> Result<Vec<Bytes>, TooLong> {
        let size = self.llc.n201_u(self.user).into();
        let mut parts = self.sndcp.unitdata(nsapi, packet, size)?;
        for part in &mut parts {
            *part = self.llc.unitdata(self.user, part, true);
        }
        Ok(parts)
    }

    /// An LLC-PDU of the other end. What cannot be taken is counted in the entities.
    pub fn receive(&mut self, now: Time, llc: &Bytes) -> Option<Up> {
        match self.llc.receive(llc) {
            Received::Ui { sapi, info } if sapi.is_user() => {
                let (nsapi, packet) = self.sndcp.receive(now, &info)?;
                Some(Up::Npdu { nsapi, packet })
            }
            Received::Ui { sapi, info } if sapi == Sapi::Gmm => Some(Up::Gmm(info)),
            Received::Ui { sapi, info } => Some(Up::Other(sapi, info)),
            Received::Reply(frame) => Some(Up::Reply(frame)),
            Received::Negotiated { sapi, .. } => Some(Up::Negotiated(sapi)),
            Received::Dropped => None,
        }
    }

    /// A PDP context ended: its numbering and its incomplete N-PDUs are forgotten.
    pub fn release(&mut self, nsapi: u8) {
        self.sndcp.release(nsapi);
    }

    /// What has ended by `now`.
    pub fn timeout(&mut self, now: Time) {
        self.sndcp.timeout(now);
    }

    /// When [`timeout`](Self::timeout) wants to be called.
    pub fn due(&self) -> Option<Time> {
        self.sndcp.due()
    }
}
