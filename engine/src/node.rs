//! What a node is: a pure machine. Octets, link changes, answers and time go in; octets, questions
//! and events come out.
use crate::{FastPath, Now, Outputs, Time};
use bytes::Bytes;
use std::{fmt, net::SocketAddr};

/// A network element, one per role. It runs on sockets and in the virtual network alike.
pub trait Node {
    /// What it asks its store.
    type Ask;
    /// What the store answers.
    type Answer;
    /// What an operator, a scenario or a test tells it.
    type Command;

    /// Its attachments: fixed for its life.
    fn ports(&self) -> &[PortSpec];

    /// Takes one input; what follows goes to `out`. Whatever `input` holds, this does not panic.
    fn handle(
        &mut self,
        now: Now,
        input: Input<Self::Answer, Self::Command>,
        out: &mut Outputs<Self::Ask>,
    );

    /// Takes back what it has kept in an earlier life, by [`Outputs::keep`]: each key once, in their
    /// order, before [`Input::Start`].
    ///
    /// # Errors
    /// What stands there is not what this node keeps: why, for people.
    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        let _ = (key, octets);
        Ok(())
    }

    /// When [`Input::Timer`] is wanted next.
    fn due(&self) -> Option<Time>;

    /// The way of user packets that do not pass through [`Node::handle`].
    fn fast_path(&mut self) -> Option<&mut dyn FastPath> {
        None
    }
}

/// An attachment of a node, by the node's own numbering. What it is attached to (a socket, a
/// virtual wire, a layer between) is not the node's business.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Port(pub u16);

/// What a node says of one of its ports.
#[derive(Debug, Clone, Copy)]
pub struct PortSpec {
    /// The port.
    pub port: Port,
    /// Its name, as configuration and captures use it: `gb`, `s6d`, `gtp-u`.
    pub name: &'static str,
    /// How octets on its links become messages.
    pub framing: Framing,
}

/// How octets on a link become messages. Transports put messages together by this, without knowing
/// any protocol.
#[derive(Debug, Clone, Copy)]
pub enum Framing {
    /// Each datagram, or each IP packet of a raw-IP link, is a message.
    Datagram,
    /// Octets come as they come.
    Stream,
    /// The function tells how long the first message is, once that can be told. Where messages keep
    /// their bounds (SCTP) it puts pieces together again.
    By(fn(&[u8]) -> wire::Result<Option<usize>>),
}

/// A flow of a node: a datagram or raw-IP port itself, or one connection of a stream port.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link(pub u32);

impl Link {
    /// The first link of a connection; below are the ports.
    pub const FIRST_CONNECTION: u32 = 0x1_0000;
}

impl From<Port> for Link {
    /// The link of a datagram or raw-IP port.
    fn from(p: Port) -> Self {
        Self(p.0.into())
    }
}

/// A question to the store, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AskId(pub u64);

/// What goes into a node.
#[derive(Debug)]
pub enum Input<A, C> {
    /// All ports are attached.
    Start,
    /// Take leave of your peers; links are closed soon.
    Stop,
    /// A connection is up: dialled by us, or accepted on `port`.
    Up {
        /// The connection.
        link: Link,
        /// The port that dialled or accepted.
        port: Port,
        /// The other end.
        peer: SocketAddr,
    },
    /// A connection is gone, or could not be made.
    Down {
        /// The connection.
        link: Link,
        /// Why.
        why: Why,
    },
    /// The connection takes no more for now: what is sent all the same may be lost with it.
    Full(Link),
    /// The connection takes more again.
    Room(Link),
    /// A message.
    Recv {
        /// The link it came on.
        link: Link,
        /// Who sent it; unspecified on raw-IP links.
        from: SocketAddr,
        /// SCTP stream; 0 elsewhere.
        stream: u16,
        /// SCTP payload protocol identifier; 0 elsewhere.
        ppid: u32,
        /// The message.
        bytes: Bytes,
    },
    /// [`Node::due`] has come.
    Timer,
    /// The store's answer.
    Answer(AskId, A),
    /// An operator's word.
    Command(C),
}

impl<A, C> Input<A, C> {
    /// The same input for a node of other answers and commands; `None` where it has none such.
    /// For whoever runs several kinds of nodes as one.
    pub fn narrow<B, D>(
        self,
        answer: impl FnOnce(A) -> Option<B>,
        command: impl FnOnce(C) -> Option<D>,
    ) -> Option<Input<B, D>> {
        Some(match self {
            Self::Start => Input::Start,
            Self::Stop => Input::Stop,
            Self::Up { link, port, peer } => Input::Up { link, port, peer },
            Self::Down { link, why } => Input::Down { link, why },
            Self::Full(link) => Input::Full(link),
            Self::Room(link) => Input::Room(link),
            Self::Recv {
                link,
                from,
                stream,
                ppid,
                bytes,
            } => Input::Recv {
                link,
                from,
                stream,
                ppid,
                bytes,
            },
            Self::Timer => Input::Timer,
            Self::Answer(id, a) => Input::Answer(id, answer(a)?),
            Self::Command(c) => Input::Command(command(c)?),
        })
    }
}

/// Why a connection is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// The peer closed it.
    Closed,
    /// The peer broke it off.
    Reset,
    /// Nobody listens there.
    Refused,
    /// No way there, or no answer from there.
    Unreachable,
    /// What came is not a message.
    Framing(wire::Error),
    /// More was sent than it could take.
    Overflow,
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Closed => f.write_str("closed by the peer"),
            Self::Reset => f.write_str("reset by the peer"),
            Self::Refused => f.write_str("connection refused"),
            Self::Unreachable => f.write_str("unreachable"),
            Self::Framing(e) => write!(f, "not a message: {e}"),
            Self::Overflow => f.write_str("more sent than the link takes"),
        }
    }
}
