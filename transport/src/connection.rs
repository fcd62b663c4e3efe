//! A TCP connection: one task reads and puts messages together, one writes.
use bytes::Bytes;
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
    /// It is up: the two ends' addresses.
    Up(TcpStream),
    /// It could not be made.
    Failed(Why),
    /// A message.
    Message(Bytes),
    /// The other end is gone.
    Down(Why),
    /// What was queued is written.
    Room,
}

/// From which node's which link.
pub(crate) type Report = (usize, Link, Heard);

/// Octets queued to a peer that does not read: from here on it is full, ...
pub(crate) const FULL: usize = 256 << 10;
/// ... and from here on it is given up.
pub(crate) const OVERFLOW: usize = 8 << 20;

/// How long a connection attempt may take.
const DIAL: Duration = Duration::from_secs(5);

/// The loop's end of a connection.
pub(crate) struct Connection {
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
    queued: Rc<Cell<usize>>,
    writer: mpsc::UnboundedSender<Bytes>,
    tasks: [AbortHandle; 2],
}

impl Connection {
    /// Takes a connected stream.
    pub(crate) fn new(
        stream: TcpStream,
        framing: Framing,
        (node, link): (usize, Link),
        to: mpsc::Sender<Report>,
    ) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        let (local, remote) = (stream.local_addr()?, stream.peer_addr()?);
        let (reader, writer) = stream.into_split();
        let (send, queue) = mpsc::unbounded_channel();
        let queued = Rc::new(Cell::new(0));
        let read = read(reader, Deframer::new(framing), (node, link), to.clone());
        let write = write(writer, queue, queued.clone(), (node, link), to);
        let tasks = [
            tokio::task::spawn_local(read).abort_handle(),
            tokio::task::spawn_local(write).abort_handle(),
        ];
        Ok(Self {
            local,
            remote,
            queued,
            writer: send,
            tasks,
        })
    }

    /// Queues octets; how many wait now.
    pub(crate) fn send(&self, octets: Bytes) -> usize {
        let n = self.queued.get() + octets.len();
        self.queued.set(n);
        // a writer that is gone has said so, or will
        let _ = self.writer.send(octets);
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

/// Dials; tells `Up` or `Failed`.
pub(crate) async fn dial(
    local: IpAddr,
    remote: SocketAddr,
    (node, link): (usize, Link),
    to: mpsc::Sender<Report>,
) {
    let connect = async {
        let socket = match remote {
            SocketAddr::V4(_) => TcpSocket::new_v4(),
            SocketAddr::V6(_) => TcpSocket::new_v6(),
        }?;
        socket.bind(SocketAddr::new(local, 0))?;
        socket.connect(remote).await
    };
    let heard = match tokio::time::timeout(DIAL, connect).await {
        Ok(Ok(stream)) => Heard::Up(stream),
        Ok(Err(e)) if e.kind() == io::ErrorKind::ConnectionRefused => Heard::Failed(Why::Refused),
        _ => Heard::Failed(Why::Unreachable),
    };
    let _ = to.send((node, link, heard)).await;
}

async fn read(
    mut from: OwnedReadHalf,
    mut deframer: Deframer,
    (node, link): (usize, Link),
    to: mpsc::Sender<Report>,
) {
    let why = loop {
        match from.read_buf(deframer.buffer()).await {
            Ok(0) => break Why::Closed,
            Ok(_) => {}
            Err(_) => break Why::Reset,
        }
        let wrong = loop {
            match deframer.message() {
                Ok(None) => break None,
                Ok(Some(m)) => {
                    // waits while the loop is busy: the peer's window closes by itself
                    if to.send((node, link, Heard::Message(m))).await.is_err() {
                        return;
                    }
                }
                Err(e) => break Some(e),
            }
        };
        if let Some(e) = wrong {
            break Why::Framing(e);
        }
    };
    let _ = to.send((node, link, Heard::Down(why))).await;
}

async fn write(
    mut to: OwnedWriteHalf,
    mut queue: mpsc::UnboundedReceiver<Bytes>,
    queued: Rc<Cell<usize>>,
    (node, link): (usize, Link),
    report: mpsc::Sender<Report>,
) {
    while let Some(octets) = queue.recv().await {
        if to.write_all(&octets).await.is_err() {
            // the reader hears of it too, and tells
            return;
        }
        let before = queued.get();
        let now = before.saturating_sub(octets.len());
        queued.set(now);
        if before >= FULL && now < FULL {
            let _ = report.send((node, link, Heard::Room)).await;
        }
    }
    let _ = to.shutdown().await;
}
