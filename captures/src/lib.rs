//! Captures: pcapng files written, pcap and pcapng files read, dissected and correlated.
//!
//! Only message formats are known here, never a node's state.
mod write;

pub use write::{Interface, Writer};
