//! SCCP (Q.711 to Q.714): connectionless messages, their addresses, and where they go.
pub mod machine;
pub mod msg;
