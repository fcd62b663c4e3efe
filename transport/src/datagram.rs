//! A UDP socket that is read and written many datagrams at a time.
use bytes::Bytes;
use nix::sys::socket::{
    ControlMessage, MsgFlags, MultiHeaders, SockaddrStorage, recvmmsg, sendmmsg, sendmsg,
};
use std::{
    cell::Cell,
    collections::VecDeque,
    io::{self, IoSlice, IoSliceMut},
    net::SocketAddr,
    os::fd::AsRawFd,
    task::{Context, Poll},
};
use tokio::{io::Interest, net::UdpSocket};

/// Datagrams read or written by one system call.
pub(crate) const BATCH: usize = 32;
/// Datagrams that wait while the socket takes none; more are dropped, as a router would.
const QUEUE: usize = 4096;
const LONGEST: usize = 65_536;
/// Octets of an IPv4 packet behind its header and that of UDP.
const LONGEST_RUN: usize = 65_507;

/// What is below the payload.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Under {
    Udp,
    /// IP with protocol 132: what is read has its IPv4 header before it.
    Ip,
}

pub(crate) struct Datagrams {
    socket: UdpSocket,
    under: Under,
    buffers: Vec<Vec<u8>>,
    headers: MultiHeaders<SockaddrStorage>,
    /// Whether the kernel has refused no datagram that it was to divide.
    segments: Cell<bool>,
}

/// Datagrams that wait for their socket.
#[derive(Default)]
pub(crate) struct Queue {
    waiting: VecDeque<(SocketAddr, Bytes)>,
    /// Dropped because too many waited, or because the kernel refused them.
    pub(crate) dropped: u64,
}

impl Queue {
    /// Queues a datagram for the next [`Datagrams::flush`].
    pub(crate) fn push(&mut self, to: SocketAddr, octets: Bytes) {
        if self.waiting.len() >= QUEUE {
            self.dropped += 1;
        } else {
            self.waiting.push_back((to, octets));
        }
    }
}

impl Datagrams {
    /// Binds to `at`.
    pub(crate) fn bind(at: SocketAddr, under: Under) -> io::Result<std::net::UdpSocket> {
        use socket2::{Domain, Protocol, Socket, Type};
        let (kind, protocol) = match under {
            Under::Udp => (Type::DGRAM, None),
            Under::Ip => (Type::RAW, Some(Protocol::from(132))),
        };
        let s = Socket::new(Domain::for_address(at), kind, protocol)?;
        s.set_nonblocking(true)?;
        // bursts of user packets; the kernel caps what it does not grant
        s.set_recv_buffer_size(4 << 20)?;
        s.set_send_buffer_size(4 << 20)?;
        s.bind(&at.into())?;
        Ok(s.into())
    }

    /// Takes a bound socket into the runtime.
    pub(crate) fn new(socket: std::net::UdpSocket, under: Under) -> io::Result<Self> {
        Ok(Self {
            under,
            socket: UdpSocket::from_std(socket)?,
            // pages that nothing is read into are never touched
            buffers: (0..BATCH).map(|_| vec![0; LONGEST]).collect(),
            headers: MultiHeaders::preallocate(BATCH, None),
            segments: Cell::new(true),
        })
    }

