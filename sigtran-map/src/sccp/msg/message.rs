//! Connectionless messages (Q.713 4.10, 4.11, 4.18, 4.19).
use super::Address;
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Error, Kind, Octets, Reader, Result, table::room, with_len};

wire::code_points! {
    /// Why a message came back, Q.713 3.12.
    pub struct ReturnCause(u8) {
        NoTranslationOfSuchNature = 0, "no translation for an address of such nature";
        NoTranslation = 1, "no translation for this specific address";
        SubsystemCongestion = 2, "subsystem congestion";
        SubsystemFailure = 3, "subsystem failure";
        UnequippedUser = 4, "unequipped user";
        MtpFailure = 5, "MTP failure";
        NetworkCongestion = 6, "network congestion";
        Unqualified = 7, "unqualified";
        ErrorInTransport = 8, "error in message transport";
        ErrorInLocalProcessing = 9, "error in local processing";
        NoReassembly = 10, "destination cannot perform reassembly";
        SccpFailure = 11, "SCCP failure";
        HopCounterViolation = 12, "hop counter violation";
        SegmentationNotSupported = 13, "segmentation not supported";
        SegmentationFailure = 14, "segmentation failure";
    }
}

/// Protocol class and message handling, Q.713 3.6.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Class(pub u8);

impl Class {
    /// The protocol class: 0 is connectionless, 1 the same in sequence.
    pub fn class(self) -> u8 {
        self.0 & 15
    }

    /// True where the message is to come back if it cannot be delivered.
    pub fn returns(self) -> bool {
        self.0.wrapping_shr(4) == 8
    }
}

/// The first value of a message: what is asked for, or why it comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Head {
    /// UDT, XUDT.
    Class(Class),
    /// UDTS, XUDTS.
    Return(ReturnCause),
}

/// What the extended messages have besides.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extended {
    /// Hop counter.
    pub hops: u8,
    /// Optional parameters as they came: 0x10 is segmentation, 0x12 importance.
    pub optional: Vec<(u8, Octets)>,
}

/// UDT or UDTS, with [`Extended`] XUDT or XUDTS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unitdata {
    /// Class or return cause.
    pub head: Head,
    /// What extended messages have besides.
    pub extended: Option<Extended>,
    /// Whom it is for.
    pub called: Address,
    /// Whom it is from.
    pub calling: Address,
    /// The user's message.
    pub data: Octets,
    /// The sender's octets, where it set its pointers otherwise than we do.
    layout: Option<Octets>,
}

/// A message of SCCP.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Message {
    /// UDT, UDTS, XUDT, XUDTS.
    Unitdata(Unitdata),
    /// Another type with all that follows it; LUDT (19) and LUDTS (20) among them.
    Other(u8, Octets),
}

/// Follows a pointer, which counts from itself (Q.713 2.3); `None` where it is 0.
fn follow<'a>(r: &mut Reader<'a>) -> Result<Option<Reader<'a>>> {
    let mut from = *r;
    Ok(match r.u8()? {
        0 => None,
        n => {
            from.take(n.into())?;
            Some(from)
        }
    })
}

/// The part of variable length behind a pointer.
fn variable<'a>(r: &mut Reader<'a>, name: &'static str) -> Result<Reader<'a>> {
    let at = r.at();
    let named = |e: Error| e.within(0, name);
    let mut part = follow(r).map_err(named)?;
    let part = part.as_mut();
    let part = part.ok_or(Error::new(Kind::Missing, at, name))?;
    let n = part.u8().map_err(named)?;
    part.sub(n.into()).map_err(named)
}

fn optional(r: &mut Reader<'_>) -> Result<Vec<(u8, Octets)>> {
    let whole = r.left();
    let mut all = Vec::new();
    loop {
        let code = r.u8()?;
        if code == 0 {
            return Ok(all);
        }
        let n = r.u8()?;
        let value = r.sub(n.into())?.octets();
        if !room::<(u8, Octets)>(whole, all.len()) {
            return Err(r.error(Kind::TooMany));
        }
        all.push((code, value));
    }
}

