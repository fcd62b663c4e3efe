//! The radio side: a base station with one cell and the mobile in it, behind one UDP port
//! (R11, R15). What would pass between them on the air does not exist here.
use crate::usim::Answer;
use bytes::Bytes;
use engine::{Now, Outputs, Port, Rng, Time};
use gb_gmm::{
    bssgp::{
        bss::{self, Cell},
        value::{CellId, Tlli},
    },
    gmm::{
        self,
        machine::ms::{self, UsimAnswer, Verdict},
    },
    llc::{frame::Sapi, machine::Side},
    nas::{Direction, tlli},
    ns,
    sm::{self, machine::ms as session},
    stack::{BssOutput, BssStack, LogicalLink, Up},
};
use std::{
    collections::{BTreeMap, VecDeque},
    net::{Ipv4Addr, SocketAddr},
};
use wire::{Apn, Digits, Imsi, Octets, PdpAddress, QosProfile, Reader};

/// What the radio side is.
#[derive(Debug, Clone)]
pub struct Config {
    /// The SGSN's Gb address.
    pub sgsn: SocketAddr,
    /// NS-VCI and NSEI of the base station.
    pub ns: (u16, u16),
    /// BVCI of the cell, 2 or more.
    pub bvci: u16,
    /// Where the cell is.
    pub cell: CellId,
    /// Timers of NS.
    pub ns_timers: ns::machine::Config,
    /// IMEI, 15 digits.
    pub imei: Digits,
    /// IMEISV, 16 digits.
    pub imeisv: Digits,
    /// The quality of service that is asked for.
    pub qos: QosProfile,
}

/// What the mobile learns.
#[derive(Debug, Clone, PartialEq)]
pub enum Event {
    /// The cell serves.
    Cell,
    /// The cell serves no more.
    NoCell,
    /// The USIM is asked; [`Radio::answer`] follows.
    Challenge {
        /// RAND.
        rand: [u8; 16],
        /// AUTN; none in GSM authentication.
        autn: Option<[u8; 16]>,
    },
    /// Attached.
    Attached {
        /// The temporary identity.
        ptmsi: Option<u32>,
    },
    /// The network refused the attach, or a routing area update.
    AttachRefused {
        /// Its word.
        cause: gmm::Cause,
        /// What that means.
        verdict: Verdict,
    },
    /// Five attempts got no answer, or none that helped.
    NoAnswer,
    /// The network does not believe the USIM.
    AuthenticationRejected,
    /// The USIM does not believe the network.
    NetworkNotAuthentic,
    /// Not attached any more.
    Detached {
        /// The network's word, where it was the network's wish and it gave one.
        cause: Option<gmm::Cause>,
    },
    /// A PDP context is there.
    Active {
        /// Which.
        nsapi: u8,
        /// Where to.
        apn: String,
        /// The inner address.
        address: Option<Ipv4Addr>,
    },
    /// A PDP context was refused.
    Refused {
        /// Which.
        nsapi: u8,
        /// Where to.
        apn: String,
        /// Why; none where no answer came.
        cause: Option<sm::Cause>,
    },
    /// A PDP context is gone.
    Inactive {
        /// Which.
        nsapi: u8,
        /// The network's word, where it was the network's wish.
        cause: Option<sm::Cause>,
    },
    /// A user packet.
    Packet(Bytes),
    /// The network reports an error of ours.
    Status(String),
}

/// A base station that the mobile has left.
#[derive(Debug)]
struct Station {
    sgsn: SocketAddr,
    cell: CellId,
    bss: BssStack,
}

/// The machine.
#[derive(Debug)]
pub struct Radio {
    config: Config,
    port: Port,
    imsi: Imsi,
    rng: Rng,
    bss: BssStack,
    /// Base stations of networks that the mobile has left: they stay in touch with their SGSNs.
    others: Vec<Station>,
    /// Whether the base station has met its SGSN, or tries to.
    on: bool,
    gmm: ms::Machine,
    sm: session::Machine,
    link: Option<LogicalLink>,
    wants: bool,
    contexts: BTreeMap<u8, (String, Option<Ipv4Addr>)>,
    events: VecDeque<Event>,
}

