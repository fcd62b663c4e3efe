//! Code points: any value can be kept, the known ones have names.

/// Declares a code point: a newtype over an unsigned integer with named constants.
///
/// ```
/// wire::code_points! {
///     /// Cause, TS 29.060 7.7.1.
///     pub struct Cause(u8) { RequestAccepted = 128, "Request accepted"; }
/// }
/// assert_eq!(Cause::RequestAccepted.to_string(), "Request accepted (128)");
/// assert_eq!(Cause(7).to_string(), "unknown (7)");
/// ```
#[macro_export]
macro_rules! code_points {
    ($(#[$m:meta])* pub struct $name:ident($t:ident) { $($(#[$vm:meta])* $v:ident = $n:literal, $text:literal;)* }) => {
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $t);
        #[allow(non_upper_case_globals)]
        impl $name {
            $($(#[$vm])* #[doc = $text] pub const $v: Self = Self($n);)*
            /// All values that have a name.
            pub const KNOWN: &'static [(Self, &'static str)] = &[$((Self($n), $text)),*];
            /// The value's name in the standard.
            pub fn name(self) -> Option<&'static str> {
                match self.0 { $($n => Some($text),)* _ => None }
            }
        }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{} ({})", self.name().unwrap_or("unknown"), self.0)
            }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(self, f)
            }
        }
        impl From<$t> for $name {
            fn from(v: $t) -> Self { Self(v) }
        }
        impl From<$name> for u64 {
            fn from(v: $name) -> u64 { u64::from(v.0) }
        }
        impl $crate::bits::Part for $name {
            fn from_bits(v: u64) -> Self { Self(v as $t) }
            fn to_bits(self) -> u64 { u64::from(self.0) }
        }
        impl $crate::Value for $name {
            #[inline]
            fn write(&self, w: &mut $crate::reexport::BytesMut) { $crate::Value::write(&self.0, w) }
            fn json(&self) -> $crate::reexport::serde_json::Value {
                match self.name() {
                    Some(n) => $crate::reexport::serde_json::json!({ "value": self.0, "name": n }),
                    None => self.0.into(),
                }
            }
        }
        impl $crate::Field for $name {
            #[inline]
            fn read(r: &mut $crate::Reader<'_>) -> $crate::Result<Self> {
                Ok(Self(<$t as $crate::Field>::read(r)?))
            }
            fn sample(g: &mut $crate::Gen) -> Self { Self(<$t as $crate::Field>::sample(g)) }
        }
    };
}
