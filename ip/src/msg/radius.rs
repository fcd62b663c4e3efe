//! RADIUS: accounting (RFC 2866) with the attributes of 3GPP (TS 29.061 16.4.7), and
//! [access](AccessRequest) (RFC 2865).
mod access;

pub use access::{
    AccessAccept, AccessReject, AccessRequest, access_request, access_request_holds,
    access_response, access_response_holds, password,
};

use bytes::{BufMut, Bytes, BytesMut};
use md5::{Digest, Md5};
use std::net::{IpAddr, Ipv4Addr};
use wire::{
    Element, Error, Framing, Hex, Info, Kind, Octets, Reader, Result, Slot, Text, Value,
    table::Policy,
};

/// The protocol of the tables below.
#[derive(Debug)]
pub enum Proto {}

/// The key of an attribute of 3GPP, vendor 10415.
const fn tgpp(n: u64) -> u64 {
    10415 << 32 | n
}

wire::code_points! {
    /// Acct-Status-Type, RFC 2866 5.1.
    pub struct AcctStatus(u32) {
        Start = 1, "Start";
        Stop = 2, "Stop";
        InterimUpdate = 3, "Interim-Update";
        AccountingOn = 7, "Accounting-On";
        AccountingOff = 8, "Accounting-Off";
    }
}
wire::code_points! {
    /// Service-Type, RFC 2865 5.6.
    pub struct Service(u32) { Framed = 2, "Framed"; }
}
wire::code_points! {
    /// Framed-Protocol, RFC 2865 5.7; 3GPP's value as in TS 29.061 16.4.3.
    pub struct FramedProto(u32) { Ppp = 1, "PPP"; GprsPdpContext = 7, "GPRS PDP Context"; }
}
wire::code_points! {
    /// Acct-Authentic, RFC 2866 5.6.
    pub struct Authentic(u32) { Radius = 1, "RADIUS"; Local = 2, "Local"; Remote = 3, "Remote"; }
}
wire::code_points! {
    /// Acct-Terminate-Cause, RFC 2866 5.10.
    pub struct TerminateCause(u32) {
        UserRequest = 1, "User Request";
        LostCarrier = 2, "Lost Carrier";
        IdleTimeout = 4, "Idle Timeout";
        SessionTimeout = 5, "Session Timeout";
        AdminReset = 6, "Admin Reset";
        NasError = 9, "NAS Error";
        NasRequest = 10, "NAS Request";
    }
}
wire::code_points! {
    /// NAS-Port-Type, RFC 2865 5.41.
    pub struct PortType(u32) {
        Virtual = 5, "Virtual";
        Ethernet = 15, "Ethernet";
        WirelessOther = 18, "Wireless - Other";
        Wireless80211 = 19, "Wireless - IEEE 802.11";
    }
}
wire::code_points! {
    /// 3GPP-PDP-Type, TS 29.061 16.4.7.2.
    pub struct PdpType(u32) { Ipv4 = 0, "IPv4"; Ppp = 1, "PPP"; Ipv6 = 2, "IPv6"; Ipv4v6 = 3, "IPv4v6"; }
}
wire::code_points! {
    /// 3GPP-RAT-Type, TS 29.061 16.4.7.2.
    pub struct Rat(u8) { Utran = 1, "UTRAN"; Geran = 2, "GERAN"; Wlan = 3, "WLAN"; Eutran = 6, "EUTRAN"; }
}

