//! Captures: pcapng files written, pcap and pcapng files read, dissected and correlated.
//!
//! Only message formats are known here, never a node's state.
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod dissect;
mod read;
mod write;

pub use dissect::{Dissector, Layer, PROTOCOLS, Render, SINGLES, Seen, Unreadable, Way, message};
pub use read::{Frame, ReadError, Reader, ip_packet};
pub use write::{Interface, Writer};
