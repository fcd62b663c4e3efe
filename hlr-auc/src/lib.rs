//! Home location register and authentication centre: subscriber records, what is asked of their
//! store, and the HLR with its doors: S6a/S6d (TS 29.272 5) and GSUP.
//!
//! | file | what |
//! |---|---|
//! | [`subscriber`] | a record: keys, sequence numbers, subscription, where it is served |
//! | [`records`] | [`Ask`] and [`Answer`], and what each does to a set of records |
//! | [`rules`] | what an operator allows beyond the standard |
//! | [`hlr`] | the node: links, requests, leases, operator commands |
//! | `procedures` | AIR, ULR, PUR, CLR one by one |
//! | [`gsup`] | the same by GSUP: SendAuthInfo, UpdateLocation, PurgeMS, LocationCancellation |
//! | `answers` | how answers are put together |
//!
//! The HLR keeps no record itself: it asks, and goes on when the store has answered. A store does to
//! its records what [`records::Records::apply`] does.
pub mod gsup;
pub mod hlr;
pub mod records;
pub mod rules;
pub mod subscriber;

mod answers;
mod kept;
mod procedures;

pub use hlr::{Command, Config, Hlr};
pub use records::{Answer, Ask, Records, ReserveError, Reserved};
pub use rules::{Concurrency, Refusal, Rules};
pub use subscriber::{PdpSubscription, Roaming, ServingNode, Standing, Subscriber};