wire::elements! { Proto:
    UserName = 1, (), Text, "User-Name", "RFC 2865 5.1";
    UserPassword = 2, (), Octets, "User-Password", "RFC 2865 5.2";
    NasIpAddress = 4, (), Ipv4Addr, "NAS-IP-Address", "RFC 2865 5.4";
    NasPort = 5, (), u32, "NAS-Port", "RFC 2865 5.5";
    ServiceType = 6, (), Service, "Service-Type", "RFC 2865 5.6";
    FramedProtocol = 7, (), FramedProto, "Framed-Protocol", "RFC 2865 5.7";
    FramedIpAddress = 8, (), Ipv4Addr, "Framed-IP-Address", "RFC 2865 5.8";
    FramedIpNetmask = 9, (), Ipv4Addr, "Framed-IP-Netmask", "RFC 2865 5.9";
    FilterId = 11, (), Text, "Filter-Id", "RFC 2865 5.11";
    ReplyMessage = 18, (), Text, "Reply-Message", "RFC 2865 5.18";
    Class = 25, (), Octets, "Class", "RFC 2865 5.25";
    SessionTimeout = 27, (), u32, "Session-Timeout", "RFC 2865 5.27";
    IdleTimeout = 28, (), u32, "Idle-Timeout", "RFC 2865 5.28";
    CalledStationId = 30, (), Text, "Called-Station-Id", "RFC 2865 5.30";
    CallingStationId = 31, (), Text, "Calling-Station-Id", "RFC 2865 5.31";
    NasIdentifier = 32, (), Text, "NAS-Identifier", "RFC 2865 5.32";
    ProxyState = 33, (), Octets, "Proxy-State", "RFC 2865 5.33";
    AcctStatusType = 40, (), AcctStatus, "Acct-Status-Type", "RFC 2866 5.1";
    AcctDelayTime = 41, (), u32, "Acct-Delay-Time", "RFC 2866 5.2";
    AcctInputOctets = 42, (), u32, "Acct-Input-Octets", "RFC 2866 5.3";
    AcctOutputOctets = 43, (), u32, "Acct-Output-Octets", "RFC 2866 5.4";
    AcctSessionId = 44, (), Text, "Acct-Session-Id", "RFC 2866 5.5";
    AcctAuthentic = 45, (), Authentic, "Acct-Authentic", "RFC 2866 5.6";
    AcctSessionTime = 46, (), u32, "Acct-Session-Time", "RFC 2866 5.7";
    AcctInputPackets = 47, (), u32, "Acct-Input-Packets", "RFC 2866 5.8";
    AcctOutputPackets = 48, (), u32, "Acct-Output-Packets", "RFC 2866 5.9";
    AcctTerminateCause = 49, (), TerminateCause, "Acct-Terminate-Cause", "RFC 2866 5.10";
    EventTimestamp = 55, (), u32, "Event-Timestamp", "RFC 2869 5.3";
    NasPortType = 61, (), PortType, "NAS-Port-Type", "RFC 2865 5.41";
    MessageAuthenticator = 80, (), Hex<16>, "Message-Authenticator", "RFC 3579 3.2";
    TgppImsi = tgpp(1), (), Text, "3GPP-IMSI", "TS 29.061 16.4.7.2";
    TgppChargingId = tgpp(2), (), u32, "3GPP-Charging-Id", "TS 29.061 16.4.7.2";
    TgppPdpType = tgpp(3), (), PdpType, "3GPP-PDP-Type", "TS 29.061 16.4.7.2";
    TgppQosProfile = tgpp(5), (), Text, "3GPP-GPRS-Negotiated-QoS-profile", "TS 29.061 16.4.7.2";
    TgppSgsnAddress = tgpp(6), (), Ipv4Addr, "3GPP-SGSN-Address", "TS 29.061 16.4.7.2";
    TgppGgsnAddress = tgpp(7), (), Ipv4Addr, "3GPP-GGSN-Address", "TS 29.061 16.4.7.2";
    TgppImsiMccMnc = tgpp(8), (), Text, "3GPP-IMSI-MCC-MNC", "TS 29.061 16.4.7.2";
    TgppGgsnMccMnc = tgpp(9), (), Text, "3GPP-GGSN-MCC-MNC", "TS 29.061 16.4.7.2";
    TgppNsapi = tgpp(10), (), Text, "3GPP-NSAPI", "TS 29.061 16.4.7.2";
    TgppSessionStop = tgpp(11), (), Hex<1>, "3GPP-Session-Stop-Indicator", "TS 29.061 16.4.7.2";
    TgppSelectionMode = tgpp(12), (), Text, "3GPP-Selection-Mode", "TS 29.061 16.4.7.2";
    TgppChargingCharacteristics = tgpp(13), (), Text, "3GPP-Charging-Characteristics", "TS 29.061 16.4.7.2";
    TgppSgsnMccMnc = tgpp(18), (), Text, "3GPP-SGSN-MCC-MNC", "TS 29.061 16.4.7.2";
    TgppImeisv = tgpp(20), (), Text, "3GPP-IMEISV", "TS 29.061 16.4.7.2";
    TgppRatType = tgpp(21), (), Rat, "3GPP-RAT-Type", "TS 29.061 16.4.7.2";
    TgppUserLocation = tgpp(22), (), Octets, "3GPP-User-Location-Info", "TS 29.061 16.4.7.2";
}

