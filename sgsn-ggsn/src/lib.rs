//! The packet core: SGSN and GGSN.
