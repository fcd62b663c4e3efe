//! The kernel's SCTP, through `sctp-rs`, on sockets that are opened and set up here.
//!
//! What `sctp-rs` 0.3 leaves to its user: it reads at most 4096 octets at a time and does not say
//! whether the message ends there, so messages are put together by the node's framing, stream by
//! stream; a full send buffer is an error, so that room is waited for on a descriptor of our own;
//! and where the kernel has no SCTP it says so late, so the socket is opened here first.
use crate::connection::{Heard, Left, Outgoing, To, tell_messages};
use bytes::Bytes;
use engine::{Deframer, Framing, Why};
use sctp_rs::{
    AssocChangeState, ConnectedSocket, Event, Notification, NotificationOrData, SendData, SendInfo,
    SubscribeEventAssocId,
};
use socket2::{Domain, Protocol, SockAddr, Socket, Type};
use std::{
    collections::BTreeMap,
    io,
    net::{IpAddr, Shutdown, SocketAddr},
    os::fd::{AsRawFd, FromRawFd, IntoRawFd, OwnedFd},
    rc::Rc,
    time::Duration,
};
use tokio::{
    io::{Interest, unix::AsyncFd},
    sync::mpsc,
};

/// Streams asked for each way.
const STREAMS: u16 = 16;
/// Levels and options of `linux/sctp.h`.
const SOL_SCTP: i32 = 132;
const SCTP_RTOINFO: i32 = 0;
const SCTP_INITMSG: i32 = 2;
const SCTP_NODELAY: i32 = 3;
const SCTP_PEER_ADDR_PARAMS: i32 = 9;
const SCTP_SOCKOPT_BINDX_ADD: i32 = 100;
/// `spp_flags`: heartbeats on.
const SPP_HB_ENABLE: u32 = 1;

/// How long retransmissions wait: first, at most, at least (RFC 9260 6.3.1, for a lab's LAN).
const RTO: [u32; 3] = [500, 5_000, 200];
/// How often an idle path is asked.
const HEARTBEAT: Duration = Duration::from_secs(10);
/// Unanswered retransmissions and heartbeats after which the peer is dead.
const RETRANSMISSIONS: u16 = 4;

/// An association.
pub(crate) struct Association {
    socket: ConnectedSocket,
    /// The same socket, to wait for room on.
    room: AsyncFd<OwnedFd>,
    pub(crate) local: SocketAddr,
    pub(crate) remote: SocketAddr,
}

impl Association {
    fn new(fd: OwnedFd) -> io::Result<Self> {
        let twin = Socket::from(fd.try_clone()?);
        let address = |a: SockAddr| a.as_socket().ok_or(io::ErrorKind::AddrNotAvailable);
        let (local, remote) = (address(twin.local_addr()?)?, address(twin.peer_addr()?)?);
        let room = watch(twin.into(), Interest::WRITABLE)?;
        let socket = ConnectedSocket::from_rawfd(fd.into_raw_fd())?;
        socket.sctp_request_rcvinfo(true)?;
        let events = [Event::Association, Event::Shutdown];
        socket.sctp_subscribe_events(&events, SubscribeEventAssocId::All)?;
        Ok(Self {
            socket,
            room,
            local,
            remote,
        })
    }
}

/// A descriptor that the runtime watches.
pub(crate) fn watch(fd: OwnedFd, interest: Interest) -> io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an `OwnedFd` stays open, and stays the same descriptor, as long as it lives.
    Ok(unsafe { AsyncFd::register_with_interest(fd, interest) }?)
}

/// Whether this kernel has SCTP.
///
/// # Errors
/// Why it has not.
pub fn probe() -> io::Result<()> {
    open(SocketAddr::from(([127, 0, 0, 1], 0))).map(drop)
}

/// A socket set up for signalling: no delay, short timers, heartbeats.
fn open(at: SocketAddr) -> io::Result<Socket> {
    let s = Socket::new(
        Domain::for_address(at),
        Type::STREAM,
        Some(Protocol::from(132)),
    )
    .map_err(|e| match e.raw_os_error() {
        // EPROTONOSUPPORT, ESOCKTNOSUPPORT
        Some(93 | 94) => io::ErrorKind::Unsupported.into(),
        _ => e,
    })?;
    s.set_nonblocking(true)?;
    set(&s, SCTP_NODELAY, &1u32.to_ne_bytes())?;
    // struct sctp_initmsg: streams out, streams in, attempts, longest wait
    let init: Vec<u8> = [STREAMS, STREAMS, RETRANSMISSIONS, RTO[1] as u16]
        .into_iter()
        .flat_map(u16::to_ne_bytes)
        .collect();
    set(&s, SCTP_INITMSG, &init)?;
    // struct sctp_rtoinfo: association, initial, longest, shortest
    let rto: Vec<u8> = [0, RTO[0], RTO[1], RTO[2]]
        .into_iter()
        .flat_map(u32::to_ne_bytes)
        .collect();
    set(&s, SCTP_RTOINFO, &rto)?;
    // struct sctp_paddrparams, packed: association, address (128), heartbeat interval,
    // retransmissions, path MTU, SACK delay, flags, flow label, DSCP
    let mut path = vec![0; 4 + 128];
    path.extend((HEARTBEAT.as_millis() as u32).to_ne_bytes());
    path.extend(RETRANSMISSIONS.to_ne_bytes());
    path.extend([0; 8]);
    path.extend(SPP_HB_ENABLE.to_ne_bytes());
    path.extend([0; 6]);
    set(&s, SCTP_PEER_ADDR_PARAMS, &path)?;
    Ok(s)
}