/// Vendor-Specific, RFC 2865 5.26.
const VENDOR_SPECIFIC: u8 = 26;

impl Framing for Proto {
    type Form = ();
    const REPEATED: Policy = Policy::Keep;
    const BAD_OPTIONAL: Policy = Policy::Refuse;

    fn next<'a>(r: &mut Reader<'a>, _: &[Slot<()>]) -> Result<Element<'a>> {
        let at = r.at();
        let kind = r.u8()?;
        let mut body = length_and_body(r, kind.into())?;
        let mut key = u64::from(kind);
        if kind == VENDOR_SPECIFIC
            && let Ok((k, b)) = vendor(body)
        {
            (key, body) = (k, b);
        }
        Ok(Element {
            key,
            flags: 0,
            at,
            body,
        })
    }

    fn put(key: u64, _: u8, v: &dyn Value, w: &mut BytesMut) {
        let vendor = (key >> 32) as u32;
        if vendor == 0 {
            attribute(w, key as u8, |w| v.write(w));
        } else {
            attribute(w, VENDOR_SPECIFIC, |w| {
                w.put_u32(vendor);
                attribute(w, key as u8, |w| v.write(w));
            });
        }
    }

    fn info(key: u64) -> Option<&'static Info<()>> {
        info(key)
    }
}

/// A vendor's attribute, where it stands alone and framed as RFC 2865 5.26 proposes; else it stays
/// what it is.
fn vendor(mut body: Reader<'_>) -> Result<(u64, Reader<'_>)> {
    let vendor = u64::from(body.u32()?);
    let kind = body.u8()?;
    let inner = length_and_body(&mut body, kind.into())?;
    body.done()?;
    match vendor {
        0 => Err(body.error(Kind::BadValue(0))),
        v => Ok((v << 32 | u64::from(kind), inner)),
    }
}

fn length_and_body<'a>(r: &mut Reader<'a>, key: u64) -> Result<Reader<'a>> {
    let n = usize::from(r.u8()?);
    let named = |e: Error| e.within(key, wire::table::name::<Proto>(key));
    match n.checked_sub(2) {
        Some(n) => r.sub(n).map_err(named),
        None => Err(named(r.error(Kind::BadLength(n)))),
    }
}

/// Type, length, value; what is longer than an attribute can be is cut.
fn attribute(w: &mut BytesMut, kind: u8, body: impl FnOnce(&mut BytesMut)) {
    let start = w.len();
    w.put_slice(&[kind, 0]);
    body(w);
    let len = w.len().saturating_sub(start).min(255);
    w.truncate(start.saturating_add(len));
    if let Some(l) = w.get_mut(start.saturating_add(1)) {
        *l = len as u8;
    }
}

wire::messages! {
    AccountingRequest, "RFC 2866 4.1, TS 29.061 16.4.3" {
        req status_type: AcctStatusType;
        opt session_id: AcctSessionId;
        opt user_name: UserName;
        opt nas_ip_address: NasIpAddress;
        opt nas_identifier: NasIdentifier;
        opt nas_port_type: NasPortType;
        opt service_type: ServiceType;
        opt framed_protocol: FramedProtocol;
        opt framed_ip_address: FramedIpAddress;
        opt called_station_id: CalledStationId;
        opt calling_station_id: CallingStationId;
        opt class: Class;
        opt authentic: AcctAuthentic;
        opt delay_time: AcctDelayTime;
        opt session_time: AcctSessionTime;
        opt input_octets: AcctInputOctets;
        opt output_octets: AcctOutputOctets;
        opt input_packets: AcctInputPackets;
        opt output_packets: AcctOutputPackets;
        opt terminate_cause: AcctTerminateCause;
        opt event_timestamp: EventTimestamp;
        opt imsi: TgppImsi;
        opt charging_id: TgppChargingId;
        opt pdp_type: TgppPdpType;
        opt qos_profile: TgppQosProfile;
        opt sgsn_address: TgppSgsnAddress;
        opt ggsn_address: TgppGgsnAddress;
        opt imsi_mcc_mnc: TgppImsiMccMnc;
        opt ggsn_mcc_mnc: TgppGgsnMccMnc;
        opt nsapi: TgppNsapi;
        opt session_stop: TgppSessionStop;
        opt selection_mode: TgppSelectionMode;
        opt charging_characteristics: TgppChargingCharacteristics;
        opt sgsn_mcc_mnc: TgppSgsnMccMnc;
        opt imeisv: TgppImeisv;
        opt rat_type: TgppRatType;
        opt user_location: TgppUserLocation;
        rep proxy_states: ProxyState;
    }
    AccountingResponse, "RFC 2866 4.2" { rep proxy_states: ProxyState; }
}

