//! Pure nodes and what runs them.
//!
//! A [`Node`] is a state machine without clock, socket or chance of its own: time, calendar and
//! randomness are handed in. [`sim::Sim`] runs nodes in a virtual network, the crate `transport`
//! runs the same nodes on sockets; both start from [`Placed`] nodes, consult a node's
//! [`FastPath`], record through [`tap::Tap`], ask a [`Serve`] store and follow a [`Director`].
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod endpoints;
mod fastpath;
mod framing;
mod layer;
mod node;
mod observer;
mod outputs;
mod prefix;
mod rng;
pub mod sim;
pub mod tap;
mod time;
mod timers;
mod topology;
#[doc(hidden)]
pub mod toy;
mod trace;

pub use endpoints::{Carried, Endpoints};
pub use fastpath::{FastPath, Forward};
pub use framing::{Deframer, LONGEST};
pub use layer::{Carrier, Flow, Layer, LayerOutput, Layers, SCTP_UDP, Underlay};
pub use node::{AskId, Framing, Input, Link, Node, Port, PortSpec, Why};
pub use observer::{Directive, Director, NoStore, Serve, recall};
pub use outputs::{Action, Outputs};
pub use prefix::Prefix;
pub use rng::Rng;
pub use time::{Now, Time, Utc};
pub use timers::Timers;
pub use topology::{
    Attach, GRE_UDP, Networks, Placed, Tun, Ways, destination, from_gre, into_gre, tunnel_end,
};
pub use trace::Event;
