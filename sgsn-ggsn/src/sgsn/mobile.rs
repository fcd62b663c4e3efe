//! One mobile: its link, mobility and session management, and what follows from them.
use super::{GB, Id, Out, Sgsn, cell::barred};
use diameter_s6a::msg::SubscriptionData;
use engine::{Event, Now, Time};
use gb_gmm::{
    bssgp::{sgsn::Event as Bssgp, value::Tlli},
    gmm::{
        Cause, DetachTypeDown, NetworkDetachType, Pdu,
        machine::net::{self as gmm, Why},
        msg::{AttachReject, DetachRequestDown},
    },
    llc::{
        frame::Sapi,
        machine::Side,
        xid::{Parameter, Xid},
    },
    nas::{Direction, GprsTimer, Header, Pd, tlli},
    sm::{self, machine::net as session},
    stack::{LogicalLink, SgsnOutput, Up},
};
use std::{net::SocketAddr, time::Duration};
use wire::{Bytes, Rai, Reader, Text};

/// An APN of a subscription.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Subscribed {
    /// The context's identifier, by which GSUP withdraws it.
    pub(super) id: Option<u8>,
    /// Its network identifier in lower case; `*` for any.
    pub(super) network_id: String,
    /// True for IPv4.
    pub(super) ipv4: bool,
}

/// What is known of a mobile.
#[derive(Debug)]
pub(super) struct Mobile {
    pub(super) gmm: gmm::Machine,
    pub(super) sm: session::Machine,
    link: LogicalLink,
    peer: SocketAddr,
    bvci: u16,
    pub(super) cell: Rai,
    /// The TLLIs under which it is found.
    tllis: Vec<u32>,
    /// The APNs that it may use.
    pub(super) subscription: Vec<Subscribed>,
    /// All that its home network has told on S6d.
    pub(super) data: SubscriptionData,
    /// Origin-Host of the HLR that knows it to be here.
    pub(super) home: Option<Text>,
    pub(super) msisdn: Option<wire::Digits>,
    /// Whether that HLR is sure to know; else it is told when the mobile is heard next.
    pub(super) confirmed: bool,
    /// Whether the HLR wants to be told when the mobile is heard next.
    pub(super) announce: bool,
    /// When it was heard last.
    pub(super) heard: Time,
}

impl Mobile {
    fn due(&self) -> Option<Time> {
        [self.gmm.due(), self.sm.due(), self.link.due()]
            .into_iter()
            .flatten()
            .min()
    }
}

impl Sgsn {
    /// What NS and BSSGP want.
    pub(super) fn gb_events(&mut self, now: Now, out: &mut Out) {
        while let Some(o) = self.gb.poll() {
            match o {
                SgsnOutput::Send(to, bytes) => out.datagram(GB, to, bytes),
                SgsnOutput::Ns(peer, up) => {
                    let name = if up { "sgsn.bss-up" } else { "sgsn.bss-down" };
                    out.trace(Event::new(name).with("bss", peer));
                }
                SgsnOutput::Event(
                    peer,
                    Bssgp::Llc {
                        bvci,
                        tlli,
                        cell,
                        llc,
                    },
                ) => {
                    self.uplink(now, (peer, bvci, cell.rai), tlli.0, &llc, out);
                }
                SgsnOutput::Event(_, Bssgp::Ready { bvci, cell }) => out.trace(
                    Event::new("sgsn.cell-ready")
                        .with("bvci", bvci)
                        .with("cell", cell),
                ),
                SgsnOutput::Event(_, Bssgp::Refused(_)) => out.count("gb.refused"),
                SgsnOutput::Event(..) => {}
            }
        }
    }

    /// By a TLLI, or by the P-TMSI of ours that a foreign one is made of.
    fn find(&self, t: u32) -> Option<Id> {
        let ours = || {
            let local = tlli::is_foreign(t).then(|| tlli::local(t))?;
            self.by_tlli.get(&local)
        };
        self.by_tlli.get(&t).or_else(ours).copied()
    }