impl AccountingRequest {
    /// One with nothing but its status.
    pub fn new(status_type: AcctStatus) -> Self {
        Self {
            status_type,
            session_id: None,
            user_name: None,
            nas_ip_address: None,
            nas_identifier: None,
            nas_port_type: None,
            service_type: None,
            framed_protocol: None,
            framed_ip_address: None,
            called_station_id: None,
            calling_station_id: None,
            class: None,
            authentic: None,
            delay_time: None,
            session_time: None,
            input_octets: None,
            output_octets: None,
            input_packets: None,
            output_packets: None,
            terminate_cause: None,
            event_timestamp: None,
            imsi: None,
            charging_id: None,
            pdp_type: None,
            qos_profile: None,
            sgsn_address: None,
            ggsn_address: None,
            imsi_mcc_mnc: None,
            ggsn_mcc_mnc: None,
            nsapi: None,
            session_stop: None,
            selection_mode: None,
            charging_characteristics: None,
            sgsn_mcc_mnc: None,
            imeisv: None,
            rat_type: None,
            user_location: None,
            proxy_states: Vec::new(),
            other: wire::Other::default(),
        }
    }
}

impl AccountingResponse {
    /// The answer to `request`: its proxies' states go back in order (RFC 2866 5).
    pub fn to(request: &AccountingRequest) -> Self {
        Self {
            proxy_states: request.proxy_states.clone(),
            other: wire::Other::default(),
        }
    }
}

wire::pdus! {
    /// Packets by their code, RFC 2865 3, RFC 2866 3.
    pub enum Pdu(u8) {
        AccessRequest = 1;
        AccessAccept = 2;
        AccessReject = 3;
        AccountingRequest = 4;
        AccountingResponse = 5;
    }
}

/// What a client and its server share. It is never shown.
#[derive(Clone)]
pub struct Secret(Bytes);

impl Secret {
    /// From octets.
    pub fn new(octets: &[u8]) -> Self {
        Self(Bytes::copy_from_slice(octets))
    }

    /// What it is.
    pub(crate) fn octets(&self) -> &[u8] {
        &self.0
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret")
    }
}

/// A packet: RFC 2866 3.
#[derive(Debug, Clone, PartialEq)]
pub struct Packet {
    /// Matches answers to requests.
    pub identifier: u8,
    /// Request or Response Authenticator, as it came.
    pub authenticator: Hex<16>,
    /// What it says.
    pub pdu: Pdu,
}

/// Octets before the attributes.
const HEAD: usize = 20;
/// The longest packet, RFC 2865 3.
const LONGEST: usize = 4096;

impl Packet {
    /// Reads a packet; its authenticator is not looked at. Octets behind its length are padding.
    pub fn read(octets: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(octets);
        let (code, identifier, length) = (r.u8()?, r.u8()?, usize::from(r.u16()?));
        if !(HEAD..=LONGEST).contains(&length) {
            return Err(Error::new(Kind::BadLength(length), 2, "Length"));
        }
        let authenticator = Hex(r.array()?);
        let attributes = r.sub(length.saturating_sub(HEAD))?;
        Ok(Self {
            identifier,
            authenticator,
            pdu: Pdu::read(code, attributes)?,
        })
    }

    /// Appends the packet with the authenticator that it has.
    pub fn write(&self, w: &mut BytesMut) {
        let start = w.len();
        w.put_slice(&[self.pdu.code(), self.identifier, 0, 0]);
        w.put_slice(&self.authenticator.0);
        self.pdu.write(w);
        let length = w.len().saturating_sub(start) as u16;
        let at = start.saturating_add(2);
        if let Some(to) = w.get_mut(at..at.saturating_add(2)) {
            to.copy_from_slice(&length.to_be_bytes());
        }
    }
}

/// A request with its Request Authenticator (RFC 2866 3): to be sent.
pub fn request(identifier: u8, request: AccountingRequest, secret: &Secret) -> Bytes {
    sealed(identifier, request.into(), &[0; 16], secret)
}

