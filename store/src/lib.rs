//! What keeps records behind the nodes' questions: [`Memory`] for runs that begin anew each time,
//! [`Redb`] in a [`File`] over a restart and a kill. [`Kept`] holds what other roles keep in the same
//! file, [`restart_counter`] counts a node's starts.
#![allow(clippy::disallowed_methods)]
#![cfg_attr(test, allow(clippy::unwrap_used))]

mod counter;
mod file;
mod kept;
mod memory;
mod redb;
mod table;

pub use counter::restart_counter;
pub use file::{Error, File, Why};
pub use kept::Kept;
pub use memory::Memory;
pub use redb::Redb;
