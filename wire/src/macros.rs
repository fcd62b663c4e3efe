//! The tables' macros. They expand to little: struct, `read`, `each`, `sample`; the rest is in
//! [`crate::table`].

/// Declares a protocol's elements, one row each: `Name = key, form, Type, "Name", "clause";`.
///
/// Makes `id::Name` constants, `Typed` for each, `ELEMENTS` and `info`. The protocol's marker type
/// (an empty enum that implements [`Framing`](crate::Framing)) stands in front. A type may be a
/// message of the same module: grouped elements are rows like all others.
#[macro_export]
macro_rules! elements {
    ($proto:ident: $($name:ident = $key:expr, $form:expr, $t:ty, $text:literal, $spec:literal;)*) => {
        /// The elements' keys.
        #[allow(non_upper_case_globals, unused_imports)]
        pub mod id {
            use super::*;
            $(#[doc = concat!($text, ", ", $spec)] pub const $name: u64 = $key;)*
        }
        $(impl $crate::table::Typed<{ $key }> for $proto {
            type Value = $t;
            const INFO: $crate::Info<<$proto as $crate::Framing>::Form> = $crate::Info {
                key: $key,
                name: $text,
                form: $form,
                spec: $spec,
                read: $crate::table::read_boxed::<$t>,
            };
        })*
        /// All rows.
        pub const ELEMENTS: &[&$crate::Info<<$proto as $crate::Framing>::Form>] =
            &[$(&<$proto as $crate::table::Typed<{ $key }>>::INFO),*];
        /// The row of an element.
        pub fn info(key: u64) -> Option<&'static $crate::Info<<$proto as $crate::Framing>::Form>> {
            match key {
                $(id::$name => Some(&<$proto as $crate::table::Typed<{ id::$name }>>::INFO),)*
                _ => None,
            }
        }
    };
}

