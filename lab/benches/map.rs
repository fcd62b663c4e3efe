//! MAP and GSUP: vectors a second from our HLR over M3UA, over GSUP beside osmo-hlr, both with
//! their records on disk; PDP contexts beside osmo-ggsn. What a server spends on an answer is its
//! process's CPU time.
//!
//! Says a line `figure NAME: NUMBER /s, NOTE` each, which `cargo xtask bench map` reads.
// a benchmark is outside of the machines: it may look at a clock, open sockets, start programs
#![allow(clippy::unwrap_used, clippy::disallowed_methods)]
#[path = "map/gsup.rs"]
mod by_gsup;
#[path = "map/gtp.rs"]
mod by_gtp;
#[path = "map/load.rs"]
mod load;
mod rivals;
#[path = "map/sai.rs"]
mod sai;

fn main() {
    sai::figures();
    let dir = tempfile::tempdir().unwrap();
    let name = "GSUP and GTP beside Osmocom's programs";
    if oracle::shared(name, "peers/peers.sh").is_none() || !rivals::enter(name) {
        return;
    }
    by_gsup::figures(dir.path());
    by_gtp::figures(dir.path());
}
