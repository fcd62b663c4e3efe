//! MAP: what a home network that is reached by SS7 signalling is asked and tells, TS 29.002. Which
//! home network that is, is found by the mobile global title of the IMSI (E.214): its country and
//! network code stand for MCC and MNC. Mobility is the same as by S6d.
use super::{Id, M3UA, Out, Sgsn, causes, home::Ticket};
use diameter_s6a::msg::{
    CompleteDataListIncluded, DsrFlags, GprsSubscriptionData, PdpContext, SubscriptionData, Tbcd,
};
use engine::{Event, Link, Now, Port, PortSpec, Rng, Time};
use gb_gmm::gmm::{Cause, machine::net as gmm};
use sigtran_map::{
    map::{
        machine::{Handle, Sgsn as Machine, Vectors, sgsn::Output},
        msg::{
            AddressString, AlertReason, CancelLocationArg, CancellationType,
            DeleteSubscriberDataArg, DeleteSubscriberDataRes, ErrorCode, GsnAddress,
            InsertSubscriberDataArg, InsertSubscriberDataRes, PurgeMsArg, ReadyForSmArg, ResetArg,
            SendAuthenticationInfoArg, UpdateGprsLocationArg,
        },
    },
    point::{self, Point},
    sccp::{
        machine::Numbering,
        msg::{Address, plan, ssn},
    },
    tcap::machine::Config as TcapConfig,
};
use std::{net::IpAddr, time::Duration};
use wire::{Bytes, Digits, Imsi, Octets, Plmn};

/// The home networks that are asked by MAP.
#[derive(Debug, Clone)]
pub struct Config {
    /// Our signalling point: gateways that it dials.
    pub point: point::Config,
    /// Our telephone number (SGSN number).
    pub number: Digits,
    /// Which telephone numbers stand for which networks.
    pub numbering: Numbering,
    /// The networks whose subscribers are asked about so; all where there are none.
    pub plmns: Vec<Plmn>,
    /// How many vectors are asked for at once, 1 to 5.
    pub vectors: u8,
}

impl Config {
    /// For all networks, with this number, at this signalling point.
    pub fn new(pc: u32, number: Digits) -> Self {
        Self {
            point: point::Config::new(pc, ssn::SGSN, M3UA),
            number,
            numbering: Numbering::default(),
            plmns: Vec::new(),
            vectors: 1,
        }
    }
}

/// Signalling point and dialogues.
#[derive(Debug)]
pub(super) struct Door {
    config: Config,
    point: Point,
    machine: Machine<Address, Ticket>,
}

impl Door {
    pub(super) fn new(config: Config, patience: Duration, rng: &Rng) -> Self {
        Self {
            point: Point::new(config.point.clone(), &mut rng.stream("sccp")),
            machine: Machine::new(TcapConfig::default(), rng.stream("tcap")).with_timer(patience),
            config,
        }
    }

    pub(super) fn ports(&self) -> Vec<PortSpec> {
        self.point.ports()
    }

    pub(super) fn due(&self) -> Option<Time> {
        let both = [self.point.due(), self.machine.due()];
        both.into_iter().flatten().min()
    }

    fn own(&self) -> Address {
        Address::by_number(plan::E164, &self.config.number, ssn::SGSN)
    }

    fn number(&self) -> AddressString {
        AddressString::international(&self.config.number)
    }
}

/// The HLR with this number: `home` of a mobile, with a + before it.
fn hlr(home: &str) -> Option<Address> {
    let number = Digits::new(home.strip_prefix('+')?)?;
    Some(Address::by_number(plan::E164, &number, ssn::HLR))
}

impl Sgsn {
    /// Whether a subscriber's home network is asked by MAP.
    pub(super) fn by_map(&self, imsi: Imsi) -> bool {
        let plmn = imsi.plmn(&self.config.lengths);
        self.map.as_ref().is_some_and(|d| {
            let list = &d.config.plmns;
            list.is_empty() || plmn.is_some_and(|p| list.contains(&p))
        })
    }

    pub(super) fn map_usable(&self, name: &str) -> bool {
        self.map.as_ref().is_some_and(|d| d.point.is_open(name))
    }

    pub(super) fn map_owns(&self, link: Link) -> bool {
        self.map.as_ref().is_some_and(|d| d.point.owns(link))
    }

    pub(super) fn map_owns_port(&self, port: Port) -> bool {
        self.map.as_ref().is_some_and(|d| d.point.owns_port(port))
    }

    /// Lets the signalling point do something, and does what follows.
    pub(super) fn with_point(
        &mut self,
        now: Now,
        out: &mut Out,
        act: impl FnOnce(&mut Point, &mut Out),
    ) {
        let Some(door) = &mut self.map else { return };
        act(&mut door.point, out);
        self.map_events(now, out);
    }