    fn uplink(
        &mut self,
        now: Now,
        (peer, bvci, cell): (SocketAddr, u16, Rai),
        t: u32,
        llc: &Bytes,
        out: &mut Out,
    ) {
        let known = self.find(t);
        let id = match known {
            Some(id) => id,
            None => {
                if self.mobiles.len() >= self.config.most {
                    return out.count("sgsn.full");
                }
                self.ids = self.ids.wrapping_add(1);
                let mobile = Mobile {
                    gmm: gmm::Machine::new(self.config.gmm.clone()),
                    sm: session::Machine::new(),
                    link: LogicalLink::new(Side::Sgsn, Tlli(t)),
                    peer,
                    bvci,
                    cell,
                    tllis: vec![t],
                    subscription: Vec::new(),
                    data: SubscriptionData::default(),
                    home: None,
                    msisdn: None,
                    confirmed: true,
                    announce: false,
                    heard: now.mono,
                };
                self.mobiles.insert(self.ids, mobile);
                self.by_tlli.insert(t, self.ids);
                self.ids
            }
        };
        let Some(m) = self.mobiles.get_mut(&id) else {
            return;
        };
        (m.peer, m.bvci, m.cell) = (peer, bvci, cell);
        let up = m.link.receive(now.mono, llc);
        let strange = known.is_none() && presumes_registration(llc, up.as_ref());
        if strange || (known.is_none() && up.is_some() && is_numbered(llc)) {
            // its link is older than ours: both begin anew (TS 44.064 8.5.3.1), or it would take
            // our first frames for old ones
            m.link.llc().reset();
            let reset = Xid::new(Parameter::Reset, Bytes::new());
            let frame = m.link.llc().xid(Sapi::Gmm, &[reset]);
            self.downlink(now, id, t, frame, out);
        }
        if strange {
            self.attach_anew(now, id, t, out);
        }
        if known.is_none() && is_attach(up.as_ref()) {
            if self.attaching.len() >= self.config.attaching {
                self.congested(now, id, t, out);
                return self.forget(now, id, out);
            }
            self.attaching.insert(id);
        }
        match up {
            Some(Up::Gmm(message)) => self.layer3(now, id, t, &message, out),
            Some(Up::Npdu { nsapi, packet }) => self.packet_up(id, nsapi, &packet, out),
            Some(Up::Reply(frame)) => self.downlink(now, id, t, frame, out),
            Some(Up::Other(..)) => out.count("llc.other-sapi"),
            Some(Up::Negotiated(_)) => {}
            None => out.count("llc.dropped"),
        }
        self.heard(now, id, out);
        // whoever said nothing that makes it known is nobody
        let idle = |m: &Mobile| m.gmm.state() == gmm::State::Deregistered && m.due().is_none();
        if self.mobiles.get(&id).is_some_and(idle) {
            self.forget(now, id, out);
        }
        self.schedule(id);
    }

    /// A mobile believes itself registered, and this node does not know it: it was restarted, or has
    /// moved the mobile to another. It hears so at its first word, and attaches anew (TS 24.008
    /// 4.7.4.2).
    fn attach_anew(&mut self, now: Now, id: Id, t: u32, out: &mut Out) {
        let request = DetachRequestDown {
            detach: DetachTypeDown(0).with_detach_type(NetworkDetachType::ReAttachRequired),
            cause: Some(Cause::ImplicitlyDetached),
            other: Default::default(),
        };
        out.trace(Event::new("sgsn.unknown-mobile").with("tlli", format_args!("{t:08x}")));
        self.message(now, id, t, &Pdu::from(request).encode(), out);
    }

    /// Too many attach at a time: this one comes again after T3346 (TS 24.008 4.7.3.1.4, cause 22).
    fn congested(&mut self, now: Now, id: Id, t: u32, out: &mut Out) {
        let least = self.config.back_off;
        let span = u64::try_from(least.as_millis()).unwrap_or(u64::MAX);
        let wait = least.saturating_add(Duration::from_millis(self.rng.below(span)));
        let reject = AttachReject {
            cause: Cause::Congestion,
            t3302: None,
            t3346: Some(GprsTimer::at_least(wait)),
            other: Default::default(),
        };
        out.trace(Event::new("sgsn.congested").with("seconds", wait.as_secs()));
        self.message(now, id, t, &Pdu::from(reject).encode(), out);
    }

    fn layer3(&mut self, now: Now, id: Id, t: u32, message: &Bytes, out: &mut Out) {
        let Some(m) = self.mobiles.get_mut(&id) else {
            return;
        };
        match Header::read(&mut Reader::new(message)).map(|h| h.pd()) {
            Ok(Pd::GprsMobilityManagement) => {
                let pdu = Pdu::decode(Direction::Up, Reader::shared(message).strict());
                let cell = m.cell;
                let input = gmm::In::Recv { tlli: t, cell, pdu };
                self.mobility(now, id, input, out);
            }
            // TS 24.008 4.1.3.3: nothing of a mobile that is not registered
            Ok(Pd::GprsSessionManagement) if m.gmm.state() == gmm::State::Registered => {
                let message = sm::Message::decode(Reader::shared(message).strict());
                self.session(now, id, session::In::Recv(message), out);
            }
            Ok(Pd::GprsSessionManagement) => out.count("sm.not-registered"),
            Ok(_) => out.count("layer3.other-protocol"),
            Err(_) => out.count("layer3.too-short"),
        }
    }

