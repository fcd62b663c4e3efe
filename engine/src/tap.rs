//! Builds packet records for captures: what was sent, byte for byte, with the headers that the
//! kernel (or, in virtual time, nobody) puts around it. One function for both modes.
mod sctp;

use crate::Now;
use bytes::{Bytes, BytesMut};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
};
use wire::net::{self, TcpFlags};

/// A packet as it went onto a wire: raw IP.
#[derive(Debug)]
pub struct Record<'a> {
    /// Its number: records are numbered from 1 in the order in which they are made.
    pub id: u64,
    /// The packet whose arrival made the node send this one: through the store, through a
    /// connection that had to be made first, through a forwarding table. `None` where a timer, a
    /// command or the start did.
    pub cause: Option<u64>,
    /// When.
    pub now: Now,
    /// Which node sent it.
    pub node: usize,
    /// The name of the port that it left by, see [`crate::PortSpec::name`].
    pub port: &'static str,
    /// The raw-IP network it went onto; `None` for packets between real addresses.
    pub net: Option<&'static str>,
    /// What befell it after it was sent.
    pub fate: Fate,
    /// The IP packet.
    pub packet: &'a [u8],
    /// The message that the packet, and those before it, carry enciphered.
    pub clear: Option<&'a [u8]>,
}

/// What befell a packet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It went its way.
    Sent,
    /// The network lost it.
    Lost,
    /// The network delivered it twice.
    Doubled,
    /// Nobody has the address.
    Nobody,
}

/// Which node sent, and by which port.
#[derive(Debug, Clone, Copy)]
pub struct Sender {
    /// The node.
    pub node: usize,
    /// The port's name.
    pub port: &'static str,
}

/// Builds the records of a run.
#[derive(Debug, Default)]
pub struct Tap {
    buffer: BytesMut,
    ids: BTreeMap<IpAddr, u16>,
    flows: BTreeMap<(SocketAddr, SocketAddr), Flow>,
    associations: BTreeMap<(SocketAddr, SocketAddr), sctp::Association>,
    opened: u32,
    /// Records made.
    count: u64,
    /// What the node that runs now reacts to.
    cause: Option<u64>,
    /// The message that the next octets of a stream carry enciphered.
    clear: Option<Bytes>,
}

/// A TCP connection as its capture shows it: next sequence number of each direction, the lower
/// address first.
#[derive(Debug, Clone, Copy)]
struct Flow {
    next: [u32; 2],
}

/// The maximum segment size of the segments that are built: Ethernet's, as on a lab network.
const MSS: usize = 1460;

/// A segment to be built.
type Segment<'a> = (SocketAddr, SocketAddr, TcpFlags, &'a [u8]);

impl Tap {
    /// From here on, what is sent is a reaction to this packet.
    pub fn caused_by(&mut self, cause: Option<u64>) {
        self.cause = cause;
    }

    /// The octets that follow on a stream carry this message enciphered.
    pub fn enciphers(&mut self, message: Option<Bytes>) {
        self.clear = message;
    }

    /// What is reacted to now.
    pub fn cause(&self) -> Option<u64> {
        self.cause
    }

