//! TUN devices: IP packets that the kernel routes to us and takes from us.
mod device;
mod ring;

pub(crate) use device::{Device, open};
