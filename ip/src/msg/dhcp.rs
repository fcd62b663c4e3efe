//! DHCP (RFC 2131) with the options of RFC 2132 that an access network needs; others are kept as
//! they came.
use bytes::{BufMut, Bytes, BytesMut};
use serde_json::{Value as Json, json};
use std::{fmt, net::Ipv4Addr, time::Duration};
use wire::{Error, Kind, Reader, Result};

/// The server's UDP port, and the client's.
pub const PORTS: (u16, u16) = (67, 68);

/// Octets before the options: BOOTP with the magic cookie (RFC 2131 3).
const HEAD: usize = 240;
const COOKIE: [u8; 4] = [99, 130, 83, 99];
/// What a BOOTP message is at least (RFC 1542 2.1).
const LEAST: usize = 300;
/// RFC 2131 2: options in a message of the size that everybody takes.
const LONGEST: usize = 1500;

wire::code_points! {
    /// DHCP message type, RFC 2132 9.6.
    pub struct MessageType(u8) {
        Discover = 1, "DHCPDISCOVER";
        Offer = 2, "DHCPOFFER";
        Request = 3, "DHCPREQUEST";
        Decline = 4, "DHCPDECLINE";
        Ack = 5, "DHCPACK";
        Nak = 6, "DHCPNAK";
        Release = 7, "DHCPRELEASE";
        Inform = 8, "DHCPINFORM";
    }
}

/// Option codes, RFC 2132.
pub mod option {
    /// Subnet mask, 3.3.
    pub const SUBNET_MASK: u8 = 1;
    /// Routers, 3.5.
    pub const ROUTER: u8 = 3;
    /// Requested IP address, 9.1.
    pub const REQUESTED: u8 = 50;
    /// Lease time, 9.2.
    pub const LEASE_TIME: u8 = 51;
    /// Message type, 9.6.
    pub const MESSAGE_TYPE: u8 = 53;
    /// Server identifier, 9.7.
    pub const SERVER: u8 = 54;
    /// Parameter request list, 9.8.
    pub const PARAMETERS: u8 = 55;
    /// Message, 9.9.
    pub const MESSAGE: u8 = 56;
    /// Renewal time T1, 9.11.
    pub const T1: u8 = 58;
    /// Rebinding time T2, 9.12.
    pub const T2: u8 = 59;
    /// Client identifier, 9.14.
    pub const CLIENT: u8 = 61;
}

/// A message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// What it is.
    pub kind: MessageType,
    /// xid: brought back by every answer.
    pub transaction: u32,
    /// Seconds since the client began.
    pub secs: u16,
    /// Whether answers are to be broadcast.
    pub broadcast: bool,
    /// ciaddr: the client's address, where it has one.
    pub client: Ipv4Addr,
    /// yiaddr: the address that it is given.
    pub yours: Ipv4Addr,
    /// giaddr: of a relay agent.
    pub relay: Ipv4Addr,
    /// chaddr, an Ethernet address.
    pub hardware: [u8; 6],
    /// All options but the message type, in their order.
    pub options: Vec<(u8, Bytes)>,
}

impl Message {
    /// A client's message.
    pub fn of(kind: MessageType, transaction: u32, hardware: [u8; 6]) -> Self {
        Self {
            kind,
            transaction,
            secs: 0,
            broadcast: false,
            client: Ipv4Addr::UNSPECIFIED,
            yours: Ipv4Addr::UNSPECIFIED,
            relay: Ipv4Addr::UNSPECIFIED,
            hardware,
            options: Vec::new(),
        }
    }

    /// A server's answer to this message.
    #[must_use]
    pub fn answer(&self, kind: MessageType, server: Ipv4Addr) -> Self {
        Self {
            broadcast: self.broadcast,
            relay: self.relay,
            ..Self::of(kind, self.transaction, self.hardware)
        }
        .with(option::SERVER, &server.octets())
    }

    /// With an option more.
    #[must_use]
    pub fn with(mut self, code: u8, value: &[u8]) -> Self {
        self.options.push((code, Bytes::copy_from_slice(value)));
        self
    }

    /// With a time in seconds as an option.
    #[must_use]
    pub fn with_time(self, code: u8, time: Duration) -> Self {
        let secs = u32::try_from(time.as_secs()).unwrap_or(u32::MAX);
        self.with(code, &secs.to_be_bytes())
    }

    /// True for a client's.
    pub fn is_request(&self) -> bool {
        use MessageType as M;
        matches!(
            self.kind,
            M::Discover | M::Request | M::Decline | M::Release | M::Inform
        )
    }

    /// An option's octets.
    pub fn option(&self, code: u8) -> Option<&Bytes> {
        let found = self.options.iter().find(|(c, _)| *c == code);
        found.map(|(_, value)| value)
    }

