//! Layer 3 messages inside LLC, BSSGP, NS, UDP and IP, written and taken apart by hand, so that
//! tests of GMM and SM lean on no other layer of ours.
#![allow(dead_code)]
use std::path::PathBuf;

/// CRC-24 of LLC, TS 44.064 5.5.
pub fn fcs(octets: &[u8]) -> [u8; 3] {
    let crc = octets.iter().fold(0x00ff_ffffu32, |crc, b| {
        (0..8).fold(crc ^ u32::from(*b), |c, _| {
            if c & 1 == 1 {
                c >> 1 ^ 0x00ad_85dd
            } else {
                c >> 1
            }
        })
    });
    let [a, b, c, _] = (!crc & 0x00ff_ffff).to_le_bytes();
    [a, b, c]
}

/// An IPv4 packet to or from port 2157 that carries `l3` on LLC SAPI 1.
pub fn wrap(up: bool, l3: &[u8]) -> Vec<u8> {
    let mut llc = vec![if up { 0x01 } else { 0x41 }, 0xc0, 0x01];
    llc.extend_from_slice(l3);
    llc.extend_from_slice(&fcs(&llc));
    let mut ns = vec![0, 0, 0, 2];
    ns.extend_from_slice(if up {
        &[
            1, 0x78, 0, 0, 1, 0, 0, 4, 8, 0x88, 0, 0xf1, 0x10, 0, 1, 1, 0, 1,
        ]
    } else {
        &[0, 0x78, 0, 0, 1, 0, 0, 0, 0x16, 0x82, 0x03, 0xe8]
    });
    ns.push(0x0e);
    if llc.len() < 128 {
        ns.push(0x80 | llc.len() as u8);
    } else {
        ns.extend_from_slice(&(llc.len() as u16).to_be_bytes());
    }
    ns.extend_from_slice(&llc);
    let mut ip = vec![0x45, 0];
    ip.extend_from_slice(&(ns.len() as u16 + 28).to_be_bytes());
    ip.extend_from_slice(&[0, 0, 0, 0, 64, 17, 0, 0]);
    let (ms, sgsn) = ([127, 0, 1, 1], [127, 0, 2, 1]);
    ip.extend_from_slice(&if up { [ms, sgsn] } else { [sgsn, ms] }.concat());
    let sum = ip
        .chunks(2)
        .fold(0u32, |s, c| s + u32::from(u16::from_be_bytes([c[0], c[1]])));
    let sum = !((sum & 0xffff) + (sum >> 16)) as u16;
    ip[10..12].copy_from_slice(&sum.to_be_bytes());
    for v in [2157u16, 2157, ns.len() as u16 + 8, 0] {
        ip.extend_from_slice(&v.to_be_bytes());
    }
    ip.extend_from_slice(&ns);
    ip
}

/// Writes a capture of IP packets and returns its path.
pub fn capture(name: &str, packets: &[Vec<u8>]) -> PathBuf {
    let mut f = Vec::new();
    for v in [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65535, 101] {
        f.extend_from_slice(&v.to_le_bytes());
    }
    f[4..8].copy_from_slice(&[2, 0, 4, 0]);
    for (i, p) in packets.iter().enumerate() {
        for v in [i as u32, 0, p.len() as u32, p.len() as u32] {
            f.extend_from_slice(&v.to_le_bytes());
        }
        f.extend_from_slice(p);
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, f).unwrap();
    path
}

/// Hexadecimal digits, spaces ignored.
pub fn hex(text: &str) -> Vec<u8> {
    let digits: Vec<u8> = text
        .bytes()
        .filter(|b| !b.is_ascii_whitespace())
        .map(|b| (b as char).to_digit(16).unwrap() as u8)
        .collect();
    digits.chunks(2).map(|d| d[0] << 4 | d[1]).collect()
}
