//! Messages.
pub mod radius;