    /// An option that is an address, the first of several.
    pub fn address(&self, code: u8) -> Option<Ipv4Addr> {
        let octets: [u8; 4] = self.option(code)?.get(..4)?.try_into().ok()?;
        Some(octets.into())
    }

    /// An option that is a time.
    pub fn time(&self, code: u8) -> Option<Duration> {
        let octets: [u8; 4] = self.option(code)?[..].try_into().ok()?;
        Some(Duration::from_secs(u32::from_be_bytes(octets).into()))
    }

    /// Reads a message.
    ///
    /// # Errors
    /// Cut short, another hardware type than Ethernet, no DHCP, an option whose length is wrong, no
    /// message type or one that its direction does not have.
    pub fn read(octets: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(octets);
        let (op, hardware_type, hardware_len, _hops) = (r.u8()?, r.u8()?, r.u8()?, r.u8()?);
        if (hardware_type, hardware_len) != (1, 6) {
            let kind = Kind::BadValue(hardware_type.into());
            return Err(Error::new(kind, 1, "htype"));
        }
        let (transaction, secs, flags) = (r.u32()?, r.u16()?, r.u16()?);
        let mut address = || -> Result<Ipv4Addr> { Ok(r.array::<4>()?.into()) };
        let (client, yours, _next, relay) = (address()?, address()?, address()?, address()?);
        let hardware = r.array()?;
        // the rest of chaddr, sname, file
        r.take(10 + 64 + 128)?;
        let at = r.at();
        if r.array::<4>()? != COOKIE {
            return Err(Error::new(Kind::BadValue(0), at, "magic cookie"));
        }
        let (mut options, mut kind) = (Vec::new(), None);
        while !r.is_empty() {
            match r.u8()? {
                0 => {}
                255 => break,
                code => {
                    let n = usize::from(r.u8()?);
                    let value = r.bytes(n)?;
                    match (code, &value[..]) {
                        (option::MESSAGE_TYPE, [k]) => kind = Some(MessageType(*k)),
                        (option::MESSAGE_TYPE, _) => {
                            return Err(r.error(Kind::BadLength(n)));
                        }
                        _ => options.push((code, value)),
                    }
                }
            }
        }
        let missing = || Error::new(Kind::Missing, HEAD, "DHCP message type");
        let found = Self {
            kind: kind.ok_or_else(missing)?,
            transaction,
            secs,
            broadcast: flags & 0x8000 != 0,
            client,
            yours,
            relay,
            hardware,
            options,
        };
        match (op, found.is_request()) {
            (1, true) | (2, false) => Ok(found),
            _ => Err(Error::new(Kind::BadValue(op.into()), 0, "op")),
        }
    }

    /// Appends the message.
    pub fn write(&self, w: &mut BytesMut) {
        let start = w.len();
        let op = if self.is_request() { 1 } else { 2 };
        w.put_slice(&[op, 1, 6, 0]);
        w.put_u32(self.transaction);
        w.put_u16(self.secs);
        w.put_u16(if self.broadcast { 0x8000 } else { 0 });
        for a in [self.client, self.yours, Ipv4Addr::UNSPECIFIED, self.relay] {
            w.put_slice(&a.octets());
        }
        w.put_slice(&self.hardware);
        w.put_bytes(0, 10 + 64 + 128);
        w.put_slice(&COOKIE);
        w.put_slice(&[option::MESSAGE_TYPE, 1, self.kind.0]);
        for (code, value) in &self.options {
            let value = value.get(..255).unwrap_or(value);
            // what is longer than everybody takes is left out
            if w.len().saturating_sub(start).saturating_add(value.len()) < LONGEST - 4 {
                w.put_slice(&[*code, value.len() as u8]);
                w.put_slice(value);
            }
        }
        w.put_u8(255);
        let len = w.len().saturating_sub(start);
        w.put_bytes(0, LEAST.saturating_sub(len));
    }

    /// As JSON.
    pub fn json(&self) -> Json {
        let set = |a: Ipv4Addr| (!a.is_unspecified()).then(|| a.to_string());
        json!({
            "transaction": self.transaction,
            "client": set(self.client),
            "yours": set(self.yours),
            "requested": self.address(option::REQUESTED).map(|a| a.to_string()),
            "server": self.address(option::SERVER).map(|a| a.to_string()),
            "lease": self.time(option::LEASE_TIME).map(|t| t.as_secs()),
        })
    }
}

impl fmt::Display for Message {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {:08x}", self.kind, self.transaction)?;
        for (name, address) in [("ciaddr", self.client), ("yiaddr", self.yours)] {
            if !address.is_unspecified() {
                write!(f, " {name} {address}")?;
            }
        }
        if let Some(time) = self.time(option::LEASE_TIME) {
            write!(f, " lease {} s", time.as_secs())?;
        }
        Ok(())
    }
}
