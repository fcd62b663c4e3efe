//! Authentication and authorisation (RFC 2865): Access-Request with a hidden password, its answers,
//! and the Message-Authenticator of RFC 3579 3.2 over each.
use super::{HEAD, Packet, Pdu, PortType, Proto, Secret, Service, authenticator, id};
use bytes::{Bytes, BytesMut};
use hmac::{Hmac, KeyInit, Mac};
use md5::{Digest, Md5};
use std::net::Ipv4Addr;
use wire::{Hex, Octets};

wire::messages! {
    AccessRequest, "RFC 2865 4.1" {
        opt message_authenticator: MessageAuthenticator;
        opt user_name: UserName;
        opt user_password: UserPassword;
        opt nas_ip_address: NasIpAddress;
        opt nas_identifier: NasIdentifier;
        opt nas_port: NasPort;
        opt nas_port_type: NasPortType;
        opt service_type: ServiceType;
        opt calling_station_id: CallingStationId;
        rep proxy_states: ProxyState;
    }
    AccessAccept, "RFC 2865 4.2" {
        opt message_authenticator: MessageAuthenticator;
        opt user_name: UserName;
        opt framed_ip_address: FramedIpAddress;
        opt framed_ip_netmask: FramedIpNetmask;
        opt session_timeout: SessionTimeout;
        rep classes: Class;
        rep reply_messages: ReplyMessage;
        rep proxy_states: ProxyState;
    }
    AccessReject, "RFC 2865 4.3" {
        opt message_authenticator: MessageAuthenticator;
        rep reply_messages: ReplyMessage;
        rep proxy_states: ProxyState;
    }
}

/// Octets of an attribute with 16 of value.
const MESSAGE_AUTHENTICATOR: [u8; 2] = [80, 18];

impl AccessRequest {
    /// For a user at a port of an access network (RFC 2865 5.6: Framed).
    pub fn new(user: &str, nas: Ipv4Addr, port: u32, kind: PortType) -> Self {
        Self {
            message_authenticator: None,
            user_name: Some(user.into()),
            user_password: None,
            nas_ip_address: Some(nas),
            nas_identifier: None,
            nas_port: Some(port),
            nas_port_type: Some(kind),
            service_type: Some(Service::Framed),
            calling_station_id: None,
            proxy_states: Vec::new(),
            other: wire::Other::default(),
        }
    }
}

impl AccessAccept {
    /// A yes to `request` for so many seconds: its proxies' states go back in order.
    pub fn to(request: &AccessRequest, session_timeout: Option<u32>) -> Self {
        Self {
            message_authenticator: None,
            user_name: request.user_name.clone(),
            framed_ip_address: None,
            framed_ip_netmask: None,
            session_timeout,
            classes: Vec::new(),
            reply_messages: Vec::new(),
            proxy_states: request.proxy_states.clone(),
            other: wire::Other::default(),
        }
    }
}

impl AccessReject {
    /// A no to `request`, in words.
    pub fn to(request: &AccessRequest, why: &str) -> Self {
        Self {
            message_authenticator: None,
            reply_messages: vec![why.into()],
            proxy_states: request.proxy_states.clone(),
            other: wire::Other::default(),
        }
    }
}

/// An Access-Request to be sent: `authenticator` is random, the password is hidden by it and the
/// secret (RFC 2865 5.2), both are proven by the Message-Authenticator.
pub fn access_request(
    identifier: u8,
    mut request: AccessRequest,
    password: &[u8],
    authenticator: [u8; 16],
    secret: &Secret,
) -> Bytes {
    request.user_password = Some(Octets::copy(&hidden(password, &authenticator, secret)));
    request.message_authenticator = Some(Hex([0; 16]));
    let packet = Packet {
        identifier,
        authenticator: Hex(authenticator),
        pdu: request.into(),
    };
    let mut w = BytesMut::new();
    packet.write(&mut w);
    prove(&mut w, secret);
    w.freeze()
}

