//! Somebody who has no part in the procedure, and tries what threats are about. He does one thing
//! after another: the next once the last was answered, or has had its time to be.
mod gtp;

use ::gtp::msg::{Message, Pdu};
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Time};
use std::{
    collections::VecDeque,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};
use wire::{Bytes, Imsi};

/// GTP-C, UDP 2123.
pub const GTP_C: Port = Port(1);
/// GTP-U, UDP 2152.
pub const GTP_U: Port = Port(2);

const PORTS: &[PortSpec] = &[
    PortSpec {
        port: GTP_C,
        name: "gtp-c",
        framing: Framing::Datagram,
    },
    PortSpec {
        port: GTP_U,
        name: "gtp-u",
        framing: Framing::Datagram,
    },
];

/// So long an answer may take that is due.
const PATIENCE: Duration = Duration::from_secs(1);
/// So long he waits where none is due.
const PAUSE: Duration = Duration::from_millis(10);

/// Whom he tries, and from where.
#[derive(Debug, Clone)]
pub struct Config {
    /// His address.
    pub address: Ipv4Addr,
    /// The visited network's SGSN.
    pub sgsn: IpAddr,
    /// The registration operator's gateway.
    pub ggsn: IpAddr,
    /// A host that the tunnel's user may talk to.
    pub drf: Ipv4Addr,
    /// The access point name of the tunnel.
    pub apn: &'static str,
    /// Whether the gateway knows his address: he is a serving node of another network.
    pub partner: bool,
}

/// A tunnel as somebody has heard of it who reads along on Gp.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tunnel {
    /// Whose.
    pub imsi: Imsi,
    /// The user's address.
    pub address: Ipv4Addr,
    /// TEIDs of the SGSN: control plane, data.
    pub sgsn: (u32, u32),
    /// TEIDs of the gateway: control plane, data.
    pub ggsn: (u32, u32),
}

/// What he is told to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// Get into a tunnel: by guessing, and by what was heard of it.
    Hijack(Option<Tunnel>),
}

/// One thing that he does.
#[derive(Debug)]
struct Deed {
    port: Port,
    to: SocketAddr,
    bytes: Bytes,
    /// Whether the standard has an answer to it.
    asks: bool,
}

/// The node.
#[derive(Debug)]
pub struct Rogue {
    config: Config,
    deeds: VecDeque<Deed>,
    /// The tunnel that he tries to get into.
    tunnel: Option<Tunnel>,
    /// Until when the last deed may be answered, and whether an answer is due.
    waits: Option<(Time, bool)>,
}

impl Rogue {
    /// One who has done nothing yet.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            deeds: VecDeque::new(),
            tunnel: None,
            waits: None,
        }
    }

    fn next(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        self.waits = match self.deeds.pop_front() {
            Some(d) => {
                out.datagram(d.port, d.to, d.bytes);
                let time = if d.asks { PATIENCE } else { PAUSE };
                Some((now.mono + time, d.asks))
            }
            None => {
                out.trace(Event::new("rogue.done"));
                None
            }
        };
    }

    /// A context of his own was granted: what he sends in it bears another user's address.
    fn answered(&mut self, bytes: &Bytes) {
        let Some(tunnel) = self.tunnel else { return };
        if let Ok(m) = Message::read(bytes)
            && let Pdu::CreatePdpContextResponse(r) = m.pdu
            && let Some(teid) = r.teid_data
        {
            let forged = gtp::user_packet(&self.config, teid, tunnel.address);
            self.deeds.push_front(forged);
        }
    }
}

impl Node for Rogue {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        PORTS
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Command>,
        out: &mut Outputs<Infallible>,
    ) {
        match input {
            Input::Command(Command::Hijack(tunnel)) => {
                self.tunnel = tunnel;
                self.deeds = gtp::deeds(&self.config, tunnel.as_ref());
                self.next(now, out);
            }
            Input::Recv { link, bytes, .. } if self.waits.is_some_and(|w| w.1) => {
                if link == Link::from(GTP_C) {
                    self.answered(&bytes);
                }
                self.next(now, out);
            }
            Input::Timer if self.waits.is_some_and(|w| w.0 <= now.mono) => self.next(now, out),
            Input::Answer(_, never) => match never {},
            _ => {}
        }
    }

    fn due(&self) -> Option<Time> {
        self.waits.map(|w| w.0)
    }
}
