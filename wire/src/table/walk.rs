//! From octets to a message's slots: finds the slot of each element, and keeps what no slot takes.
use super::{Element, Framing, Policy, Presence, Slot, name};
use crate::{Error, Field, Kind, Reader, Result};
use smallvec::SmallVec;

/// An element that no slot took, kept as it came.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// What identifies it.
    pub key: u64,
    /// What its frame says besides key and length.
    pub flags: u8,
    /// What it holds.
    pub body: crate::Octets,
}

/// What the slots do not tell: elements that no slot took, and the order and the flags of all where
/// the sender did not send them as we would. So what was read is written back to the same octets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Other {
    /// Elements that no slot took, in the order of arrival.
    pub unknown: Vec<Unknown>,
    /// Slot and flags of each element in the order of arrival; absent where that is the table's.
    pub(super) order: Option<Box<[(u8, u8)]>>,
}

impl Other {
    /// Forgets the sender's order and flags: the message is written as we would write it.
    pub fn forget_order(&mut self) {
        self.order = None;
    }
}

/// In [`Other`]'s order: an element that no slot took.
pub(super) const NO_SLOT: u8 = u8::MAX;

/// What a message did with an element that was offered to a slot.
pub enum Taken {
    /// The slot took it.
    Yes,
    /// The slot has one already.
    Full,
    /// Its body cannot be read.
    Bad(Error),
    /// This repeating slot would grow beyond what the octets are worth.
    TooMany,
}

/// Reads all elements left in `r`, offers each to the slots of its key by `put`, and keeps what
/// nobody takes.
///
/// One function per protocol, not per message: the compiler can bring the protocol's framing into
/// it, so that an element's parts stay in registers.
pub fn walk<P: Framing>(
    r: &mut Reader<'_>,
    message: &'static str,
    slots: &[Slot<P::Form>],
    put: &mut dyn FnMut(u8, &mut Element<'_>) -> Taken,
) -> Result<Other> {
    let mut inner = r.deeper()?;
    let whole = inner.left();
    let mut seen: SmallVec<[(u8, u8); 32]> = SmallVec::new();
    let mut plain = true;
    let mut last = 0;
    let mut unknown = Vec::new();
    while inner.left() > 0 {
        let before = inner.left();
        let mut e = match P::next(&mut inner, slots) {
            Ok(e) => e,
            Err(e) => return Err(e.within(0, message)),
        };
        if inner.left() == before {
            return Err(inner.error(Kind::BadLength(0)).within(e.key, message));
        }
        let octets = e.body.peek();
        let slot = match offer(slots, last, &mut e, put) {
            Offered::Taken(n) => n,
            Offered::Again if P::REPEATED == Policy::Refuse => {
                return Err(fail::<P>(slots, &e, Kind::Repeated));
            }
            Offered::Bad(n, err) => {
                let opt = slots.get(usize::from(n)).map(|s| s.presence) != Some(Presence::Req);
                if !(opt && P::BAD_OPTIONAL == Policy::Keep) {
                    return Err(err.within(e.key, named::<P>(slots, Some(n), e.key)));
                }
                NO_SLOT
            }
            Offered::Unknown => {
                if inner.is_strict() {
                    P::unknown(&e)
                        .map_err(|err| err.within(e.key, named::<P>(slots, None, e.key)))?;
                }
                NO_SLOT
            }
            Offered::Again => NO_SLOT,
            Offered::TooMany => return Err(fail::<P>(slots, &e, Kind::TooMany)),
        };
        if slot == NO_SLOT {
            if !room::<Unknown>(whole, unknown.len()) {
                return Err(fail::<P>(slots, &e, Kind::TooMany));
            }
            unknown.push(Unknown {
                key: e.key,
                flags: e.flags,
                body: crate::Octets(inner.own(octets)),
            });
        } else {
            // unknown ones have flags of their own; others only where they are not ours
            plain &= e.flags == P::flags(e.key);
        }
        plain &= slot >= last;
        last = slot;
        seen.push((slot, e.flags));
    }
    r.rest();
    Ok(Other {
        unknown,
        order: (!plain).then(|| seen.as_slice().into()),
    })
}

/// The name of an element: its slot's, for a key may mean different things in different messages.
#[cold]
fn named<P: Framing>(slots: &[Slot<P::Form>], slot: Option<u8>, key: u64) -> &'static str {
    let slot = match slot {
        Some(n) => slots.get(usize::from(n)),
        None => slots.iter().find(|s| s.key == key),
    };
    slot.map_or_else(|| name::<P>(key), |s| s.info.name)
}

