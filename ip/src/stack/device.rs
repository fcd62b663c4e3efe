//! The stack's end of the raw-IP link: packets in, packets out.
use bytes::Bytes;
use smoltcp::{
    phy::{self, DeviceCapabilities, Medium},
    time::Instant,
};
use std::collections::VecDeque;

/// Packets that wait to be taken by the link; more are lost, as on a real one.
const QUEUE: usize = 1024;

#[derive(Debug)]
pub(super) struct Device {
    mtu: usize,
    pub(super) rx: VecDeque<Bytes>,
    pub(super) tx: VecDeque<Bytes>,
}

impl Device {
    pub(super) fn new(mtu: usize) -> Self {
        Self {
            mtu,
            rx: VecDeque::new(),
            tx: VecDeque::new(),
        }
    }
}

pub(super) struct Rx(Bytes);
pub(super) struct Tx<'a>(&'a mut VecDeque<Bytes>);

impl phy::Device for Device {
    type RxToken<'a> = Rx;
    type TxToken<'a> = Tx<'a>;

    fn receive(&mut self, _: Instant) -> Option<(Rx, Tx<'_>)> {
        let packet = self.rx.pop_front()?;
        Some((Rx(packet), Tx(&mut self.tx)))
    }

    fn transmit(&mut self, _: Instant) -> Option<Tx<'_>> {
        (self.tx.len() < QUEUE).then_some(Tx(&mut self.tx))
    }

    fn capabilities(&self) -> DeviceCapabilities {
        let mut c = DeviceCapabilities::default();
        c.medium = Medium::Ip;
        c.max_transmission_unit = self.mtu;
        c
    }
}

impl phy::RxToken for Rx {
    fn consume<R, F: FnOnce(&[u8]) -> R>(self, f: F) -> R {
        f(&self.0)
    }
}

impl phy::TxToken for Tx<'_> {
    fn consume<R, F: FnOnce(&mut [u8]) -> R>(self, len: usize, f: F) -> R {
        let mut packet = vec![0; len];
        let r = f(&mut packet);
        self.0.push_back(packet.into());
        r
    }
}
