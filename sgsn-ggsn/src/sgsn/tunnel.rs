//! Gn and Gp: contexts at their gateways, and the packets in them.
use super::{GTP_C, GTP_U, Id, Out, Sgsn, causes, mobile::Subscribed, told::is_barred};
use diameter_s6a::machine::route::realm_of;
use engine::{Event, Now};
use gb_gmm::sm::{Cause, machine::net as session, msg::ActivatePdpContextRequest};
use gtp::{
    machine::{
        forward::{Gpdu, error_indication, gpdu, gpdu_header},
        path::{Output, RequestId},
        tunnel::{End, PdpContext},
    },
    msg::{
        Cause as Gtp, CreatePdpContextRequest, CreatePdpContextResponse, DeletePdpContextRequest,
        DeletePdpContextResponse, Message, Nsapi, Pdu, Qos, RatType, SelectionMode, TeardownInd,
        UpdatePdpContextResponse,
    },
};
use std::net::{IpAddr, SocketAddr};
use wire::{Apn, Bytes, Imsi, QosProfile};

/// What a request to a gateway was for.
#[derive(Debug, Clone)]
pub(super) enum Tag {
    /// A new context.
    Create {
        mobile: Id,
        imsi: Imsi,
        ti: u8,
        nsapi: u8,
        apn: Apn,
        local: End,
    },
    /// The end of one.
    Delete { local: End },
}

impl Sgsn {
    /// Create PDP Context Request, TS 29.060 7.3.1, where the subscription allows it.
    pub(super) fn create(
        &mut self,
        now: Now,
        id: Id,
        ti: u8,
        nsapi: u8,
        request: &ActivatePdpContextRequest,
        out: &mut Out,
    ) {
        let Some(imsi) = self.mobiles.get(&id).and_then(|m| m.gmm.imsi()) else {
            return;
        };
        let (apn, mode, gateway) = match self.select(id, imsi, request) {
            Ok(found) => found,
            Err(cause) => {
                let event = self.event(id, "sgsn.context-refused");
                out.trace(event.with("cause", cause));
                let answer = Err(cause);
                return self.session(now, id, session::In::Created { ti, answer }, out);
            }
        };
        let local = End {
            teid_control: self.teids.allocate(),
            teid_data: self.teids.allocate(),
            control: self.config.address.into(),
            user: self.config.address.into(),
        };
        let Some(m) = self.mobiles.get(&id) else {
            return;
        };
        // a mobile that leaves the quality to the network gets the usual one (TS 23.107)
        let qos = match request.qos.traffic_class() {
            Some(1..=4) => request.qos.clone(),
            _ => QosProfile::background_64k(),
        };
        let pdu = CreatePdpContextRequest {
            imsi: Some(imsi.into()),
            rai: Some(m.cell),
            recovery: Some(self.config.restart_counter),
            selection_mode: Some(mode),
            teid_data: local.teid_data,
            teid_control: Some(local.teid_control),
            nsapi: Nsapi(nsapi),
            linked_nsapi: None,
            charging_characteristics: None,
            trace_reference: None,
            trace_type: None,
            end_user_address: Some(request.pdp_address.clone().for_gtp()),
            apn: Some(apn.clone()),
            pco: request.pco.clone(),
            sgsn_control: local.control,
            sgsn_user: local.user,
            msisdn: None,
            qos: Qos {
                priority: 2,
                profile: qos,
            },
            tft: None,
            trigger_id: None,
            omc_identity: None,
            common_flags: None,
            apn_restriction: None,
            rat_type: Some(RatType::Geran),
            user_location: None,
            ms_time_zone: None,
            imei_sv: None,
            camel_charging: None,
            additional_trace: None,
            correlation_id: None,
            evolved_arp: None,
            extended_common_flags: None,
            user_csg: None,
            apn_ambr: None,
            signalling_priority: None,
            cn_operator_selection: None,
            mapped_ue_usage_type: None,
            up_function_selection: None,
            private: None,
            other: Default::default(),
        };
        let tag = Tag::Create {
            mobile: id,
            imsi,
            ti,
            nsapi,
            apn,
            local,
        };
        self.control.request(now.mono, gateway, 0, pdu, tag);
        self.control_events(now, out);
    }

