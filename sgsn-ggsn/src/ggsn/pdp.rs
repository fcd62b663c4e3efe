//! Create, Update and Delete PDP Context: TS 29.060 7.3.1 to 7.3.6.
use super::{ApnConfig, Context, Extra, Ggsn, Report, pco};
use engine::{Event, Now, Outputs};
use gtp::{
    machine::{
        forward::Route,
        path::RequestId,
        tunnel::{End, PdpContext},
    },
    msg::{
        Cause, CreatePdpContextRequest, CreatePdpContextResponse, DeletePdpContextRequest,
        DeletePdpContextResponse, ReorderingRequired, UpdatePdpContextRequest,
        UpdatePdpContextResponse,
    },
};
use ip::msg::radius::TerminateCause;
use std::{convert::Infallible, net::IpAddr};
use wire::{Apn, Imsi, PdpAddress};

/// A request that may be granted, as far as its elements tell.
struct Wanted {
    imsi: Imsi,
    apn: Apn,
    place: usize,
    remote: End,
    address: Option<std::net::Ipv4Addr>,
}

impl Ggsn {
    pub(super) fn create(
        &mut self,
        now: Now,
        id: RequestId,
        teid: u32,
        m: CreatePdpContextRequest,
        out: &mut Outputs<Infallible>,
    ) {
        let theirs = m.teid_control.unwrap_or(0);
        let granted = self.wanted(teid, &m).and_then(|wanted| {
            // 7.3.1: a context of the same IMSI and NSAPI is replaced
            if let Some(old) = self.contexts.find(wanted.imsi, m.nsapi.nsapi()) {
                self.remove(now, old, "replaced", out);
            }
            self.grant(now, &m, wanted)
        });
        match granted {
            Ok(mut context) => {
                let report = self.config.apns[context.extra.apn].report;
                let ours = context.local.teid_control;
                context.extra.reported = report != Report::Off && self.reporter.is_some();
                let waits = context.extra.reported && report == Report::Await;
                context.extra.waiting = waits.then_some(id);
                if let Some(r) = self.reporter.as_mut().filter(|_| context.extra.reported) {
                    r.start(now, &context);
                }
                self.control.tunnel_up(now.mono, context.remote.control);
                self.user.tunnel_up(now.mono, context.remote.user);
                self.contexts.insert(context);
                if !waits {
                    self.accept(now, ours, id, out);
                }
            }
            Err(cause) => {
                refused(id, cause, out);
                let response = CreatePdpContextResponse::refusal(cause);
                self.control.respond(now.mono, id, theirs, response);
            }
        }
    }

    /// What the elements alone decide, and what the APN's rules say to it.
    fn wanted(&self, teid: u32, m: &CreatePdpContextRequest) -> Result<Wanted, Cause> {
        if teid != 0 && self.contexts.get(teid).is_none() {
            return Err(Cause::NonExistent);
        }
        if m.linked_nsapi.is_some() {
            return Err(Cause::ServiceNotSupported);
        }
        // conditional elements that a first context must have
        let imsi = m.imsi.ok_or(Cause::MandatoryIeMissing)?;
        let imsi = imsi.imsi().ok_or(Cause::MandatoryIeIncorrect)?;
        let teid_control = m.teid_control.ok_or(Cause::MandatoryIeMissing)?;
        let mode = m.selection_mode.ok_or(Cause::MandatoryIeMissing)?;
        let asked = m.end_user_address.as_ref();
        let asked = asked.ok_or(Cause::MandatoryIeMissing)?;
        let apn = m.apn.clone().ok_or(Cause::MissingOrUnknownApn)?;
        let named = |a: &ApnConfig| a.is(&apn);
        let place = self.config.apns.iter().position(named);
        let place = place.ok_or(Cause::MissingOrUnknownApn)?;
        if !self.config.apns[place]
            .selection_modes
            .contains(&mode.mode())
        {
            return Err(Cause::ApnAccessDeniedNoSubscription);
        }
        let address = asked.ipv4_address();
        if !asked.is_ipv4() || address.is_none() && !asked.address.is_empty() {
            return Err(Cause::UnknownPdpAddressOrPdpType);
        }
        let remote = End {
            teid_control,
            teid_data: m.teid_data,
            control: m.sgsn_control,
            user: m.sgsn_user,
        };
        Ok(Wanted {
            imsi,
            apn,
            place,
            remote,
            address: address.filter(|a| !a.is_unspecified()),
        })
    }

