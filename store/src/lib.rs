//! Drivers of the stores behind the nodes' questions: [`Memory`] keeps subscriber records in memory.
mod memory;

pub use memory::Memory;
