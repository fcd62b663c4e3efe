//! Messages.
pub mod dhcp;
pub mod radius;
