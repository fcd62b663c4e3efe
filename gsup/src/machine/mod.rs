//! What the ends of a connection do with messages: small machines, each with its own inputs and
//! outputs.
//!
//! | file | what |
//! |---|---|
//! | [`link`] | identities, keep-alive and reconnection on one connection of IPA |
//! | [`pending`] | requests that wait for their answers |
//! | [`endpoint`] | both of these, for a client or a server |
pub mod endpoint;
pub mod link;
pub mod pending;

pub use endpoint::{Endpoint, Output};
pub use link::{Reason, Settings};
pub use pending::Pending;