    /// Which APN, by whose choice, at which gateway: TS 23.060 annex A.
    fn select(
        &self,
        id: Id,
        imsi: Imsi,
        request: &ActivatePdpContextRequest,
    ) -> Result<(Apn, SelectionMode, IpAddr), Cause> {
        let m = self.mobiles.get(&id).ok_or(Cause::NetworkFailure)?;
        if !request.pdp_address.is_ipv4() {
            return Err(Cause::UnknownPdpAddressOrType);
        }
        if is_barred(&m.data, self.is_abroad(&imsi)) {
            return Err(Cause::OperatorDeterminedBarring);
        }
        let usable: Vec<&Subscribed> = m.subscription.iter().filter(|s| s.ipv4).collect();
        let named = |n: &str| usable.iter().find(|s| s.network_id == n);
        let (network_id, mode) = match &request.apn {
            None => match usable.as_slice() {
                [only] if only.network_id != "*" => {
                    (only.network_id.clone(), SelectionMode::SUBSCRIBED)
                }
                [] => return Err(Cause::ServiceOptionNotSubscribed),
                _ => return Err(Cause::MissingOrUnknownApn),
            },
            Some(apn) => {
                let n = apn.network_id().ok_or(Cause::MissingOrUnknownApn)?;
                if named(&n).is_some() {
                    (n, SelectionMode::SUBSCRIBED)
                } else if named("*").is_some() {
                    (n, SelectionMode::MS_NOT_VERIFIED)
                } else {
                    return Err(Cause::ServiceOptionNotSubscribed);
                }
            }
        };
        let realm = realm_of(&imsi, &self.config.lengths).unwrap_or_default();
        let gateway = self.config.gateway(&realm, &network_id);
        let gateway = gateway.ok_or(Cause::MissingOrUnknownApn)?;
        if self.control.is_down(gateway) {
            return Err(Cause::NetworkFailure);
        }
        let apn = Apn::new(&network_id).ok_or(Cause::MissingOrUnknownApn)?;
        Ok((apn, mode, gateway))
    }

    /// What GTP-C wants.
    pub(super) fn control_events(&mut self, now: Now, out: &mut Out) {
        while let Some(o) = self.control.poll() {
            match o {
                Output::Send { to, bytes } => out.datagram(GTP_C, to, bytes),
                Output::Answer { tag, from, message } => match (tag, &message.pdu) {
                    (
                        Tag::Create {
                            mobile,
                            imsi,
                            ti,
                            nsapi,
                            apn,
                            local,
                        },
                        Pdu::CreatePdpContextResponse(r),
                    ) => {
                        let answer = granted(r, from.ip(), local);
                        self.created(now, mobile, (imsi, ti, nsapi, apn, local), answer, out);
                    }
                    (
                        Tag::Create {
                            mobile, ti, local, ..
                        },
                        _,
                    ) => {
                        self.not_created(now, mobile, ti, local, Cause::NetworkFailure, out);
                    }
                    (Tag::Delete { local }, _) => self.free(local),
                },
                Output::NoAnswer { tag, .. } => match tag {
                    Tag::Create {
                        mobile, ti, local, ..
                    } => {
                        self.not_created(now, mobile, ti, local, Cause::NetworkFailure, out);
                    }
                    Tag::Delete { local } => self.free(local),
                },
                Output::Request { id, message } => self.gateway_asks(now, id, &message, out),
                Output::Restarted { peer, .. } => {
                    self.lose_peer(now, peer, Cause::ReactivationRequested, out);
                }
                Output::Down { peer } => {
                    out.trace(Event::new("sgsn.path-down").with("peer", peer));
                    self.lose_peer(now, peer, Cause::NetworkFailure, out);
                }
                Output::Up { peer } => out.trace(Event::new("sgsn.path-up").with("peer", peer)),
                Output::Notice { .. } => out.count("gtp-c.notice"),
                Output::Bad { .. } => out.count("gtp-c.bad"),
                Output::Discarded(why) => out.count(why),
            }
        }
    }

