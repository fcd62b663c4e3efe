//! M3UA (RFC 4666): MTP3's user messages over SCTP.
pub mod machine;
pub mod msg;
