//! Somebody who has no part in the procedure, and tries what threats are about. He does one thing
//! after another: the next once the last was answered, or has had its time to be.
mod cell;
mod gtp;
mod inside;
mod malformed;

use ::gtp::msg::{Message, Pdu};
use cell::Cell;
use engine::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Rng, Time};
use inside::Inside;
use std::{
    collections::VecDeque,
    convert::Infallible,
    net::{IpAddr, Ipv4Addr, SocketAddr, SocketAddrV4},
    time::Duration,
};
use wire::{Bytes, Imsi, Plmn};

/// GTP-C, UDP 2123.
pub const GTP_C: Port = Port(1);
/// GTP-U, UDP 2152.
pub const GTP_U: Port = Port(2);
/// Gb: NS over UDP 2157.
pub const GB: Port = Port(3);
/// RADIUS.
pub const AAA: Port = Port(4);
/// Diameter, dialled.
pub const DIAMETER: Port = Port(5);
/// HTTP, dialled.
pub const HTTP: Port = Port(6);

const fn spec(port: Port, name: &'static str, framing: Framing) -> PortSpec {
    PortSpec {
        port,
        name,
        framing,
    }
}

const PORTS: &[PortSpec] = &[
    spec(GTP_C, "gtp-c", Framing::Datagram),
    spec(GTP_U, "gtp-u", Framing::Datagram),
    spec(GB, "gb", Framing::Datagram),
    spec(AAA, "aaa", Framing::Datagram),
    spec(DIAMETER, "s6d", Framing::By(diameter_s6a::frame_len)),
    spec(HTTP, "http", Framing::Stream),
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
    /// Its network.
    pub plmn: Plmn,
    /// The registration operator's gateway.
    pub ggsn: IpAddr,
    /// Its ICF, where it takes Diameter.
    pub icf: SocketAddr,
    /// The realm that the ICF serves.
    pub realm: String,
    /// Where its DRF takes accounting.
    pub accounting: SocketAddr,
    /// Where DRF, DPF, SHO and PVA take HTTP.
    pub http: [SocketAddr; 4],
    /// DRF and DPF as a device sees them.
    pub inner: [SocketAddrV4; 2],
    /// The access point name of the tunnel.
    pub apn: &'static str,
    /// Whether the gateway knows his address: he is a serving node of another network.
    pub partner: bool,
    /// Randomness of his own.
    pub rng: Rng,
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
    /// Send everybody what nobody can read.
    Bother,
}

/// One thing that he does.
#[derive(Debug)]
enum Deed {
    /// Sends a datagram; `asks` where the standard has an answer to it.
    Datagram {
        port: Port,
        to: SocketAddr,
        bytes: Bytes,
        asks: bool,
    },
    /// Makes a connection, sends one message after another, each once the last was answered.
    Talk {
        port: Port,
        to: SocketAddr,
        messages: VecDeque<Bytes>,
    },
    /// Brings a base station with one cell up.
    Cell,
    /// Sends an LLC-PDU's contents as a mobile in that cell.
    Mobile(Bytes),
    /// Connects to somebody behind the gateway, and says this.
    Inside(SocketAddrV4, Bytes),
}

/// What he waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Wait {
    /// An answer on this port.
    Answer(Port),
    /// The cell.
    Cell,
    /// An answer from behind the gateway.
    Inside,
    /// Nothing: time passes.
    Nothing,
}

/// The node.
#[derive(Debug)]
pub struct Rogue {
    config: Config,
    deeds: VecDeque<Deed>,
    /// What a context of his own is for.
    purpose: Option<Command>,
    waits: Option<(Time, Wait)>,
    /// The connection, and what is still to be said on it.
    talk: Option<(Link, VecDeque<Bytes>)>,
    cell: Option<Cell>,
    inside: Option<Inside>,
}

impl Rogue {
    /// One who has done nothing yet.
    pub fn new(config: Config) -> Self {
        Self {
            config,
            deeds: VecDeque::new(),
            purpose: None,
            waits: None,
            talk: None,
            cell: None,
            inside: None,
        }
    }

    fn next(&mut self, now: Now, out: &mut Outputs<Infallible>) {
        let Some(deed) = self.deeds.pop_front() else {
            self.waits = None;
            return out.trace(Event::new("rogue.done"));
        };
        let wait = match deed {
            Deed::Datagram {
                port,
                to,
                bytes,
                asks,
            } => {
                out.datagram(port, to, bytes);
                match asks {
                    true => Wait::Answer(port),
                    false => Wait::Nothing,
                }
            }
            Deed::Talk { port, to, messages } => {
                self.talk = Some((out.connect(port, to), messages));
                Wait::Answer(port)
            }
            Deed::Cell => {
                let cell = self.cell.insert(Cell::new(&self.config));
                cell.start(now);
                Wait::Cell
            }
            Deed::Mobile(message) => {
                if let Some(cell) = &mut self.cell {
                    cell.mobile(now, &message);
                }
                Wait::Answer(GB)
            }
            Deed::Inside(to, octets) => {
                if let Some(inside) = &mut self.inside {
                    inside.say(now, to, octets);
                }
                Wait::Inside
            }
        };
        let time = match wait {
            Wait::Nothing => PAUSE,
            _ => PATIENCE,
        };
        self.waits = Some((now.mono + time, wait));
    }

