//! Packed octets: named bit fields over one integer, spare bits kept.

/// What can stand in a bit field.
pub trait Part: Copy {
    /// From the field's bits, right-aligned.
    fn from_bits(v: u64) -> Self;
    /// To the field's bits, right-aligned.
    fn to_bits(self) -> u64;
}

impl Part for bool {
    fn from_bits(v: u64) -> Self {
        v != 0
    }
    fn to_bits(self) -> u64 {
        u64::from(self)
    }
}

macro_rules! part {
    ($($t:ident),*) => { $(
        impl Part for $t {
            fn from_bits(v: u64) -> Self { v as Self }
            fn to_bits(self) -> u64 { u64::from(self) }
        }
    )* };
}
part!(u8, u16, u32, u64);

/// Takes bits `hi..=lo` (0 is the least significant) out of `v`.
#[inline]
pub const fn get(v: u64, hi: u32, lo: u32) -> u64 {
    (v >> lo) & mask(hi, lo)
}

/// `v` with bits `hi..=lo` replaced by `x`.
#[inline]
pub const fn set(v: u64, hi: u32, lo: u32, x: u64) -> u64 {
    (v & !(mask(hi, lo) << lo)) | ((x & mask(hi, lo)) << lo)
}

const fn mask(hi: u32, lo: u32) -> u64 {
    u64::MAX >> 63u32.saturating_sub(hi.saturating_sub(lo))
}

/// Declares packed octets: a newtype over an unsigned integer, one row per bit field.
///
/// Bits are counted from 0, the least significant; spare bits are kept as they came. The newtype
/// is as long on the wire as its integer.
///
/// ```
/// wire::bits! {
///     /// Attach type and ciphering key sequence number, TS 24.008 10.5.5.2 and 10.5.1.2.
///     pub struct AttachTypeAndCksn(u8) {
///         cksn: u8 [6..=4], "GPRS ciphering key sequence number";
///         follow_on: bool [3..=3], "follow-on request pending";
///         attach_type: u8 [2..=0], "attach type";
///     }
/// }
/// let v = AttachTypeAndCksn(0).with_cksn(7).with_attach_type(1);
/// assert_eq!((v.0, v.cksn(), v.follow_on()), (0x71, 7, false));
/// ```
#[macro_export]
macro_rules! bits {
    ($(#[$m:meta])* pub struct $name:ident($t:ident) { $($f:ident: $ft:ty [$hi:literal..=$lo:literal], $text:literal;)* }) => {
        $(#[$m])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $t);
        impl $name { $(
            #[doc = $text]
            #[inline]
            pub fn $f(self) -> $ft {
                <$ft as $crate::bits::Part>::from_bits($crate::bits::get(u64::from(self.0), $hi, $lo))
            }
            $crate::bits!(@with $f, $ft, $t, $hi, $lo, $text);
        )* }
        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let mut sep = "";
                $( write!(f, "{sep}{}: {}", $text, self.$f())?; #[allow(unused_assignments)] { sep = ", "; } )*
                Ok(())
            }
        }
        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                write!(f, "{}({:#x})", stringify!($name), self.0)
            }
        }
        impl $crate::Value for $name {
            #[inline]
            fn write(&self, w: &mut $crate::reexport::BytesMut) { $crate::Value::write(&self.0, w) }
            fn json(&self) -> $crate::reexport::serde_json::Value {
                let mut m = $crate::reexport::serde_json::Map::new();
                $( m.insert(stringify!($f).into(), $crate::reexport::serde_json::json!($crate::bits::Part::to_bits(self.$f()))); )*
                m.into()
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
    (@with $f:ident, $ft:ty, $t:ident, $hi:literal, $lo:literal, $text:literal) => {
        $crate::reexport::pastey::paste! {
            #[doc = concat!("The same with another ", $text, ".")]
            #[must_use]
            #[inline]
            pub fn [<with_ $f>](self, v: $ft) -> Self {
                Self($crate::bits::set(u64::from(self.0), $hi, $lo, $crate::bits::Part::to_bits(v)) as $t)
            }
        }
    };
}
