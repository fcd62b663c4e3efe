//! The program `fosterling`.
fn main() {}
