//! What SCCP does, Q.714 clauses 2 and 4: finds the way, takes long messages apart, tells whose
//! message cannot be delivered.
//!
//! | file | what | clause |
//! |---|---|---|
//! | `numbering` | which network has which telephone numbers: E.212 to E.214 | E.214, TS 23.003 |
//! | `translation` | global titles to signalling points | Q.714 2.4 |
//! | `local` | the users of one node: sending, segmenting, receiving | Q.714 4.1 |
mod local;
mod numbering;
mod translation;

pub use local::{Event, Local};
pub use numbering::Numbering;
pub use translation::{Row, Target, Translations};
