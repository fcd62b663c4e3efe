//! The procedures of an application server process (RFC 4666 4.3).
mod asp;

pub use asp::{Asp, Config, Output, State};
