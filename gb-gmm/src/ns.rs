//! The network service, TS 48.016 (release 8 and later): [`msg`] and the [`machine`] of one NS-VC.
//!
//! Over UDP the standard would have the endpoints configured, or negotiated by SNS. What base
//! stations and SGSNs speak on IP instead (ip.access, Osmocom) is the frame relay procedure of
//! clause 7: NS-RESET, NS-UNBLOCK, NS-ALIVE, one NS-VC per pair of UDP ports. That dialect is
//! what stands here; SNS messages are kept as octets.
pub mod machine;
pub mod msg;
pub mod tlv;
