//! User packets between a TUN device of the kernel and the tunnels of a node.
use super::{Driver, NOBODY};
use crate::tun::Device;
use engine::{
    Attach, Director, Forward, Node, Now, Port, Serve,
    tap::{Fate, Record},
};
use std::net::SocketAddr;

impl<N: Node, S: Serve<N::Ask, N::Answer>> Driver<N, S> {
    /// Whether a node has user packets that nobody records.
    pub(super) fn passes_by(&self, i: usize) -> bool {
        let mut all = self.nodes[i].ports.values();
        all.any(|p| matches!(&p.attach, Attach::Tun(_, t) if !t.recorded))
    }

    /// Those of the last batch go into the device.
    pub(super) fn passed(&mut self, i: usize) {
        for p in self.nodes[i].ports.values_mut() {
            if let Some(d) = &mut p.device {
                d.flush();
            }
        }
    }

    /// A datagram of a node whose user packets nobody records: by its forwarding table straight to
    /// the device, where it waits for [`Driver::passed`]. False for what the node has to handle.
    pub(super) fn pass(
        &mut self,
        now: Now,
        i: usize,
        port: Port,
        from: SocketAddr,
        bytes: &[u8],
        director: &mut dyn Director<N::Command>,
    ) -> bool {
        let slot = &mut self.nodes[i];
        let Some(table) = slot.node.fast_path() else {
            return false;
        };
        self.head.clear();
        let forward = table.forward(now, port, from, bytes, &mut self.head);
        let (out, skip) = match forward {
            Forward::Slow => return false,
            Forward::Drop => return true,
            Forward::To { port, skip, .. } => (port, skip),
        };
        let device = slot.ports.get_mut(&out).and_then(|p| p.device.as_mut());
        match device.filter(|_| self.head.is_empty()) {
            Some(d) => d.queue(bytes.get(skip..).unwrap_or_default()),
            None => {
                let mut head = std::mem::take(&mut self.head);
                self.forwarded(i, (port, from), (bytes, &mut head), forward, director);
                self.head = head;
            }
        }
        true
    }

    /// One batch of a TUN device.
    pub(super) fn receive_tun(
        &mut self,
        i: usize,
        port: Port,
        mut device: Device,
        director: &mut dyn Director<N::Command>,
    ) {
        let (net, recorded) = match &self.nodes[i].ports[&port].attach {
            Attach::Tun(net, t) => (*net, t.recorded),
            _ => return,
        };
        let now = self.now();
        // by which port the datagrams of this batch leave
        let mut way = None;
        device.receive(|packet, head| {
            if recorded {
                self.came_by_tun(now, i, port, net, packet, director);
                return None;
            }
            let slot = &mut self.nodes[i];
            let Some(table) = slot.node.fast_path() else {
                self.packet(i, port, NOBODY, packet, director);
                return None;
            };
            let forward = table.forward(now, port, NOBODY, packet, head);
            if let Forward::To {
                port: out,
                to: Some(to),
                skip,
            } = forward
                && way.is_none_or(|w| w == out)
                && let Some(p) = slot.ports.get(&out)
                && matches!(p.attach, Attach::Udp(_))
            {
                way = Some(out);
                return Some((to, skip));
            }
            self.forwarded(i, (port, NOBODY), (packet, head), forward, director);
            None
        });
        let slot = &mut self.nodes[i];
        if let Some(p) = way.and_then(|w| slot.ports.get_mut(&w))
            && let Some(socket) = &p.socket
        {
            socket.send(device.datagrams(), &mut p.queue);
        }
        if let Some(p) = slot.ports.get_mut(&port) {
            p.device = slot.alive.then_some(device);
        }
    }

    /// A packet of the kernel, recorded as it came.
    fn came_by_tun(
        &mut self,
        now: Now,
        i: usize,
        port: Port,
        net: &'static str,
        packet: &[u8],
        director: &mut dyn Director<N::Command>,
    ) {
        let sender = self.sender(i, port);
        let sink = &mut |r: &Record<'_>| director.packet(r);
        self.tap.caused_by(None);
        let id = self.tap.raw(now, sender, net, Fate::Sent, packet, sink);
        self.tap.caused_by(Some(id));
        self.packet(i, port, NOBODY, packet, director);
    }
}
