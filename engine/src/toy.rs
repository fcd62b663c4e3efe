//! Two small nodes that use every seam once: datagrams with retries, framed connections, a raw-IP
//! network, the store, commands, events. Tests run them in the virtual network and on sockets and
//! hold both runs against each other.
use crate::{Event, Framing, Input, Link, Node, Now, Outputs, Port, PortSpec, Time};
use bytes::Bytes;
use std::{
    net::{Ipv4Addr, SocketAddr},
    time::Duration,
};

/// UDP on both.
pub const UDP: Port = Port(1);
/// Connections: dialled by the caller, accepted by the echo.
pub const STREAM: Port = Port(2);
/// Raw IP on both.
pub const NET: Port = Port(3);

const PORTS: &[PortSpec] = &[
    PortSpec {
        port: UDP,
        name: "udp",
        framing: Framing::Datagram,
    },
    PortSpec {
        port: STREAM,
        name: "stream",
        framing: Framing::By(length),
    },
    PortSpec {
        port: NET,
        name: "net",
        framing: Framing::Datagram,
    },
];

/// A message says its length in its first octet.
fn length(b: &[u8]) -> wire::Result<Option<usize>> {
    Ok(b.first().map(|n| usize::from(*n)))
}

/// Either of the two.
#[derive(Debug)]
pub enum Toy {
    /// Calls.
    Caller {
        /// The echo's UDP address.
        udp: SocketAddr,
        /// The echo's stream address.
        stream: SocketAddr,
        /// When it calls again.
        again: Option<Time>,
        /// Echoes still expected on the connection.
        open: u8,
    },
    /// Answers.
    Echo,
}

impl Toy {
    /// One that calls an echo at these addresses when told `call`.
    pub fn caller(udp: SocketAddr, stream: SocketAddr) -> Self {
        Self::Caller {
            udp,
            stream,
            again: None,
            open: 0,
        }
    }
}

impl Node for Toy {
    type Ask = u8;
    type Answer = u8;
    type Command = &'static str;

    fn ports(&self) -> &[PortSpec] {
        PORTS
    }

    fn handle(&mut self, now: Now, input: Input<u8, &'static str>, out: &mut Outputs<u8>) {
        match self {
            Self::Echo => echo(input, out),
            Self::Caller {
                udp,
                stream,
                again,
                open,
            } => match input {
                Input::Command(_) | Input::Timer => {
                    if matches!(input, Input::Command(_)) || again.is_some_and(|t| t <= now.mono) {
                        out.datagram(UDP, *udp, Bytes::from_static(b"ping"));
                        *again = Some(now.mono + Duration::from_millis(200));
                    }
                }
                Input::Recv { link, .. } if link == UDP.into() => {
                    if again.take().is_some() {
                        out.connect(STREAM, *stream);
                    }
                }
                Input::Up { link, .. } => {
                    // two messages at once: the other end has to tell them apart
                    out.message(link, Bytes::from_static(&[3, 1, 2, 2, 9]));
                    *open = 2;
                }
                Input::Recv { link, bytes, .. } if link.0 >= Link::FIRST_CONNECTION => {
                    out.trace(Event::new("toy.echo").with("octets", bytes.len()));
                    *open -= 1;
                    if *open == 0 {
                        out.close(link);
                        let packet = out.write(|w| {
                            let ends = [Ipv4Addr::new(10, 0, 0, 1), Ipv4Addr::new(10, 0, 0, 2)];
                            let [a, b] = ends.map(Into::into);
                            wire::net::ip_packet(w, (a, b), 253, 1, |w| w.extend_from_slice(b"hi"));
                        });
                        out.packet(NET, packet);
                    }
                }
                Input::Recv { .. } => out.trace(Event::new("toy.done")),
                Input::Down { why, .. } => out.trace(Event::new("toy.down").with("why", why)),
                _ => {}
            },
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::Caller { again, .. } => *again,
            Self::Echo => None,
        }
    }
}

fn echo(input: Input<u8, &'static str>, out: &mut Outputs<u8>) {
    match input {
        Input::Recv {
            link, from, bytes, ..
        } if link == UDP.into() => {
            out.datagram(UDP, from, bytes);
        }
        Input::Recv { link, bytes, .. } if link == NET.into() => {
            let packet = out.write(|w| {
                w.extend_from_slice(&bytes);
                // swapping the addresses leaves the header's checksum as it is
                let (a, b) = w[12..20].split_at_mut(4);
                a.swap_with_slice(b);
            });
            out.packet(NET, packet);
        }
        Input::Recv { link, bytes, .. } => {
            out.ask(bytes[0]);
            out.message(link, bytes);
        }
        Input::Answer(_, n) => out.trace(Event::new("toy.stored").with("n", n)),
        _ => {}
    }
}
