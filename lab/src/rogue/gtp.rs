//! T16: into somebody's tunnel, from both of its ends. First by TEIDs as a GSN hands them out that
//! counts, then by the true ones: who reads along on Gp knows them.
use super::{Config, Deed, GTP_C, GTP_U, Tunnel};
use bytes::{BufMut, BytesMut};
use gtp::msg::{
    DeletePdpContextRequest, ErrorIndication, GPdu, Header, Imsi as ImsiElement, Message, Pdu, kind,
};
use std::{
    collections::VecDeque,
    net::{IpAddr, Ipv4Addr, SocketAddr},
};
use wire::{Apn, Bytes, Imsi, QosProfile, Value as _};

/// The NSAPI of a mobile's first context, TS 24.008 10.5.6.2.
const NSAPI: u8 = 5;
/// A subscriber of his own: 001-09 is nobody's in the lab.
const OWN: &str = "001090000000001";
/// The discard port: nobody listens there.
const NOBODY: u16 = 9;

/// All that he does, in order.
pub(super) fn deeds(c: &Config, tunnel: Option<&Tunnel>) -> VecDeque<Deed> {
    let mut all = Plan {
        c,
        sequence: 0x1000,
        deeds: VecDeque::new(),
    };
    if c.partner {
        all.guess();
    }
    if let Some(t) = tunnel {
        all.intrude(t);
    }
    all.deeds
}

/// A request for a context of his own.
pub(super) fn own_context(c: &Config) -> Deed {
    let mut plan = Plan {
        c,
        sequence: 0x3000,
        deeds: VecDeque::new(),
    };
    plan.create(OWN.parse().expect("an IMSI"));
    plan.deeds.pop_front().expect("what was just put there")
}

/// A packet to the DRF in a tunnel to the gateway, from `source`.
pub(super) fn user_packet(c: &Config, teid: u32, source: Ipv4Addr) -> Deed {
    inner(c.ggsn, teid, (source, *c.inner[0].ip()), false)
}

/// A user packet in a tunnel. Where the tunnel is nobody's it is answered with an Error Indication.
fn inner(gsn: IpAddr, teid: u32, (source, to): (Ipv4Addr, Ipv4Addr), nobodys: bool) -> Deed {
    let mut w = BytesMut::new();
    let end = |a: Ipv4Addr| SocketAddr::new(a.into(), NOBODY);
    wire::net::udp(&mut w, end(source), end(to), 1, b"forged");
    let m = Message {
        header: Header::user(kind::G_PDU, teid),
        pdu: Pdu::GPdu(GPdu(w.freeze().into())),
    };
    user(gsn, m.bytes(), nobodys)
}

fn user(gsn: IpAddr, bytes: Bytes, asks: bool) -> Deed {
    Deed::Datagram {
        port: GTP_U,
        to: SocketAddr::new(gsn, gtp::USER_PORT),
        bytes,
        asks,
    }
}

struct Plan<'a> {
    c: &'a Config,
    sequence: u16,
    deeds: VecDeque<Deed>,
}

