//! IP prefixes.
use std::{fmt, net::IpAddr, str::FromStr};

/// A prefix of IP addresses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Prefix {
    /// An address in it.
    pub address: IpAddr,
    /// Leading bits that are the same for all.
    pub len: u8,
}

impl Prefix {
    /// The prefix of one address.
    pub fn host(address: IpAddr) -> Self {
        let len = if address.is_ipv4() { 32 } else { 128 };
        Self { address, len }
    }

    /// Whether `a` is in it.
    #[inline]
    pub fn contains(&self, a: IpAddr) -> bool {
        let differ = match (self.address, a) {
            (IpAddr::V4(p), IpAddr::V4(a)) => (p.to_bits() ^ a.to_bits()).leading_zeros(),
            (IpAddr::V6(p), IpAddr::V6(a)) => (p.to_bits() ^ a.to_bits()).leading_zeros(),
            _ => return false,
        };
        differ >= u32::from(self.len)
    }
}

impl FromStr for Prefix {
    type Err = &'static str;
    fn from_str(s: &str) -> Result<Self, Self::Err> {
        let wrong = "a prefix is written ADDRESS/LENGTH";
        let (a, n) = s.split_once('/').ok_or(wrong)?;
        let address: IpAddr = a.parse().map_err(|_| wrong)?;
        let len: u8 = n.parse().map_err(|_| wrong)?;
        if len > Self::host(address).len {
            return Err(wrong);
        }
        Ok(Self { address, len })
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.address, self.len)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contains() {
        let p: Prefix = "10.33.0.0/16".parse().unwrap();
        assert!(p.contains("10.33.255.1".parse().unwrap()));
        assert!(!p.contains("10.34.0.1".parse().unwrap()));
        assert!(!p.contains("::1".parse().unwrap()));
        assert!(
            "0.0.0.0/0"
                .parse::<Prefix>()
                .unwrap()
                .contains("9.9.9.9".parse().unwrap())
        );
        assert!("1.2.3.4/33".parse::<Prefix>().is_err());
    }
}
