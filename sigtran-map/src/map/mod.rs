//! The mobile application part, TS 29.002: [`msg`] operations and their parameters, [`machine`] the
//! procedures between SGSN and HLR.

pub mod msg;