    /// Takes what the context needs.
    fn grant(
        &mut self,
        now: Now,
        m: &CreatePdpContextRequest,
        wanted: Wanted,
    ) -> Result<Context, Cause> {
        let pool = &mut self.pools[wanted.place];
        if pool.occupied() >= self.config.apns[wanted.place].most {
            return Err(Cause::NoResourcesAvailable);
        }
        let address = match wanted.address {
            Some(fixed) if pool.take(fixed) => fixed,
            Some(_) => return Err(Cause::UnknownPdpAddressOrPdpType),
            None => {
                let free = pool.allocate();
                free.ok_or(Cause::AllDynamicPdpAddressesAreOccupied)?
            }
        };
        self.charging_id = self.charging_id.wrapping_add(1).max(1);
        Ok(PdpContext {
            imsi: wanted.imsi,
            nsapi: m.nsapi.nsapi(),
            apn: wanted.apn,
            local: End {
                teid_control: self.teids.allocate(),
                teid_data: self.teids.allocate(),
                control: self.config.address.into(),
                user: self.config.address.into(),
            },
            remote: wanted.remote,
            address: address.into(),
            qos: m.qos.clone(),
            charging_id: self.charging_id,
            extra: Extra {
                apn: wanted.place,
                since: now.mono,
                waiting: None,
                reported: false,
                msisdn: m
                    .msisdn
                    .as_ref()
                    .and_then(|n| n.digits())
                    .map(|d| d.to_string()),
                selection_mode: m.selection_mode.map_or(0, |s| s.mode()),
                rat: m.rat_type.map(|r| r.0),
                pco: m
                    .pco
                    .as_ref()
                    .and_then(|p| pco::answer(p, &self.config.apns[wanted.place].dns)),
            },
        })
    }

    /// The accounting server has answered the Start of a context, or never will.
    pub(super) fn reported(
        &mut self,
        now: Now,
        teid: u32,
        answered: bool,
        out: &mut Outputs<Infallible>,
    ) {
        let mut waiting = None;
        self.contexts
            .update(teid, |c| waiting = c.extra.waiting.take());
        let (Some(id), Some(c)) = (waiting, self.contexts.get(teid)) else {
            return;
        };
        if answered {
            self.accept(now, teid, id, out);
        } else {
            let theirs = c.remote.teid_control;
            let cause = Cause::SystemFailure;
            refused(id, cause, out);
            let response = CreatePdpContextResponse::refusal(cause);
            self.control.respond(now.mono, id, theirs, response);
            self.remove(now, teid, "accounting unanswered", out);
        }
    }

    /// Opens the way for user packets, and tells the SGSN.
    fn accept(&mut self, now: Now, teid: u32, id: RequestId, out: &mut Outputs<Infallible>) {
        let Some(c) = self.contexts.get(teid) else {
            return;
        };
        let response = CreatePdpContextResponse {
            reordering_required: Some(ReorderingRequired::NO),
            recovery: Some(self.config.restart_counter),
            teid_data: Some(c.local.teid_data),
            teid_control: Some(c.local.teid_control),
            nsapi: Some(gtp::msg::Nsapi(c.nsapi)),
            charging_id: Some(c.charging_id),
            end_user_address: Some(end_user_address(c.address)),
            ggsn_control: Some(c.local.control),
            ggsn_user: Some(c.local.user),
            qos: Some(c.qos.clone()),
            pco: c.extra.pco.clone(),
            ..CreatePdpContextResponse::refusal(Cause::RequestAccepted)
        };
        let e = Event::new("pdp.created").with("imsi", c.imsi);
        let e = e.with("nsapi", c.nsapi).with("apn", &c.apn);
        out.trace(e.with("address", c.address));
        let theirs = c.remote.teid_control;
        self.table.insert(self.route(c));
        self.control.respond(now.mono, id, theirs, response);
    }

    pub(super) fn update(
        &mut self,
        now: Now,
        id: RequestId,
        teid: u32,
        m: &UpdatePdpContextRequest,
        out: &mut Outputs<Infallible>,
    ) {
        let peer = id.from.ip();
        let (theirs, response) = match self.change(now, peer, teid, m) {
            Ok(done) => done,
            Err(cause) => {
                if cause == Cause::NonExistent && self.contexts.get(teid).is_some() {
                    out.count("gtp.update_of_a_stranger");
                }
                let known = self.held_by(peer, teid, m.nsapi.nsapi());
                let theirs = known.map_or(0, |c| c.remote.teid_control);
                (theirs, UpdatePdpContextResponse::refusal(cause))
            }
        };
        self.control.respond(now.mono, id, theirs, response);
    }

