//! Keys derived from CK and IK by the key derivation function of TS 33.220 B.2:
//! HMAC-SHA-256 under CK || IK over FC || P0 || L0 || P1 || L1.

use crate::secret::Secret;
use core::fmt;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// KASME (TS 33.401 A.2, FC 0x10), bound to the serving network's PLMN identity `sn_id`, coded
/// as in TS 24.301, and to SQN xor AK.
#[must_use]
pub fn kasme(
    ck: &Secret<16>,
    ik: &Secret<16>,
    sn_id: [u8; 3],
    concealed_sqn: [u8; 6],
) -> Secret<32> {
    Secret::new(kdf(ck, ik, 0x10, [(&sn_id, 3), (&concealed_sqn, 6)]))
}

/// CK' and IK' (TS 33.402 A.2 and RFC 5448 3.3, FC 0x20), bound to the access network's name,
/// such as `WLAN`, and to SQN xor AK.
///
/// # Errors
/// The name has more than 65535 octets, which its length field cannot tell.
pub fn ck_ik_prime(
    ck: &Secret<16>,
    ik: &Secret<16>,
    network: &str,
    concealed_sqn: [u8; 6],
) -> Result<(Secret<16>, Secret<16>), NameError> {
    let length = u16::try_from(network.len()).map_err(|_| NameError)?;
    let both = kdf(
        ck,
        ik,
        0x20,
        [(network.as_bytes(), length), (&concealed_sqn, 6)],
    );
    let (mut ck, mut ik) = (Secret::new([0; 16]), Secret::new([0; 16]));
    let (left, right) = both.split_at(16);
    ck.expose_mut().copy_from_slice(left);
    ik.expose_mut().copy_from_slice(right);
    Ok((ck, ik))
}

/// The name of an access network is too long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameError;

impl fmt::Display for NameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of an access network has at most 65535 octets")
    }
}

impl core::error::Error for NameError {}

fn kdf(ck: &Secret<16>, ik: &Secret<16>, fc: u8, parameters: [(&[u8], u16); 2]) -> [u8; 32] {
    let mut block = zeroize::Zeroizing::new([0; 64]);
    let (key, _) = block.split_at_mut(32);
    let (left, right) = key.split_at_mut(16);
    left.copy_from_slice(ck.expose());
    right.copy_from_slice(ik.expose());
    // HMAC fills a key up with zeros to the 64 octets of a block: the 32 octets and these 64
    // are the same key.
    let mut mac = Hmac::<Sha256>::new((&*block).into());
    mac.update(&[fc]);
    for (value, length) in parameters {
        mac.update(value);
        mac.update(&length.to_be_bytes());
    }
    mac.finalize().into_bytes().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_too_long_for_its_length_field() {
        let key = Secret::new([0; 16]);
        let name = "x".repeat(65536);
        assert_eq!(ck_ik_prime(&key, &key, &name, [0; 6]), Err(NameError));
        assert!(ck_ik_prime(&key, &key, &name[1..], [0; 6]).is_ok());
    }

    #[test]
    fn every_input_counts() {
        let (a, b) = (Secret::new([1; 16]), Secret::new([2; 16]));
        let plain = kasme(&a, &b, [1, 2, 3], [4; 6]);
        assert_ne!(plain, kasme(&b, &a, [1, 2, 3], [4; 6]));
        assert_ne!(plain, kasme(&a, &b, [1, 2, 4], [4; 6]));
        assert_ne!(plain, kasme(&a, &b, [1, 2, 3], [5; 6]));
    }
}
