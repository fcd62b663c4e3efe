//! First connectivity without 3GPP radio (R47): a line to a provider, an address by DHCP. It serves
//! the provisional identity alone: with the SHO's credentials the machine is on the air.
use crate::{
    life::{Phase, Step},
    node::{LINE, M2me, Out},
};
use bytes::Bytes;
use engine::{Event, Now};
use ip::{
    machine::dhcp,
    msg::dhcp::{Message, PORTS},
};
use std::net::IpAddr;
use wire::net::Packet;

impl M2me {
    /// True where the identity in use has its connectivity by the line.
    pub(crate) fn is_wired(&self) -> bool {
        self.line.is_some() && self.using.is_none()
    }

    /// True where the line has given an address.
    pub(crate) fn has_lease(&self) -> bool {
        self.line.as_ref().is_some_and(|l| l.address().is_some())
    }

    /// Asks for an address; where it has one the procedure goes on.
    pub(crate) fn ask_line(&mut self, now: Now) {
        self.phase = Phase::Attaching;
        if let Some(line) = &mut self.line {
            line.start(now.mono);
        }
    }

    /// Gives the address back.
    pub(crate) fn leave_line(&mut self, out: &mut Out) {
        if let Some(line) = &mut self.line {
            line.release();
            while let Some(packet) = line.packet() {
                out.packet(LINE, packet);
            }
        }
    }

    pub(crate) fn lined(&mut self, now: Now, event: dhcp::Event, out: &mut Out) {
        match event {
            dhcp::Event::Bound { address, lease } => {
                out.trace(
                    Event::new("m2me.leased")
                        .with("address", address)
                        .with("seconds", lease.as_secs()),
                );
                if matches!(self.phase, Phase::Attaching) && self.is_wired() {
                    self.failures = 0;
                    self.connected(now, out);
                }
            }
            dhcp::Event::Lost => {
                out.trace(Event::new("m2me.lease-lost"));
                if self.is_wired() && !matches!(self.phase, Phase::Off | Phase::Idle) {
                    self.again(now, Step::Attach, None, "the lease is lost", out);
                }
            }
            dhcp::Event::NoServer => {
                if self.is_wired() && matches!(self.phase, Phase::Attaching) {
                    self.cannot_attach(now, "nobody on the line gives an address", out);
                }
            }
        }
    }

    /// A packet of the line: a DHCP message, or the user's.
    pub(crate) fn line_packet(&mut self, now: Now, packet: &Bytes, out: &mut Out) {
        let Ok(p) = Packet::read(packet) else {
            return out.count("line: malformed");
        };
        let Some(Ok(udp)) = p
            .udp()
            .filter(|u| u.as_ref().is_ok_and(|u| u.to.port() == PORTS.1))
        else {
            return self.user.feed(now, packet.clone());
        };
        match (
            Message::read(&Bytes::copy_from_slice(udp.payload)),
            &mut self.line,
        ) {
            (Ok(m), Some(line)) => line.receive(now.mono, &m),
            _ => out.count("line: malformed"),
        }
    }

    /// A user packet goes by the line where it bears its address, else by the radio side.
    pub(crate) fn send_packet(&mut self, now: Now, packet: &Bytes, out: &mut Out) {
        let own = self.line.as_ref().and_then(dhcp::Client::address);
        let from = Packet::read(packet).map(|p| p.from);
        match own {
            Some(own) if from == Ok(IpAddr::V4(own)) => out.packet(LINE, packet.clone()),
            _ => self.radio.packet(now, packet, out),
        }
    }
}
