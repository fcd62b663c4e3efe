//! The checksum of SCTP: CRC32c, RFC 9260 appendix A.

/// CRC32c of `octets`. SCTP writes it with its least significant octet first, over the packet
/// with the checksum field 0.
pub fn crc32c(octets: &[u8]) -> u32 {
    !octets.iter().fold(u32::MAX, step)
}

/// Whether the checksum of an SCTP packet holds; false for what is shorter than a header.
pub fn sctp_checksum_holds(packet: &[u8]) -> bool {
    let (Some(head), Some(sum), Some(rest)) =
        (packet.get(..8), packet.get(8..12), packet.get(12..))
    else {
        return false;
    };
    let crc = head.iter().chain(&[0; 4]).chain(rest).fold(u32::MAX, step);
    sum == (!crc).to_le_bytes()
}

fn step(crc: u32, octet: &u8) -> u32 {
    let entry = TABLE.get(((crc ^ u32::from(*octet)) & 255) as usize);
    entry.copied().unwrap_or(0) ^ crc.wrapping_shr(8)
}

/// One octet's worth of the reflected polynomial 0x1edc6f41.
const TABLE: [u32; 256] = {
    let mut table = [0; 256];
    let mut i = 0;
    while i < 256 {
        let mut crc = i as u32;
        let mut bit = 0;
        while bit < 8 {
            crc = if crc & 1 == 0 {
                crc >> 1
            } else {
                crc >> 1 ^ 0x82f6_3b78
            };
            bit = u32::wrapping_add(bit, 1);
        }
        #[allow(clippy::indexing_slicing)] // in a constant: it would not compile
        {
            table[i] = crc;
        }
        i = usize::wrapping_add(i, 1);
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_check_values() {
        let text = include_str!("../../vectors/crc32c.json");
        let all: Vec<serde_json::Value> = serde_json::from_str(text).unwrap();
        assert!(!all.is_empty());
        for v in &all {
            let hex = v["data"].as_str().unwrap();
            let octets: Vec<u8> = (0..hex.len() / 2)
                .map(|i| u8::from_str_radix(&hex[2 * i..2 * i + 2], 16).unwrap())
                .collect();
            assert_eq!(
                format!("{:08x}", crc32c(&octets)),
                v["crc32c"].as_str().unwrap(),
                "{v}"
            );
        }
    }

    #[test]
    fn a_packet_with_its_checksum() {
        let mut packet = vec![0x0f, 0x1c, 0x0f, 0x1c, 1, 2, 3, 4, 0, 0, 0, 0, 9, 9, 9];
        let crc = crc32c(&packet);
        packet[8..12].copy_from_slice(&crc.to_le_bytes());
        assert!(sctp_checksum_holds(&packet));
        packet[13] ^= 1;
        assert!(!sctp_checksum_holds(&packet));
        assert!(!sctp_checksum_holds(&packet[..11]));
    }
}
