//! One row per element, one row per slot of a message: what the tables' macros expand to calls
//! the ordinary functions here.
use crate::{Error, Field, Gen, Kind, Reader, Result, Value};
use bytes::{Bytes, BytesMut};
use serde_json::{Map, Value as Json};
use smallvec::SmallVec;
use std::fmt::{self, Write as _};

/// How a protocol frames its elements. Keys are whatever identifies one: type, (vendor, code), tag.
pub trait Framing: Sized + 'static {
    /// What the element table says of an element's frame: fixed length, flags, IEI format.
    type Form: Copy + fmt::Debug + Send + Sync + 'static;

    /// What becomes of an element that stands again although it may stand once.
    const REPEATED: Policy = Policy::Keep;
    /// What becomes of an optional element whose body cannot be read.
    const BAD_OPTIONAL: Policy = Policy::Refuse;

    /// Takes one element. `slots` are those of the message that is read: where an identifier means
    /// different things in different messages, they decide.
    fn next<'a>(r: &mut Reader<'a>, slots: &[Slot<Self::Form>]) -> Result<Element<'a>>;

    /// Appends one element.
    fn put(key: u64, flags: u8, body: &dyn Value, w: &mut BytesMut);

    /// What the element table says of `key`.
    fn info(key: u64) -> Option<&'static Info<Self::Form>>;

    /// The flags (or the form of the length, or the instance) with which we send `key`.
    fn flags(key: u64) -> u8 {
        let _ = key;
        0
    }

    /// Asked for an end point about each element that no slot takes.
    fn unknown(e: &Element<'_>) -> Result<()> {
        let _ = e;
        Ok(())
    }
}

/// What becomes of an element that is not as it should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Policy {
    /// It goes to `other`, and is written back from there.
    Keep,
    /// The message is refused.
    Refuse,
}

/// An element as it stands on the wire.
#[derive(Clone, Copy)]
pub struct Element<'a> {
    /// What identifies it.
    pub key: u64,
    /// What its frame says besides key and length.
    pub flags: u8,
    /// Offset of its frame.
    pub at: usize,
    /// What it holds.
    pub body: Reader<'a>,
}

/// A row of an element table.
pub struct Info<F: 'static> {
    /// What identifies it.
    pub key: u64,
    /// Its name in the standard.
    pub name: &'static str,
    /// Its frame.
    pub form: F,
    /// The clause that defines it.
    pub spec: &'static str,
    /// Reads a body of it without knowing its type.
    pub read: fn(Reader<'_>) -> Result<Box<dyn Value>>,
}

/// Reads the whole of `r` as a `T` behind its object-safe half.
pub fn read_boxed<T: Field + 'static>(r: Reader<'_>) -> Result<Box<dyn Value>> {
    Ok(Box::new(r.all::<T>()?))
}

/// Which type, and which row, belongs to element `K` of a protocol. A key declared twice does not
/// compile.
pub trait Typed<const K: u64>: Framing {
    /// The type of the element's value.
    type Value: Field;
    /// The element's row.
    const INFO: Info<Self::Form>;
}

/// The type of element `K` of protocol `P`.
pub type Val<P, const K: u64> = <P as Typed<K>>::Value;

/// How often an element stands in a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Presence {
    /// Once: the message is not complete without it.
    Req,
    /// At most once. Two optional slots of one key are filled in the order of arrival.
    Opt,
    /// As often as it likes.
    Rep,
}

/// A row of a message: one of its elements.
pub struct Slot<F: 'static> {
    /// The field of the struct.
    pub name: &'static str,
    /// How often it stands.
    pub presence: Presence,
    /// What identifies it on the wire.
    pub key: u64,
    /// The element's row.
    pub info: &'static Info<F>,
}

/// How a positional element stands in the head of a message (TS 24.007 11.2.1.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum HeadForm {
    /// Value only: the type knows its length.
    V,
    /// One octet of length, value.
    Lv,
    /// Two octets of length, value.
    Lve,
}

