//! The parameter table: tag, length with both of these, value, padding to a multiple of four.
use super::{ErrorCode, ProtocolData, Status, TrafficMode, Words};
use bytes::{BufMut, BytesMut};
use wire::{Element, Framing, Info, Kind, Octets, Reader, Result, Slot, Text, Value};

/// The parameters of M3UA.
#[derive(Debug)]
pub enum Proto {}

/// How a parameter stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Tag, length, value, padding.
    Tlv,
}
use Form::Tlv;

/// The flag of a last parameter whose padding its sender left away (RFC 4666 3.2 lets it pass).
const UNPADDED: u8 = 1;

wire::elements! { Proto:
    InfoString = 0x0004, Tlv, Text, "INFO String", "RFC 4666 3.4.1";
    RoutingContext = 0x0006, Tlv, Words, "Routing Context", "RFC 4666 3.3.1";
    DiagnosticInformation = 0x0007, Tlv, Octets, "Diagnostic Information", "RFC 4666 3.8.1";
    HeartbeatData = 0x0009, Tlv, Octets, "Heartbeat Data", "RFC 4666 3.5.5";
    TrafficModeType = 0x000b, Tlv, TrafficMode, "Traffic Mode Type", "RFC 4666 3.7.1";
    ErrorCode = 0x000c, Tlv, ErrorCode, "Error Code", "RFC 4666 3.8.1";
    Status = 0x000d, Tlv, Status, "Status", "RFC 4666 3.8.2";
    AspIdentifier = 0x0011, Tlv, u32, "ASP Identifier", "RFC 4666 3.5.1";
    AffectedPointCode = 0x0012, Tlv, Words, "Affected Point Code", "RFC 4666 3.4.1";
    CorrelationId = 0x0013, Tlv, u32, "Correlation Id", "RFC 4666 3.3.1";
    NetworkAppearance = 0x0200, Tlv, u32, "Network Appearance", "RFC 4666 3.3.1";
    UserCause = 0x0204, Tlv, u32, "User/Cause", "RFC 4666 3.4.5";
    CongestionIndications = 0x0205, Tlv, u32, "Congestion Indications", "RFC 4666 3.4.4";
    ConcernedDestination = 0x0206, Tlv, u32, "Concerned Destination", "RFC 4666 3.4.4";
    ProtocolData = 0x0210, Tlv, ProtocolData, "Protocol Data", "RFC 4666 3.3.1";
}

/// Octets of padding behind a value of so many.
fn padding(n: usize) -> usize {
    n.wrapping_neg() & 3
}

impl Framing for Proto {
    type Form = Form;

    fn next<'a>(r: &mut Reader<'a>, _: &[Slot<Form>]) -> Result<Element<'a>> {
        let at = r.at();
        let key = u64::from(r.u16()?);
        let named = |e: wire::Error| e.within(key, wire::table::name::<Self>(key));
        let n = usize::from(r.u16().map_err(named)?);
        let Some(len) = n.checked_sub(4) else {
            return Err(named(r.error(Kind::BadLength(n))));
        };
        let body = r.sub(len).map_err(named)?;
        let pad = padding(len);
        let bare = pad > 0 && r.is_empty();
        if !bare {
            // what the padding holds is nobody's business (RFC 4666 3.2)
            r.take(pad).map_err(named)?;
        }
        Ok(Element {
            key,
            flags: if bare { UNPADDED } else { 0 },
            at,
            body,
        })
    }

    fn put(key: u64, flags: u8, body: &dyn Value, w: &mut BytesMut) {
        let start = w.len();
        w.put_u16(key as u16);
        w.put_u16(0);
        body.write(w);
        let n = w.len().saturating_sub(start);
        let at = start.saturating_add(2);
        if let Some(to) = w.get_mut(at..at.saturating_add(2)) {
            to.copy_from_slice(&(n as u16).to_be_bytes());
        }
        if flags & UNPADDED == 0 {
            w.put_bytes(0, padding(n));
        }
    }

    fn info(key: u64) -> Option<&'static Info<Form>> {
        info(key)
    }
}