/// The segmentation parameter, Q.713 3.17.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Segmentation {
    /// Whether this is the first segment.
    pub first: bool,
    /// Whether the user wants its messages in sequence (class 1).
    pub in_sequence: bool,
    /// How many follow, at most 15.
    pub remaining: u8,
    /// The sender's number of the whole.
    pub reference: [u8; 3],
}

impl Segmentation {
    /// The parameter's code.
    pub const CODE: u8 = 0x10;

    /// From the parameter's four octets.
    fn of(octets: &[u8]) -> Option<Self> {
        let (first, reference) = octets.split_first()?;
        Some(Self {
            first: first & 0x80 != 0,
            in_sequence: first & 0x40 != 0,
            remaining: first & 15,
            reference: reference.try_into().ok()?,
        })
    }

    /// The parameter.
    pub fn parameter(self) -> (u8, Octets) {
        let bit = |set: bool, n: u32| u8::from(set).wrapping_shl(n);
        let first = bit(self.first, 7) | bit(self.in_sequence, 6) | (self.remaining & 15);
        let [a, b, c] = self.reference;
        (Self::CODE, Octets::copy(&[first, a, b, c]))
    }
}

impl Unitdata {
    /// The most octets of data that one message takes: its length stands in one octet, and pointers
    /// have to reach across it.
    pub const MOST: usize = 255;

    /// The same message as an extended one.
    #[must_use]
    pub fn extended(self, hops: u8, optional: Vec<(u8, Octets)>) -> Self {
        Self {
            extended: Some(Extended { hops, optional }),
            layout: None,
            ..self
        }
    }

    /// The message that segments make, by their first one and all data.
    #[must_use]
    pub fn whole(mut self, data: Octets) -> Self {
        let optional = self.extended.iter_mut().map(|e| &mut e.optional);
        optional.for_each(|o| o.retain(|p| p.0 != Segmentation::CODE));
        Self {
            data,
            layout: None,
            ..self
        }
    }

    /// The segmentation parameter, where it has one that can be read.
    pub fn segmentation(&self) -> Option<Segmentation> {
        let optional = &self.extended.as_ref()?.optional;
        let found = optional.iter().find(|o| o.0 == Segmentation::CODE)?;
        Segmentation::of(&found.1)
    }

    /// Whether every part fits into the octet that holds its length, and every pointer into its own
    /// (Q.713 2.3): a message that does not is to be segmented, not written.
    pub fn fits(&self) -> bool {
        let len = |a: &Address| {
            let mut w = BytesMut::new();
            a.write(&mut w);
            w.len()
        };
        let parts = [len(&self.called), len(&self.calling), self.data.len()];
        let before: usize = parts.iter().take(2).fold(4, |n, p| n.saturating_add(*p));
        let after = before.saturating_add(self.data.len());
        let optional = self.extended.iter().flat_map(|e| &e.optional);
        let any = self
            .extended
            .as_ref()
            .is_some_and(|e| !e.optional.is_empty());
        let reach = if any { after } else { before };
        parts.iter().all(|p| *p <= Self::MOST)
            && optional.into_iter().all(|o| o.1.len() <= Self::MOST)
            && reach <= Self::MOST
    }

    /// A message as we would write it.
    pub fn new(head: Head, called: Address, calling: Address, data: Octets) -> Self {
        Self {
            head,
            extended: None,
            called,
            calling,
            data,
            layout: None,
        }
    }

    /// The message type.
    pub fn code(&self) -> u8 {
        match (self.head, &self.extended) {
            (Head::Class(_), None) => 0x09,
            (Head::Return(_), None) => 0x0a,
            (Head::Class(_), Some(_)) => 0x11,
            (Head::Return(_), Some(_)) => 0x12,
        }
    }

