//! The forwarding table: user packets between a tunnel and the packet data network, past the state
//! machines (TS 29.281 4.2, 5; TS 29.061 for the filter).
//!
//! From a tunnel: the G-PDU's header is stripped, the inner source address must be the context's,
//! the inner destination one that the context's filter allows. Into a tunnel: by the inner
//! destination, from sources that the filter allows. Nothing is allocated per packet. A G-PDU to an
//! unknown tunnel is answered with an Error Indication (TS 29.060 7.3.7).
use crate::msg::kind;
use bytes::{BufMut, BytesMut};
use engine::{FastPath, Forward, Now, Port, Prefix};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    sync::Arc,
};

/// A context's row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Route {
    /// Our TEID Data I.
    pub local_teid: u32,
    /// The peer's TEID Data I.
    pub remote_teid: u32,
    /// The peer's address for user traffic.
    pub remote: IpAddr,
    /// The context's PDP address: the only inner source from the tunnel, and inner destination into it.
    pub address: IpAddr,
    /// Whom the context may talk to; nobody where it is empty.
    pub allowed: Arc<[Prefix]>,
}

/// What a context has carried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Packets from the tunnel.
    pub packets_up: u64,
    /// Their octets.
    pub octets_up: u64,
    /// Packets into the tunnel.
    pub packets_down: u64,
    /// Their octets.
    pub octets_down: u64,
}

/// Why a packet went nowhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// No such tunnel: an Error Indication went back.
    UnknownTeid,
    /// A G-PDU from a host that is not the tunnel's other end.
    WrongPeer,
    /// A header that does not fit the octets.
    BadHeader,
    /// What is inside is no IP packet.
    NotIp,
    /// An inner source address that is not the context's.
    WrongSource,
    /// An inner destination that the context may not reach.
    NotAllowed,
    /// A packet from the network for an address that no context has.
    UnknownAddress,
    /// A packet from a host that the context may not talk to.
    NotAllowedFrom,
    /// A packet too long for a G-PDU.
    TooLong,
}

impl Reason {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::UnknownTeid,
        Self::WrongPeer,
        Self::BadHeader,
        Self::NotIp,
        Self::WrongSource,
        Self::NotAllowed,
        Self::UnknownAddress,
        Self::NotAllowedFrom,
        Self::TooLong,
    ];

    /// Its name as a counter.
    pub const fn name(self) -> &'static str {
        match self {
            Self::UnknownTeid => "gtpu.drop.unknown_teid",
            Self::WrongPeer => "gtpu.drop.wrong_peer",
            Self::BadHeader => "gtpu.drop.bad_header",
            Self::NotIp => "gtpu.drop.not_ip",
            Self::WrongSource => "gtpu.drop.wrong_source",
            Self::NotAllowed => "gtpu.drop.not_allowed",
            Self::UnknownAddress => "gtpu.drop.unknown_address",
            Self::NotAllowedFrom => "gtpu.drop.not_allowed_from",
            Self::TooLong => "gtpu.drop.too_long",
        }
    }
}

/// The table.
#[derive(Debug)]
pub struct Table {
    user: Port,
    inner: Port,
    own: IpAddr,
    guarded: bool,
    routes: BTreeMap<u32, (Route, Usage)>,
    by_address: BTreeMap<IpAddr, u32>,
    dropped: BTreeMap<Reason, u64>,
}

impl Table {
    /// An empty one between the GTP-U port `user`, where our address is `own`, and the raw-IP port
    /// `inner`.
    pub fn new(user: Port, inner: Port, own: IpAddr) -> Self {
        Self {
            user,
            inner,
            own,
            guarded: true,
            routes: BTreeMap::new(),
            by_address: BTreeMap::new(),
            dropped: BTreeMap::new(),
        }
    }

    /// One that holds a packet from a tunnel neither against the tunnel's other end nor against the
    /// context's address: what a stranger guesses is as good as what the peer knows (T16).
    pub fn unguarded(self) -> Self {
        Self {
            guarded: false,
            ..self
        }
    }