impl Radio {
    /// A base station and a switched-off mobile with this identity, on `port`.
    pub fn new(config: Config, port: Port, imsi: Imsi, rng: Rng) -> Self {
        let ms = ms::Config::small_device(imsi, config.imei, config.imeisv);
        Self {
            bss: station(&config, config.cell),
            others: Vec::new(),
            on: false,
            gmm: ms::Machine::new(ms),
            sm: session::Machine::new(),
            link: None,
            wants: false,
            contexts: BTreeMap::new(),
            events: VecDeque::new(),
            config,
            port,
            imsi,
            rng,
        }
    }

    /// The base station meets its SGSN.
    pub fn start<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        self.on = true;
        self.bss.start(now.mono);
        self.serve(now, out);
    }

    /// The address of the SGSN.
    pub fn sgsn(&self) -> SocketAddr {
        self.config.sgsn
    }

    /// The mobile goes to another cell, of a base station that has this SGSN; it is not attached.
    pub fn tune<A>(&mut self, now: Now, sgsn: SocketAddr, cell: CellId, out: &mut Outputs<A>) {
        if self.on && (self.config.sgsn, self.config.cell) == (sgsn, cell) {
            return;
        }
        let known = |s: &Station| (s.sgsn, s.cell) == (sgsn, cell);
        let known = self.others.iter().position(known);
        let known = known.map(|n| self.others.swap_remove(n).bss);
        let met = known.is_some();
        let bss = known.unwrap_or_else(|| station(&self.config, cell));
        let left = Station {
            sgsn: self.config.sgsn,
            cell: self.config.cell,
            bss: std::mem::replace(&mut self.bss, bss),
        };
        if self.on {
            self.others.push(left);
        }
        (self.config.sgsn, self.config.cell) = (sgsn, cell);
        self.restart(now, self.imsi, out);
        if !met {
            self.start(now, out);
        }
    }

    /// A datagram; dropped and counted where it is not the SGSN's.
    pub fn datagram<A>(
        &mut self,
        now: Now,
        from: SocketAddr,
        octets: &Bytes,
        out: &mut Outputs<A>,
    ) {
        if from == self.config.sgsn {
            self.bss.datagram(now.mono, octets);
        } else if let Some(s) = self.others.iter_mut().find(|s| s.sgsn == from) {
            s.bss.datagram(now.mono, octets);
        } else {
            out.count("gb: not from the SGSN");
            return;
        }
        self.serve(now, out);
    }

    /// What has ended by now.
    pub fn timeout<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        self.bss.timeout(now.mono);
        self.others.iter_mut().for_each(|s| s.bss.timeout(now.mono));
        if let Some(link) = &mut self.link {
            link.timeout(now.mono);
        }
        self.gmm(now, ms::In::Timer, out);
        self.sm(now, session::In::Timer, out);
        self.serve(now, out);
    }

    /// When [`Radio::timeout`] is wanted.
    pub fn due(&self) -> Option<Time> {
        let link = self.link.as_ref().and_then(LogicalLink::due);
        let all = [self.bss.due(), self.gmm.due(), self.sm.due(), link];
        let others = self.others.iter().filter_map(|s| s.bss.due());
        all.into_iter().flatten().chain(others).min()
    }

    /// The next thing that the mobile learned.
    pub fn poll(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// True where the cell serves.
    pub fn has_cell(&self) -> bool {
        self.bss.is_ready(self.config.bvci)
    }

    /// Where the cell is.
    pub fn cell(&self) -> CellId {
        self.config.cell
    }

    /// True while attached.
    pub fn is_attached(&self) -> bool {
        matches!(
            self.gmm.state(),
            ms::State::Registered | ms::State::RoutingAreaUpdatingInitiated
        )
    }

    /// Another USIM application, or the mobile is switched on: all that was is forgotten.
    pub fn restart<A>(&mut self, now: Now, imsi: Imsi, out: &mut Outputs<A>) {
        self.wants = false;
        self.sm(now, session::In::Lost, out);
        self.imsi = imsi;
        self.gmm.restart(imsi);
        self.link = None;
    }

    /// Attaches as soon as the cell serves.
    pub fn attach<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        self.wants = true;
        if self.has_cell() {
            self.gmm(now, ms::In::Attach(self.config.cell.rai), out);
            self.serve(now, out);
        }
    }

    /// Takes leave; a mobile that is switched off waits for nothing.
    pub fn detach<A>(&mut self, now: Now, power_off: bool, out: &mut Outputs<A>) {
        self.wants = false;
        self.gmm(now, ms::In::Detach { power_off }, out);
        self.serve(now, out);
    }

    /// The USIM's answer to [`Event::Challenge`].
    pub fn answer<A>(&mut self, now: Now, answer: Option<Answer>, out: &mut Outputs<A>) {
        let answer = match answer {
            Some(Answer::Accepted { res, .. }) => UsimAnswer::Res(Octets::copy(&res)),
            Some(Answer::MacFailure) => UsimAnswer::MacFailure,
            Some(Answer::SyncFailure(auts)) => UsimAnswer::SynchFailure(auts),
            None => UsimAnswer::GsmUnacceptable,
        };
        self.gmm(now, ms::In::Usim(answer), out);
        self.serve(now, out);
    }

    /// Asks for a PDP context; its NSAPI, or none where all are in use.
    pub fn activate<A>(&mut self, now: Now, apn: &Apn, out: &mut Outputs<A>) -> Option<u8> {
        let request = session::Request {
            apn: Some(apn.clone()),
            qos: self.config.qos.clone(),
            address: PdpAddress::ipv4(None),
            pco: None,
        };
        let mut outs = Vec::new();
        let nsapi = self.sm.activate(now.mono, request, &mut outs)?;
        let text = apn.text().unwrap_or_default();
        self.contexts.insert(nsapi, (text, None));
        self.session(now, outs, out);
        self.serve(now, out);
        Some(nsapi)
    }

    /// Ends a PDP context.
    pub fn deactivate<A>(&mut self, now: Now, nsapi: u8, out: &mut Outputs<A>) {
        let cause = sm::Cause::RegularDeactivation;
        self.sm(now, session::In::Deactivate { nsapi, cause }, out);
        self.serve(now, out);
    }

    /// The inner addresses, by the contexts' order.
    pub fn addresses(&self) -> Vec<Ipv4Addr> {
        self.contexts.values().filter_map(|c| c.1).collect()
    }

    /// Sends a user packet through the context that its source address belongs to, or else the
    /// first; dropped and counted where there is none.
    pub fn packet<A>(&mut self, now: Now, packet: &Bytes, out: &mut Outputs<A>) {
        let source = packet.get(12..16).and_then(|o| <[u8; 4]>::try_from(o).ok());
        let source = source.map(Ipv4Addr::from);
        let active = || self.contexts.iter().filter(|(_, c)| c.1.is_some());
        let own = active().find(|(_, c)| c.1 == source);
        let Some(nsapi) = own.or_else(|| active().next()).map(|(n, _)| *n) else {
            return out.count("user packet without a context");
        };
        let Some(link) = &mut self.link else {
            return out.count("user packet without a link");
        };
        match link.npdu(nsapi, packet) {
            Ok(frames) => {
                let tlli = link.tlli();
                for frame in frames {
                    self.bss.uplink(now.mono, self.config.bvci, tlli, frame);
                }
                self.gmm(now, ms::In::Traffic, out);
            }
            Err(_) => out.count("user packet too long"),
        }
        self.serve(now, out);
    }

    fn gmm<A>(&mut self, now: Now, input: ms::In, out: &mut Outputs<A>) {
        let mut outs = Vec::new();
        self.gmm.handle(now.mono, &mut self.rng, input, &mut outs);
        for o in outs {
            match o {
                ms::Out::Send { tlli, pdu } => self.uplink(now, Some(tlli), &pdu.encode(), out),
                ms::Out::Tlli(new) => self.assign(new),
                ms::Out::AskUsim { rand, autn } => {
                    self.events.push_back(Event::Challenge { rand, autn });
                }
                ms::Out::Attached { ptmsi, .. } => {
                    self.events.push_back(Event::Attached { ptmsi });
                }
                ms::Out::Updated(_) | ms::Out::Standby => {}
                ms::Out::Refused { cause, verdict } => {
                    if !self.is_attached() {
                        self.sm(now, session::In::Lost, out);
                    }
                    let refused = Event::AttachRefused { cause, verdict };
                    self.events.push_back(refused);
                }
                ms::Out::NoAnswer => self.events.push_back(Event::NoAnswer),
                ms::Out::Detached { cause } => {
                    self.sm(now, session::In::Lost, out);
                    self.link = None;
                    self.events.push_back(Event::Detached { cause });
                }
                ms::Out::AuthenticationRejected => {
                    self.sm(now, session::In::Lost, out);
                    self.events.push_back(Event::AuthenticationRejected);
                }
                ms::Out::NetworkNotAuthentic => self.events.push_back(Event::NetworkNotAuthentic),
                ms::Out::Status(c) => self.events.push_back(Event::Status(format!("GMM {c}"))),
            }
        }
    }

    fn sm<A>(&mut self, now: Now, input: session::In, out: &mut Outputs<A>) {
        let mut outs = Vec::new();
        self.sm.handle(now.mono, input, &mut outs);
        self.session(now, outs, out);
    }

    fn session<A>(&mut self, now: Now, outs: Vec<session::Out>, out: &mut Outputs<A>) {
        for o in outs {
            match o {
                session::Out::Send(m) => self.uplink(now, None, &m.encode(), out),
                session::Out::Active(c) => {
                    let address = c.address.ipv4_address();
                    let entry = self.contexts.entry(c.nsapi).or_default();
                    entry.1 = address;
                    let apn = entry.0.clone();
                    if let Some(link) = &mut self.link {
                        link.set_user_sapi(Sapi(c.llc_sapi));
                    }
                    self.events.push_back(Event::Active {
                        nsapi: c.nsapi,
                        apn,
                        address,
                    });
                }
                session::Out::Modified(_) => {}
                session::Out::Refused { nsapi, cause } => self.refused(nsapi, Some(cause)),
                session::Out::NoAnswer { nsapi } => self.refused(nsapi, None),
                session::Out::Inactive { nsapi, cause } => {
                    if let Some(link) = &mut self.link {
                        link.release(nsapi);
                    }
                    // one that was never active is not missed
                    if self.contexts.remove(&nsapi).is_some_and(|c| c.1.is_some()) {
                        self.events.push_back(Event::Inactive { nsapi, cause });
                    }
                }
                session::Out::Status(c) => self.events.push_back(Event::Status(format!("SM {c}"))),
            }
        }
    }

    fn refused(&mut self, nsapi: u8, cause: Option<sm::Cause>) {
        let apn = self.contexts.remove(&nsapi).unwrap_or_default().0;
        self.events.push_back(Event::Refused { nsapi, apn, cause });
    }

    /// LLGMM-ASSIGN. A random TLLI is a new beginning: the network has no link for it yet.
    fn assign(&mut self, new: u32) {
        match &mut self.link {
            Some(link) if !tlli::is_random(new) => link.assign(Tlli(new)),
            link => *link = Some(LogicalLink::new(Side::Ms, Tlli(new))),
        }
    }

    fn uplink<A>(&mut self, now: Now, tlli: Option<u32>, message: &[u8], out: &mut Outputs<A>) {
        let own = tlli.unwrap_or(self.gmm.tlli());
        let new = || LogicalLink::new(Side::Ms, Tlli(own));
        let link = self.link.get_or_insert_with(new);
        let frame = link.gmm(message);
        let tlli = tlli.map_or(link.tlli(), Tlli);
        if !self.bss.uplink(now.mono, self.config.bvci, tlli, frame) {
            out.count("signalling without a cell");
        }
    }

    /// Moves what the base station has until it is silent.
    fn serve<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        for s in &mut self.others {
            while let Some(o) = s.bss.poll() {
                if let BssOutput::Send(d) = o {
                    out.datagram(self.port, s.sgsn, d);
                }
            }
        }
        while let Some(o) = self.bss.poll() {
            match o {
                BssOutput::Send(d) => out.datagram(self.port, self.config.sgsn, d),
                BssOutput::Ns(_) => {}
                BssOutput::Event(e) => self.cell_event(now, e, out),
            }
        }
    }

    fn cell_event<A>(&mut self, now: Now, e: bss::Event, out: &mut Outputs<A>) {
        match e {
            bss::Event::Ready { .. } => {
                self.events.push_back(Event::Cell);
                if self.wants {
                    self.gmm(now, ms::In::Attach(self.config.cell.rai), out);
                }
            }
            bss::Event::Down { .. } | bss::Event::Failed { .. } => {
                self.events.push_back(Event::NoCell);
            }
            bss::Event::Llc { tlli, llc, .. } => self.downlink(now, tlli, &llc, out),
            bss::Event::Flush { .. } | bss::Event::Suspension(_) => {}
            bss::Event::Paging(p) => self.paged(now, p.ptmsi, p.imsi.imsi(), out),
            bss::Event::Status(_) | bss::Event::Refused(_) => out.count("gb: status"),
        }
    }

    /// TS 24.008 4.7.9.1.
    fn paged<A>(&mut self, now: Now, ptmsi: Option<u32>, imsi: Option<Imsi>, out: &mut Outputs<A>) {
        let attached = self.is_attached();
        match (ptmsi, &mut self.link) {
            // any LLC frame answers it
            (Some(p), Some(link)) if self.gmm.ptmsi() == Some(p) => {
                let frame = link.llc().xid(Sapi::Gmm, &[]);
                let tlli = link.tlli();
                self.bss.uplink(now.mono, self.config.bvci, tlli, frame);
                self.gmm(now, ms::In::Traffic, out);
            }
            // the network has forgotten the P-TMSI, and with it the mobile
            (None, _) if imsi == Some(self.imsi) && attached => {
                self.restart(now, self.imsi, out);
                let cause = Some(gmm::Cause::ImplicitlyDetached);
                self.events.push_back(Event::Detached { cause });
            }
            _ => out.count("gb: paging of others"),
        }
    }

    fn downlink<A>(&mut self, now: Now, tlli: Tlli, llc: &Bytes, out: &mut Outputs<A>) {
        let Some(link) = &mut self.link else {
            return out.count("gb: for nobody");
        };
        if tlli == link.tlli() {
            // the network knows the new one
            link.release_old();
        } else if Some(tlli) != link.old_tlli() {
            return out.count("gb: for another mobile");
        }
        match link.receive(now.mono, llc) {
            Some(Up::Gmm(m)) => {
                let r = Reader::shared(&m).strict();
                // protocol discriminator 10: session management (TS 24.007 11.2.3.1.1)
                if m.first().is_some_and(|b| b & 0x0f == 0x0a) {
                    self.sm(now, session::In::Recv(sm::Message::decode(r)), out);
                } else {
                    let pdu = gmm::Pdu::decode(Direction::Down, r);
                    self.gmm(now, ms::In::Recv(pdu), out);
                }
            }
            Some(Up::Npdu { nsapi, packet }) => {
                if self.contexts.get(&nsapi).is_some_and(|c| c.1.is_some()) {
                    self.events.push_back(Event::Packet(packet));
                } else {
                    out.count("user packet of no context");
                }
            }
            Some(Up::Reply(frame)) => {
                let tlli = link.tlli();
                self.bss.uplink(now.mono, self.config.bvci, tlli, frame);
            }
            Some(Up::Other(..)) => out.count("llc: service not there"),
            Some(Up::Negotiated(_)) | None => {}
        }
    }
}

/// The base station of a cell.
fn station(config: &Config, id: CellId) -> BssStack {
    let (ns_vci, nsei) = config.ns;
    let bvci = config.bvci;
    let bss = bss::Config::new(vec![Cell { bvci, id }]);
    BssStack::new(ns_vci, nsei, config.ns_timers.clone(), bss)
}