    /// Tells the dialogues something, and does what follows.
    fn dialogues(
        &mut self,
        now: Now,
        out: &mut Out,
        act: impl FnOnce(&mut Machine<Address, Ticket>),
    ) {
        let Some(door) = &mut self.map else { return };
        act(&mut door.machine);
        self.map_events(now, out);
    }

    pub(super) fn map_received(&mut self, now: Now, link: Link, octets: &Bytes, out: &mut Out) {
        self.with_point(now, out, |p, out| p.received(now, link, octets, out));
    }

    pub(super) fn map_timer(&mut self, now: Now, out: &mut Out) {
        let due = |d: &Door| d.machine.due().is_some_and(|t| t <= now.mono);
        if self.map.as_ref().is_some_and(due) {
            self.dialogues(now, out, |m| m.timer(now.mono));
        }
        self.with_point(now, out, |p, out| p.timer(now, out));
    }

    fn map_events(&mut self, now: Now, out: &mut Out) {
        loop {
            let Some(door) = &mut self.map else { return };
            if let Some(e) = door.point.poll() {
                match e {
                    point::Event::Unitdata { calling, data, .. } => {
                        door.machine.receive(now.mono, calling, &data);
                    }
                    point::Event::Returned { data, .. } => {
                        out.count("map.came-back");
                        door.machine.returned(now.mono, &data);
                    }
                    point::Event::Open(name) => {
                        out.trace(Event::new("map.open").with("peer", name));
                    }
                    point::Event::Closed(name) => {
                        out.trace(Event::new("map.closed").with("peer", name));
                    }
                }
                continue;
            }
            match door.machine.poll() {
                None => return,
                Some(Output::Send { to, octets }) => {
                    let own = door.own();
                    door.point.send(now, &to, &own, &octets, out);
                }
                Some(o) => self.map_output(now, o, out),
            }
        }
    }

    fn map_output(&mut self, now: Now, o: Output<Address, Ticket>, out: &mut Out) {
        match o {
            Output::Send { .. } => {}
            Output::Authenticated { token, outcome } => match (token, outcome) {
                (Ticket::Vectors(id), Ok(vectors)) => {
                    let vectors = vectors_of(vectors);
                    self.mobility(now, id, gmm::In::Vectors(Ok(vectors)), out);
                }
                (token, Ok(_)) => self.failed(now, token, Cause::NetworkFailure, out),
                (token, Err(why)) => self.map_failed(now, token, &why, out),
            },
            Output::Updated { token, outcome } => match (token, outcome) {
                (Ticket::Location(id) | Ticket::Again(id), Ok(r)) => {
                    let number = r.hlr_number.digits();
                    if let Some(mobile) = self.mobiles.get_mut(&id) {
                        mobile.home = number.map(|n| format!("+{n}").into());
                    }
                    if matches!(token, Ticket::Location(_)) {
                        return self.mobility(now, id, gmm::In::Location(Ok(())), out);
                    }
                    let event = self.event(id, "sgsn.located-again");
                    out.trace(event);
                    self.subscription_changed(now, id, out);
                }
                // a subscription for which there is no mobile
                (_, Ok(_)) => {}
                (token, Err(why)) => self.map_failed(now, token, &why, out),
            },
            Output::Purged { token, outcome } => {
                if let Err(why) = outcome {
                    self.map_failed(now, token, &why, out);
                }
            }
            Output::ReadyTold { token, outcome } => {
                if let Err(why) = outcome {
                    self.map_failed(now, token, &why, out);
                }
            }
            Output::Insert { handle, imsi, data } => self.map_insert(now, handle, imsi, &data, out),
            Output::Delete { handle, data } => self.map_delete(now, handle, &data, out),
            Output::Cancel {
                handle,
                imsi,
                argument,
            } => self.map_cancelled(now, handle, imsi, &argument, out),
            Output::Reset { from, argument } => self.map_reset(&from, &argument, out),
        }
    }

    fn map_failed(
        &mut self,
        now: Now,
        token: Ticket,
        why: &sigtran_map::map::machine::Failure,
        out: &mut Out,
    ) {
        out.trace(Event::new("map.failed").with("why", why));
        let cause = causes::of_map(why, self.config.unknown_user);
        self.failed(now, token, cause, out);
    }

    /// SendAuthenticationInfo, TS 29.002 25.5.
    pub(super) fn map_vectors(
        &mut self,
        now: Now,
        ticket: Ticket,
        imsi: Imsi,
        resync: Option<([u8; 16], [u8; 14])>,
        out: &mut Out,
    ) {
        let Some(door) = &self.map else { return };
        let to = door.config.numbering.home_of(&imsi, ssn::HLR);
        let argument = SendAuthenticationInfoArg::sgsn(imsi, door.config.vectors.clamp(1, 5));
        let argument = match resync {
            Some((rand, auts)) => argument.resynchronise(rand, auts),
            None => argument,
        };
        self.dialogues(now, out, |m| m.authenticate(now.mono, to, ticket, argument));
    }

