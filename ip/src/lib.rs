//! IP end points as pure machines: [`stack`], a TCP/IP stack on a raw-IP link; RADIUS and DHCP,
//! their messages in [`msg`] and their two sides in [`machine`].
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
pub mod stack;
