//! Logical link control, TS 44.064: frames, exchange identification, one entity per TLLI.
//!
//! Unacknowledged operation (UI frames) is whole. Acknowledged operation is refused with DM, as the
//! standard has it for a receiver that cannot; I and S frames are read as octets. There is no
//! ciphering key here (GEA0): frames that say they are ciphered are dropped and counted.
pub mod fcs;
pub mod frame;
pub mod machine;
pub mod xid;