    /// Makes the record of the packet that `build` appends, with the IP identification it gets.
    fn record(
        &mut self,
        (now, Sender { node, port }): (Now, Sender),
        from: IpAddr,
        fate: Fate,
        build: impl FnOnce(&mut BytesMut, u16),
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> u64 {
        let ip_id = self.ip_id(from);
        self.count += 1;
        self.buffer.clear();
        build(&mut self.buffer, ip_id);
        let clear = self.clear.take();
        sink(&Record {
            id: self.count,
            cause: self.cause,
            now,
            node,
            port,
            net: None,
            fate,
            packet: &self.buffer,
            clear: clear.as_deref(),
        });
        self.count
    }

    /// A UDP datagram; its record's number.
    pub fn datagram(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (SocketAddr, SocketAddr),
        fate: Fate,
        payload: &[u8],
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> u64 {
        let build = |w: &mut BytesMut, id| net::udp(w, from, to, id, payload);
        self.record((now, sender), from.ip(), fate, build, sink)
    }

    /// An SCTP packet in raw IP, from an endpoint in user space; its record's number.
    pub fn sctp(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (IpAddr, IpAddr),
        fate: Fate,
        octets: &[u8],
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> u64 {
        let sctp = net::proto::SCTP;
        let body = |w: &mut BytesMut| w.extend_from_slice(octets);
        let build = |w: &mut BytesMut, id| net::ip_packet(w, (from, to), sctp, id, body);
        self.record((now, sender), from, fate, build, sink)
    }

    /// A packet on a raw-IP network, which has all its headers; its record's number.
    pub fn raw(
        &mut self,
        now: Now,
        Sender { node, port }: Sender,
        name: &'static str,
        fate: Fate,
        packet: &[u8],
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> u64 {
        self.count += 1;
        sink(&Record {
            id: self.count,
            cause: self.cause,
            now,
            node,
            port,
            net: Some(name),
            fate,
            packet,
            clear: None,
        });
        self.count
    }

    /// A connection made from `from` to `to`: SYN, SYN ACK, ACK.
    pub fn opened(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (SocketAddr, SocketAddr),
        sink: &mut dyn FnMut(&Record<'_>),
    ) {
        // initial sequence numbers that tell connections apart and are the same in every run
        self.opened = self.opened.wrapping_add(1);
        let isn = self.opened.wrapping_mul(0x0101_0101);
        let next = if from < to { [isn, !isn] } else { [!isn, isn] };
        self.flows.insert(key(from, to), Flow { next });
        let syn_ack = TcpFlags::SYN.and(TcpFlags::ACK);
        for s in [
            (from, to, TcpFlags::SYN, &b""[..]),
            (to, from, syn_ack, b""),
            (from, to, TcpFlags::ACK, b""),
        ] {
            self.segment(now, sender, s, sink);
        }
    }

    /// A connection refused: SYN, RST.
    pub fn refused(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (SocketAddr, SocketAddr),
        sink: &mut dyn FnMut(&Record<'_>),
    ) {
        let rst = TcpFlags::RST.and(TcpFlags::ACK);
        for s in [(from, to, TcpFlags::SYN, &b""[..]), (to, from, rst, b"")] {
            self.segment(now, sender, s, sink);
        }
        self.flows.remove(&key(from, to));
    }

    /// Octets sent on a connection that was [opened](Self::opened): segments, and the receiver's
    /// acknowledgement. The number of the last segment's record.
    pub fn stream(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (SocketAddr, SocketAddr),
        octets: &[u8],
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> u64 {
        let clear = self.clear.take();
        let mut last = self.count;
        if !self.flows.contains_key(&key(from, to)) {
            // closed from the other side already: what is still said goes nowhere
            return last;
        }
        let mut pieces = octets.chunks(MSS).peekable();
        while let Some(piece) = pieces.next() {
            let push = if pieces.peek().is_none() {
                TcpFlags::PSH
            } else {
                TcpFlags(0)
            };
            if pieces.peek().is_none() {
                self.clear = clear.clone();
            }
            last = self.segment(
                now,
                sender,
                (from, to, TcpFlags::ACK.and(push), piece),
                sink,
            );
        }
        self.segment(now, sender, (to, from, TcpFlags::ACK, b""), sink);
        last
    }

    /// A connection closed by `from`, or broken off.
    pub fn closed(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to): (SocketAddr, SocketAddr),
        abort: bool,
        sink: &mut dyn FnMut(&Record<'_>),
    ) {
        if self.sctp_closed(now, sender, (from, to), abort, sink)
            || !self.flows.contains_key(&key(from, to))
        {
            return;
        }
        let fin = TcpFlags::FIN.and(TcpFlags::ACK);
        let rst = TcpFlags::RST.and(TcpFlags::ACK);
        if abort {
            self.segment(now, sender, (from, to, rst, b""), sink);
        } else {
            let all = [(from, to, fin), (to, from, fin), (from, to, TcpFlags::ACK)];
            for (a, b, flags) in all {
                self.segment(now, sender, (a, b, flags, b""), sink);
            }
        }
        self.flows.remove(&key(from, to));
    }

    fn segment(
        &mut self,
        now: Now,
        sender: Sender,
        (from, to, flags, payload): Segment<'_>,
        sink: &mut dyn FnMut(&Record<'_>),
    ) -> u64 {
        let flow = self
            .flows
            .entry(key(from, to))
            .or_insert(Flow { next: [1, 1] });
        let (mine, other) = if from < to { (0, 1) } else { (1, 0) };
        let seq = flow.next[mine];
        let counts = flags.has(TcpFlags::SYN) || flags.has(TcpFlags::FIN);
        flow.next[mine] = seq
            .wrapping_add(payload.len() as u32)
            .wrapping_add(u32::from(counts));
        let numbers = (seq, flow.next[other]);
        let mss = MSS as u16;
        let build =
            |w: &mut BytesMut, id| net::tcp(w, (from, to), id, numbers, flags, mss, payload);
        self.record((now, sender), from.ip(), Fate::Sent, build, sink)
    }

    fn ip_id(&mut self, from: IpAddr) -> u16 {
        let id = self.ids.entry(from).or_insert(0);
        *id = id.wrapping_add(1);
        *id
    }
}

fn key(a: SocketAddr, b: SocketAddr) -> (SocketAddr, SocketAddr) {
    if a < b { (a, b) } else { (b, a) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use wire::net::{Packet, Streams, checksums_hold};

    #[test]
    fn a_connection_reads_as_one_stream_each_way() {
        let (a, b) = (
            "127.0.2.1:49152".parse().unwrap(),
            "127.0.3.1:3868".parse().unwrap(),
        );
        let mut tap = Tap::default();
        let mut streams = Streams::default();
        let mut flags = Vec::new();
        let mut sink = |r: &Record<'_>| {
            assert!(checksums_hold(r.packet).unwrap());
            let s = Packet::read(r.packet).unwrap().tcp().unwrap().unwrap();
            streams.take(&s);
            flags.push(s.flags.0);
        };
        let now = Now::default();
        let sender = Sender {
            node: 0,
            port: "s6d",
        };
        tap.opened(now, sender, (a, b), &mut sink);
        tap.stream(now, sender, (a, b), &[7; 3000], &mut sink);
        tap.stream(now, sender, (b, a), b"answer", &mut sink);
        tap.closed(now, sender, (a, b), false, &mut sink);
        assert_eq!(flags, [2, 18, 16, 16, 16, 24, 16, 24, 16, 17, 17, 16]);
        assert_eq!(streams.ready(&(a, b)), &[7; 3000]);
        assert_eq!(streams.ready(&(b, a)), b"answer");
        assert!(streams.finished(&(a, b)) && streams.finished(&(b, a)));
    }
}