    /// UpdateGprsLocation, TS 29.002 19.1.1.8.
    pub(super) fn map_location(&mut self, now: Now, ticket: Ticket, imsi: Imsi, out: &mut Out) {
        let Some(door) = &self.map else { return };
        let to = door.config.numbering.home_of(&imsi, ssn::HLR);
        let address = GsnAddress::from(IpAddr::V4(self.config.address));
        let argument = UpdateGprsLocationArg::new(imsi, door.number(), address);
        self.dialogues(now, out, |m| {
            m.update_location(now.mono, to, ticket, argument)
        });
    }

    /// PurgeMS, TS 29.002 19.1.4, to the HLR that has the mobile here.
    pub(super) fn map_purge(&mut self, now: Now, imsi: Imsi, home: &str, out: &mut Out) {
        let Some(door) = &self.map else { return };
        let known = hlr(home);
        let to = known.unwrap_or_else(|| door.config.numbering.home_of(&imsi, ssn::HLR));
        let argument = PurgeMsArg::new(imsi, door.number());
        self.dialogues(now, out, |m| m.purge(now.mono, to, Ticket::Purge, argument));
    }

    /// ReadyForSM, TS 29.002 12.4: the mobile can be reached again.
    pub(super) fn map_reachable(&mut self, now: Now, imsi: Imsi, home: &str, out: &mut Out) {
        let Some(to) = hlr(home) else { return };
        let argument = ReadyForSmArg {
            imsi: imsi.into(),
            reason: AlertReason::MsPresent,
            indicator: None,
            extension: None,
            other: Default::default(),
        };
        self.dialogues(now, out, |m| {
            m.ready_for_sm(now.mono, to, Ticket::Notify, argument);
        });
    }

    fn map_insert(
        &mut self,
        now: Now,
        handle: Handle,
        imsi: Imsi,
        data: &InsertSubscriberDataArg,
        out: &mut Out,
    ) {
        let Some(id) = self.map_told_of(&handle, &imsi, out) else {
            return self.map_unidentified(now, handle, out);
        };
        self.subscribe(id, |known| known.merge(&subscription(data)));
        let taken = Ok(Some(InsertSubscriberDataRes::empty().into()));
        self.dialogues(now, out, |m| m.answer(now.mono, handle, taken));
        if self.is_attached(id) {
            self.subscription_changed(now, id, out);
        }
    }

    fn map_delete(
        &mut self,
        now: Now,
        handle: Handle,
        data: &DeleteSubscriberDataArg,
        out: &mut Out,
    ) {
        let Some(id) = self.map_told_of(&handle, &data.imsi.0, out) else {
            return self.map_unidentified(now, handle, out);
        };
        let (mut flags, mut contexts) = (DsrFlags(0), Vec::new());
        if let Some(gprs) = &data.gprs {
            let all = gprs.all.is_some();
            flags = flags
                .with_complete_pdp_contexts(all)
                .with_pdp_contexts(!all);
            let list = gprs.contexts.iter().flat_map(|l| &l.items);
            contexts.extend(list.map(|c| u32::from(c.0)));
        }
        self.subscribe(id, |known| known.withdraw(flags, &contexts));
        let taken = Ok(Some(DeleteSubscriberDataRes::empty().into()));
        self.dialogues(now, out, |m| m.answer(now.mono, handle, taken));
        self.subscription_changed(now, id, out);
    }

    /// The mobile that a home network speaks of, where it is that mobile's.
    fn map_told_of(&self, handle: &Handle, imsi: &Imsi, out: &mut Out) -> Option<Id> {
        let id = self.by_imsi.get(imsi).copied()?;
        let asker = self.map.as_ref().and_then(|d| d.machine.asker(handle));
        // in a dialogue of ours it is whom we have asked
        if asker.is_some_and(|from| !self.map_is_home(from, imsi)) {
            out.count("map.not-its-home");
            return None;
        }
        Some(id)
    }

    /// Whether somebody who signs with this address is of a subscriber's home network, by its
    /// telephone number; where those of that network are not known, whether it is the HLR that has
    /// taken the location.
    fn map_is_home(&self, from: &Address, imsi: &Imsi) -> bool {
        let (Some(door), Some(number)) = (&self.map, from.gt.number()) else {
            return false;
        };
        let known = || {
            let id = self.by_imsi.get(imsi)?;
            let home = self.mobiles.get(id)?.home.as_ref()?.as_str()?;
            Some(home.strip_prefix('+')? == number.to_string())
        };
        let of = door.config.numbering.is_of(&number, imsi);
        self.by_map(*imsi) && of.or_else(known).unwrap_or(false)
    }

