//! HTTP/1.1 (RFC 9110, RFC 9112) as pure machines over octets.
//!
//! [`server::Connection`] and [`client::Connection`] are one connection each: octets go in,
//! requests or responses come out, in order. [`Servers`] and [`Clients`] keep many of them for a
//! node. Nothing here knows a socket or a clock; a response carries a Date only where the
//! calendar is given ([`Response::dated`]).
//!
//! What could be read in two ways is refused: both lengths, two lengths, bare line feeds inside a
//! chunk, white space before a colon. Left out: upgrades, trailers (read and dropped), ranges,
//! content codings, transfer codings other than `chunked`.
#![deny(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects
)]
#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::indexing_slicing,
        clippy::arithmetic_side_effects
    )
)]

pub mod client;
mod clients;
mod date;
mod error;
mod head;
mod headers;
mod message;
mod parser;
pub mod server;
mod servers;

pub use clients::{Clients, Failure};
pub use error::Error;
pub use head::Limits;
pub use headers::Headers;
pub use message::{Method, Request, Response, Status};
pub use servers::{Asked, Do, Exchange, Servers};