/// Declares messages and grouped elements, one row per slot: `req name: Element;`, `opt`, `rep`.
///
/// `req name [key]: Element;` gives the element another key in this message (tags of a SEQUENCE).
/// A part `head(lv name: Type, "Name"; ...)` in front of the braces holds positional values: `v`,
/// `lv`, `lve`.
/// Wants `Proto` and `id` of the element table in scope.
#[macro_export]
macro_rules! messages {
    ($($(#[$m:meta])* $msg:ident, $spec:literal $(head($($hk:ident $hf:ident: $ht:ty, $htext:literal;)*))? {
        $($p:ident $f:ident $([$tag:expr])?: $el:ident;)*
    })*) => {
        $(
            $(#[$m])*
            #[doc = concat!("`", stringify!($msg), "`, ", $spec, ".")]
            #[derive(Debug, Clone, PartialEq)]
            pub struct $msg {
                $($(#[doc = $htext] pub $hf: $ht,)*)?
                $(#[doc = concat!("`", stringify!($el), "`")] pub $f: $crate::messages!(@slot $p $crate::table::Val<Proto, { id::$el }>),)*
                /// What no slot took, and the sender's order.
                pub other: $crate::Other,
            }
            impl $crate::Elements for $msg {
                type Proto = Proto;
                const NAME: &'static str = stringify!($msg);
                const SPEC: &'static str = $spec;
                const SLOTS: &'static [$crate::Slot<<Proto as $crate::Framing>::Form>] = {
                    #[allow(dead_code)]
                    const KEYS: &[u64] = &[$($crate::messages!(@key $el $($tag)?)),*];
                    &[$($crate::Slot {
                        name: stringify!($f),
                        presence: $crate::messages!(@presence $p),
                        key: $crate::messages!(@key $el $($tag)?),
                        info: &<Proto as $crate::table::Typed<{ id::$el }>>::INFO,
                        first: $crate::table::first(KEYS, $crate::messages!(@key $el $($tag)?)),
                    }),*]
                };
                $(fn head<'s>(&'s self, f: &mut $crate::table::EachHead<'_, 's>) {
                    $(f($crate::messages!(@head $hk), stringify!($hf), $htext, &self.$hf);)*
                })?
                #[allow(unused_assignments, unused_mut, unused_variables)]
                fn each<'s>(&'s self, f: &mut $crate::table::Each<'_, 's>) {
                    let mut n = 0u8;
                    $({
                        let name = <Proto as $crate::table::Typed<{ id::$el }>>::INFO.name;
                        $crate::messages!(@each $p self.$f, f, n, stringify!($f), name);
                        n = n.wrapping_add(1);
                    })*
                }
                fn other(&self) -> &$crate::Other { &self.other }
            }
            impl $crate::Field for $msg {
                #[allow(unused_assignments, unused_mut, unused_variables)]
                fn read(r: &mut $crate::Reader<'_>) -> $crate::Result<Self> {
                    $($(let $hf: $ht = $crate::table::read_head(r, $crate::messages!(@head $hk), $htext)?;)*)?
                    let (at, octets) = (r.at(), r.left());
                    $(let mut $f: $crate::messages!(@tmp $p $crate::table::Val<Proto, { id::$el }>) = Default::default();)*
                    let other = $crate::table::walk::<Proto>(r, <Self as $crate::Elements>::NAME, <Self as $crate::Elements>::SLOTS, &mut |slot, e| {
                        // compared with constants in a row: the compiler makes it one jump
                        let mut n = 0u8;
                        $(
                            if slot == n {
                                return $crate::messages!(@put $p $f, octets, e);
                            }
                            n = n.wrapping_add(1);
                        )*
                        $crate::table::Taken::Full
                    })?;
                    let mut n = 0usize;
                    Ok(Self {
                        $($($hf,)*)?
                        $($f: { let v = $crate::messages!(@done $p $f, <Self as $crate::Elements>::SLOTS.get(n), at); n = n.wrapping_add(1); v },)*
                        other,
                    })
                }
                #[allow(unused_variables)]
                fn sample(g: &mut $crate::Gen) -> Self {
                    Self {
                        $($($hf: <$ht as $crate::Field>::sample(g),)*)?
                        $($f: $crate::messages!(@sample $p $crate::table::Val<Proto, { id::$el }>, g),)*
                        other: Default::default(),
                    }
                }
            }
            impl $crate::Value for $msg {
                fn write(&self, w: &mut $crate::reexport::BytesMut) { $crate::table::encode(self, w) }
                fn json(&self) -> $crate::reexport::serde_json::Value { $crate::table::json(self) }
            }
            impl ::std::fmt::Display for $msg {
                fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result { $crate::table::show(self, f) }
            }
        )*
        #[cfg(test)]
        mod owed {
            $(#[test] #[allow(non_snake_case)] fn $msg() { $crate::check::<super::$msg>() })*
        }
    };
    (@slot req $t:ty) => { $t };
    (@slot opt $t:ty) => { Option<$t> };
    (@slot rep $t:ty) => { Vec<$t> };
    (@presence req) => { $crate::Presence::Req };
    (@presence opt) => { $crate::Presence::Opt };
    (@presence rep) => { $crate::Presence::Rep };
    (@key $el:ident) => { id::$el };
    (@key $el:ident $tag:expr) => { $tag };
    (@head v) => { $crate::table::HeadForm::V };
    (@head lv) => { $crate::table::HeadForm::Lv };
    (@head lve) => { $crate::table::HeadForm::Lve };
    (@tmp rep $t:ty) => { Vec<$t> };
    (@tmp $p:ident $t:ty) => { Option<$t> };
    (@put rep $v:ident, $octets:ident, $e:ident) => { $crate::table::push(&mut $v, $octets, $e) };
    (@put $p:ident $v:ident, $octets:ident, $e:ident) => { $crate::table::fill(&mut $v, $e) };
    (@done req $v:ident, $slot:expr, $at:ident) => { match $v { Some(v) => v, None => return Err($crate::table::missing($slot, $at)) } };
    (@done $p:ident $v:ident, $slot:expr, $at:ident) => { $v };
    (@each req $s:expr, $f:ident, $n:ident, $field:expr, $name:ident) => { $f($n, $field, $name, &$s) };
    (@each opt $s:expr, $f:ident, $n:ident, $field:expr, $name:ident) => { if let Some(x) = &$s { $f($n, $field, $name, x) } };
    (@each rep $s:expr, $f:ident, $n:ident, $field:expr, $name:ident) => { for x in &$s { $f($n, $field, $name, x) } };
    (@sample req $t:ty, $g:ident) => { <$t as $crate::Field>::sample($g) };
    (@sample opt $t:ty, $g:ident) => { if $g.flip() { Some(<$t as $crate::Field>::sample($g)) } else { None } };
    (@sample rep $t:ty, $g:ident) => { $crate::table::sample_rep($g) };
}

/// Declares the messages of a protocol by their type codes: an enum with one variant per message.
///
/// ```ignore
/// pdus! {
///     /// Messages of GTPv1-C.
///     pub enum Pdu(u8) { EchoRequest = 1; CreatePdpContextRequest = 16; }
/// }
/// ```
/// A code that is not in the table is kept as `Other(code, octets)`.
#[macro_export]
macro_rules! pdus {
    ($(#[$m:meta])* pub enum $name:ident($t:ident) { $($msg:ident = $code:expr;)* }) => {
        $(#[$m])*
        #[derive(Debug, Clone, PartialEq)]
        #[allow(clippy::large_enum_variant)]
        pub enum $name {
            $(#[doc = concat!("[`", stringify!($msg), "`]")] $msg($msg),)*
            /// A type that the table does not have, with all that follows it.
            Other($t, $crate::Octets),
        }
        impl $name {
            /// Reads the body of a message of type `code`, and all of it.
            pub fn read(code: $t, mut r: $crate::Reader<'_>) -> $crate::Result<Self> {
                // not `Reader::all` and `?`: each would move the message once more
                $(if code == $code {
                    return match <$msg as $crate::Field>::read(&mut r) {
                        Ok(m) => match r.done() {
                            Ok(()) => Ok(Self::$msg(m)),
                            Err(e) => Err(e.within(0, stringify!($msg))),
                        },
                        Err(e) => Err(e.within(0, stringify!($msg))),
                    };
                })*
                Ok(Self::Other(code, r.octets()))
            }
            /// Appends the body.
            pub fn write(&self, w: &mut $crate::reexport::BytesMut) {
                match self {
                    $(Self::$msg(m) => $crate::Value::write(m, w),)*
                    Self::Other(_, o) => $crate::Value::write(o, w),
                }
            }
            /// The type code.
            pub fn code(&self) -> $t {
                match self { $(Self::$msg(_) => $code,)* Self::Other(c, _) => *c }
            }
            /// The name of the messages of type `code`.
            pub fn name_of(code: $t) -> Option<&'static str> {
                $(if code == $code { return Some(stringify!($msg)); })*
                None
            }
            /// The name of this message.
            pub fn name(&self) -> &'static str {
                Self::name_of(self.code()).unwrap_or("unknown message")
            }
            /// The elements as JSON.
            pub fn json(&self) -> $crate::reexport::serde_json::Value {
                match self {
                    $(Self::$msg(m) => $crate::Value::json(m),)*
                    Self::Other(_, o) => $crate::Value::json(o),
                }
            }
            /// A sample of the message at place `n` of the table (counted round).
            pub fn sample(n: usize, g: &mut $crate::Gen) -> Self {
                let all: &[fn(&mut $crate::Gen) -> Self] = &[$(|g| Self::$msg($crate::Field::sample(g))),*];
                match all.get(n.checked_rem(all.len()).unwrap_or(0)) {
                    Some(f) => f(g),
                    None => Self::Other(Default::default(), Default::default()),
                }
            }
            /// How many messages the table has.
            pub const COUNT: usize = [$(stringify!($msg)),*].len();
        }
        $(impl From<$msg> for $name { fn from(m: $msg) -> Self { Self::$msg(m) } })*
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                match self {
                    $(Self::$msg(m) => ::std::fmt::Display::fmt(m, f),)*
                    Self::Other(c, o) => write!(f, "unknown message {c}\n  {o}"),
                }
            }
        }
    };
}
