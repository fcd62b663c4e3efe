//! The subnetwork dependent convergence protocol, TS 44.065: [`msg`], [`xid`] and the [`machine`]
//! that cuts N-PDUs into segments and puts them together. No compression.
pub mod machine;
pub mod msg;
pub mod xid;
