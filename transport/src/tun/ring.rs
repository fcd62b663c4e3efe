//! Writes many packets to a descriptor by one system call.
//!
//! A TUN device takes one packet by each write. Whoever a packet wakes then preempts the writer, on
//! its way back from the kernel, and is back for the next: most of what a packet costs. io_uring
//! takes a batch of writes, and nobody runs in between.
use crate::datagram::BATCH;
use io_uring::{IoUring, opcode, types::Fd};
use nix::unistd::write;
use std::os::fd::{AsFd, AsRawFd};

/// Packets that wait to be written to one descriptor.
pub(super) struct Ring {
    /// `None` where the kernel has none, or none for us.
    ring: Option<IoUring>,
    waiting: Vec<Vec<u8>>,
    /// How many of them wait; the others are room for more.
    count: usize,
}

impl Ring {
    pub(super) fn new() -> Self {
        Self {
            ring: IoUring::new(BATCH as u32).ok(),
            waiting: vec![Vec::new(); BATCH],
            count: 0,
        }
    }

    /// Whether the next packet has to wait until those before it are written.
    pub(super) fn is_full(&self) -> bool {
        self.count == self.waiting.len()
    }

    /// Takes a packet, for which there is room.
    pub(super) fn push(&mut self, packet: &[u8]) {
        if let Some(place) = self.waiting.get_mut(self.count) {
            place.clear();
            place.extend_from_slice(packet);
            self.count += 1;
        }
    }

    /// Writes those that wait, in their order; how many were not taken.
    pub(super) fn flush(&mut self, to: &impl AsFd) -> u64 {
        let packets = &self.waiting[..std::mem::take(&mut self.count)];
        if let Some(ring) = &mut self.ring
            && packets.len() > 1
        {
            return match write_all(ring, to, packets) {
                Some(refused) => refused,
                None => {
                    let lost = packets.len() as u64;
                    self.ring = None;
                    // what it has not done yet may read these at any time
                    let new = vec![Vec::new(); BATCH];
                    std::mem::forget(std::mem::replace(&mut self.waiting, new));
                    lost
                }
            };
        }
        let refused = packets.iter().filter(|p| write(to, p).is_err());
        refused.count() as u64
    }
}

/// Writes all of them; how many were not taken. `None` where the ring does not work.
fn write_all(ring: &mut IoUring, to: &impl AsFd, packets: &[Vec<u8>]) -> Option<u64> {
    let fd = Fd(to.as_fd().as_raw_fd());
    for p in packets {
        let entry = opcode::Write::new(fd, p.as_ptr(), p.len() as u32).build();
        // SAFETY: the descriptor and the packet are borrowed until all writes have completed: below
        unsafe { ring.submission().push(&entry) }.ok()?;
    }
    let mut refused = 0;
    let mut left = packets.len();
    while left > 0 {
        match ring.submit_and_wait(left) {
            Ok(_) => {}
            Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
            Err(_) => return None,
        }
        for done in ring.completion() {
            left = left.saturating_sub(1);
            refused += u64::from(done.result() < 0);
        }
    }
    Some(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixDatagram;

    #[test]
    fn packets_are_written_in_their_order_with_io_uring_and_without() {
        for has_ring in [true, false] {
            let (ours, theirs) = UnixDatagram::pair().unwrap();
            ours.set_nonblocking(true).unwrap();
            theirs.set_nonblocking(true).unwrap();
            let mut ring = Ring::new();
            if !has_ring {
                ring.ring = None;
            }
            for round in 0..3_u8 {
                let mut n = 0;
                while !ring.is_full() {
                    ring.push(&[round, n]);
                    n += 1;
                }
                assert_eq!(usize::from(n), BATCH);
                // what the socket has no room for is told, and it is what came last
                let refused = ring.flush(&ours) as usize;
                let mut packet = [0; 8];
                let came: Vec<_> =
                    std::iter::from_fn(|| theirs.recv(&mut packet).ok().map(|_| packet[1]))
                        .collect();
                assert_eq!(came.len(), BATCH - refused);
                assert!(came.iter().enumerate().all(|(i, n)| i == usize::from(*n)));
                assert!(!ring.is_full());
            }
        }
    }
}