    /// Adds a context, or changes the one of the same local TEID; its usage goes on.
    pub fn insert(&mut self, route: Route) {
        let usage = self.remove(route.local_teid).unwrap_or_default();
        self.by_address.insert(route.address, route.local_teid);
        self.routes.insert(route.local_teid, (route, usage));
    }

    /// Removes a context; what it has carried.
    pub fn remove(&mut self, local_teid: u32) -> Option<Usage> {
        let (route, usage) = self.routes.remove(&local_teid)?;
        if self.by_address.get(&route.address) == Some(&local_teid) {
            self.by_address.remove(&route.address);
        }
        Some(usage)
    }

    /// What a context has carried.
    pub fn usage(&self, local_teid: u32) -> Option<Usage> {
        self.routes.get(&local_teid).map(|r| r.1)
    }

    /// How many packets went nowhere, by reason.
    pub fn dropped(&self, reason: Reason) -> u64 {
        self.dropped.get(&reason).copied().unwrap_or(0)
    }

    /// All drop counters that are not 0.
    pub fn counters(&self) -> impl Iterator<Item = (&'static str, u64)> + '_ {
        self.dropped.iter().map(|(r, n)| (r.name(), *n))
    }

    fn drop(&mut self, reason: Reason) -> Forward {
        let n = self.dropped.entry(reason).or_default();
        *n = n.saturating_add(1);
        Forward::Drop
    }

    fn up(&mut self, from: SocketAddr, packet: &[u8], head: &mut BytesMut) -> Forward {
        let (teid, skip) = match gpdu(packet) {
            Gpdu::Tunnel { teid, skip } => (teid, skip),
            Gpdu::Other => return Forward::Slow,
            Gpdu::Bad => return self.drop(Reason::BadHeader),
        };
        let Some((route, usage)) = self.routes.get_mut(&teid) else {
            self.drop(Reason::UnknownTeid);
            error_indication(teid, self.own, head);
            return Forward::To {
                port: self.user,
                to: Some(SocketAddr::new(from.ip(), crate::USER_PORT)),
                skip: packet.len(),
            };
        };
        if self.guarded && from.ip() != route.remote {
            return self.drop(Reason::WrongPeer);
        }
        let inner = packet.get(skip..).unwrap_or(&[]);
        let Some((source, destination)) = addresses(inner) else {
            return self.drop(Reason::NotIp);
        };
        if self.guarded && source != route.address {
            return self.drop(Reason::WrongSource);
        }
        if !route.allowed.iter().any(|p| p.contains(destination)) {
            return self.drop(Reason::NotAllowed);
        }
        usage.packets_up = usage.packets_up.saturating_add(1);
        usage.octets_up = usage.octets_up.saturating_add(inner.len() as u64);
        Forward::To {
            port: self.inner,
            to: None,
            skip,
        }
    }

    fn down(&mut self, packet: &[u8], head: &mut BytesMut) -> Forward {
        let Some((source, destination)) = addresses(packet) else {
            return self.drop(Reason::NotIp);
        };
        let Some(teid) = self.by_address.get(&destination) else {
            return self.drop(Reason::UnknownAddress);
        };
        let Some((route, usage)) = self.routes.get_mut(teid) else {
            return self.drop(Reason::UnknownAddress);
        };
        if !route.allowed.iter().any(|p| p.contains(source)) {
            return self.drop(Reason::NotAllowedFrom);
        }
        let Ok(length) = u16::try_from(packet.len()) else {
            return self.drop(Reason::TooLong);
        };
        gpdu_header(route.remote_teid, length, head);
        usage.packets_down = usage.packets_down.saturating_add(1);
        usage.octets_down = usage.octets_down.saturating_add(packet.len() as u64);
        Forward::To {
            port: self.user,
            to: Some(SocketAddr::new(route.remote, crate::USER_PORT)),
            skip: 0,
        }
    }
}

impl FastPath for Table {
    fn forward(
        &mut self,
        _: Now,
        port: Port,
        from: SocketAddr,
        packet: &[u8],
        head: &mut BytesMut,
    ) -> Forward {
        if port == self.user {
            self.up(from, packet, head)
        } else if port == self.inner {
            self.down(packet, head)
        } else {
            Forward::Slow
        }
    }
}

/// What a datagram on the GTP-U port is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Gpdu {
    /// A user packet behind `skip` octets of header.
    Tunnel {
        /// The tunnel.
        teid: u32,
        /// Octets of the header.
        skip: usize,
    },
    /// Another message, or one that only the path can answer.
    Other,
    /// A G-PDU whose header does not fit its octets.
    Bad,
}

