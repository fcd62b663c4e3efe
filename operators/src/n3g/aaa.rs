//! The provider's AAA server (RFC 2865): which lines are served, and for how long.
use engine::{Event, Framing, Input, Node, Now, Outputs, Port, PortSpec, Time};
use ip::{
    machine::radius::{Server, Taken},
    msg::radius::{AccessAccept, AccessReject, Packet, Pdu, Secret},
};
use std::{collections::BTreeMap, convert::Infallible, net::SocketAddr};
use wire::Bytes;

/// UDP 1812.
pub const RADIUS: Port = Port(1);

/// What a server is told at its start.
#[derive(Debug, Clone)]
pub struct Config {
    /// What gateway and server share.
    pub secret: Secret,
    /// The lines that are served, with their passwords.
    pub users: BTreeMap<String, Password>,
    /// Session-Timeout, seconds.
    pub session_timeout: Option<u32>,
}

/// A line's password. It is never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(pub String);

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password")
    }
}

/// The server.
#[derive(Debug)]
pub struct Aaa {
    config: Config,
    server: Server,
}

impl Aaa {
    /// A server of these users.
    pub fn new(config: Config) -> Self {
        Self {
            server: Server::new(config.secret.clone()),
            config,
        }
    }

    fn taken(
        &mut self,
        now: Now,
        from: SocketAddr,
        packet: &Packet,
        out: &mut Outputs<Infallible>,
    ) -> Option<Bytes> {
        let Pdu::AccessRequest(r) = &packet.pdu else {
            out.count("radius.unexpected");
            return None;
        };
        let name = r.user_name.as_ref().map(ToString::to_string);
        let name = name.unwrap_or_default();
        let password = self.server.password(packet);
        let known = self.config.users.get(&name);
        let right = known.is_some_and(|k| password.as_deref() == Some(k.0.as_bytes()));
        let e = Event::new(if right { "aaa.accepts" } else { "aaa.rejects" });
        out.trace(e.with("user", &name));
        // one word for both: who guesses learns nothing of which names there are
        let pdu: Pdu = match right {
            true => AccessAccept::to(r, self.config.session_timeout).into(),
            false => AccessReject::to(r, "this line is not served").into(),
        };
        Some(self.server.decide(now.mono, from, packet, pdu))
    }
}

impl Node for Aaa {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Infallible;

    fn ports(&self) -> &[PortSpec] {
        const {
            &[PortSpec {
                port: RADIUS,
                name: "radius",
                framing: Framing::Datagram,
            }]
        }
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Infallible>,
        out: &mut Outputs<Infallible>,
    ) {
        let Input::Recv { from, bytes, .. } = input else {
            return;
        };
        let answer = match self.server.recv(now.mono, from, &bytes) {
            Err(dropped) => {
                out.count(dropped.name());
                None
            }
            Ok(Taken::Again(answer)) => Some(answer),
            Ok(Taken::New(packet)) => self.taken(now, from, &packet, out),
        };
        if let Some(answer) = answer {
            out.datagram(RADIUS, from, answer);
        }
    }

    fn due(&self) -> Option<Time> {
        None
    }
}
