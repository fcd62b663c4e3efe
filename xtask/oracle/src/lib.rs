//! For tests: judges that nobody here wrote.
//!
//! A test asks for what it needs and returns where it is missing:
//!
//! ```no_run
//! # fn main() {
//! let Some(tshark) = oracle::tshark("create-pdp-context") else {
//!     return;
//! };
//! let path = "captures/gtp/create_pdp_ctx.pcap";
//! let Some(file) = oracle::shared("create-pdp-context", path) else {
//!     return;
//! };
//! assert_eq!(tshark.count(&file, "gtp.message == 0x10"), 1);
//! # }
//! ```
//!
//! The name is the test's own and stands in the closing list of `cargo xtask test`, so that a
//! test that could not judge is never taken for one that did. A missing **tool** fails the test
//! where `FOSTERLING_REQUIRE=1` (set under `CI=true` and by `--install`). Missing third-party
//! **data** never fails a test, except that a file which is missing from a folder that is there
//! fails under `FOSTERLING_REQUIRE=1`: that is a misspelt name.
//!
//! Tests that need a real peer carry `#[ignore = "peers: …"]` and run with
//! `cargo xtask test --peers` only.
mod pdus;
mod peers;
mod shared;
pub mod tally;
mod tshark;

pub use pdus::Pdus;
pub use peers::{program, root_rights};
pub use shared::{root as shared_root, shared};
pub use tshark::{Tshark, available, tshark};

/// The environment variable that names the folder of third-party data.
pub const SHARED: &str = "FOSTERLING_SHARED";
/// The environment variable that makes a missing tool a failure when it is `1`.
pub const REQUIRE: &str = "FOSTERLING_REQUIRE";
/// The environment variable that names the file to which each test adds one line.
pub const TALLY: &str = "FOSTERLING_TALLY";

/// Whether a missing tool is a failure.
fn required() -> bool {
    std::env::var_os(REQUIRE).is_some_and(|value| value == "1")
}

/// Names the test as not run, and fails it where that is not allowed.
#[track_caller]
fn not_run(name: &str, reason: &str, fatal: bool) {
    println!("third-party: not run: {name}");
    tally::not_run(name, reason);
    assert!(!fatal, "third-party: {name} must run, but {reason}");
}
