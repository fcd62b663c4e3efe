//! One logical link entity per TLLI, unacknowledged operation, either side (TS 44.064 clause 8).
use super::{
    frame::{Control, Frame, Function, Sapi, is_fcs, put},
    xid::{Parameter, Xid},
};
use crate::bssgp::value::Tlli;
use bytes::{Bytes, BytesMut};

/// Which end of the link this is: it decides the C/R bit (TS 44.064 6.2.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The mobile: its commands have C/R clear.
    Ms,
    /// The network: its commands have C/R set.
    Sgsn,
}

/// What was thrown away, and why.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counters {
    /// The FCS was wrong.
    pub bad_fcs: u64,
    /// Not LLC, cut short, or a SAPI that the standard reserves.
    pub malformed: u64,
    /// A UI frame that had come before.
    pub duplicate: u64,
    /// Ciphered, and there is no key.
    pub ciphered: u64,
    /// I and S frames, answers to what was not asked, functions that nobody knows.
    pub unexpected: u64,
    /// A frame of our own side's direction.
    pub direction: u64,
}

/// What a received frame is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Received {
    /// Layer-3 octets for a SAPI.
    Ui {
        /// For whom.
        sapi: Sapi,
        /// The octets.
        info: Bytes,
    },
    /// Send this frame back.
    Reply(Bytes),
    /// The answer to our XID came: these values hold.
    Negotiated {
        /// For which SAPI.
        sapi: Sapi,
        /// The layer-3 parameters among them.
        layer3: Option<Bytes>,
    },
    /// Thrown away and counted.
    Dropped,
}

/// What one SAPI remembers.
#[derive(Debug, Clone, Default)]
struct Link {
    /// V(U): the next N(U) to send.
    send: u16,
    /// V(UR): one above the highest N(U) that came; none before the first.
    receive: Option<u16>,
    /// Which of the 32 below V(UR) came: bit 0 is V(UR) - 1.
    seen: u32,
    /// N201-U where negotiated.
    n201_u: Option<u16>,
    /// An XID of ours waits for its answer.
    asked: bool,
}

/// The LLC layer of one mobile.
#[derive(Debug, Clone)]
pub struct LlcEntity {
    side: Side,
    current: Tlli,
    old: Option<Tlli>,
    links: [Link; 16],
    counters: Counters,
    layer3: fn(&[u8]) -> Bytes,
}

/// N(U) and V(U) count to here (TS 44.064 8.4).
const MODULO: u16 = 512;
/// How far below V(UR) duplicates are known.
const WINDOW: u16 = 32;
/// The least and greatest N201-U that may be negotiated (TS 44.064 table 9).
const N201_U: std::ops::RangeInclusive<u32> = 140..=1520;

impl LlcEntity {
    /// An entity for `tlli`. `layer3` answers the layer-3 parameters of the peer's XID:
    /// [`crate::sndcp::xid::answer`].
    pub fn new(side: Side, tlli: Tlli, layer3: fn(&[u8]) -> Bytes) -> Self {
        Self {
            side,
            current: tlli,
            old: None,
            links: std::array::from_fn(|_| Link::default()),
            counters: Counters::default(),
            layer3,
        }
    }

    /// The TLLI to send with.
    pub fn tlli(&self) -> Tlli {
        self.current
    }

    /// The TLLI that is still taken beside the present one.
    pub fn old_tlli(&self) -> Option<Tlli> {
        self.old
    }

    /// True for the present TLLI and for the old one.
    pub fn is_for(&self, tlli: Tlli) -> bool {
        tlli == self.current || Some(tlli) == self.old
    }

    /// What was thrown away.
    pub fn counters(&self) -> Counters {
        self.counters
    }

    /// LLGMM-ASSIGN (TS 44.064 7.2.1.1): from now on `new` is sent with, and the old one still
    /// taken, until [`release_old`](Self::release_old).
    pub fn assign(&mut self, new: Tlli) {
        if new != self.current {
            self.old = Some(self.current);
            self.current = new;
        }
    }

    /// The old TLLI is not taken any more: the new one was acknowledged.
    pub fn release_old(&mut self) {
        self.old = None;
    }

    /// LLGMM-RESET (TS 44.064 7.2.1.2): sequence numbers and parameters as at the beginning.
    pub fn reset(&mut self) {
        self.links = std::array::from_fn(|_| Link::default());
    }

    /// N201-U of a SAPI: how many octets one UI frame carries.
    pub fn n201_u(&self, sapi: Sapi) -> u16 {
        let link = self.links.get(usize::from(sapi.0 & 15));
        link.and_then(|l| l.n201_u).unwrap_or(sapi.n201_u())
    }

    /// LL-UNITDATA: the octets in a UI frame.
    pub fn unitdata(&mut self, sapi: Sapi, info: &[u8], protected: bool) -> Bytes {
        let cr = self.side == Side::Sgsn;
        let link = self.link(sapi);
        let control = Control::Ui {
            nu: link.send,
            ciphered: false,
            protected,
            spare: 0,
        };
        link.send = next(link.send);
        let mut w = BytesMut::with_capacity(info.len().saturating_add(6));
        put(&mut w, cr, 0, sapi, control, info);
        w.freeze()
    }

    /// LL-XID: proposes parameters; the answer comes as [`Received::Negotiated`].
    pub fn xid(&mut self, sapi: Sapi, parameters: &[Xid]) -> Bytes {
        self.link(sapi).asked = true;
        let u = Control::U {
            poll: true,
            function: Function::Xid,
        };
        self.unnumbered(true, sapi, u, &Xid::write_all(parameters))
    }

