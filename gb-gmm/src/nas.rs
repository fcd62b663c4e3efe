//! What GMM and SM share of the layer 3 protocols between a mobile and its network
//! (TS 24.007 11.2, TS 24.008 10.5; release 11).
//!
//! [`frame`] takes information elements apart, [`Header`] the first octets of a message; the other
//! files hold values. An element's key is its IEI in the low octet; where an IEI means different
//! things in different messages of one protocol the octet above tells them apart.
pub mod frame;
mod header;
mod identity;
mod mobile;
mod timer;

pub use frame::Form;
pub use header::{Direction, Header, Pd, Ti};
pub use identity::{IdentityType, MobileIdentity, tlli};
pub use mobile::{Drx, Half, Lai, MsNetworkCapability, Present};
pub use timer::{GprsTimer, GprsTimer3};