/// An answer to an Access-Request, to be sent; the Message-Authenticator is its first attribute,
/// so that nothing chosen by others stands before it.
pub fn access_response(to: &Packet, answer: impl Into<Pdu>, secret: &Secret) -> Bytes {
    let mut answer = answer.into();
    let zeros = Some(Hex([0; 16]));
    match &mut answer {
        Pdu::AccessAccept(a) => a.message_authenticator = zeros,
        Pdu::AccessReject(a) => a.message_authenticator = zeros,
        _ => {}
    }
    let packet = Packet {
        identifier: to.identifier,
        authenticator: to.authenticator,
        pdu: answer,
    };
    let mut w = BytesMut::new();
    packet.write(&mut w);
    prove(&mut w, secret);
    let sum = authenticator(&w, &to.authenticator.0, secret);
    if let (Some(to), Some(sum)) = (w.get_mut(4..HEAD), sum) {
        to.copy_from_slice(&sum);
    }
    w.freeze()
}

/// Whether an Access-Request bears a Message-Authenticator that holds. One without is refused: its
/// sender could be anybody (RFC 3579 3.2; what RFC 2865 alone allows can be forged).
pub fn access_request_holds(octets: &[u8], secret: &Secret) -> bool {
    proven(octets, None, secret)
}

/// Whether both authenticators of an answer to a request with this one hold.
pub fn access_response_holds(octets: &[u8], request: &[u8; 16], secret: &Secret) -> bool {
    super::response_holds(octets, request, secret) && proven(octets, Some(request), secret)
}

/// The password of a request that holds; padding taken off.
pub fn password(packet: &Packet, secret: &Secret) -> Option<Vec<u8>> {
    let Pdu::AccessRequest(r) = &packet.pdu else {
        return None;
    };
    let hidden = &r.user_password.as_ref()?.0;
    if hidden.is_empty() || hidden.len() > 128 || hidden.len() % 16 != 0 {
        return None;
    }
    let mut clear = Vec::with_capacity(hidden.len());
    let mut before: Vec<u8> = packet.authenticator.0.to_vec();
    for block in hidden.chunks(16) {
        let pad = pad(&before, secret);
        clear.extend(block.iter().zip(pad).map(|(c, b)| c ^ b));
        before = block.to_vec();
    }
    while clear.last() == Some(&0) {
        clear.pop();
    }
    Some(clear)
}

/// RFC 2865 5.2: blocks of 16, each over the pad of the block before; 128 octets at most.
fn hidden(password: &[u8], authenticator: &[u8; 16], secret: &Secret) -> Vec<u8> {
    let mut clear = password.get(..128).unwrap_or(password).to_vec();
    clear.resize(clear.len().max(1).next_multiple_of(16), 0);
    let mut hidden: Vec<u8> = Vec::with_capacity(clear.len());
    let mut before = authenticator.to_vec();
    for block in clear.chunks(16) {
        let pad = pad(&before, secret);
        before = block.iter().zip(pad).map(|(p, b)| p ^ b).collect();
        hidden.extend(&before);
    }
    hidden
}

fn pad(before: &[u8], secret: &Secret) -> [u8; 16] {
    let mut md5 = Md5::new();
    md5.update(&secret.0);
    md5.update(before);
    md5.finalize().into()
}

/// Where the value of the Message-Authenticator stands.
fn place(octets: &[u8]) -> Option<std::ops::Range<usize>> {
    let mut at = HEAD;
    loop {
        let kind = *octets.get(at)?;
        let len = *octets.get(at.checked_add(1)?)?;
        if [kind, len] == MESSAGE_AUTHENTICATOR {
            let end = at.checked_add(usize::from(len))?;
            return (end <= octets.len()).then_some(at.checked_add(2)?..end);
        }
        at = at.checked_add(usize::from(len.max(2)))?;
    }
}

/// Writes the Message-Authenticator over the packet as it is.
fn prove(w: &mut BytesMut, secret: &Secret) {
    let Some(sum) = sum(w, secret) else { return };
    if let Some(to) = place(w).and_then(|p| w.get_mut(p)) {
        to.copy_from_slice(&sum);
    }
}

fn sum(octets: &[u8], secret: &Secret) -> Option<[u8; 16]> {
    let mut mac = Hmac::<Md5>::new_from_slice(&secret.0).ok()?;
    mac.update(octets);
    Some(mac.finalize().into_bytes().into())
}