    fn map_unidentified(&mut self, now: Now, handle: Handle, out: &mut Out) {
        let nobody = Err(ErrorCode::UnidentifiedSubscriber.into());
        self.dialogues(now, out, |m| m.answer(now.mono, handle, nobody));
    }

    /// CancelLocation: the subscriber is somewhere else now, or nobody's any more.
    fn map_cancelled(
        &mut self,
        now: Now,
        handle: Handle,
        imsi: Imsi,
        argument: &CancelLocationArg,
        out: &mut Out,
    ) {
        // an SGSN that does not have it (any more) has it cancelled all the same
        let here = self.by_imsi.contains_key(&imsi);
        let id = self.map_told_of(&handle, &imsi, out);
        let answer = match id.is_none() && here {
            // of the errors that 8.1.3 allows the one that fits
            true => Err(ErrorCode::UnexpectedDataValue.into()),
            false => Ok(None),
        };
        self.dialogues(now, out, |m| m.answer(now.mono, handle, answer));
        let Some(id) = id else {
            return out.count("map.cancel-of-nobody");
        };
        out.trace(Event::new("sgsn.cancelled").with("imsi", imsi));
        // the home network knows that it is not here: no purge
        if let Some(mobile) = self.mobiles.get_mut(&id) {
            mobile.home = None;
        }
        match argument.cancellation_type {
            Some(CancellationType::SubscriptionWithdraw) => self.detach(now, id, false, out),
            // it is registered elsewhere: nothing to tell it here
            _ => self.forget(now, id, out),
        }
    }

    /// Reset: whoever's home network may have forgotten it is told of again when it is heard next.
    fn map_reset(&mut self, from: &Address, r: &ResetArg, out: &mut Out) {
        let home = r.hlr_number.digits().map(|n| format!("+{n}"));
        let ids = r.hlr_list.as_ref().map(|l| &l.items);
        let mut count = 0u32;
        let of = |i: &&Imsi| self.map_is_home(from, i);
        let its: Vec<Imsi> = self.by_imsi.keys().filter(of).copied().collect();
        for imsi in &its {
            let Some(id) = self.by_imsi.get(imsi) else {
                continue;
            };
            let named = ids.is_none_or(|l| l.iter().any(|i| i.matches(imsi)));
            let same = |h: &wire::Text| home.as_deref() == h.as_str();
            let meant = |m: &&mut super::Mobile| named && m.home.as_ref().is_some_and(same);
            if let Some(m) = self.mobiles.get_mut(id).filter(meant) {
                m.confirmed = false;
                count = count.saturating_add(1);
            }
        }
        let event = Event::new("sgsn.home-reset").with("home", home.unwrap_or_default());
        out.trace(event.with("mobiles", count));
    }
}

fn vectors_of(all: Vectors) -> Vec<gmm::Vector> {
    match all {
        Vectors::Quintuplets(list) => list
            .iter()
            .map(|q| gmm::Vector {
                rand: q.rand.0,
                xres: q.xres.0.clone(),
                autn: Some(q.autn.0),
            })
            .collect(),
        Vectors::Triplets(list) => list
            .iter()
            .map(|t| gmm::Vector {
                rand: t.rand.0,
                xres: Octets::copy(&t.sres.0),
                autn: None,
            })
            .collect(),
    }
}

/// Subscriber data as S6d has it (TS 29.305 annex A).
fn subscription(data: &InsertSubscriberDataArg) -> SubscriptionData {
    let context = |c: &sigtran_map::map::msg::PdpContext| PdpContext {
        context_identifier: c.id.into(),
        pdp_type: c.pdp_type,
        // TS 29.272 7.3.77: QoS-Subscribed and what extends it, one after the other
        qos_subscribed: {
            let ext = c.ext_qos.as_ref().map(|e| &e[..]).unwrap_or_default();
            [&c.qos.0[..], ext].concat().into()
        },
        service_selection: c.apn.text().unwrap_or_default().into(),
        ..Default::default()
    };
    SubscriptionData {
        msisdn: data
            .msisdn
            .as_ref()
            .and_then(|n| Some(Tbcd::new(&n.digits()?))),
        gprs_subscription_data: data.gprs.as_ref().map(|g| GprsSubscriptionData {
            complete_data_list_included_indicator: match g.complete {
                Some(_) => CompleteDataListIncluded::AllPdpContextsIncluded,
                None => CompleteDataListIncluded::ModifiedAddedPdpContextsIncluded,
            },
            pdp_context: g.list.items.iter().map(context).collect(),
            other: Default::default(),
        }),
        ..Default::default()
    }
}
