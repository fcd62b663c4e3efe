//! Procedures.
pub mod dhcp;
pub mod radius;
