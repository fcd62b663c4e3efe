//! Package 0: the message by which a server asks a device to call it (OMA-TS-DM-Notification 6.2).
use super::Account;
use wire::{Error, Kind, Reader, Result};

wire::code_points! {
    /// Whether somebody at the device is to be told.
    pub struct UiMode(u8) {
        NotSpecified = 0, "not specified";
        Background = 1, "background";
        Informative = 2, "informative";
        UserInteraction = 3, "user interaction";
    }
}

/// The version of this form: a tenth of it is the version of OMA DM.
pub const VERSION: u16 = 12;
const DIGEST: usize = 16;

/// What a server wants: digest aside, the trigger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notification {
    /// MD5 over the trigger, the server's secret and nonce.
    pub digest: [u8; DIGEST],
    /// Ten bits: [`VERSION`].
    pub version: u16,
    /// Two bits.
    pub ui_mode: UiMode,
    /// Whether the server (true) or the user wants the session.
    pub by_server: bool,
    /// The session that the device is to open.
    pub session_id: u16,
    /// Who asks.
    pub server_id: String,
    /// Vendor-specific.
    pub vendor: Vec<u8>,
}

impl Notification {
    /// What the server of `account` says, over its present nonce.
    pub fn new(account: &Account, session_id: u16) -> Self {
        let mut n = Self {
            digest: [0; DIGEST],
            version: VERSION,
            ui_mode: UiMode::Background,
            by_server: true,
            session_id,
            server_id: account.name.clone(),
            vendor: Vec::new(),
        };
        n.digest = account.trigger_digest(&n.trigger());
        n
    }

    /// Whether it comes from the server of `account`.
    pub fn is_of(&self, account: &Account) -> bool {
        self.server_id == account.name
            && super::auth::same(&account.trigger_digest(&self.trigger()), &self.digest)
    }

    /// Trigger header and body.
    fn trigger(&self) -> Vec<u8> {
        let bits = u64::from(self.version & 0x3ff) << 54
            | u64::from(self.ui_mode.0 & 3) << 52
            | u64::from(self.by_server) << 51
            | u64::from(self.session_id) << 8;
        // a server's identifier has 255 octets at most
        let name = self.server_id.as_bytes();
        let name = name.get(..usize::from(u8::MAX)).unwrap_or(name);
        let mut out = (bits | name.len() as u64).to_be_bytes().to_vec();
        out.extend_from_slice(name);
        out.extend_from_slice(&self.vendor);
        out
    }

    /// As the body of a push.
    pub fn write(&self) -> Vec<u8> {
        [&self.digest[..], &self.trigger()].concat()
    }

    /// From the body of a push.
    ///
    /// # Errors
    /// Cut short, another version, an identifier that is no text.
    pub fn read(octets: &[u8]) -> Result<Self> {
        let mut r = Reader::new(octets);
        let digest = r.array::<DIGEST>()?;
        let at = r.at();
        let bits = u64::from_be_bytes(r.array()?);
        let version = (bits >> 54) as u16;
        // 1.1 has the same form, its number is 11
        if !(11..=VERSION).contains(&version) {
            let kind = Kind::BadValue(version.into());
            return Err(Error::new(kind, at, "version of the notification"));
        }
        let at = r.at();
        let name = r.take((bits & 0xff) as usize)?;
        let name = std::str::from_utf8(name)
            .map_err(|_| Error::new(Kind::BadValue(0), at, "server identifier"))?;
        // 27 bits for future use; what stands in them is part of the digest
        if bits >> 24 & 0x7ff_ffff != 0 {
            return Err(Error::new(Kind::BadValue(bits), at, "future use"));
        }
        Ok(Self {
            digest,
            version,
            ui_mode: UiMode((bits >> 52 & 3) as u8),
            by_server: bits >> 51 & 1 != 0,
            session_id: (bits >> 8) as u16,
            server_id: name.to_owned(),
            vendor: r.rest().to_vec(),
        })
    }

    /// The session's id as SyncML writes it: hexadecimal, without leading zeros.
    pub fn session(&self) -> String {
        format!("{:x}", self.session_id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hex;

    #[test]
    fn the_octets_of_a_trigger() {
        let account = Account::new("srv", "secret", b"nonce");
        let n = Notification::new(&account, 0x1234);
        // 0000001100 01 1 0..0(27) 0001001000110100 00000011 "srv"
        assert_eq!(hex(&n.trigger()), "0318000000123403737276");
        let octets = n.write();
        assert_eq!(octets.len(), 16 + 8 + 3);
        let back = Notification::read(&octets).unwrap();
        assert_eq!(back, n);
        assert!(back.is_of(&account) && back.session() == "1234");
        for (name, secret, nonce) in [
            ("srv", "secret", &b"another"[..]),
            ("srv", "guess", b"nonce"),
            ("other", "secret", b"nonce"),
        ] {
            assert!(!back.is_of(&Account::new(name, secret, nonce)));
        }
        for cut in 0..27 {
            assert!(Notification::read(&octets[..cut]).is_err());
        }
        for at in 16..27 {
            let mut bent = octets.clone();
            bent[at] ^= 1;
            assert!(Notification::read(&bent).map_or(true, |n| !n.is_of(&account)));
        }
    }

    #[test]
    fn the_digest_of_the_specification() {
        // Digest = H(B64(H(server-identifier:password)):nonce:B64(H(trigger))), by hand with
        // openssl's md5 and base64
        let account = Account::new("srv", "secret", b"nonce");
        let n = Notification::new(&account, 0x1234);
        assert_eq!(hex(&n.digest), "df9c43fb3cfcbff147922d722283bfdc");
    }
}
