//! Procedures.
pub mod radius;