    fn free(&mut self, local: End) {
        self.teids.release(local.teid_control);
        self.teids.release(local.teid_data);
    }

    fn not_created(&mut self, now: Now, id: Id, ti: u8, local: End, cause: Cause, out: &mut Out) {
        self.free(local);
        let event = self.event(id, "sgsn.context-refused");
        out.trace(event.with("cause", cause));
        let answer = Err(cause);
        self.session(now, id, session::In::Created { ti, answer }, out);
    }

    fn created(
        &mut self,
        now: Now,
        id: Id,
        (imsi, ti, nsapi, apn, local): (Imsi, u8, u8, Apn, End),
        answer: Result<Box<(End, CreatePdpContextResponse, IpAddr)>, Cause>,
        out: &mut Out,
    ) {
        let (remote, response, address) = match answer {
            Ok(granted) => *granted,
            Err(cause) => return self.not_created(now, id, ti, local, cause, out),
        };
        let qos = response.qos.clone().unwrap_or(Qos {
            priority: 2,
            profile: QosProfile::background_64k(),
        });
        let waits = self.mobiles.get(&id).and_then(|m| m.sm.state(nsapi))
            == Some(session::State::ActivePending);
        self.contexts.insert(PdpContext {
            imsi,
            nsapi,
            apn,
            local,
            remote,
            address,
            qos: qos.clone(),
            charging_id: response.charging_id.unwrap_or(0),
            extra: id,
        });
        self.control.tunnel_up(now.mono, remote.control);
        if !waits {
            // the mobile has gone on meanwhile: nobody wants it
            return self.delete(now, id, nsapi, out);
        }
        let cause = match response.cause {
            Gtp::NewPdpTypeDueToNetworkPreference => Some(Cause::PdpTypeIpv4Only),
            Gtp::NewPdpTypeDueToSingleAddressBearerOnly => Some(Cause::SingleAddressBearersOnly),
            _ => None,
        };
        let grant = session::Grant {
            qos: qos.profile,
            address: response.end_user_address,
            pco: response.pco,
            cause,
        };
        let answer = Ok(grant);
        self.session(now, id, session::In::Created { ti, answer }, out);
    }

    /// Delete PDP Context Request, TS 29.060 7.3.5, where the gateway has it.
    pub(super) fn delete(&mut self, now: Now, id: Id, nsapi: u8, out: &mut Out) {
        self.release(id, nsapi);
        let of = |c: &&PdpContext<Id>| c.extra == id && c.nsapi == nsapi;
        let Some(key) = self.contexts.iter().find(of).map(|c| c.local.teid_control) else {
            return;
        };
        let Some(c) = self.contexts.remove(key) else {
            return;
        };
        self.control.tunnel_down(c.remote.control);
        let request = DeletePdpContextRequest {
            cause: None,
            teardown: Some(TeardownInd::YES),
            nsapi: Nsapi(nsapi),
            pco: None,
            user_location: None,
            ms_time_zone: None,
            extended_common_flags: None,
            uli_timestamp: None,
            private: None,
            other: Default::default(),
        };
        let event = Event::new("sgsn.context-gone").with("imsi", c.imsi);
        out.trace(event.with("nsapi", nsapi));
        let tag = Tag::Delete { local: c.local };
        let (peer, teid) = (c.remote.control, c.remote.teid_control);
        self.control.request(now.mono, peer, teid, request, tag);
        self.control_events(now, out);
    }

