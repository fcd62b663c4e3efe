//! The frame check sequence of LLC: CRC-24, TS 44.064 5.5.

/// The generator polynomial, lowest power in the highest bit.
const POLY: u32 = 0x00ad_85dd;

/// What eight divisions make of each octet, and what becomes of that by one, two and three octets
/// more: so that four octets are taken at once.
static TABLES: [[u32; 256]; 4] = tables();

#[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects)] // a constant: known at build
const fn tables() -> [[u32; 256]; 4] {
    let mut all = [[0; 256]; 4];
    let mut n = 0;
    while n < 256 {
        let (mut c, mut bit) = (n as u32, 0);
        while bit < 8 {
            c = if c & 1 == 1 { (c >> 1) ^ POLY } else { c >> 1 };
            bit += 1;
        }
        all[0][n] = c;
        n += 1;
    }
    let mut more = 1;
    while more < 4 {
        let mut n = 0;
        while n < 256 {
            let c: u32 = all[more - 1][n];
            all[more][n] = (c >> 8) ^ all[0][(c & 0xff) as usize];
            n += 1;
        }
        more += 1;
    }
    all
}

/// An entry of a table.
#[inline]
fn at(table: &[u32; 256], octet: u8) -> u32 {
    table.get(usize::from(octet)).copied().unwrap_or(0)
}

/// The FCS over `octets`, in the order in which it is sent.
#[inline]
pub fn fcs(octets: &[u8]) -> [u8; 3] {
    let [t0, t1, t2, t3] = &TABLES;
    let mut c = 0x00ff_ffff_u32;
    let (fours, rest) = octets.as_chunks::<4>();
    for four in fours {
        let [a, b, d, e] = (c ^ u32::from_le_bytes(*four)).to_le_bytes();
        c = at(t3, a) ^ at(t2, b) ^ at(t1, d) ^ at(t0, e);
    }
    for octet in rest {
        let [low, ..] = (c ^ u32::from(*octet)).to_le_bytes();
        c = (c >> 8) ^ at(t0, low);
    }
    let [a, b, c, _] = (!c).to_le_bytes();
    [a, b, c]
}
