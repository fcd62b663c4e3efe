//! The values of parameters.
use bytes::{BufMut, BytesMut};
use std::fmt;
use wire::{Field, Gen, Octets, Reader, Result, Value};

wire::code_points! {
    /// How the ASPs of an application server share its traffic, RFC 4666 3.7.1.
    pub struct TrafficMode(u32) {
        Override = 1, "Override";
        Loadshare = 2, "Loadshare";
        Broadcast = 3, "Broadcast";
    }
}

wire::code_points! {
    /// What an ERR complains of, RFC 4666 3.8.1.
    pub struct ErrorCode(u32) {
        InvalidVersion = 0x01, "Invalid Version";
        UnsupportedMessageClass = 0x03, "Unsupported Message Class";
        UnsupportedMessageType = 0x04, "Unsupported Message Type";
        UnsupportedTrafficMode = 0x05, "Unsupported Traffic Mode Type";
        UnexpectedMessage = 0x06, "Unexpected Message";
        ProtocolError = 0x07, "Protocol Error";
        InvalidStream = 0x09, "Invalid Stream Identifier";
        RefusedManagementBlocking = 0x0d, "Refused - Management Blocking";
        AspIdentifierRequired = 0x0e, "ASP Identifier Required";
        InvalidAspIdentifier = 0x0f, "Invalid ASP Identifier";
        InvalidParameterValue = 0x11, "Invalid Parameter Value";
        ParameterFieldError = 0x12, "Parameter Field Error";
        UnexpectedParameter = 0x13, "Unexpected Parameter";
        DestinationStatusUnknown = 0x14, "Destination Status Unknown";
        InvalidNetworkAppearance = 0x15, "Invalid Network Appearance";
        MissingParameter = 0x16, "Missing Parameter";
        InvalidRoutingContext = 0x19, "Invalid Routing Context";
        NoConfiguredAs = 0x1a, "No Configured AS for ASP";
    }
}

wire::code_points! {
    /// What a NTFY tells: type in the upper half, information in the lower, RFC 4666 3.8.2.
    pub struct Status(u32) {
        AsInactive = 0x0001_0002, "AS-INACTIVE";
        AsActive = 0x0001_0003, "AS-ACTIVE";
        AsPending = 0x0001_0004, "AS-PENDING";
        InsufficientAsps = 0x0002_0001, "Insufficient ASP Resources Active in AS";
        AlternateAspActive = 0x0002_0002, "Alternate ASP Active";
        AspFailure = 0x0002_0003, "ASP Failure";
    }
}

/// Words in a row: routing contexts, or point codes of 24 bits behind a mask of 8.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Words(pub Vec<u32>);

impl fmt::Display for Words {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(&self.0).finish()
    }
}

impl Value for Words {
    fn write(&self, w: &mut BytesMut) {
        self.0.iter().for_each(|v| w.put_u32(*v));
    }
}

impl Field for Words {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        let mut all = Vec::with_capacity(r.left().wrapping_shr(2));
        while !r.is_empty() {
            all.push(r.u32()?);
        }
        Ok(Self(all))
    }
    fn sample(g: &mut Gen) -> Self {
        Self((0..g.below(4)).map(|_| g.next() as u32).collect())
    }
}

/// A message of MTP3's user with its routing label, RFC 4666 3.3.1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProtocolData {
    /// Originating point code.
    pub opc: u32,
    /// Destination point code.
    pub dpc: u32,
    /// Service indicator: 3 is SCCP.
    pub si: u8,
    /// Network indicator.
    pub ni: u8,
    /// Message priority.
    pub mp: u8,
    /// Signalling link selection.
    pub sls: u8,
    /// The user's message.
    pub data: Octets,
}

impl fmt::Display for ProtocolData {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            opc,
            dpc,
            si,
            ni,
            mp,
            sls,
            data,
        } = self;
        write!(
            f,
            "OPC {opc} DPC {dpc} SI {si} NI {ni} MP {mp} SLS {sls} {data}"
        )
    }
}

impl Value for ProtocolData {
    fn write(&self, w: &mut BytesMut) {
        w.put_u32(self.opc);
        w.put_u32(self.dpc);
        w.put_slice(&[self.si, self.ni, self.mp, self.sls]);
        w.put_slice(&self.data);
    }
}

impl Field for ProtocolData {
    fn read(r: &mut Reader<'_>) -> Result<Self> {
        Ok(Self {
            opc: r.u32()?,
            dpc: r.u32()?,
            si: r.u8()?,
            ni: r.u8()?,
            mp: r.u8()?,
            sls: r.u8()?,
            data: Octets::read(r)?,
        })
    }
    fn sample(g: &mut Gen) -> Self {
        Self {
            opc: g.below(1 << 14) as u32,
            dpc: g.below(1 << 14) as u32,
            si: 3,
            ni: g.below(4) as u8,
            mp: 0,
            sls: g.below(16) as u8,
            data: Octets::sample(g),
        }
    }
}
