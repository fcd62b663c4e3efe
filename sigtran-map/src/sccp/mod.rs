//! SCCP (Q.711 to Q.714): connectionless messages and their addresses.
pub mod msg;
