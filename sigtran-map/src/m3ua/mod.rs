//! M3UA (RFC 4666): MTP3's user messages over SCTP.
pub mod machine;
pub mod msg;

pub use msg::frame_len;

/// Payload protocol identifier on SCTP (RFC 4666 7.1).
pub const PPID: u32 = 3;
/// Port of M3UA (RFC 4666 7.2).
pub const PORT: u16 = 2905;