/// Looks at the header of a datagram of GTP-U without allocating, TS 29.281 5.
pub fn gpdu(datagram: &[u8]) -> Gpdu {
    let Some((fixed, rest)) = datagram.split_first_chunk::<8>() else {
        return Gpdu::Other;
    };
    let [flags, code, l1, l2, t1, t2, t3, t4] = *fixed;
    if flags & 0xf0 != 0x30 || code != kind::G_PDU {
        return Gpdu::Other;
    }
    if usize::from(u16::from_be_bytes([l1, l2])) != rest.len() {
        return Gpdu::Bad;
    }
    let teid = u32::from_be_bytes([t1, t2, t3, t4]);
    if flags & 7 == 0 {
        return Gpdu::Tunnel { teid, skip: 8 };
    }
    let Some((&[.., mut next], mut rest)) = rest.split_first_chunk::<4>() else {
        return Gpdu::Bad;
    };
    while flags & 4 != 0 && next != 0 {
        // who must understand it and does not tells so: the path does. PDCP numbers may be skipped
        if next & 0x80 != 0 && next != 0xc0 {
            return Gpdu::Other;
        }
        let n = usize::from(rest.first().copied().unwrap_or(0)).saturating_mul(4);
        let Some((extension, behind)) = rest.split_at_checked(n) else {
            return Gpdu::Bad;
        };
        let Some(last) = extension.last() else {
            return Gpdu::Bad;
        };
        (next, rest) = (*last, behind);
    }
    Gpdu::Tunnel {
        teid,
        skip: datagram.len().saturating_sub(rest.len()),
    }
}

/// Appends the header of a G-PDU that carries `length` octets.
pub fn gpdu_header(teid: u32, length: u16, head: &mut BytesMut) {
    head.put_slice(&[0x30, kind::G_PDU]);
    head.put_u16(length);
    head.put_u32(teid);
}

/// Appends an Error Indication for a tunnel that we do not have, TS 29.281 7.3.1.
pub fn error_indication(teid: u32, own: IpAddr, head: &mut BytesMut) {
    let pdu = crate::msg::ErrorIndication {
        teid_data: teid,
        gsn_address: own,
        private: None,
        other: Default::default(),
    };
    crate::msg::Message::request(0, 0, pdu).write(head);
}

/// Source and destination of an IP packet that is as long as it says.
fn addresses(packet: &[u8]) -> Option<(IpAddr, IpAddr)> {
    let v4 = |at: usize| Some(IpAddr::from(*packet.get(at..)?.first_chunk::<4>()?));
    let v6 = |at: usize| Some(IpAddr::from(*packet.get(at..)?.first_chunk::<16>()?));
    let length = |at: usize| {
        let octets = packet.get(at..)?.first_chunk::<2>()?;
        Some(usize::from(u16::from_be_bytes(*octets)))
    };
    let first = packet.first()?;
    match first.wrapping_shr(4) {
        4 => {
            let head = usize::from(first & 15).saturating_mul(4);
            let whole = length(2)?;
            (20 <= head && head <= whole && whole <= packet.len())
                .then(|| Some((v4(12)?, v4(16)?)))?
        }
        6 if length(4)?.saturating_add(40) <= packet.len() => Some((v6(8)?, v6(24)?)),
        _ => None,
    }
}
