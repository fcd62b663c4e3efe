//! What Diameter peers do with messages: small machines, each with its own inputs and outputs.
//!
//! | file | what | clause |
//! |---|---|---|
//! | `identity` | who we are, and who may talk to us | RFC 6733 5.3 |
//! | `identifiers` | hop-by-hop and end-to-end identifiers | RFC 6733 3 |
//! | [`peer`] | capabilities exchange, election, leave-taking | RFC 6733 5.3, 5.4, 5.6 |
//! | [`watchdog`] | is the peer still there | RFC 3539 3.4.1 |
//! | [`pending`] | requests that wait for their answers | RFC 6733 5.5.4, 6.2.1 |
//! | [`duplicates`] | a repeated request gets the same answer | RFC 6733 3, appendix C |
//! | [`route`] | which peer serves a realm | RFC 6733 6.1, TS 29.272 7.1.6 |
//! | [`octets`] | messages as octets: what an agent reads and changes | RFC 6733 6 |
//! | [`adjacent`] | a peer with its one or two connections, messages as octets | |
//! | [`peers`] | all peers of a node: connections, choice among them, failover | RFC 6733 5.1, 5.5.4, 6.1 |
//! | [`endpoint`] | a peer with one connection, messages read: for a client or a server | |
pub mod adjacent;
pub mod duplicates;
pub mod endpoint;
mod identifiers;
mod identity;
pub mod octets;
pub mod peer;
pub mod peers;
pub mod pending;
pub mod route;
pub mod watchdog;

pub use adjacent::Adjacent;
pub use duplicates::{Duplicates, Kept, Seen};
pub use endpoint::{Endpoint, Output, Settings};
pub use identifiers::Identifiers;
pub use identity::{Application, Identity, Known, Remote};
pub use peer::Peer;
pub use peers::Peers;
pub use pending::Pending;
pub use route::Routes;
pub use watchdog::Watchdog;