    /// A frame of the peer.
    pub fn receive(&mut self, octets: &Bytes) -> Received {
        let frame = match Frame::parse(octets) {
            Ok(f) => f,
            Err(e) if is_fcs(&e) => return drop(&mut self.counters.bad_fcs),
            Err(_) => return drop(&mut self.counters.malformed),
        };
        if frame.sapi.name().is_none() {
            return drop(&mut self.counters.malformed);
        }
        let command = frame.cr == (self.side == Side::Ms);
        match frame.control {
            // UI is a command (TS 44.064 6.4.2.2). Some networks clear C/R on their Attach Accept all
            // the same, osmo-sgsn among them; a mobile hears nobody else
            Control::Ui { .. } if !command && self.side == Side::Sgsn => {
                drop(&mut self.counters.direction)
            }
            Control::Ui { ciphered: true, .. } => drop(&mut self.counters.ciphered),
            Control::Ui { nu, .. } => {
                if self.link(frame.sapi).duplicate(nu) {
                    return drop(&mut self.counters.duplicate);
                }
                Received::Ui {
                    sapi: frame.sapi,
                    info: frame.info,
                }
            }
            Control::U { poll, function } => self.on_unnumbered(&frame, command, poll, function),
            Control::Confirmed => drop(&mut self.counters.unexpected),
        }
    }

    fn on_unnumbered(
        &mut self,
        frame: &Frame,
        command: bool,
        poll: bool,
        function: Function,
    ) -> Received {
        match (function, command) {
            // 8.5.1, 8.5.3: no acknowledged operation here; disconnected mode
            (Function::Sabm | Function::Disc, true) => {
                let dm = Control::U {
                    poll,
                    function: Function::Dm,
                };
                Received::Reply(self.unnumbered(false, frame.sapi, dm, &[]))
            }
            (Function::Xid, true) => match self.answer(frame.sapi, &frame.info) {
                Some(info) => {
                    let u = Control::U {
                        poll,
                        function: Function::Xid,
                    };
                    Received::Reply(self.unnumbered(false, frame.sapi, u, &info))
                }
                None => drop(&mut self.counters.malformed),
            },
            (Function::Xid, false) if self.link(frame.sapi).asked => {
                let Ok(all) = Xid::read_all(&frame.info) else {
                    return drop(&mut self.counters.malformed);
                };
                self.link(frame.sapi).asked = false;
                let mut layer3 = None;
                for x in all {
                    match (x.parameter, x.number()) {
                        (Parameter::N201U, Some(n)) if N201_U.contains(&n) => {
                            self.link(frame.sapi).n201_u = u16::try_from(n).ok();
                        }
                        (Parameter::Layer3, _) => layer3 = Some(x.value),
                        _ => {}
                    }
                }
                Received::Negotiated {
                    sapi: frame.sapi,
                    layer3,
                }
            }
            _ => drop(&mut self.counters.unexpected),
        }
    }

    /// The answer to an XID (TS 44.064 8.5.3.1): version 0, N201-U as proposed within its bounds,
    /// layer 3 as layer 3 says, the rest as proposed (it concerns operation that is refused).
    fn answer(&mut self, sapi: Sapi, info: &Bytes) -> Option<Bytes> {
        let all = Xid::read_all(info).ok()?;
        let mut out = Vec::with_capacity(all.len());
        for x in all {
            let value = match (x.parameter, x.number()) {
                (Parameter::Version, _) => Bytes::from_static(&[0]),
                // 8.5.3.1: Reset sets the link's variables back, and is answered by standing in the answer
                (Parameter::Reset, _) => {
                    if sapi == Sapi::Gmm {
                        self.reset();
                    }
                    Bytes::new()
                }
                (Parameter::N201U, Some(n)) => {
                    let n = n.clamp(*N201_U.start(), *N201_U.end()) as u16;
                    self.link(sapi).n201_u = Some(n);
                    Bytes::copy_from_slice(&n.to_be_bytes())
                }
                (Parameter::Layer3, _) => (self.layer3)(&x.value),
                _ if x.parameter.name().is_none() => continue,
                _ => x.value,
            };
            out.push(Xid::new(x.parameter, value));
        }
        Some(Xid::write_all(&out))
    }

    fn unnumbered(&self, command: bool, sapi: Sapi, control: Control, info: &[u8]) -> Bytes {
        let cr = command == (self.side == Side::Sgsn);
        let mut w = BytesMut::with_capacity(info.len().saturating_add(5));
        put(&mut w, cr, 0, sapi, control, info);
        w.freeze()
    }

    #[allow(clippy::indexing_slicing)] // four bits, sixteen links
    fn link(&mut self, sapi: Sapi) -> &mut Link {
        &mut self.links[usize::from(sapi.0 & 15)]
    }
}

impl Link {
    /// Notes N(U); true where it had come before (TS 44.064 8.4.2).
    fn duplicate(&mut self, nu: u16) -> bool {
        let Some(top) = self.receive else {
            self.receive = Some(next(nu));
            self.seen = 1;
            return false;
        };
        let below = top.wrapping_sub(nu) % MODULO;
        if (1..=WINDOW).contains(&below) {
            let bit = 1u32.wrapping_shl(u32::from(below.wrapping_sub(1)));
            let came = self.seen & bit != 0;
            self.seen |= bit;
            return came;
        }
        // above V(UR), or so far below that it is counted as a jump: V(UR) follows
        let ahead = next(nu).wrapping_sub(top) % MODULO;
        self.seen = self.seen.checked_shl(ahead.into()).unwrap_or(0) | 1;
        self.receive = Some(next(nu));
        false
    }
}

fn next(n: u16) -> u16 {
    n.wrapping_add(1) % MODULO
}

fn drop(counter: &mut u64) -> Received {
    *counter = counter.saturating_add(1);
    Received::Dropped
}
