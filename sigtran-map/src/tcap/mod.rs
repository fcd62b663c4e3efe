//! Transaction capabilities, ITU-T Q.771 to Q.775: [`msg`] what is said, [`machine`] who says it when.
pub mod machine;
pub mod msg;