impl Plan<'_> {
    /// TEIDs from 1 on, at both.
    fn guess(&mut self) {
        let (sgsn, ggsn) = (self.c.sgsn, self.c.ggsn);
        for teid in 1..=4 {
            self.update(teid);
            self.delete(sgsn, teid);
            let forged = (Ipv4Addr::new(10, 33, 0, 1), *self.c.inner[0].ip());
            self.deeds.push_back(inner(ggsn, teid, forged, true));
            self.deeds
                .push_back(inner(sgsn, teid, (forged.1, forged.0), true));
        }
    }

    /// With the true TEIDs.
    fn intrude(&mut self, t: &Tunnel) {
        let (sgsn, ggsn) = (self.c.sgsn, self.c.ggsn);
        self.update(t.ggsn.0);
        self.deeds.push_back(inner(
            ggsn,
            t.ggsn.1,
            (t.address, *self.c.inner[0].ip()),
            false,
        ));
        self.lost(ggsn, t.sgsn.1, sgsn);
        self.delete(ggsn, t.ggsn.0);
        match self.c.partner {
            true => {
                self.deeds.push_back(inner(
                    sgsn,
                    t.sgsn.1,
                    (*self.c.inner[0].ip(), t.address),
                    false,
                ));
                self.lost(sgsn, t.ggsn.1, ggsn);
                self.delete(sgsn, t.sgsn.0);
                // a tunnel of his own: then somebody else's address in it
                self.create(OWN.parse().expect("an IMSI"));
            }
            // a second context of the same subscriber takes the first one's place (7.3.1)
            false => self.create(t.imsi),
        }
    }

    /// Says that `of` does not know the tunnel any more, TS 29.281 7.3.1.
    fn lost(&mut self, gsn: IpAddr, teid: u32, of: IpAddr) {
        let pdu = ErrorIndication {
            teid_data: teid,
            gsn_address: of,
            private: None,
            other: Default::default(),
        };
        let bytes = Message::request(self.sequence, 0, pdu).bytes();
        self.deeds.push_back(user(gsn, bytes, false));
    }

    fn delete(&mut self, gsn: IpAddr, teid: u32) {
        let pdu = DeletePdpContextRequest::teardown(NSAPI);
        let bytes = Message::request(self.sequence, teid, pdu).bytes();
        self.control(gsn, bytes);
    }

    /// Update PDP Context Request, TS 29.060 7.3.3: the tunnel's other end is here now.
    fn update(&mut self, teid: u32) {
        let elements = self.ours(&[]);
        self.elements(kind::UPDATE_PDP_CONTEXT_REQUEST, teid, &elements, &[]);
    }

    /// Create PDP Context Request, TS 29.060 7.3.1.
    fn create(&mut self, imsi: Imsi) {
        let apn = Apn::new(self.c.apn).expect("an APN of the lab");
        let mut head = BytesMut::from(&[2][..]);
        ImsiElement::from(imsi).write(&mut head);
        // selection mode 0: the subscription was verified
        head.put_slice(&[15, 0xfc]);
        let mut name = BytesMut::new();
        apn.write(&mut name);
        // any IPv4 address
        let mut middle = BytesMut::from(&[128, 0, 2, 0xf1, 0x21, 131, 0][..]);
        middle.put_u8(name.len() as u8);
        middle.put_slice(&name);
        let elements = self.ours(&head);
        self.elements(kind::CREATE_PDP_CONTEXT_REQUEST, 0, &elements, &middle);
    }

    /// TEIDs and NSAPI of an end that is here.
    fn ours(&self, head: &[u8]) -> Vec<u8> {
        let mut w = head.to_vec();
        w.extend([16, 0, 0, 0x66, 0x02, 17, 0, 0, 0x66, 0x01, 20, NSAPI]);
        w
    }

    /// Writes elements in their order: `head`, `middle`, addresses of this end, quality of service.
    fn elements(&mut self, kind: u8, teid: u32, head: &[u8], middle: &[u8]) {
        let mut w = BytesMut::new();
        w.put_slice(head);
        w.put_slice(middle);
        for _ in 0..2 {
            w.put_slice(&[133, 0, 4]);
            w.put_slice(&self.c.address.octets());
        }
        let qos = QosProfile::background_64k();
        w.put_slice(&[135, 0, 12, 2]);
        w.put_slice(&qos.0);
        let mut m = BytesMut::new();
        m.put_slice(&[0x32, kind]);
        m.put_u16(w.len() as u16 + 4);
        m.put_u32(teid);
        m.put_u16(self.sequence);
        m.put_u16(0);
        m.put_slice(&w);
        self.control(self.c.ggsn, m.freeze());
    }

    fn control(&mut self, gsn: IpAddr, bytes: Bytes) {
        self.sequence = self.sequence.wrapping_add(1);
        self.deeds.push_back(Deed::Datagram {
            port: GTP_C,
            to: SocketAddr::new(gsn, gtp::CONTROL_PORT),
            bytes,
            asks: self.c.partner,
        });
    }
}
