//! Inner addresses: what users' packets bear, of every registration and home operator apart.
use super::{Role, Site};
use engine::Prefix;
use std::net::Ipv4Addr;

/// The inner addresses of the operators with this number; the first has 10.32 to 10.35, the second
/// 10.42 to 10.45.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Inner(pub u8);

impl Inner {
    fn second(self, last: u8) -> u8 {
        self.0
            .saturating_add(3)
            .saturating_mul(10)
            .saturating_add(last)
    }

    fn host(self, second: u8, fourth: u8) -> Ipv4Addr {
        Ipv4Addr::new(10, self.second(second), 0, fourth)
    }

    fn pool(self, second: u8) -> Prefix {
        Prefix {
            address: self.host(second, 0).into(),
            len: 16,
        }
    }

    /// The DRF on Gi.
    pub fn drf(self) -> Ipv4Addr {
        self.host(2, 2)
    }

    /// The DPF on Gi.
    pub fn dpf(self) -> Ipv4Addr {
        self.host(2, 3)
    }

    /// A server of the SHO's network that answers whoever reaches it.
    pub fn service(self) -> Ipv4Addr {
        self.host(5, 2)
    }

    /// The devices' addresses in the RO's network.
    pub fn ro_pool(self) -> Prefix {
        self.pool(3)
    }

    /// The devices' addresses in the SHO's network.
    pub fn sho_pool(self) -> Prefix {
        self.pool(4)
    }

    /// The machines' addresses at the provider without 3GPP radio.
    pub fn line_pool(self) -> Prefix {
        self.pool(6)
    }

    /// The gateway there.
    pub fn line_gateway(self) -> Ipv4Addr {
        self.host(6, 1)
    }

    /// Who has an inner address. Of a device its number is not known by it.
    pub(super) fn owner(ip: Ipv4Addr) -> Site {
        // of DHCP: who has no address yet, and whom it asks
        if ip.is_unspecified() {
            return Role::M2me.into();
        }
        if ip.is_broadcast() {
            return Role::N3g.into();
        }
        let [10, second @ 30..=255, third, fourth] = ip.octets() else {
            return Site::OUTSIDE;
        };
        let n = second / 10 - 3;
        match (second % 10, third, fourth) {
            (6, 0, 1) => Role::N3g.into(),
            (3 | 4 | 6, ..) => Role::M2me.into(),
            (2, 0, 2) => Site { role: Role::Drf, n },
            (2, 0, 3) => Site { role: Role::Dpf, n },
            _ => Site::OUTSIDE,
        }
    }

    /// True for an address that some RO, or whoever leads to it without 3GPP radio, gives to devices.
    pub fn is_of_pcid(ip: Ipv4Addr) -> bool {
        match ip.octets() {
            [10, second @ 30..=255, ..] if second % 10 == 3 => true,
            [10, second @ 30..=255, third, fourth] => second % 10 == 6 && (third, fourth) != (0, 1),
            _ => false,
        }
    }
}
