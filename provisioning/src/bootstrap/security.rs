//! How a bootstrap proves whom it comes from: HMAC-SHA1 over the document with a secret that both
//! sides share (OMA-WAP-TS-ProvBoot 5.2, OMA-WAP-TS-ProvCont 4.3, OMA-TS-DM-Security 5.7.2).
use super::wsp::{Push, Sec};
use crate::text::SecretText;
use hmac::{Hmac, KeyInit, Mac};
use sha1::Sha1;

/// Which of the two profiles of a bootstrap (OMA-TS-DM-Bootstrap 5.2): they join PIN and network id
/// to one key in different ways.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Profile {
    /// OMA client provisioning, `wap-provisioningdoc`.
    ClientProvisioning,
    /// OMA device management, a SyncML message.
    DeviceManagement,
}

/// What device and server both know before the bootstrap.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shared {
    /// The IMSI: for a machine that is not yet provisioned its PCID.
    pub imsi: String,
    /// The PIN that came another way.
    pub pin: Option<SecretText>,
}

/// Why a bootstrap is not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// Nothing says whom it comes from.
    #[error("no security parameters")]
    Unsecured,
    /// Its key is made of the PCID, which everybody on the air can read (R29).
    #[error("NETWPIN of a PCID alone")]
    NetworkPinAlone,
    /// A method that nobody knows.
    #[error("unknown security method")]
    Method,
    /// The device has no PIN.
    #[error("no PIN")]
    NoPin,
    /// The MAC is another one.
    #[error("wrong MAC")]
    Mac,
    /// Believed, and it cannot be read or holds no account.
    #[error("no account in it")]
    Contents,
}

/// An IMSI in semi-octets: the value of a mobile identity, parity and type in the first octet (TS
/// 24.008 10.5.1.4). `None` for what is no IMSI.
pub fn semi_octets(imsi: &str) -> Option<Vec<u8>> {
    const TYPE: u8 = 1;
    const ODD: u8 = 8;
    const FILLER: u8 = 15;
    let digit = |c: u8| c.is_ascii_digit().then_some(c & 15);
    let digits: Vec<u8> = imsi.bytes().map(digit).collect::<Option<_>>()?;
    let (first, rest) = digits.split_first().filter(|_| digits.len() <= 15)?;
    let parity = if digits.len().is_multiple_of(2) {
        0
    } else {
        ODD
    };
    let mut out = vec![first << 4 | parity | TYPE];
    out.extend(rest.chunks(2).map(|pair| match pair {
        [a, b] => b << 4 | a,
        [a] => FILLER << 4 | a,
        _ => 0,
    }));
    Some(out)
}

impl Shared {
    /// The key of a method; `None` where the method has none or something is missing.
    fn key(&self, profile: Profile, sec: Sec) -> Option<Vec<u8>> {
        let network = || semi_octets(&self.imsi);
        let pin = || self.pin.as_ref().map(|p| p.0.as_bytes().to_vec());
        match (sec, profile) {
            (Sec::NetwPin, _) => network(),
            (Sec::UserPin, _) => pin(),
            // the IMSI, then the PIN
            (Sec::UserNetwPin, Profile::ClientProvisioning) => {
                let mut key = network()?;
                key.extend(pin()?);
                Some(key)
            }
            // USERPIN ":" NETWORKID
            (Sec::UserNetwPin, Profile::DeviceManagement) => {
                let mut key = pin()?;
                key.push(b':');
                key.extend(network()?);
                Some(key)
            }
            _ => None,
        }
    }

    /// Parameter MAC for `body`; `None` where something is missing, and for USERPINMAC, which sends
    /// none.
    pub fn mac(&self, profile: Profile, sec: Sec, body: &[u8]) -> Option<String> {
        let key = self.key(profile, sec)?;
        let octets = hmac(&key, body);
        Some(octets.iter().map(|o| format!("{o:02X}")).collect())
    }

    /// Whether `push` comes from somebody who shares what we do. `pcid` is true where the IMSI is a
    /// PCID: it travels in clear, and is never enough alone.
    pub fn check(&self, profile: Profile, push: &Push, pcid: bool) -> Result<(), Refused> {
        let sec = push.sec.ok_or(Refused::Unsecured)?;
        match sec {
            Sec::NetwPin if pcid => return Err(Refused::NetworkPinAlone),
            Sec::NetwPin | Sec::UserPin | Sec::UserNetwPin => {}
            Sec::UserPinMac => return self.check_pin_mac(&push.body),
            _ => return Err(Refused::Method),
        }
        let made = self.mac(profile, sec, &push.body).ok_or(Refused::NoPin)?;
        let sent = push.mac.as_deref().ok_or(Refused::Mac)?;
        match same(made.as_bytes(), sent.to_ascii_uppercase().as_bytes()) {
            true => Ok(()),
            false => Err(Refused::Mac),
        }
    }

    /// USERPINMAC: the PIN is a key of decimal digits, and as many digits of the MAC behind it.
    fn check_pin_mac(&self, body: &[u8]) -> Result<(), Refused> {
        let pin = self.pin.as_ref().ok_or(Refused::NoPin)?.0.as_bytes();
        let (key, digits) = pin
            .split_at_checked(pin.len() / 2)
            .filter(|(a, b)| a.len() == b.len() && !a.is_empty())
            .ok_or(Refused::NoPin)?;
        match same(pin_mac(key, body).as_bytes(), digits) {
            true => Ok(()),
            false => Err(Refused::Mac),
        }
    }
}

/// The digits that stand behind the key in a USERPINMAC: of each octet of the MAC the last decimal
/// digit, as many as the key has.
pub fn pin_mac(key: &[u8], body: &[u8]) -> String {
    let digit = |o: &u8| char::from(b'0'.wrapping_add(o % 10));
    hmac(key, body).iter().take(key.len()).map(digit).collect()
}

fn hmac(key: &[u8], body: &[u8]) -> [u8; 20] {
    match Hmac::<Sha1>::new_from_slice(key) {
        Ok(mut h) => {
            h.update(body);
            h.finalize().into_bytes().into()
        }
        // HMAC takes keys of every length
        Err(_) => [0; 20],
    }
}

/// Compares without telling by the time taken where they differ.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |d, (a, b)| d | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imsis_in_semi_octets() {
        // 15 digits, odd; 14 digits, even, with a filler
        assert_eq!(
            semi_octets("001010123456789").unwrap(),
            [0x09, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0x98]
        );
        assert_eq!(
            semi_octets("00101012345678").unwrap(),
            [0x01, 0x10, 0x10, 0x10, 0x32, 0x54, 0x76, 0xf8]
        );
        assert_eq!((semi_octets(""), semi_octets("12x")), (None, None));
        assert_eq!(semi_octets("0123456789012345"), None);
    }

    #[test]
    fn hmac_of_rfc_2202() {
        assert_eq!(
            crate::text::hex(&hmac(b"Jefe", b"what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"
        );
        // 0xef = 239, 0xfc = 252, 0xdf = 223, 0x6a = 106
        assert_eq!(pin_mac(b"Jefe", b"what do ya want for nothing?"), "9236");
    }
}
