//! Home location register and authentication centre: subscriber records, what is asked of their
//! store, and the HLR with its doors: S6a/S6d (TS 29.272 5) and GSUP.
//!
//! | file | what |
//! |---|---|
//! | [`subscriber`] | a record: keys, sequence numbers, subscription, where it is served |
//! | [`records`] | [`Ask`] and [`Answer`], and what each does to a set of records |
//! | [`rules`] | what an operator allows beyond the standard |
//! | [`hlr`] | the node: links, requests, leases, operator commands |
//! | [`edit`] | changes of a subscription, and of what is known of its user |
//! | `procedures` | AIR, ULR, PUR, NOR one by one |
//! | `updates` | CLR, IDR, DSR, RSR: what serving nodes are told |
//! | `subscription` | Subscription-Data of a record, and what differs between two |
//! | [`gsup`] | the same by GSUP: SendAuthInfo, UpdateLocation, PurgeMS, LocationCancellation |
//! | [`map`] | the same by MAP: SendAuthenticationInfo, UpdateGprsLocation, PurgeMS, CancelLocation |
//! | `answers` | how answers are put together |
//!
//! The HLR keeps no record itself: it asks, and goes on when the store has answered. A store does to
//! its records what [`records::Records::apply`] does.
pub mod edit;
pub mod gsup;
pub mod hlr;
pub mod map;
pub mod records;
pub mod rules;
pub mod subscriber;

mod answers;
mod kept;
mod procedures;
mod subscription;
mod updates;

pub use edit::{Edit, Gateway, Subscription};
pub use hlr::{Command, Config, Hlr};
pub use records::{Answer, Ask, Records, ReserveError, Reserved};
pub use rules::{Concurrency, Neighbour, Refusal, Rules};
pub use subscriber::{PdpSubscription, Roaming, ServingNode, Standing, Subscriber};