    /// A context that its gateway does not have any more: the mobile is told.
    fn lose(&mut self, now: Now, key: u32, cause: Cause, out: &mut Out) {
        let Some(c) = self.contexts.remove(key) else {
            return;
        };
        self.control.tunnel_down(c.remote.control);
        self.free(c.local);
        let event = Event::new("sgsn.context-lost").with("imsi", c.imsi);
        out.trace(event.with("nsapi", c.nsapi).with("cause", cause));
        let nsapi = c.nsapi;
        self.session(now, c.extra, session::In::Deactivate { nsapi, cause }, out);
    }

    fn lose_peer(&mut self, now: Now, peer: IpAddr, cause: Cause, out: &mut Out) {
        for key in self.contexts.of_peer(peer) {
            self.lose(now, key, cause, out);
        }
    }

    /// What a gateway asks: TS 29.060 7.3.3 and 7.3.5.
    fn gateway_asks(&mut self, now: Now, id: RequestId, message: &Message, out: &mut Out) {
        let key = message.header.teid;
        let (peer, guarded) = (id.from.ip(), self.config.guards_tunnels);
        // to anybody but its gateway a context is not there
        let held = self.contexts.get(key);
        let held = held.filter(|c| c.remote.control == peer || !guarded);
        let known = held.map(|c| c.remote.teid_control);
        let teid = known.unwrap_or(0);
        match &message.pdu {
            Pdu::DeletePdpContextRequest(_) => {
                let cause = match known {
                    Some(_) => Gtp::RequestAccepted,
                    None => Gtp::NonExistent,
                };
                let response = DeletePdpContextResponse {
                    cause,
                    pco: None,
                    user_location: None,
                    ms_time_zone: None,
                    uli_timestamp: None,
                    private: None,
                    other: Default::default(),
                };
                self.control.respond(now.mono, id, teid, response);
                if known.is_some() {
                    self.lose(now, key, Cause::RegularDeactivation, out);
                }
            }
            Pdu::UpdatePdpContextRequest(_) => {
                let cause = match known {
                    Some(_) => Gtp::ServiceNotSupported,
                    None => Gtp::NonExistent,
                };
                let response = UpdatePdpContextResponse {
                    cause,
                    recovery: None,
                    teid_data: None,
                    teid_control: None,
                    charging_id: None,
                    pco: None,
                    gsn_control: None,
                    gsn_user: None,
                    alternative_gsn_control: None,
                    alternative_gsn_user: None,
                    qos: None,
                    charging_gateway: None,
                    alternative_charging_gateway: None,
                    common_flags: None,
                    apn_restriction: None,
                    user_location: None,
                    ms_time_zone: None,
                    bearer_control_mode: None,
                    ms_info_change_reporting: None,
                    direct_tunnel_flags: None,
                    evolved_arp: None,
                    csg_reporting: None,
                    apn_ambr: None,
                    private: None,
                    other: Default::default(),
                };
                self.control.respond(now.mono, id, teid, response);
            }
            _ => {
                self.control.abandon(id);
                out.count("gtp-c.request-not-served");
            }
        }
    }

    /// The quality that a context has.
    pub(super) fn qos_of(&self, id: Id, nsapi: u8) -> Option<QosProfile> {
        let of = |c: &&PdpContext<Id>| c.extra == id && c.nsapi == nsapi;
        self.contexts.iter().find(of).map(|c| c.qos.profile.clone())
    }

    /// An N-PDU of a mobile goes to its gateway.
    pub(super) fn packet_up(&mut self, id: Id, nsapi: u8, packet: &Bytes, out: &mut Out) {
        let imsi = self.mobiles.get(&id).and_then(|m| m.gmm.imsi());
        let key = imsi.and_then(|imsi| self.contexts.find(imsi, nsapi));
        let Some(c) = key.and_then(|k| self.contexts.get(k)) else {
            return out.count("sndcp.no-context");
        };
        let Ok(length) = u16::try_from(packet.len()) else {
            return out.count("sndcp.too-long");
        };
        let to = SocketAddr::new(c.remote.user, gtp::USER_PORT);
        let teid = c.remote.teid_data;
        out.datagram_with(GTP_U, to, |w| {
            gpdu_header(teid, length, w);
            w.extend_from_slice(packet);
        });
    }