fn proven(octets: &[u8], request: Option<&[u8; 16]>, secret: &Secret) -> bool {
    let length = octets.get(2..4).and_then(|l| l.try_into().ok());
    let length = length.map_or(0, |l| usize::from(u16::from_be_bytes(l)));
    let Some(octets) = octets.get(..length) else {
        return false;
    };
    let Some(at) = place(octets) else {
        return false;
    };
    let mut zeroed = octets.to_vec();
    if let Some(value) = zeroed.get_mut(at.clone()) {
        value.fill(0);
    }
    if let (Some(to), Some(request)) = (zeroed.get_mut(4..HEAD), request) {
        to.copy_from_slice(request);
    }
    let Ok(mut mac) = Hmac::<Md5>::new_from_slice(&secret.0) else {
        return false;
    };
    mac.update(&zeroed);
    mac.verify_slice(octets.get(at).unwrap_or_default()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const AUTHENTICATOR: [u8; 16] = [7; 16];

    fn ask(password: &[u8], secret: &Secret) -> Bytes {
        let nas = Ipv4Addr::new(127, 0, 8, 1);
        let r = AccessRequest::new("line-1", nas, 1, PortType::Ethernet);
        access_request(9, r, password, AUTHENTICATOR, secret)
    }

    #[test]
    fn a_password_is_hidden_and_comes_back() {
        let secret = Secret::new(b"xyzzy5461");
        for text in ["", "arctangent", "exactly sixteen!", &"long ".repeat(20)] {
            let octets = ask(text.as_bytes(), &secret);
            assert!(text.is_empty() || !octets.windows(5).any(|w| w == &text.as_bytes()[..5]));
            let p = Packet::read(&octets).unwrap();
            assert_eq!(password(&p, &secret).unwrap(), text.as_bytes());
            assert_ne!(
                password(&p, &Secret::new(b"other")).unwrap(),
                text.as_bytes()
            );
        }
    }

    /// RFC 2865 7.1: a request of user nemo, password arctangent, secret xyzzy5461.
    #[test]
    fn the_password_of_the_standards_example() {
        let authenticator = [
            0x0f, 0x40, 0x3f, 0x94, 0x73, 0x97, 0x80, 0x57, 0xbd, 0x83, 0xd5, 0xcb, 0x98, 0xf4,
            0x22, 0x7a,
        ];
        let want = [
            0x0d, 0xbe, 0x70, 0x8d, 0x93, 0xd4, 0x13, 0xce, 0x31, 0x96, 0xe4, 0x3f, 0x78, 0x2a,
            0x0a, 0xee,
        ];
        let secret = Secret::new(b"xyzzy5461");
        assert_eq!(hidden(b"arctangent", &authenticator, &secret), want);
    }

    #[test]
    fn who_does_not_know_the_secret_proves_nothing() {
        let secret = Secret::new(b"s");
        let octets = ask(b"pw", &secret);
        assert!(access_request_holds(&octets, &secret));
        assert!(!access_request_holds(&octets, &Secret::new(b"t")));
        for n in 0..octets.len() {
            let mut bad = octets.to_vec();
            bad[n] ^= 1;
            assert!(!access_request_holds(&bad, &secret), "octet {n}");
            assert!(!access_request_holds(&octets[..n], &secret));
        }
        let p = Packet::read(&octets).unwrap();
        let Pdu::AccessRequest(r) = &p.pdu else {
            panic!("{p:?}")
        };
        for answer in [
            access_response(&p, AccessAccept::to(r, Some(60)), &secret),
            access_response(&p, AccessReject::to(r, "unknown line"), &secret),
        ] {
            assert!(access_response_holds(&answer, &AUTHENTICATOR, &secret));
            assert!(!access_response_holds(&answer, &[0; 16], &secret));
            for n in 0..answer.len() {
                let mut bad = answer.to_vec();
                bad[n] ^= 1;
                assert!(!access_response_holds(&bad, &AUTHENTICATOR, &secret));
            }
        }
    }
}
