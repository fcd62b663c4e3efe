//! A network namespace for the calling thread: what it and the programs that it starts bind and
//! route is nobody else's.
use nix::sched::{CloneFlags, setns, unshare};
use std::{
    fs::File,
    io::{self, Write},
    net::{IpAddr, Ipv4Addr},
    process::{Command, Stdio},
};

/// The namespace, left again when this is dropped.
#[derive(Debug)]
pub(super) struct Namespace {
    before: File,
}

impl Namespace {
    /// Enters a new one, with a loopback of its own, in which packets are forwarded.
    pub(super) fn enter() -> io::Result<Self> {
        let before = File::open("/proc/thread-self/ns/net")?;
        unshare(CloneFlags::CLONE_NEWNET)?;
        let inside = Self { before };
        ip(&["link", "set", "lo", "up"])?;
        std::fs::write("/proc/sys/net/ipv4/ip_forward", "1")?;
        Ok(inside)
    }

    /// Brings up the device behind which the DRF and DPF are, and routes there whatever has no other
    /// route: nothing but the wall keeps a packet from it.
    pub(super) fn device(&self, name: &str) -> io::Result<()> {
        ip(&["link", "set", name, "up"])?;
        ip(&["route", "add", "default", "dev", name])
    }

    /// Whoever here connects to `to` and binds to no address does so from `from`.
    pub(super) fn source(&self, to: IpAddr, from: IpAddr) -> io::Result<()> {
        let (to, from) = (to.to_string(), from.to_string());
        let route = ["route", "add", "local", &to, "dev", "lo", "src", &from];
        ip(&[&route[..], &["table", "local"]].concat())
    }

    /// The wall (R16): users of provisional identities reach these and nobody else, and the rest of
    /// the namespace forwards nothing.
    pub(super) fn wall(&self, gi: &str, users: &str, allowed: &[Ipv4Addr]) -> io::Result<()> {
        let all: Vec<String> = allowed.iter().map(ToString::to_string).collect();
        let rules = format!(
            "table inet wall {{\n\
             \x20 chain forward {{\n\
             \x20   type filter hook forward priority filter; policy drop;\n\
             \x20   iifname \"{users}\" oifname \"{gi}\" ip daddr {{ {} }} accept\n\
             \x20   iifname \"{gi}\" oifname \"{users}\" accept\n\
             \x20 }}\n}}\n",
            all.join(", ")
        );
        let mut nft = Command::new("nft")
            .args(["-f", "-"])
            .stdin(Stdio::piped())
            .spawn()?;
        if let Some(stdin) = &mut nft.stdin {
            stdin.write_all(rules.as_bytes())?;
        }
        drop(nft.stdin.take());
        match nft.wait()?.success() {
            true => Ok(()),
            false => Err(io::Error::other("nft has not taken the wall's rules")),
        }
    }
}

impl Drop for Namespace {
    fn drop(&mut self) {
        // a thread that cannot go back stays where it is: what it binds next is loopback all the same
        let _ = setns(&self.before, CloneFlags::CLONE_NEWNET);
    }
}

fn ip(args: &[&str]) -> io::Result<()> {
    let out = Command::new("ip").args(args).output()?;
    match out.status.success() {
        true => Ok(()),
        false => {
            let why = String::from_utf8_lossy(&out.stderr);
            Err(io::Error::other(format!("ip {}: {why}", args.join(" "))))
        }
    }
}
