//! The Gb interface: NS, BSSGP, LLC, SNDCP, GMM, SM.
pub mod gmm;
pub mod nas;
pub mod sm;