    /// A datagram on the GTP-U port.
    pub(super) fn user_plane(&mut self, now: Now, from: SocketAddr, octets: &Bytes, out: &mut Out) {
        match gpdu(octets) {
            Gpdu::Tunnel { teid, skip } => {
                let key = self.contexts.by_data(teid);
                let Some(c) = key.and_then(|k| self.contexts.get(k)) else {
                    out.count("gtp-u.no-context");
                    let own = self.config.address.into();
                    let to = SocketAddr::new(from.ip(), gtp::USER_PORT);
                    return out.datagram_with(GTP_U, to, |w| error_indication(teid, own, w));
                };
                if c.remote.user != from.ip() && self.config.guards_tunnels {
                    return out.count("gtp-u.not-the-gateway");
                }
                let (id, nsapi) = (c.extra, c.nsapi);
                let packet = octets.slice(skip.min(octets.len())..);
                self.packet_down(now, id, nsapi, &packet, out);
            }
            Gpdu::Other => {
                self.user.receive(now.mono, from, octets);
                self.user_events(now, out);
            }
            Gpdu::Bad => out.count("gtp-u.bad"),
        }
    }

    /// What GTP-U wants besides G-PDUs.
    pub(super) fn user_events(&mut self, now: Now, out: &mut Out) {
        while let Some(o) = self.user.poll() {
            match o {
                Output::Send { to, bytes } => out.datagram(GTP_U, to, bytes),
                // TS 29.281 7.3.1: only the gateway itself may say that it has no such context
                Output::Notice { from, message } => match &message.pdu {
                    Pdu::ErrorIndication(e)
                        if e.gsn_address == from.ip() || !self.config.guards_tunnels =>
                    {
                        let lost = match self.config.guards_tunnels {
                            true => self.contexts.by_remote_data(from.ip(), e.teid_data),
                            false => self.contexts.by_remote_teid(e.teid_data),
                        };
                        match lost {
                            Some(key) => self.lose(now, key, Cause::ReactivationRequested, out),
                            None => out.count("gtp-u.error-indication-of-nothing"),
                        }
                    }
                    _ => out.count("gtp-u.notice"),
                },
                Output::Request { id, .. } => self.user.abandon(id),
                Output::Discarded(why) => out.count(why),
                Output::Bad { .. } => out.count("gtp-u.bad"),
                Output::Answer { .. }
                | Output::NoAnswer { .. }
                | Output::Restarted { .. }
                | Output::Down { .. }
                | Output::Up { .. } => {}
            }
        }
    }
}

/// What a response grants, or the cause that the mobile is told.
fn granted(
    r: &CreatePdpContextResponse,
    from: IpAddr,
    _: End,
) -> Result<Box<(End, CreatePdpContextResponse, IpAddr)>, Cause> {
    if !r.cause.is_acceptance() {
        return Err(causes::of_gateway(r.cause));
    }
    let (Some(teid_data), Some(teid_control), Some(address)) = (
        r.teid_data,
        r.teid_control,
        r.end_user_address.as_ref().and_then(|a| a.ipv4_address()),
    ) else {
        // TS 29.060 7.3.2: conditional on acceptance
        return Err(Cause::NetworkFailure);
    };
    let remote = End {
        teid_control,
        teid_data,
        control: r.ggsn_control.unwrap_or(from),
        user: r.ggsn_user.unwrap_or(from),
    };
    Ok(Box::new((remote, r.clone(), address.into())))
}
