//! Which result code a message that cannot be read is answered with, RFC 6733 7.1 and 7.5.
use super::{
    framing::{AvpKind, Proto, avps, flag, key_parts},
    header::{FLAGS, HEADER, HEADER_NAME, LENGTH, VERSION},
    points::ResultCode,
};
use bytes::{Bytes, BytesMut};
use wire::{Error, Framing, Kind, Octets};

/// What the peer must be told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Result-Code; those of 3xxx go into an answer with the E bit.
    pub result_code: ResultCode,
    /// What goes into Failed-AVP, where the result code wants it (RFC 6733 7.5).
    pub failed_avp: Option<Octets>,
}

/// The answer to `message`, reading which led to `e`.
pub fn refusal(e: &Error, message: &Bytes) -> Refusal {
    let code = result_code(e);
    let failed_avp = match code {
        ResultCode::MissingAvp | ResultCode::InvalidAvpLength if e.key != 0 => Some(example(e.key)),
        ResultCode::InvalidAvpLength => header(message, e.at),
        ResultCode::AvpUnsupported
        | ResultCode::InvalidAvpValue
        | ResultCode::AvpOccursTooManyTimes
        | ResultCode::InvalidAvpBits => find(message, e),
        _ => None,
    };
    Refusal {
        result_code: code,
        failed_avp,
    }
}

// 3009 (INVALID_AVP_BITS) has no case: the receiver is to ignore reserved bits (RFC 6733 4.1), and a
// V bit that is wrong makes the AVP another one, unknown or missing. Nor has 5008 (AVP_NOT_ALLOWED):
// every command of S6a ends in *[ AVP ].
fn result_code(e: &Error) -> ResultCode {
    match (e.field, e.kind) {
        (VERSION, Kind::BadValue(_)) => ResultCode::UnsupportedVersion,
        (VERSION | LENGTH | HEADER_NAME, _) => ResultCode::InvalidMessageLength,
        (FLAGS, _) => ResultCode::InvalidHdrBits,
        (_, Kind::Missing) => ResultCode::MissingAvp,
        (_, Kind::Repeated) => ResultCode::AvpOccursTooManyTimes,
        (_, Kind::Unknown) => ResultCode::AvpUnsupported,
        (_, Kind::BadValue(_)) => ResultCode::InvalidAvpValue,
        (_, Kind::Truncated { .. } | Kind::Trailing(_) | Kind::BadLength(_)) => {
            ResultCode::InvalidAvpLength
        }
        // more than a peer may ask for
        (_, Kind::TooDeep | Kind::TooMany) => ResultCode::UnableToComply,
    }
}

/// An AVP of this key with zeros for a value of the least length (RFC 6733 7.5).
fn example(key: u64) -> Octets {
    let (vendor, _) = key_parts(key);
    let kind = Proto::info(key).map_or(AvpKind::Octets, |i| i.form.kind);
    let flags = Proto::info(key).map_or(if vendor == 0 { 0 } else { flag::V }, |i| i.form.flags);
    let zeros = Octets::from(vec![0; kind.least()]);
    let mut w = BytesMut::new();
    Proto::put(key, flags, &zeros, &mut w);
    w.freeze().into()
}

/// What there is of the header of the AVP at octet `at`, zeros for the rest of it (RFC 6733 7.5);
/// its length is that of the header, or nobody could read the Failed-AVP.
fn header(message: &Bytes, at: usize) -> Option<Octets> {
    let rest = message.get(at..).filter(|r| !r.is_empty())?;
    let octet = |i: usize| rest.get(i).copied().unwrap_or(0);
    let flags = octet(4);
    let len = if flags & flag::V == 0 { 8 } else { 12 };
    let mut avp: Vec<u8> = (0..len).map(octet).collect();
    avp.splice(5..8, [0, 0, len as u8]);
    Some(avp.into())
}

/// The AVP at which `e` points, in the groups that hold it, each with nothing else inside.
fn find(message: &Bytes, e: &Error) -> Option<Octets> {
    let body = message.get(HEADER..).map(|b| message.slice_ref(b))?;
    let mut w = BytesMut::new();
    inside(&body, HEADER, e, 0).map(|(key, flags, data)| {
        Proto::put(key, flags, &data, &mut w);
        w.freeze().into()
    })
}

/// Key, flags and value of the AVP of `octets` that `e` points into.
fn inside(octets: &Bytes, at: usize, e: &Error, depth: u8) -> Option<(u64, u8, Octets)> {
    let avp = avps(octets, at)
        .map_while(Result::ok)
        .filter(|a| a.at <= e.at)
        .last()?;
    if avp.key != e.key && avp.is_grouped() && depth < 16 {
        let head = if avp.flags & flag::V != 0 { 12 } else { 8 };
        let start = avp.at.saturating_add(head);
        if let Some((key, flags, data)) = inside(&avp.data, start, e, depth.saturating_add(1)) {
            let mut w = BytesMut::new();
            Proto::put(key, flags, &data, &mut w);
            return Some((avp.key, avp.flags, w.freeze().into()));
        }
    }
    Some((avp.key, avp.flags, avp.data.into()))
}