#[cold]
fn fail<P: Framing>(slots: &[Slot<P::Form>], e: &Element<'_>, kind: Kind) -> Error {
    let name = named::<P>(slots, None, e.key);
    Error::new(kind, e.at, name).within(e.key, name)
}

/// What became of an element.
enum Offered {
    /// This slot took it.
    Taken(u8),
    /// This slot is its own, and its body cannot be read.
    Bad(u8, Error),
    /// Its slots are all taken.
    Again,
    /// No slot is its own.
    Unknown,
    /// This repeating slot would grow beyond what the octets are worth.
    TooMany,
}

/// Offers an element to the slots of its key, first to last.
#[inline]
fn offer<F>(
    slots: &[Slot<F>],
    last: u8,
    e: &mut Element<'_>,
    put: &mut dyn FnMut(u8, &mut Element<'_>) -> Taken,
) -> Offered {
    let Some(mut n) = find(slots, e.key, last) else {
        return Offered::Unknown;
    };
    loop {
        match put(n, e) {
            Taken::Yes => return Offered::Taken(n),
            Taken::Bad(err) => return Offered::Bad(n, err),
            Taken::TooMany => return Offered::TooMany,
            Taken::Full => {
                let later = usize::from(n).wrapping_add(1);
                let mut rest = (later..).zip(slots.get(later..).unwrap_or(&[]));
                match rest.find(|(_, s)| s.key == e.key) {
                    Some((later, _)) => n = later as u8,
                    None => return Offered::Again,
                }
            }
        }
    }
}

/// The first slot of `key`. Peers send in the order of the table: the search begins at the slot
/// that took an element last.
#[inline]
fn find<F>(slots: &[Slot<F>], key: u64, last: u8) -> Option<u8> {
    let (before, behind) = slots
        .split_at_checked(usize::from(last))
        .unwrap_or((slots, &[]));
    let mut all = behind.iter().chain(before);
    all.find(|s| s.key == key).map(|s| s.first)
}

/// The place of the first `key` among the keys of a message.
#[doc(hidden)]
pub const fn first(mut keys: &[u64], key: u64) -> u8 {
    let mut n = 0u8;
    while let [k, rest @ ..] = keys {
        if *k == key {
            return n;
        }
        keys = rest;
        n = n.wrapping_add(1);
    }
    NO_SLOT
}

/// Whether a list of `len` values may grow by one more `T`, in a message of `octets` octets: the
/// memory that octets of a peer can claim is bounded by a multiple of their number.
pub fn room<T>(octets: usize, len: usize) -> bool {
    len < 4 || len.saturating_mul(size_of::<T>().max(1)) <= octets.saturating_mul(6)
}

/// A list that a slot which may repeat keeps.
#[doc(hidden)]
#[inline]
pub fn push<T: Field>(list: &mut Vec<T>, octets: usize, e: &mut Element<'_>) -> Taken {
    if !room::<T>(octets, list.len()) {
        return Taken::TooMany;
    }
    match e.value() {
        Ok(v) => {
            list.push(v);
            Taken::Yes
        }
        Err(e) => Taken::Bad(e),
    }
}

/// A slot that may stand once.
#[doc(hidden)]
#[inline]
pub fn fill<T: Field>(to: &mut Option<T>, e: &mut Element<'_>) -> Taken {
    if to.is_some() {
        return Taken::Full;
    }
    match e.value() {
        Ok(v) => {
            *to = Some(v);
            Taken::Yes
        }
        Err(e) => Taken::Bad(e),
    }
}

/// A mandatory element that did not come.
#[doc(hidden)]
#[cold]
pub fn missing<F>(slot: Option<&Slot<F>>, at: usize) -> Error {
    let e = Error::new(Kind::Missing, at, slot.map_or("", |s| s.info.name));
    Error {
        key: slot.map_or(0, |s| s.key),
        ..e
    }
}