    /// The message that goes back to the sender of one that cannot be delivered, where its sender
    /// wants that (Q.714 4.2): addresses change places, the data stay.
    pub fn returned(&self, cause: ReturnCause) -> Option<Self> {
        match self.head {
            Head::Class(c) if c.returns() => Some(Self {
                extended: self.extended.clone(),
                ..Self::new(
                    Head::Return(cause),
                    self.calling.clone(),
                    self.called.clone(),
                    self.data.clone(),
                )
            }),
            _ => None,
        }
    }

    fn read(code: u8, r: &mut Reader<'_>) -> Result<Self> {
        let first = r.u8().map_err(|e| e.within(0, "protocol class"))?;
        let head = match code {
            0x09 | 0x11 => Head::Class(Class(first)),
            _ => Head::Return(ReturnCause(first)),
        };
        let hops = match code {
            0x11 | 0x12 => Some(r.u8().map_err(|e| e.within(0, "hop counter"))?),
            _ => None,
        };
        let address = |r: &mut Reader<'_>, name| {
            Address::read(&mut variable(r, name)?).map_err(|e| e.within(0, name))
        };
        let called = address(r, "called party address")?;
        let calling = address(r, "calling party address")?;
        let data = variable(r, "data")?.octets();
        let extended = match hops {
            None => None,
            Some(hops) => {
                let named = |e: Error| e.within(0, "optional part");
                let optional = match follow(r).map_err(named)? {
                    None => Vec::new(),
                    Some(mut part) => optional(&mut part).map_err(named)?,
                };
                Some(Extended { hops, optional })
            }
        };
        Ok(Self {
            extended,
            ..Self::new(head, called, calling, data)
        })
    }

    /// Appends the message as we set its pointers.
    fn put(&self, w: &mut BytesMut) {
        w.put_u8(self.code());
        w.put_u8(match self.head {
            Head::Class(c) => c.0,
            Head::Return(c) => c.0,
        });
        self.extended.iter().for_each(|e| w.put_u8(e.hops));
        let pointers = w.len();
        w.put_bytes(0, if self.extended.is_some() { 4 } else { 3 });
        let point = |w: &mut BytesMut, n: usize| {
            let at = pointers.saturating_add(n);
            let distance = w.len().saturating_sub(at) as u8;
            if let Some(p) = w.get_mut(at) {
                *p = distance;
            }
        };
        point(w, 0);
        with_len(1, w, |w| self.called.write(w));
        point(w, 1);
        with_len(1, w, |w| self.calling.write(w));
        point(w, 2);
        with_len(1, w, |w| w.put_slice(&self.data));
        let optional = self.extended.iter().flat_map(|e| &e.optional);
        let mut any = false;
        for (code, value) in optional {
            if !any {
                point(w, 3);
            }
            any = true;
            w.put_u8(*code);
            with_len(1, w, |w| w.put_slice(value));
        }
        if any {
            w.put_u8(0);
        }
    }
}

impl Message {
    /// Reads a message. Octets kept share its memory.
    ///
    /// # Errors
    /// A part is cut short, or a pointer leads out of the message.
    pub fn read(octets: &Bytes) -> Result<Self> {
        let mut r = Reader::shared(octets);
        let code = r.u8().map_err(|e| e.within(0, "message type"))?;
        if !matches!(code, 0x09 | 0x0a | 0x11 | 0x12) {
            return Ok(Self::Other(code, r.octets()));
        }
        let mut m = Unitdata::read(code, &mut r)?;
        let mut w = BytesMut::with_capacity(octets.len());
        m.put(&mut w);
        if w != octets {
            m.layout = Some(Octets(octets.clone()));
        }
        Ok(Self::Unitdata(m))
    }

    /// The message's octets: the sender's own while nothing was changed.
    pub fn bytes(&self) -> Bytes {
        let mut w = BytesMut::new();
        match self {
            Self::Other(code, rest) => {
                w.put_u8(*code);
                w.put_slice(rest);
            }
            Self::Unitdata(m) => {
                if let Some(came) = &m.layout
                    && Self::read(&came.0).as_ref() == Ok(self)
                {
                    return came.0.clone();
                }
                m.put(&mut w);
            }
        }
        w.freeze()
    }
}