    fn waits_for(&self, wait: Wait) -> bool {
        self.waits.is_some_and(|w| w.1 == wait)
    }

    /// A context of his own was granted. In one, what he sends bears another user's address; in the
    /// other he talks to those behind the gateway.
    fn granted(&mut self, now: Now, bytes: &Bytes) {
        let Ok(m) = Message::read(bytes) else { return };
        let Pdu::CreatePdpContextResponse(r) = m.pdu else {
            return;
        };
        let address = r.end_user_address.and_then(|a| a.ipv4_address());
        let (Some(teid), Some(address)) = (r.teid_data, address) else {
            return;
        };
        match self.purpose {
            Some(Command::Hijack(Some(t))) => {
                let forged = gtp::user_packet(&self.config, teid, t.address);
                self.deeds.push_front(forged);
            }
            Some(Command::Bother) => {
                let rng = self.config.rng.stream("inside");
                self.inside = Some(Inside::new(now, rng, teid, address));
            }
            _ => {}
        }
    }

    /// A message came. True where what he waits for is there.
    fn received(
        &mut self,
        now: Now,
        link: Link,
        bytes: &Bytes,
        out: &mut Outputs<Infallible>,
    ) -> bool {
        if link == GB.into() {
            let answers = cell::is_answer(bytes) && self.waits_for(Wait::Answer(GB));
            let Some(cell) = &mut self.cell else {
                return answers;
            };
            cell.datagram(now, bytes);
            let up = cell.is_up();
            return answers || (up && self.waits_for(Wait::Cell));
        }
        if link == GTP_U.into()
            && let Some(inside) = &mut self.inside
            && inside.datagram(now, bytes)
        {
            return self.waits_for(Wait::Inside);
        }
        let port = [GTP_C, GTP_U, AAA]
            .into_iter()
            .find(|p| link == (*p).into());
        if let Some(port) = port {
            if port == GTP_C {
                self.granted(now, bytes);
            }
            return self.waits_for(Wait::Answer(port));
        }
        // on a connection: the next message, or the end
        match &mut self.talk {
            Some((l, rest)) if *l == link => match rest.pop_front() {
                Some(m) => {
                    out.message(link, m);
                    self.waits = self.waits.map(|w| (now.mono + PATIENCE, w.1));
                    false
                }
                None => {
                    out.close(link);
                    self.talk = None;
                    true
                }
            },
            _ => false,
        }
    }

    /// Sends what cell and stack want sent.
    fn flush(&mut self, out: &mut Outputs<Infallible>) {
        if let Some(cell) = &mut self.cell {
            let sgsn = SocketAddr::new(self.config.sgsn, malformed::NS);
            while let Some(d) = cell.transmit() {
                out.datagram(GB, sgsn, d);
            }
        }
        if let Some(inside) = &mut self.inside {
            while let Some((to, d)) = inside.transmit(&self.config) {
                out.datagram(GTP_U, to, d);
            }
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
            Input::Command(command) => {
                self.purpose = Some(command);
                self.deeds = match &command {
                    Command::Hijack(tunnel) => gtp::deeds(&self.config, tunnel.as_ref()),
                    Command::Bother => malformed::deeds(&self.config),
                };
                self.next(now, out);
            }
            Input::Recv { link, bytes, .. } => {
                if self.received(now, link, &bytes, out) {
                    self.next(now, out);
                }
            }
            Input::Up { link, .. } => {
                if let Some((l, rest)) = &mut self.talk
                    && *l == link
                    && let Some(m) = rest.pop_front()
                {
                    out.message(link, m);
                }
            }
            // who is sent away has his answer
            Input::Down { link, .. } => {
                if self.talk.take_if(|t| t.0 == link).is_some() {
                    self.next(now, out);
                }
            }
            Input::Timer => {
                if let Some(cell) = &mut self.cell {
                    cell.timer(now);
                }
                if let Some(inside) = &mut self.inside {
                    inside.timer(now);
                }
                if self.waits.is_some_and(|w| w.0 <= now.mono) {
                    if let Some((link, _)) = self.talk.take() {
                        out.abort(link);
                    }
                    self.next(now, out);
                }
            }
            Input::Answer(_, never) => match never {},
            _ => {}
        }
        self.flush(out);
    }

    fn due(&self) -> Option<Time> {
        let own = self.waits.map(|w| w.0);
        let cell = self.cell.as_ref().and_then(Cell::due);
        let inside = self.inside.as_ref().and_then(Inside::due);
        [own, cell, inside].into_iter().flatten().min()
    }
}
