//! Exchange identification, TS 44.064 6.4.1.6: the parameters of a logical link.
use bytes::{BufMut, Bytes, BytesMut};
use wire::{Error, Kind, Reader, Result};

wire::code_points! {
    /// The type of a parameter, TS 44.064 table 6.
    pub struct Parameter(u8) {
        Version = 0, "LLC version number";
        IovUi = 1, "IOV-UI";
        IovI = 2, "IOV-I";
        T200 = 3, "T200";
        N200 = 4, "N200";
        N201U = 5, "N201-U";
        N201I = 6, "N201-I";
        Md = 7, "mD";
        Mu = 8, "mU";
        Kd = 9, "kD";
        Ku = 10, "kU";
        Layer3 = 11, "Layer-3 parameters";
        Reset = 12, "Reset";
    }
}

impl Parameter {
    /// How long its value is; `None` for those of any length.
    fn length(self) -> Option<usize> {
        match self.0 {
            1 | 2 => Some(4),
            3 | 5..=8 => Some(2),
            0 | 4 | 9 | 10 => Some(1),
            12 => Some(0),
            _ => None,
        }
    }
}

/// More parameters than this are no XID frame: the standard has 13, and layer 3 one of them.
const MOST: usize = 64;

/// One parameter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Xid {
    /// Which.
    pub parameter: Parameter,
    /// XL: its length stands in 8 bits although 2 would do, as it came.
    pub long: bool,
    /// The two bits behind a length of 8 bits, as they came.
    pub spare: u8,
    /// Its value.
    pub value: Bytes,
}

impl Xid {
    /// A parameter in the shortest form.
    pub fn new(parameter: Parameter, value: impl Into<Bytes>) -> Self {
        Self {
            parameter,
            long: false,
            spare: 0,
            value: value.into(),
        }
    }

    /// The value as a number; `None` where it is longer than 4 octets.
    pub fn number(&self) -> Option<u32> {
        (self.value.len() <= 4).then(|| {
            self.value
                .iter()
                .fold(0u32, |n, b| n.wrapping_shl(8) | u32::from(*b))
        })
    }

    /// Reads all parameters of an XID frame.
    ///
    /// # Errors
    /// Where one is cut short or has a length that its type does not allow.
    pub fn read_all(octets: &Bytes) -> Result<Vec<Self>> {
        let mut r = Reader::shared(octets);
        let mut all = vec![];
        while !r.is_empty() {
            let at = r.at();
            let first = r.u8()?;
            let parameter = Parameter((first >> 2) & 0x1f);
            let named = |e: Error| e.within(0, parameter.name().unwrap_or("XID parameter"));
            let (long, mut n, mut spare) = (first & 0x80 != 0, usize::from(first & 3), 0);
            if long {
                let second = r.u8().map_err(named)?;
                n = n.wrapping_shl(6) | usize::from(second >> 2);
                spare = second & 3;
            }
            if parameter.length().is_some_and(|want| want != n) {
                return Err(named(Error::new(Kind::BadLength(n), at, "")));
            }
            if all.len() >= MOST {
                return Err(named(Error::new(Kind::TooMany, at, "")));
            }
            let value = r.bytes(n).map_err(named)?;
            all.push(Self {
                parameter,
                long,
                spare,
                value,
            });
        }
        Ok(all)
    }

    /// All parameters as the information field of an XID frame. Values over 255 octets are cut.
    pub fn write_all(all: &[Self]) -> Bytes {
        let mut w = BytesMut::new();
        for x in all {
            let value = x.value.get(..x.value.len().min(255)).unwrap_or(&[]);
            let (n, kind) = (value.len() as u8, (x.parameter.0 & 0x1f) << 2);
            if x.long || n > 3 {
                w.put_u8(0x80 | kind | (n >> 6));
                w.put_u8((n << 2) | (x.spare & 3));
            } else {
                w.put_u8(kind | n);
            }
            w.extend_from_slice(value);
        }
        w.freeze()
    }
}
