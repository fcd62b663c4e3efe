//! The BSS GPRS protocol, TS 48.018 (release 8 and later): [`msg`], both sides of the procedures in
//! [`bss`] and [`sgsn`], downlink [`flow`] control.
//!
//! Left as octets: RA-CAPABILITY, circuit-switched paging, packet flow contexts, RIM, LCS, MBMS.
pub mod bss;
pub mod flow;
pub mod msg;
pub mod sgsn;
pub mod value;
