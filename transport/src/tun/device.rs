//! A device, its reading and its writing.
//!
//! What is read is gathered in place until there is a batch of it, each packet behind room for the
//! header that a forwarding table puts before it; what is written goes by a [`Ring`]. Nothing is
//! allocated for a packet.
use super::ring::Ring;
use crate::{datagram::BATCH, kernel};
use bytes::BytesMut;
use engine::Tun;
use nix::unistd::read;
use std::{
    io,
    net::SocketAddr,
    ops::Range,
    os::fd::{AsFd, OwnedFd},
    task::{Context, Poll},
};
use tokio::io::{Interest, unix::AsyncFd};
use tun_rs::DeviceBuilder;

/// Room before each packet. A G-PDU's header without options has 8 octets (TS 29.281 5.1).
const ROOM: usize = 64;
const LONGEST: usize = 65_536;

/// A device in the runtime.
pub(crate) struct Device {
    fd: AsyncFd<OwnedFd>,
    places: Vec<Place>,
    head: BytesMut,
    ring: Ring,
    /// Packets that the kernel did not take.
    pub(crate) dropped: u64,
}

/// A packet that was read, and where it goes.
struct Place {
    octets: Vec<u8>,
    /// Where the datagram stands that is made of it.
    span: Range<usize>,
    to: Option<SocketAddr>,
}

/// Opens a device, and makes it where it is not there.
pub(crate) fn open(tun: &Tun) -> io::Result<OwnedFd> {
    let builder = DeviceBuilder::new().name(&tun.device);
    let builder = match tun.address {
        Some((address, length)) => builder.ipv4(address, length, None).mtu(tun.mtu),
        None => builder.inherit_enable_state(),
    };
    let device = builder.build_sync()?;
    device.set_nonblocking(true)?;
    device.as_fd().try_clone_to_owned()
}

impl Device {
    /// Takes an opened device into the runtime.
    pub(crate) fn new(opened: OwnedFd) -> io::Result<Self> {
        let place = || Place {
            octets: vec![0; ROOM + LONGEST],
            span: 0..0,
            to: None,
        };
        Ok(Self {
            fd: kernel::watch(opened, Interest::READABLE)?,
            // pages that nothing is read into are never touched
            places: (0..BATCH).map(|_| place()).collect(),
            head: BytesMut::with_capacity(ROOM),
            ring: Ring::new(),
            dropped: 0,
        })
    }

    /// Ready when there is something to read.
    pub(crate) fn poll(&self, cx: &mut Context<'_>) -> Poll<()> {
        self.fd.poll_read_ready(cx).map(|_| ())
    }

    /// Reads one batch. `each` says of a packet that is to leave in a datagram where that goes, and
    /// how many octets of the packet stay behind; it has appended the datagram's header.
    pub(crate) fn receive(
        &mut self,
        mut each: impl FnMut(&[u8], &mut BytesMut) -> Option<(SocketAddr, usize)>,
    ) {
        for place in &mut self.places {
            place.to = None;
        }
        for place in &mut self.places {
            let into = &mut place.octets[ROOM..];
            let Ok(n) = self.fd.try_io(Interest::READABLE, |fd| Ok(read(fd, into)?)) else {
                return;
            };
            self.head.clear();
            let Some((to, skip)) = each(&place.octets[ROOM..][..n], &mut self.head) else {
                continue;
            };
            match (ROOM + skip.min(n)).checked_sub(self.head.len()) {
                Some(begin) => {
                    place.octets[begin..][..self.head.len()].copy_from_slice(&self.head);
                    (place.span, place.to) = (begin..ROOM + n, Some(to));
                }
                None => self.dropped += 1,
            }
        }
    }

    /// The datagrams of the last batch.
    pub(crate) fn datagrams(&self) -> impl Iterator<Item = (SocketAddr, &[u8])> {
        let made = |p: &'_ Place| p.to.map(|to| (to, p.span.clone()));
        let all = self.places.iter();
        all.filter_map(move |p| made(p).map(|(to, span)| (to, &p.octets[span])))
    }

    /// Gives a packet to the kernel; a device that is full or down drops it, as a link does.
    pub(crate) fn send(&mut self, packet: &[u8]) {
        self.queue(packet);
        self.flush();
    }

    /// The same, until the next [`Device::flush`].
    pub(crate) fn queue(&mut self, packet: &[u8]) {
        if self.ring.is_full() {
            self.flush();
        }
        self.ring.push(packet);
    }

    /// Gives the kernel what is queued.
    pub(crate) fn flush(&mut self) {
        self.dropped += self.ring.flush(self.fd.get_ref());
    }
}