fn set(s: &Socket, option: i32, value: &[u8]) -> io::Result<()> {
    let len = value.len() as nix::libc::socklen_t;
    // SAFETY: the kernel reads `len` octets of `value`, which lives through the call.
    let done = unsafe {
        nix::libc::setsockopt(s.as_raw_fd(), SOL_SCTP, option, value.as_ptr().cast(), len)
    };
    if done == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Binds to an address and to those of `more` that are of its family, RFC 6458 9.1.
fn bind(s: &Socket, at: SocketAddr, more: &[IpAddr]) -> io::Result<()> {
    s.bind(&at.into())?;
    let port = s.local_addr()?.as_socket().map_or(0, |a| a.port());
    for ip in more.iter().filter(|ip| **ip != at.ip()) {
        if ip.is_ipv4() != at.is_ipv4() {
            continue;
        }
        let address = SockAddr::from(SocketAddr::new(*ip, port));
        let len = address.len() as usize;
        // SAFETY: `address` holds `len` octets of a socket address, and lives through the borrow.
        let octets = unsafe { std::slice::from_raw_parts(address.as_ptr().cast::<u8>(), len) };
        set(s, SCTP_SOCKOPT_BINDX_ADD, octets)?;
    }
    Ok(())
}

/// A listening socket, at these addresses besides.
pub(crate) fn listen(at: SocketAddr, more: &[IpAddr]) -> io::Result<OwnedFd> {
    let s = open(at)?;
    s.set_reuse_address(true)?;
    bind(&s, at, more)?;
    s.listen(128)?;
    Ok(s.into())
}

/// The next association that a peer makes.
pub(crate) async fn accept(listener: &AsyncFd<OwnedFd>) -> io::Result<Association> {
    let fd = listener
        .async_io(Interest::READABLE, |l| {
            use nix::sys::socket::{SockFlag, accept4};
            let flags = SockFlag::SOCK_NONBLOCK | SockFlag::SOCK_CLOEXEC;
            Ok(accept4(l.as_raw_fd(), flags)?)
        })
        .await?;
    // SAFETY: accept4 has just given this descriptor to us, and to nobody else.
    Association::new(unsafe { OwnedFd::from_raw_fd(fd) })
}

/// An association made by us, with these local addresses besides.
pub(crate) async fn connect(
    from: IpAddr,
    more: &[IpAddr],
    to: SocketAddr,
) -> io::Result<Association> {
    let s = open(to)?;
    bind(&s, SocketAddr::new(from, 0), more)?;
    match s.connect(&to.into()) {
        Ok(()) => {}
        Err(e) if e.raw_os_error() == Some(nix::libc::EINPROGRESS) => {}
        Err(e) => return Err(e),
    }
    let s = watch(s.into(), Interest::WRITABLE)?;
    s.writable().await?.retain_ready();
    let s = Socket::from(s.into_inner());
    match s.take_error()? {
        Some(e) => Err(e),
        None => Association::new(s.into()),
    }
}

/// Reads messages until the association is gone.
pub(crate) async fn read(a: Rc<Association>, framing: Framing, to: To) {
    // pieces of a message follow each other within a stream
    let mut streams: BTreeMap<u16, Deframer> = BTreeMap::new();
    let why = loop {
        let data = match a.socket.sctp_recv().await {
            Err(_) => break Why::Reset,
            Ok(NotificationOrData::Notification(Notification::AssociationChange(c))) => {
                match c.state {
                    AssocChangeState::ShutdownComplete => break Why::Closed,
                    AssocChangeState::CommLost | AssocChangeState::Restart => break Why::Reset,
                    _ => continue,
                }
            }
            Ok(NotificationOrData::Notification(Notification::Shutdown(_))) => break Why::Closed,
            Ok(NotificationOrData::Notification(_)) => continue,
            Ok(NotificationOrData::Data(d)) if d.payload.is_empty() => break Why::Closed,
            Ok(NotificationOrData::Data(d)) => d,
        };
        let info = data.rcv_info.as_ref();
        let way = info.map_or((0, 0), |i| (i.sid, u32::from_be(i.ppid)));
        let deframer = streams
            .entry(way.0)
            .or_insert_with(|| Deframer::new(framing));
        deframer.push(&data.payload);
        match tell_messages(deframer, way, &to).await {
            Ok(true) => {}
            Ok(false) => return,
            Err(e) => break Why::Framing(e),
        }
    };
    to.tell(Heard::Down(why)).await;
}

/// Writes messages until there are no more, then shuts down.
pub(crate) async fn write(
    a: Rc<Association>,
    mut queue: mpsc::UnboundedReceiver<Outgoing>,
    left: Left,
) {
    while let Some((stream, ppid, octets)) = queue.recv().await {
        if send(&a, stream, ppid, &octets).await.is_err() {
            // the reader hears of it too, and tells
            return;
        }
        left.written(octets.len()).await;
    }
    let _ = a.socket.shutdown(Shutdown::Write);
}

async fn send(a: &Association, sid: u16, ppid: u32, octets: &Bytes) -> io::Result<()> {
    let data = || SendData {
        payload: octets.to_vec(),
        snd_info: Some(SendInfo {
            sid,
            flags: 0,
            ppid: ppid.to_be(),
            context: 0,
            assoc_id: 0,
        }),
    };
    loop {
        match a.socket.sctp_send(data()).await {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {}
            other => return other,
        }
        // what was known of the room is old: clear it, try once more, and wait for news
        a.room.writable().await?.clear_ready();
        match a.socket.sctp_send(data()).await {
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => {
                a.room.writable().await?.retain_ready();
            }
            other => return other,
        }
    }
}