    /// Ready when there is something to read, or room to write what waits.
    pub(crate) fn poll(&self, queue: &Queue, cx: &mut Context<'_>) -> Poll<()> {
        let read = self.socket.poll_recv_ready(cx).is_ready();
        let write = !queue.waiting.is_empty() && self.socket.poll_send_ready(cx).is_ready();
        if read || write {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    }

    /// Reads one batch: calls `each` with the sender and the octets. False where nothing is there.
    pub(crate) fn receive(&mut self, mut each: impl FnMut(SocketAddr, &[u8])) -> bool {
        let Self {
            socket,
            under,
            buffers,
            headers,
            ..
        } = self;
        let fd = socket.as_raw_fd();
        let read = socket.try_io(Interest::READABLE, || {
            let mut slices: Vec<[IoSliceMut<'_>; 1]> =
                buffers.iter_mut().map(|b| [IoSliceMut::new(b)]).collect();
            let all = recvmmsg(fd, headers, slices.iter_mut(), MsgFlags::MSG_DONTWAIT, None)?;
            let got: Vec<(Option<SocketAddr>, usize)> = all
                .map(|m| (m.address.and_then(address), m.bytes))
                .collect();
            Ok(got)
        });
        match read {
            Ok(got) => {
                for ((from, n), b) in got.iter().zip(buffers.iter()) {
                    let Some(from) = from else { continue };
                    let octets = &b[..(*n).min(b.len())];
                    let head = match under {
                        Under::Ip if from.is_ipv4() => {
                            4 * usize::from(octets.first().map_or(0, |b| b & 15))
                        }
                        _ => 0,
                    };
                    each(*from, octets.get(head..).unwrap_or_default());
                }
                !got.is_empty()
            }
            Err(_) => false,
        }
    }

    /// Sends these now, by as few system calls as they allow; queues what the socket has no room
    /// for.
    pub(crate) fn send<'a>(
        &self,
        all: impl Iterator<Item = (SocketAddr, &'a [u8])>,
        queue: &mut Queue,
    ) {
        let all: Vec<_> = all.collect();
        let mut rest = all.as_slice();
        while !rest.is_empty() && queue.waiting.is_empty() {
            let sent = match run(rest) {
                n if n > 1 && self.segments.get() => {
                    let sent = self.segmented(&rest[..n]);
                    let refused = |e: &io::Error| e.kind() != io::ErrorKind::WouldBlock;
                    if sent.as_ref().is_err_and(refused) {
                        // no offload on this way, or no room in a packet of its MTU: one by one
                        self.segments.set(false);
                        continue;
                    }
                    sent
                }
                n => {
                    let alone = rest.iter().skip(n);
                    let alone = alone
                        .zip(1 + n..)
                        .take_while(|(_, k)| run(&rest[k - 1..]) == 1);
                    let n = if self.segments.get() {
                        n + alone.count()
                    } else {
                        rest.len()
                    };
                    self.each(rest[..n].iter().copied())
                }
            };
            match sent {
                Ok(n) if n > 0 => rest = &rest[n..],
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                // one that the kernel refuses (no route, too long) must not hold up the others
                _ => {
                    rest = &rest[1..];
                    queue.dropped += 1;
                }
            }
        }
        for (to, octets) in rest {
            queue.push(*to, Bytes::copy_from_slice(octets));
        }
    }

    /// Datagrams of one size to one place, the last one maybe shorter, as one that the kernel
    /// divides (UDP_SEGMENT of udp(7)): they go through its layers once.
    fn segmented(&self, all: &[(SocketAddr, &[u8])]) -> io::Result<usize> {
        let Some(((to, first), size)) = all
            .first()
            .and_then(|d| Some((d, u16::try_from(d.1.len()).ok()?)))
        else {
            return Ok(0);
        };
        debug_assert!(all.iter().all(|d| d.0 == *to && d.1.len() <= first.len()));
        let fd = self.socket.as_raw_fd();
        self.socket.try_io(Interest::WRITABLE, || {
            let mut slices = [IoSlice::new(&[]); BATCH];
            for (slice, d) in slices.iter_mut().zip(all) {
                *slice = IoSlice::new(d.1);
            }
            let control = [ControlMessage::UdpGsoSegments(&size)];
            let slices = &slices[..all.len()];
            let (flags, to) = (MsgFlags::MSG_DONTWAIT, SockaddrStorage::from(*to));
            sendmsg(fd, slices, &control, flags, Some(&to))?;
            Ok(all.len())
        })
    }

    /// Datagrams one by one, a batch of them by one system call: how many the socket took.
    fn each<'a>(
        &self,
        all: impl Iterator<Item = (SocketAddr, &'a [u8])> + Clone,
    ) -> io::Result<usize> {
        let all = all.take(BATCH);
        let fd = self.socket.as_raw_fd();
        self.socket.try_io(Interest::WRITABLE, || {
            let slices: Vec<[IoSlice<'_>; 1]> = all.clone().map(|d| [IoSlice::new(d.1)]).collect();
            let to: Vec<Option<SockaddrStorage>> = all.map(|d| Some(d.0.into())).collect();
            let mut headers = MultiHeaders::preallocate(slices.len(), None);
            let all = sendmmsg(fd, &mut headers, &slices, &to, [], MsgFlags::MSG_DONTWAIT)?;
            Ok(all.count())
        })
    }

    /// Writes what is queued, as far as the socket takes it.
    pub(crate) fn flush(&self, queue: &mut Queue) {
        let dropped = &mut queue.dropped;
        let queue = &mut queue.waiting;
        while !queue.is_empty() {
            match self.each(queue.iter().map(|d| (d.0, d.1.as_ref()))) {
                Ok(n) if n > 0 => {
                    queue.drain(..n);
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
                // one that the kernel refuses (no route, too long) must not hold up the others
                _ => {
                    queue.pop_front();
                    *dropped += 1;
                }
            }
        }
    }
}

/// How many from the first on can go as one: of its size, to the same place. A shorter one is the
/// last. All of them together fit into an IP packet.
fn run(all: &[(SocketAddr, &[u8])]) -> usize {
    let Some((to, first)) = all.first() else {
        return 0;
    };
    if first.is_empty() {
        return 1;
    }
    let most = BATCH.min(LONGEST_RUN / first.len()).max(1);
    let same = |d: &&(SocketAddr, &[u8])| d.0 == *to && d.1.len() == first.len();
    let n = all.iter().take(most).take_while(same).count();
    let shorter = |d: &(SocketAddr, &[u8])| d.0 == *to && (1..first.len()).contains(&d.1.len());
    match all.get(n) {
        Some(d) if n < most && shorter(d) => n + 1,
        _ => n,
    }
}

fn address(a: SockaddrStorage) -> Option<SocketAddr> {
    if let Some(v4) = a.as_sockaddr_in() {
        return Some(std::net::SocketAddrV4::from(*v4).into());
    }
    a.as_sockaddr_in6()
        .map(|v6| std::net::SocketAddrV6::from(*v6).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn runs_are_of_one_place_and_one_size_and_fit_into_a_packet() {
        let (a, b) = (
            "127.0.0.1:1".parse().unwrap(),
            "127.0.0.2:1".parse().unwrap(),
        );
        let (long, short) = (&[0; 1408][..], &[0; 60][..]);
        assert_eq!(run(&[]), 0);
        assert_eq!(run(&[(a, short), (a, long)]), 1);
        assert_eq!(run(&[(a, long), (a, long), (b, long)]), 2);
        // a shorter one is the last
        assert_eq!(run(&[(a, long), (a, long), (a, short), (a, short)]), 3);
        assert_eq!(run(&[(a, long), (a, &[])]), 1);
        assert_eq!(run(&[(a, &[]), (a, &[])]), 1);
        assert_eq!(run(&vec![(a, long); 100]), BATCH);
        assert_eq!(run(&vec![(a, &[0; 30_000][..]); 100]), 2);
    }

    #[tokio::test]
    async fn a_batch_arrives_as_the_datagrams_that_it_was() {
        let bind = || {
            let socket = Datagrams::bind("127.0.0.1:0".parse().unwrap(), Under::Udp).unwrap();
            let at = socket.local_addr().unwrap();
            (Datagrams::new(socket, Under::Udp).unwrap(), at)
        };
        let ((from, _), (mut to, at), (mut other, beside)) = (bind(), bind(), bind());
        let octets: Vec<Vec<u8>> = (0..80_u8)
            .map(|n| vec![n; if n % 7 == 3 { 60 } else { 1408 }])
            .collect();
        let place = |n: usize| if n % 11 == 5 { beside } else { at };
        let all = octets.iter().enumerate();
        let mut queue = Queue::default();
        from.socket.writable().await.unwrap();
        from.send(all.map(|(n, o)| (place(n), o.as_slice())), &mut queue);
        assert_eq!((queue.waiting.len(), queue.dropped), (0, 0));
        assert!(from.segments.get(), "the loopback divides them");
        for (socket, at) in [(&mut to, at), (&mut other, beside)] {
            let mut came = Vec::new();
            let all = octets.iter().enumerate().filter(|(n, _)| place(*n) == at);
            let expected: Vec<&[u8]> = all.map(|(_, o)| o.as_slice()).collect();
            while came.len() < expected.len() {
                socket.socket.readable().await.unwrap();
                socket.receive(|_, octets| came.push(octets.to_vec()));
            }
            assert_eq!(came, expected);
        }
    }
}