    /// Tells mobility management something, and does what follows.
    pub(super) fn mobility(&mut self, now: Now, id: Id, input: gmm::In, out: &mut Out) {
        let Some(m) = self.mobiles.get_mut(&id) else {
            return;
        };
        let mut wants = Vec::new();
        m.gmm
            .handle(now.mono, &mut self.rng, &mut self.ptmsis, input, &mut wants);
        for w in wants {
            match w {
                gmm::Out::Send { tlli, pdu } => self.message(now, id, tlli, &pdu.encode(), out),
                gmm::Out::Identified(imsi) => {
                    // an attach voids whatever was there of the subscriber (TS 24.008 4.7.3.1.6 f)
                    self.session(now, id, session::In::Lost, out);
                    if let Some(old) = self.by_imsi.insert(imsi, id).filter(|old| *old != id) {
                        if let Some(o) = self.mobiles.get_mut(&old) {
                            o.home = None;
                        }
                        self.forget(now, old, out);
                    }
                    self.by_imsi.insert(imsi, id);
                }
                gmm::Out::AskVectors { imsi, resync } => {
                    match barred(&self.config.barred, &imsi, &self.config.lengths) {
                        Some(cause) => {
                            self.mobility(now, id, gmm::In::Vectors(Err(cause)), out);
                        }
                        None => self.ask_vectors(now, id, imsi, resync, out),
                    }
                }
                gmm::Out::UpdateLocation(imsi) => self.update_location(now, id, imsi, true, out),
                gmm::Out::Allocated(ptmsi) => {
                    let local = tlli::local(ptmsi);
                    self.by_tlli.insert(local, id);
                    if let Some(m) = self.mobiles.get_mut(&id) {
                        m.tllis.push(local);
                        m.link.assign(Tlli(local));
                    }
                }
                gmm::Out::Attached { imsi, ptmsi } => {
                    self.attaching.remove(&id);
                    let local = tlli::local(ptmsi);
                    if let Some(m) = self.mobiles.get_mut(&id) {
                        m.link.release_old();
                        for old in m.tllis.extract_if(.., |t| *t != local) {
                            self.by_tlli.remove(&old);
                        }
                    }
                    out.trace(Event::new("sgsn.attached").with("imsi", imsi));
                }
                gmm::Out::Updated => {
                    let event = self.event(id, "sgsn.routing-area-updated");
                    out.trace(event);
                }
                gmm::Out::Detached(why) => {
                    let event = self.event(id, "sgsn.detached");
                    out.trace(event.with("why", word(why)));
                    self.forget(now, id, out);
                }
                gmm::Out::Status(cause) => {
                    let event = self.event(id, "sgsn.gmm-status");
                    out.trace(event.with("cause", cause));
                }
            }
        }
        self.schedule(id);
    }

    /// Tells session management something, and does what follows.
    pub(super) fn session(&mut self, now: Now, id: Id, input: session::In, out: &mut Out) {
        let Some(m) = self.mobiles.get_mut(&id) else {
            return;
        };
        let mut wants = Vec::new();
        m.sm.handle(now.mono, input, &mut wants);
        for w in wants {
            match w {
                session::Out::Send(message) => {
                    if let Some(m) = self.mobiles.get(&id) {
                        let t = m.gmm.tlli();
                        self.message(now, id, t, &message.encode(), out);
                    }
                }
                session::Out::Create { ti, nsapi, request } => {
                    self.create(now, id, ti, nsapi, &request, out);
                }
                session::Out::Active { nsapi, llc_sapi } => {
                    if let Some(m) = self.mobiles.get_mut(&id) {
                        m.link.set_user_sapi(Sapi(llc_sapi));
                    }
                    let event = self.event(id, "sgsn.context-active");
                    out.trace(event.with("nsapi", nsapi));
                }
                // what was negotiated stays: the answer says so
                session::Out::Modify { ti, nsapi, .. } => {
                    let qos = self.qos_of(id, nsapi);
                    let answer = qos.ok_or(sm::Cause::UnknownPdpContext);
                    self.session(now, id, session::In::Modified { ti, answer }, out);
                }
                session::Out::Delete { nsapi } => self.delete(now, id, nsapi, out),
                session::Out::Status(cause) => {
                    let event = self.event(id, "sgsn.sm-status");
                    out.trace(event.with("cause", cause));
                }
            }
        }
        self.schedule(id);
    }

    /// Sends a GMM or SM message.
    fn message(&mut self, now: Now, id: Id, t: u32, message: &[u8], out: &mut Out) {
        if let Some(m) = self.mobiles.get_mut(&id) {
            let frame = m.link.gmm(message);
            self.downlink(now, id, t, frame, out);
        }
    }

    fn downlink(&mut self, now: Now, id: Id, t: u32, frame: Bytes, out: &mut Out) {
        let Some(m) = self.mobiles.get(&id) else {
            return;
        };
        let sent = self
            .gb
            .downlink(now.mono, m.peer, m.bvci, Tlli(t), None, frame);
        if sent.is_err() {
            out.count("gb.downlink-refused");
        }
    }