/// Called for each value present: slot, name of the field, name in the standard, value.
pub type Each<'f, 's> = dyn FnMut(u8, &'static str, &'static str, &'s dyn Value) + 'f;
/// Called for each positional value: form, name of the field, name in the standard, value.
pub type EachHead<'f, 's> = dyn FnMut(HeadForm, &'static str, &'static str, &'s dyn Value) + 'f;

/// A message or a grouped element: what the `messages!` table makes.
pub trait Elements {
    /// Its protocol.
    type Proto: Framing;
    /// Its name in the standard, without spaces.
    const NAME: &'static str;
    /// Where the standard describes it.
    const SPEC: &'static str;
    /// Its rows.
    const SLOTS: &'static [Slot<<Self::Proto as Framing>::Form>];
    /// Calls `f` for each positional value.
    fn head<'s>(&'s self, f: &mut EachHead<'_, 's>) {
        let _ = f;
    }
    /// Calls `f` for each element present, in the order of the table.
    fn each<'s>(&'s self, f: &mut Each<'_, 's>);
    /// What else came.
    fn other(&self) -> &Other;
}

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
    order: Option<Box<[(u8, u8)]>>,
}

impl Other {
    /// Forgets the sender's order and flags: the message is written as we would write it.
    pub fn forget_order(&mut self) {
        self.order = None;
    }
}

/// In [`Other`]'s order: an element that no slot took.
const NO_SLOT: u8 = u8::MAX;

/// What a message did with an element.
pub enum Taken {
    /// This slot took it.
    Slot(u8),
    /// This slot is its own, and its body cannot be read.
    Bad(u8, Error),
    /// Its slots are all taken.
    Again,
    /// No slot is its own.
    Unknown,
    /// This repeating slot would grow beyond what the octets are worth.
    TooMany,
}

