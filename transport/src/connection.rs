//! A connection of the kernel's, TCP or SCTP: one task reads and puts messages together, one
//! writes.
use crate::kernel;
use bytes::{Bytes, BytesMut};
use engine::{Deframer, Framing, Link, Why};
use std::{
    cell::Cell,
    io,
    net::{IpAddr, SocketAddr},
    rc::Rc,
    time::Duration,
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpSocket, TcpStream, tcp::OwnedReadHalf, tcp::OwnedWriteHalf},
    sync::mpsc,
    task::AbortHandle,
};

/// What a connection tells the loop.
pub(crate) enum Heard {
    /// It is up.
    Up(Socket),
    /// It could not be made.
    Failed(Why),
    /// A message, with SCTP's stream and payload protocol identifier.
    Message(Bytes, u16, u32),
    /// The other end is gone.
    Down(Why),
    /// What was queued is written.
    Room,
}

/// A connected socket.
pub(crate) enum Socket {
    Tcp(TcpStream),
    Sctp(kernel::Association),
}

/// A message to be written: stream, payload protocol identifier, octets.
pub(crate) type Outgoing = (u16, u32, Bytes);

/// From which node's which link.
pub(crate) type Report = (usize, Link, Heard);

/// Octets queued to a peer that does not read: from here on it is full, ...
pub(crate) const FULL: usize = 256 << 10;
/// ... and from here on it is given up.
pub(crate) const OVERFLOW: usize = 8 << 20;

/// Octets of waiting messages that are written at once.
const BATCH: usize = 32 << 10;

/// How long a connection attempt may take.
const DIAL: Duration = Duration::from_secs(5);

/// The loop's end of a connection.
pub(crate) struct Connection {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    queued: Rc<Cell<usize>>,
    writer: mpsc::UnboundedSender<Outgoing>,
    tasks: [AbortHandle; 2],
}

impl Connection {
    /// Takes a connected socket.
    pub(crate) fn new(
        socket: Socket,
        framing: Framing,
        (node, link): (usize, Link),
        to: mpsc::Sender<Report>,
    ) -> io::Result<Self> {
        let (send, queue) = mpsc::unbounded_channel();
        let queued = Rc::new(Cell::new(0));
        let report = To { node, link, to };
        let left = Left(queued.clone(), report.clone());
        let (local, remote, tasks) = match socket {
            Socket::Tcp(stream) => {
                stream.set_nodelay(true)?;
                let (local, remote) = (stream.local_addr()?, stream.peer_addr()?);
                let (reader, writer) = stream.into_split();
                let read = read(reader, Deframer::new(framing), report);
                let read = tokio::task::spawn_local(read).abort_handle();
                let write = tokio::task::spawn_local(write(writer, queue, left));
                (local, remote, [read, write.abort_handle()])
            }
            Socket::Sctp(a) => {
                let (local, remote) = (a.local, a.remote);
                let a = Rc::new(a);
                let read = tokio::task::spawn_local(kernel::read(a.clone(), framing, report));
                let write = tokio::task::spawn_local(kernel::write(a, queue, left));
                (local, remote, [read.abort_handle(), write.abort_handle()])
            }
        };
        Ok(Self {
            local,
            remote,
            queued,
            writer: send,
            tasks,
        })
    }

    /// Queues a message; how many octets wait now.
    pub(crate) fn send(&self, (stream, ppid): (u16, u32), octets: Bytes) -> usize {
        let n = self.queued.get() + octets.len();
        self.queued.set(n);
        // a writer that is gone has said so, or will
        let _ = self.writer.send((stream, ppid, octets));
        n
    }

    /// Closes after what is queued. The other end's goodbye is waited for in the background.
    pub(crate) fn close(self) {
        self.tasks[0].abort();
    }

    /// Breaks off.
    pub(crate) fn abort(self) {
        for t in &self.tasks {
            t.abort();
        }
    }
}

/// Where a connection's tasks report.
#[derive(Clone)]
pub(crate) struct To {
    node: usize,
    link: Link,
    to: mpsc::Sender<Report>,
}

impl To {
    /// Tells; waits while the loop is busy, so that the peer's window closes by itself. False
    /// where nobody listens any more.
    pub(crate) async fn tell(&self, heard: Heard) -> bool {
        self.to.send((self.node, self.link, heard)).await.is_ok()
    }
}

/// What is still queued.
pub(crate) struct Left(Rc<Cell<usize>>, To);

impl Left {
    /// So many octets are written.
    pub(crate) async fn written(&self, octets: usize) {
        let before = self.0.get();
        let now = before.saturating_sub(octets);
        self.0.set(now);
        if before >= FULL && now < FULL {
            self.1.tell(Heard::Room).await;
        }
    }
}

/// Dials; tells `Up` or `Failed`. By the kernel's SCTP where there is a list of further local
/// addresses, maybe an empty one.
pub(crate) async fn dial(
    sctp: Option<Vec<IpAddr>>,
    local: IpAddr,
    remote: SocketAddr,
    (node, link): (usize, Link),
    to: mpsc::Sender<Report>,
) {
    let connect = async {
        if let Some(more) = &sctp {
            return kernel::connect(local, more, remote).await.map(Socket::Sctp);
        }
        let socket = match remote {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        socket.bind(SocketAddr::new(local, 0))?;
        socket.connect(remote).await.map(Socket::Tcp)
    };
    let heard = match tokio::time::timeout(DIAL, connect).await {
        Ok(Ok(socket)) => Heard::Up(socket),
        Ok(Err(e)) if e.kind() == io::ErrorKind::ConnectionRefused => Heard::Failed(Why::Refused),
        _ => Heard::Failed(Why::Unreachable),
    };
    To { node, link, to }.tell(heard).await;
}

/// Tells all messages that are whole; false where the connection is of no more use.
pub(crate) async fn tell_messages(
    deframer: &mut Deframer,
    (stream, ppid): (u16, u32),
    to: &To,
) -> Result<bool, wire::Error> {
    while let Some(m) = deframer.message()? {
        if !to.tell(Heard::Message(m, stream, ppid)).await {
            return Ok(false);
        }
    }
    Ok(true)
}

async fn read(mut from: OwnedReadHalf, mut deframer: Deframer, to: To) {
    let why = loop {
        match from.read_buf(deframer.buffer()).await {
            Ok(0) => break Why::Closed,
            Ok(_) => {}
            Err(_) => break Why::Reset,
        }
        match tell_messages(&mut deframer, (0, 0), &to).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(e) => break Why::Framing(e),
        }
    };
    to.tell(Heard::Down(why)).await;
}

async fn write(mut to: OwnedWriteHalf, mut queue: mpsc::UnboundedReceiver<Outgoing>, left: Left) {
    let mut batch = BytesMut::new();
    while let Some((_, _, mut octets)) = queue.recv().await {
        if !queue.is_empty() {
            // messages that wait share a system call
            batch.extend_from_slice(&octets);
            while batch.len() < BATCH
                && let Ok((_, _, more)) = queue.try_recv()
            {
                batch.extend_from_slice(&more);
            }
            octets = batch.split().freeze();
        }
        if to.write_all(&octets).await.is_err() {
            // the reader hears of it too, and tells
            return;
        }
        left.written(octets.len()).await;
        // the memory is used again: nobody else holds it now
        drop(octets);
        batch.reserve(BATCH);
    }
    let _ = to.shutdown().await;
}
