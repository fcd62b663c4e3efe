//! What a cell broadcasts (R11): system information messages 3 and 13 on the BCCH ([`si`]), carried
//! in [`gsmtap`], for there is no air here.
pub mod gsmtap;
pub mod si;

use bytes::{Bytes, BytesMut};
use gsmtap::Gsmtap;
use si::{Si3, Si13};
use wire::{Reader, Result, Value};

/// Octets of a block of the BCCH (TS 44.006 2.1: 23 octets on this channel).
pub const BLOCK: usize = 23;

/// One broadcast: what kind of message it was, or nothing that is looked at here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Message {
    /// System information type 3.
    Si3(Si3),
    /// System information type 13.
    Si13(Si13),
    /// Another message of the BCCH, or of another channel.
    Other,
}

/// Reads one datagram of UDP 4729.
///
/// # Errors
/// No GSMTAP of version 2, or a message of the kinds that are read that is cut short or wrong.
pub fn read(datagram: &[u8]) -> Result<(Gsmtap, Message)> {
    let mut r = Reader::new(datagram);
    let header = Gsmtap::read(&mut r)?;
    if !header.is_bcch() {
        return Ok((header, Message::Other));
    }
    let message = match datagram.get(datagram.len().saturating_sub(r.left()).saturating_add(2)) {
        Some(&si::SI3) => Message::Si3(Si3::read(&mut r)?),
        Some(&si::SI13) => Message::Si13(Si13::read(&mut r)?),
        _ => Message::Other,
    };
    Ok((header, message))
}

/// The two datagrams of the `n`th broadcast of a cell, each in the block that TS 45.002 6.3.1.3
/// gives it: TC 2 for type 3, TC 4 for type 13.
pub fn broadcast(n: u32, arfcn: u16, signal: i8, si3: &Si3, si13: &Si13) -> [Bytes; 2] {
    let at = |tc: u32| {
        let eight = n % (gsmtap::HYPERFRAME / (8 * 51));
        eight
            .wrapping_mul(8)
            .wrapping_add(tc)
            .wrapping_mul(51)
            .wrapping_add(2)
    };
    let datagram = |frame: u32, message: &dyn Value| {
        let mut w = BytesMut::with_capacity(gsmtap::HEADER.saturating_add(BLOCK));
        Gsmtap::bcch(arfcn, signal, frame).write(&mut w);
        message.write(&mut w);
        w.freeze()
    };
    [datagram(at(2), si3), datagram(at(4), si13)]
}