/// Reads all elements left in `r`, offers each to `put`, and keeps what nobody takes.
pub fn walk<M: Elements>(
    r: &mut Reader<'_>,
    put: &mut dyn FnMut(&Element<'_>) -> Taken,
) -> Result<Other> {
    let mut inner = r.deeper()?;
    let whole = inner.left();
    let mut seen: SmallVec<[(u8, u8); 32]> = SmallVec::new();
    let mut plain = true;
    let mut last = 0;
    let mut unknown = Vec::new();
    while inner.left() > 0 {
        let before = inner.left();
        let e =
            <M::Proto as Framing>::next(&mut inner, M::SLOTS).map_err(|e| e.within(0, M::NAME))?;
        if inner.left() == before {
            return Err(inner.error(Kind::BadLength(0)).within(e.key, M::NAME));
        }
        // where a key means different things in different messages, the slot has the name
        let name = |slot: Option<u8>| {
            let mut slots = M::SLOTS.iter();
            let slot = match slot {
                Some(n) => M::SLOTS.get(usize::from(n)),
                None => slots.find(|s| s.key == e.key),
            };
            slot.map_or_else(|| name::<M::Proto>(e.key), |s| s.info.name)
        };
        let fail = |kind| Err(Error::new(kind, e.at, name(None)).within(e.key, name(None)));
        let slot = match put(&e) {
            Taken::Slot(n) => n,
            Taken::Again if <M::Proto as Framing>::REPEATED == Policy::Refuse => {
                return fail(Kind::Repeated);
            }
            Taken::Bad(n, err) => {
                let opt = M::SLOTS.get(usize::from(n)).map(|s| s.presence) != Some(Presence::Req);
                if !(opt && <M::Proto as Framing>::BAD_OPTIONAL == Policy::Keep) {
                    return Err(err.within(e.key, name(Some(n))));
                }
                NO_SLOT
            }
            Taken::Unknown => {
                if inner.is_strict() {
                    <M::Proto as Framing>::unknown(&e)
                        .map_err(|err| err.within(e.key, name(None)))?;
                }
                NO_SLOT
            }
            Taken::Again => NO_SLOT,
            Taken::TooMany => return fail(Kind::TooMany),
        };
        if slot == NO_SLOT {
            if !room::<Unknown>(whole, unknown.len()) {
                return fail(Kind::TooMany);
            }
            unknown.push(Unknown {
                key: e.key,
                flags: e.flags,
                body: e.body.octets(),
            });
        } else {
            // unknown ones have flags of their own; others only where they are not ours
            plain &= e.flags == <M::Proto as Framing>::flags(e.key);
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

/// Whether a list of `len` values may grow by one more `T`, in a message of `octets` octets: the
/// memory that octets of a peer can claim is bounded by a multiple of their number.
pub fn room<T>(octets: usize, len: usize) -> bool {
    len < 4 || len.saturating_mul(size_of::<T>().max(1)) <= octets.saturating_mul(6)
}

/// Reads one positional value.
pub fn read_head<T: Field>(r: &mut Reader<'_>, form: HeadForm, field: &'static str) -> Result<T> {
    let n = match form {
        HeadForm::V => None,
        HeadForm::Lv => Some(r.u8().map(usize::from)),
        HeadForm::Lve => Some(r.u16().map(usize::from)),
    };
    match n {
        None => T::read(r),
        Some(n) => n.and_then(|n| r.sub(n)).and_then(Reader::all),
    }
    .map_err(|e| e.within(0, field))
}

/// Writes a message: as it came where it came, else in the order of its table.
pub fn encode<M: Elements>(m: &M, w: &mut BytesMut) {
    m.head(&mut |form, _, _, v| match form {
        HeadForm::V => v.write(w),
        HeadForm::Lv => crate::with_len(1, w, |w| v.write(w)),
        HeadForm::Lve => crate::with_len(2, w, |w| v.write(w)),
    });
    let key = |slot: u8| M::SLOTS.get(usize::from(slot)).map_or(0, |s| s.key);
    let other = m.other();
    let Some(order) = &other.order else {
        m.each(&mut |slot, _, _, v| {
            let key = key(slot);
            M::Proto::put(key, M::Proto::flags(key), v, w);
        });
        for u in &other.unknown {
            M::Proto::put(u.key, u.flags, &u.body, w);
        }
        return;
    };
    let mut values: SmallVec<[(u8, bool, &dyn Value); 32]> = SmallVec::new();
    m.each(&mut |slot, _, _, v| values.push((slot, false, v)));
    let mut unknown = other.unknown.iter();
    for (slot, flags) in order.iter() {
        if *slot == NO_SLOT {
            if let Some(u) = unknown.next() {
                M::Proto::put(u.key, u.flags, &u.body, w);
            }
        } else if let Some(v) = values.iter_mut().find(|v| v.0 == *slot && !v.1) {
            v.1 = true;
            M::Proto::put(key(*slot), *flags, v.2, w);
        }
    }
    // what was added since it was read
    for (slot, _, v) in values.iter().filter(|v| !v.1) {
        M::Proto::put(key(*slot), M::Proto::flags(key(*slot)), *v, w);
    }
    for u in unknown {
        M::Proto::put(u.key, u.flags, &u.body, w);
    }
}

/// The name of element `key` in the standard.
pub fn name<P: Framing>(key: u64) -> &'static str {
    P::info(key).map_or("unknown element", |i| i.name)
}

/// Writes a message as text: its name, then a line per element, inner ones set in.
pub fn show<M: Elements>(m: &M, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str(M::NAME)?;
    let mut res = Ok(());
    let mut line = |name: &str, v: &dyn fmt::Display| {
        if res.is_ok() {
            let mut text = String::new();
            res = write!(text, "{v}")
                .and_then(|()| write!(f, "\n  {name:<28} {}", text.replace('\n', "\n  ")));
        }
    };
    m.head(&mut |_, _, name, v| line(name, &v));
    m.each(&mut |_, _, name, v| line(name, &v));
    for u in &m.other().unknown {
        match known::<M::Proto>(u) {
            Some(v) => line(name::<M::Proto>(u.key), &v),
            None => line(&key_text(u.key), &u.body),
        }
    }
    res
}

/// A message as JSON: a member per slot, lists for repeating ones.
pub fn json<M: Elements>(m: &M) -> Json {
    let mut out = Map::new();
    m.head(&mut |_, field, _, v| {
        out.insert(field.into(), v.json());
    });
    m.each(&mut |slot, field, _, v| {
        let rep = M::SLOTS.get(usize::from(slot)).map(|s| s.presence) == Some(Presence::Rep);
        if rep {
            let list = out.entry(field).or_insert_with(|| Json::Array(vec![]));
            if let Json::Array(list) = list {
                list.push(v.json());
            }
        } else {
            out.insert(field.into(), v.json());
        }
    });
    if !m.other().unknown.is_empty() {
        let list = m.other().unknown.iter().map(|u| {
            let known = known::<M::Proto>(u);
            let value = known.map_or_else(|| u.body.json(), |v| v.json());
            serde_json::json!({ "key": u.key, "name": M::Proto::info(u.key).map(|i| i.name), "value": value })
        });
        out.insert("other".into(), list.collect());
    }
    out.into()
}

/// The body of an element that this message has no slot for but that its protocol's table knows.
fn known<P: Framing>(u: &Unknown) -> Option<Box<dyn Value>> {
    let info = P::info(u.key)?;
    (info.read)(Reader::shared(&u.body.0)).ok()
}

fn key_text(key: u64) -> String {
    match (key.wrapping_shr(32), key & 0xffff_ffff) {
        (0, k) => format!("element {k}"),
        (vendor, k) => format!("element {k} of vendor {vendor}"),
    }
}

/// An element on its own, out of any message: for relays that look without taking part, and for
/// whoever prints a message that cannot be read whole.
pub fn elements<'a, P: Framing>(
    mut r: Reader<'a>,
) -> impl Iterator<Item = Result<Element<'a>>> + use<'a, P> {
    let mut failed = false;
    std::iter::from_fn(move || {
        if failed || r.is_empty() {
            return None;
        }
        let e = P::next(&mut r, &[]);
        failed = e.is_err();
        Some(e)
    })
}

/// A list of samples, of at most two.
pub fn sample_rep<T: Field>(g: &mut Gen) -> Vec<T> {
    (0..g.below(3)).map(|_| T::sample(g)).collect()
}

/// A list that a slot which may repeat keeps.
#[doc(hidden)]
pub fn push<T>(list: &mut Vec<T>, octets: usize, v: Result<T>, slot: u8) -> Taken {
    if !room::<T>(octets, list.len()) {
        return Taken::TooMany;
    }
    match v {
        Ok(v) => {
            list.push(v);
            Taken::Slot(slot)
        }
        Err(e) => Taken::Bad(slot, e),
    }
}

/// A slot that may stand once.
#[doc(hidden)]
pub fn fill<T>(to: &mut Option<T>, v: Result<T>, slot: u8) -> Taken {
    match v {
        Ok(v) => {
            *to = Some(v);
            Taken::Slot(slot)
        }
        Err(e) => Taken::Bad(slot, e),
    }
}

/// A mandatory element that did not come.
#[doc(hidden)]
pub fn missing<F>(slot: Option<&Slot<F>>, at: usize) -> Error {
    let e = Error::new(Kind::Missing, at, slot.map_or("", |s| s.info.name));
    Error {
        key: slot.map_or(0, |s| s.key),
        ..e
    }
}

/// The shared octets of a reader, for tables that keep a message's own octets.
pub fn kept(r: &Reader<'_>) -> Bytes {
    r.octets().0
}