/// A response with its Response Authenticator (RFC 2866 3): to be sent.
pub fn response(to: &Packet, response: AccountingResponse, secret: &Secret) -> Bytes {
    sealed(to.identifier, response.into(), &to.authenticator.0, secret)
}

/// Whether the Request Authenticator of these octets holds.
pub fn request_holds(octets: &[u8], secret: &Secret) -> bool {
    holds(octets, &[0; 16], secret)
}

/// Whether the Response Authenticator of these octets holds, as an answer to a request with this
/// authenticator.
pub fn response_holds(octets: &[u8], request_authenticator: &[u8; 16], secret: &Secret) -> bool {
    holds(octets, request_authenticator, secret)
}

fn sealed(identifier: u8, pdu: Pdu, over: &[u8; 16], secret: &Secret) -> Bytes {
    let packet = Packet {
        identifier,
        authenticator: Hex(*over),
        pdu,
    };
    let mut w = BytesMut::new();
    packet.write(&mut w);
    let sum = authenticator(&w, over, secret);
    if let (Some(to), Some(sum)) = (w.get_mut(4..HEAD), sum) {
        to.copy_from_slice(&sum);
    }
    w.freeze()
}

fn holds(octets: &[u8], over: &[u8; 16], secret: &Secret) -> bool {
    authenticator(octets, over, secret).is_some_and(|sum| octets.get(4..HEAD) == Some(&sum))
}

/// MD5 over code, identifier, length, `over`, attributes, secret.
fn authenticator(octets: &[u8], over: &[u8; 16], secret: &Secret) -> Option<[u8; 16]> {
    let length = u16::from_be_bytes(octets.get(2..4)?.try_into().ok()?);
    let mut md5 = Md5::new();
    md5.update(octets.get(..4)?);
    md5.update(over);
    md5.update(octets.get(HEAD..length.into())?);
    md5.update(&secret.0);
    Some(md5.finalize().into())
}

/// The address of a user as accounting tells it: what a discovery function believes.
impl From<&AccountingRequest> for Option<IpAddr> {
    fn from(r: &AccountingRequest) -> Self {
        r.framed_ip_address.map(IpAddr::V4)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vendor_attributes_that_do_not_stand_alone_are_kept_as_they_came() {
        let one = [26, 12, 0, 0, 0x28, 0xaf, 1, 6, b'9', b'9', b'9', b'1'];
        let two = [26, 14, 0, 0, 0x28, 0xaf, 21, 3, 2, 12, 3, b'0', 9, 9];
        let octets = [&[40, 6, 0, 0, 0, 1][..], &one, &two, &[26, 3, 7]].concat();
        let m: AccountingRequest = Reader::new(&octets).all().unwrap();
        assert_eq!(m.imsi, Some("9991".into()));
        assert_eq!(m.other.unknown.len(), 2);
        let mut w = BytesMut::new();
        m.write(&mut w);
        assert_eq!(w, octets);
    }

    #[test]
    fn authenticators() {
        // RFC 2865 7.1 has none of accounting: the sum is checked by tshark in tests/
        let secret = Secret::new(b"s");
        let m = AccountingRequest::new(AcctStatus::Start);
        let a = request(7, m, &secret);
        assert!(request_holds(&a, &secret) && !request_holds(&a, &Secret::new(b"t")));
        let p = Packet::read(&a).unwrap();
        let Pdu::AccountingRequest(m) = &p.pdu else {
            panic!("{p:?}");
        };
        let b = response(&p, AccountingResponse::to(m), &secret);
        assert!(response_holds(&b, &p.authenticator.0, &secret));
        assert!(!response_holds(&b, &[0; 16], &secret));
        for n in 0..a.len() {
            let mut bad = a.to_vec();
            bad[n] ^= 1;
            assert!(!request_holds(&bad, &secret), "octet {n}");
            assert!(!request_holds(&a[..n], &secret));
        }
    }

    #[test]
    fn an_attribute_that_is_too_long_is_cut() {
        let mut m = AccountingRequest::new(AcctStatus::Start);
        m.imsi = Some("9".repeat(400).into());
        m.user_name = Some("u".repeat(400).into());
        let a = request(7, m, &Secret::new(b"s"));
        let p = Packet::read(&a).unwrap();
        let Pdu::AccountingRequest(m) = &p.pdu else {
            panic!("{p:?}");
        };
        assert_eq!(m.user_name.as_ref().unwrap().to_string().len(), 253);
    }
}
