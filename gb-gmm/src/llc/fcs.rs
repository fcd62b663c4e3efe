//! The frame check sequence of LLC: CRC-24, TS 44.064 5.5.

/// The generator polynomial, lowest power in the highest bit.
const POLY: u32 = 0x00ad_85dd;

/// What eight divisions make of each octet.
const TABLE: [u32; 256] = table();

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // a constant: known at build
const fn table() -> [u32; 256] {
    let mut all = [0; 256];
    let mut n = 0;
    while n < 256 {
        let (mut c, mut bit) = (n as u32, 0);
        while bit < 8 {
            c = if c & 1 == 1 { (c >> 1) ^ POLY } else { c >> 1 };
            bit += 1;
        }
        all[n] = c;
        n += 1;
    }
    all
}

/// The FCS over `octets`, in the order in which it is sent.
#[inline]
pub fn fcs(octets: &[u8]) -> [u8; 3] {
    let mut c = 0x00ff_ffff_u32;
    for b in octets {
        let at = (c ^ u32::from(*b)) & 0xff;
        c = (c >> 8) ^ TABLE.get(at as usize).copied().unwrap_or(0);
    }
    let [a, b, c, _] = (!c).to_le_bytes();
    [a, b, c]
}