    /// An N-PDU for a mobile.
    pub(super) fn packet_down(
        &mut self,
        now: Now,
        id: Id,
        nsapi: u8,
        packet: &[u8],
        out: &mut Out,
    ) {
        let Some(m) = self.mobiles.get_mut(&id) else {
            return;
        };
        let t = m.gmm.tlli();
        match m.link.npdu(nsapi, packet) {
            Ok(frames) => {
                for frame in frames {
                    self.downlink(now, id, t, frame, out);
                }
            }
            Err(_) => out.count("sndcp.too-long"),
        }
    }

    /// Ends what the context had in the layers below.
    pub(super) fn release(&mut self, id: Id, nsapi: u8) {
        if let Some(m) = self.mobiles.get_mut(&id) {
            m.link.release(nsapi);
        }
    }

    /// Detaches a mobile by our wish.
    pub(super) fn detach(&mut self, now: Now, id: Id, again: bool, out: &mut Out) {
        let kind = if again {
            NetworkDetachType::ReAttachRequired
        } else {
            NetworkDetachType::ReAttachNotRequired
        };
        let cause = (!again).then_some(Cause::ImplicitlyDetached);
        self.mobility(now, id, gmm::In::Detach { kind, cause }, out);
    }

    /// All that is known of a mobile goes: contexts at their gateways, the registration at home.
    pub(super) fn forget(&mut self, now: Now, id: Id, out: &mut Out) {
        self.session(now, id, session::In::Lost, out);
        self.attaching.remove(&id);
        let Some(m) = self.mobiles.remove(&id) else {
            return;
        };
        self.timers.stop(&id);
        for t in m.tllis {
            if self.by_tlli.get(&t) == Some(&id) {
                self.by_tlli.remove(&t);
            }
        }
        if let Some(imsi) = m.gmm.imsi() {
            if self.by_imsi.get(&imsi) == Some(&id) {
                self.by_imsi.remove(&imsi);
            }
            if let Some(home) = m.home {
                self.purge(now, imsi, home, out);
            }
        }
    }

    fn schedule(&mut self, id: Id) {
        match self.mobiles.get(&id).and_then(Mobile::due) {
            Some(at) => self.timers.start(id, at),
            None => {
                self.timers.stop(&id);
            }
        }
    }

    pub(super) fn mobile_timer(&mut self, now: Now, id: Id, out: &mut Out) {
        let due = |at: Option<Time>| at.is_some_and(|t| t <= now.mono);
        if let Some(m) = self.mobiles.get_mut(&id) {
            if due(m.link.due()) {
                m.link.timeout(now.mono);
            }
            if due(m.sm.due()) {
                self.session(now, id, session::In::Timer, out);
            }
        }
        if self.mobiles.get(&id).is_some_and(|m| due(m.gmm.due())) {
            self.mobility(now, id, gmm::In::Timer, out);
        }
        self.schedule(id);
    }
}

/// Whether a frame is of a mobile that takes itself for registered: user data, or a message of
/// session management.
fn presumes_registration(llc: &Bytes, up: Option<&Up>) -> bool {
    match up {
        Some(Up::Gmm(message)) => Header::read(&mut Reader::new(message))
            .is_ok_and(|h| h.pd() == Pd::GprsSessionManagement),
        Some(Up::Npdu { .. }) => true,
        Some(Up::Other(..) | Up::Reply(_) | Up::Negotiated(_)) => false,
        // a segment, of which nothing can come here (TS 44.064 6.2.3: SAPI)
        None => llc
            .first()
            .is_some_and(|address| Sapi(address & 0x0f).is_user()),
    }
}

/// Whether a message is an Attach Request.
fn is_attach(up: Option<&Up>) -> bool {
    let Some(Up::Gmm(message)) = up else {
        return false;
    };
    let gmm = Header::read(&mut Reader::new(message));
    gmm.is_ok_and(|h| h.pd() == Pd::GprsMobilityManagement) && message.get(1) == Some(&0x01)
}

/// Whether this is a UI frame with another N(U) than 0 (TS 44.064 6.3.4.2).
fn is_numbered(llc: &Bytes) -> bool {
    let ui = |b: &[u8]| b[1] & 0xe0 == 0xc0 && (b[1] & 7, b[2] >> 2) != (0, 0);
    llc.get(..3).is_some_and(ui)
}

fn word(why: Why) -> String {
    match why {
        Why::Mobile => "mobile".into(),
        Why::Network => "network".into(),
        Why::Implicit => "silent".into(),
        Why::NoAnswer => "no answer".into(),
        Why::NotAuthentic => "not authentic".into(),
        Why::Refused(cause) => format!("refused: {cause}"),
    }
}
