//! GTPv1-C and GTP-U: messages, paths, tunnels, forwarding.
//!
//! [`msg`] is what stands on the wire (TS 29.060 clauses 6 and 7, TS 29.281 for the user plane):
//! header, elements, messages, causes. [`machine`] is what an end point does with it: paths with
//! their sequence numbers, retransmissions and Echo, the table of PDP contexts, and the forwarding
//! table for user packets. Clause numbers are those of release 9 unless an element came later.
//!
//! GTPv0, GTP' and GTPv2 are recognised and named, see [`msg::foreign`]; their elements are not
//! taken apart. MBMS messages are named only.
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

pub mod machine;
pub mod msg;

/// UDP port of GTPv1-C, TS 29.060 10.1.1.
pub const CONTROL_PORT: u16 = 2123;
/// UDP port of GTP-U, TS 29.281 4.4.2.
pub const USER_PORT: u16 = 2152;
/// UDP port of GTPv0, and of GTP' (TS 32.295 5.1).
pub const PRIME_PORT: u16 = 3386;
