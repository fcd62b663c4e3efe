//! Which subscriber has which address, told to a RADIUS accounting server: TS 29.061 16.
use super::{Context, config::Accounting};
use bytes::Bytes;
use engine::{Now, Time};
use gtp::machine::forward::Usage;
use ip::{
    machine::radius::{Client, Dropped},
    msg::radius::{
        AccountingRequest, AcctStatus, FramedProto, PdpType, PortType, Rat, Service, TerminateCause,
    },
};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use wire::Hex;

/// What was reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Notice {
    /// The node itself.
    Node,
    /// The start of the context with this control TEID.
    Start(u32),
    /// The end of one.
    Stop,
}

/// Reports, and repeats itself until it is answered.
#[derive(Debug)]
pub(super) struct Reporter {
    client: Client<Notice>,
    own: Ipv4Addr,
}

impl Reporter {
    pub(super) fn new(config: &Accounting, own: Ipv4Addr, first: u8) -> Self {
        let secret = config.secret.clone();
        Self {
            client: Client::new(config.server, secret, config.retry, first),
            own,
        }
    }

    /// Accounting-On, TS 29.061 16.4.5: whatever the server remembers of us is void.
    pub(super) fn on(&mut self, now: Now) {
        self.node(now, AcctStatus::AccountingOn);
    }

    /// Accounting-Off, TS 29.061 16.4.6.
    pub(super) fn off(&mut self, now: Now) {
        self.node(now, AcctStatus::AccountingOff);
    }

    fn node(&mut self, now: Now, status: AcctStatus) {
        let mut request = AccountingRequest::new(status);
        request.nas_ip_address = Some(self.own);
        request.event_timestamp = Some(now.utc.secs() as u32);
        self.client.send(now.mono, request, Notice::Node);
    }

    /// Accounting-Request Start, TS 29.061 16.4.3.
    pub(super) fn start(&mut self, now: Now, context: &Context) {
        let request = self.of_context(now, AcctStatus::Start, context);
        let notice = Notice::Start(context.local.teid_control);
        self.client.send(now.mono, request, notice);
    }

    /// Accounting-Request Stop, TS 29.061 16.4.4, with what the context has carried.
    pub(super) fn stop(
        &mut self,
        now: Now,
        context: &Context,
        usage: Usage,
        ended: TerminateCause,
    ) {
        let mut request = self.of_context(now, AcctStatus::Stop, context);
        request.session_time = Some((now.mono - context.extra.since).as_secs() as u32);
        request.input_octets = Some(usage.octets_up as u32);
        request.output_octets = Some(usage.octets_down as u32);
        request.input_packets = Some(usage.packets_up as u32);
        request.output_packets = Some(usage.packets_down as u32);
        request.terminate_cause = Some(ended);
        request.session_stop = Some(Hex([0xff]));
        self.client.send(now.mono, request, Notice::Stop);
    }

    fn of_context(&self, now: Now, status: AcctStatus, c: &Context) -> AccountingRequest {
        let v4 = |a: IpAddr| match a {
            IpAddr::V4(a) => Some(a),
            IpAddr::V6(_) => None,
        };
        // TS 29.061 16.4.3: the GGSN's address and the charging id, as hexadecimal digits
        let session = format!("{:08X}{:08X}", self.own.to_bits(), c.charging_id);
        let imsi = c.imsi.to_string();
        let apn = c.apn.network_id().map(Into::into);
        AccountingRequest {
            session_id: Some(session.into()),
            user_name: Some(imsi.as_str().into()),
            nas_ip_address: Some(self.own),
            nas_port_type: Some(PortType::WirelessOther),
            service_type: Some(Service::Framed),
            framed_protocol: Some(FramedProto::GprsPdpContext),
            framed_ip_address: v4(c.address),
            called_station_id: apn,
            calling_station_id: c.extra.msisdn.as_deref().map(Into::into),
            event_timestamp: Some(now.utc.secs() as u32),
            imsi: Some(imsi.as_str().into()),
            charging_id: Some(c.charging_id),
            pdp_type: Some(PdpType::Ipv4),
            sgsn_address: v4(c.remote.control),
            ggsn_address: Some(self.own),
            nsapi: Some(format!("{:X}", c.nsapi).into()),
            selection_mode: Some(c.extra.selection_mode.to_string().into()),
            rat_type: c.extra.rat.map(Rat),
            ..AccountingRequest::new(status)
        }
    }

    pub(super) fn receive(
        &mut self,
        now: Time,
        from: SocketAddr,
        octets: &Bytes,
    ) -> Result<(), Dropped> {
        self.client.recv(now, from, octets)
    }

    pub(super) fn timer(&mut self, now: Time) {
        self.client.timer(now);
    }

    pub(super) fn due(&self) -> Option<Time> {
        self.client.due()
    }

    pub(super) fn transmit(&mut self) -> Option<(SocketAddr, Bytes)> {
        let server = self.client.server();
        Some((server, self.client.transmit()?))
    }

    pub(super) fn poll(&mut self) -> Option<(Notice, bool)> {
        let (notice, answer) = self.client.poll()?;
        Some((notice, answer.is_some()))
    }
}
