//! MAP's operations between SGSN and HLR, TS 29.002 (Release 15), clause 17.
//!
//! | file | what | clause |
//! |---|---|---|
//! | [`context`] | application contexts, which operations they have | 17.3 |
//! | [`operation`] | arguments and results | 17.7.1 |
//! | [`error`] | errors and their parameters | 17.6.6, 17.7.7 |
//! | [`subscriber`] | subscriber data | 17.7.1 |
//! | [`dialogue`] | what MAP adds to a dialogue portion | 17.4 |
//! | [`refusal`] | what a parameter that cannot be read is answered with | 7.3, 15 |
//! | `points`, `values`, `elements` | code points, values, elements | 17.7 |
//!
//! Of subscriber data the parts for circuit-switched services, CAMEL and location services are
//! kept as they came.
pub mod context;
pub mod dialogue;
mod elements;
pub mod error;
pub mod operation;
mod points;
pub mod refusal;
pub mod subscriber;
mod values;

pub use context::{Context, ContextName};
pub use elements::Proto;
pub use error::{ErrorParameter, MapError};
pub use operation::*;
pub use points::*;
pub use subscriber::*;
pub use values::{AddressString, GsnAddress, Imsi, PlmnId};