    fn change(
        &mut self,
        now: Now,
        peer: IpAddr,
        teid: u32,
        m: &UpdatePdpContextRequest,
    ) -> Result<(u32, UpdatePdpContextResponse), Cause> {
        let nsapi = m.nsapi.nsapi();
        // the node that the mobile has moved to asks from an address of its own
        let moves = self.config.handover.iter().any(|p| p.contains(peer));
        let moved = self
            .contexts
            .get(teid)
            .filter(|c| moves && c.nsapi == nsapi);
        let known = self.held_by(peer, teid, nsapi).or(moved);
        let old = known.ok_or(Cause::NonExistent)?.remote;
        // mandatory from an SGSN; the table shares the message with GGSNs, 7.3.3
        let missing = Cause::MandatoryIeMissing;
        let remote = End {
            teid_control: m.teid_control.unwrap_or(old.teid_control),
            teid_data: m.teid_data.ok_or(missing)?,
            control: m.sgsn_control.ok_or(missing)?,
            user: m.sgsn_user.ok_or(missing)?,
        };
        let qos = m.qos.clone().ok_or(missing)?;
        self.contexts.update(teid, |c| {
            c.remote = remote;
            c.qos = qos;
            c.extra.rat = m.rat_type.map(|r| r.0).or(c.extra.rat);
        });
        self.control.tunnel_up(now.mono, remote.control);
        self.user.tunnel_up(now.mono, remote.user);
        self.control.tunnel_down(old.control);
        self.user.tunnel_down(old.user);
        let c = self.contexts.get(teid).ok_or(Cause::NonExistent)?;
        if c.extra.waiting.is_none() {
            self.table.insert(self.route(c));
        }
        let response = UpdatePdpContextResponse {
            recovery: Some(self.config.restart_counter),
            teid_data: Some(c.local.teid_data),
            teid_control: Some(c.local.teid_control),
            charging_id: Some(c.charging_id),
            gsn_control: Some(c.local.control),
            gsn_user: Some(c.local.user),
            qos: Some(c.qos.clone()),
            ..UpdatePdpContextResponse::refusal(Cause::RequestAccepted)
        };
        Ok((remote.teid_control, response))
    }

    pub(super) fn delete(
        &mut self,
        now: Now,
        id: RequestId,
        teid: u32,
        m: &DeletePdpContextRequest,
        out: &mut Outputs<Infallible>,
    ) {
        let known = self.held_by(id.from.ip(), teid, m.nsapi.nsapi());
        let (theirs, cause) = match known {
            Some(c) => (c.remote.teid_control, Cause::RequestAccepted),
            None => (0, Cause::NonExistent),
        };
        let response = DeletePdpContextResponse::refusal(cause);
        self.control.respond(now.mono, id, theirs, response);
        if cause == Cause::RequestAccepted {
            self.remove(now, teid, "deleted", out);
        }
    }

    /// A context goes, with its address, its TEIDs, its row for user packets; it is reported.
    pub(super) fn remove(
        &mut self,
        now: Now,
        teid: u32,
        why: &'static str,
        out: &mut Outputs<Infallible>,
    ) {
        let Some(c) = self.contexts.remove(teid) else {
            return;
        };
        let usage = self.table.remove(c.local.teid_data).unwrap_or_default();
        self.teids.release(c.local.teid_control);
        self.teids.release(c.local.teid_data);
        self.pools[c.extra.apn].release(c.address);
        self.control.tunnel_down(c.remote.control);
        self.user.tunnel_down(c.remote.user);
        if let Some(id) = c.extra.waiting {
            // its answer never went out; a repeat of the request is a new one
            self.control.abandon(id);
        }
        let ended = match why {
            "deleted" => TerminateCause::UserRequest,
            "released" => TerminateCause::AdminReset,
            "accounting unanswered" => TerminateCause::NasError,
            _ => TerminateCause::LostCarrier,
        };
        if let Some(r) = self.reporter.as_mut().filter(|_| c.extra.reported) {
            r.stop(now, &c, usage, ended);
        }
        let e = Event::new("pdp.deleted").with("imsi", c.imsi);
        let e = e.with("nsapi", c.nsapi).with("address", c.address);
        out.trace(e.with("why", why));
    }

    fn route(&self, c: &Context) -> Route {
        Route {
            local_teid: c.local.teid_data,
            remote_teid: c.remote.teid_data,
            remote: c.remote.user,
            address: c.address,
            allowed: self.allowed[c.extra.apn].clone(),
        }
    }
}

fn end_user_address(address: IpAddr) -> PdpAddress {
    match address {
        IpAddr::V4(a) => PdpAddress::ipv4(Some(a)).for_gtp(),
        // pools have none
        IpAddr::V6(_) => PdpAddress::ipv4(None).for_gtp(),
    }
}

fn refused(id: RequestId, cause: Cause, out: &mut Outputs<Infallible>) {
    let e = Event::new("pdp.refused").with("peer", id.from.ip());
    out.trace(e.with("cause", cause));
}
