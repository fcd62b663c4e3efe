//! Value types that several protocols share.
pub(crate) mod apn;
pub(crate) mod digits;
pub(crate) mod mobility;
pub(crate) mod pco;
pub(crate) mod pdp;
pub(crate) mod qos;
