//! Headers of IP and of what runs over it: built for the capture tap, read by dissectors and by
//! whoever looks into user packets. Fragments and TCP streams are put together again here.
//!
//! IPv4 is RFC 791, IPv6 RFC 8200, UDP RFC 768, TCP RFC 9293, SCTP RFC 9260, the checksum RFC 1071.
mod build;
mod crc32c;
mod fragments;
mod packet;
mod stream;

pub use build::{TcpFlags, ip_packet, sctp, sctp_chunk, tcp, udp};
pub use crc32c::{crc32c, sctp_checksum_holds};
pub use fragments::Fragments;
pub use packet::{Packet, SctpChunk, Segment, UdpDatagram, checksum, checksums_hold, sctp_chunks};
pub use stream::{Direction, Streams};

/// IP protocol numbers.
pub mod proto {
    /// ICMP.
    pub const ICMP: u8 = 1;
    /// TCP.
    pub const TCP: u8 = 6;
    /// UDP.
    pub const UDP: u8 = 17;
    /// ICMPv6.
    pub const ICMPV6: u8 = 58;
    /// SCTP.
    pub const SCTP: u8 = 132;
}
