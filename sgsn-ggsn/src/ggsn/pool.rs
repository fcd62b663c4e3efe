//! Addresses for dynamic PDP contexts.
use engine::Prefix;
use std::{
    collections::BTreeSet,
    net::{IpAddr, Ipv4Addr},
};

/// The IPv4 addresses of a prefix, handed out one after another: one given back is used again only
/// after all others. The lowest and the highest address are not handed out (prefixes up to /30).
#[derive(Debug)]
pub struct Pool {
    first: u32,
    last: u32,
    next: u32,
    used: BTreeSet<u32>,
}

impl Pool {
    /// The addresses of `prefix`; of an IPv6 prefix, none.
    pub fn new(prefix: Prefix) -> Self {
        let (first, last) = match prefix.address {
            IpAddr::V4(a) => {
                let host = u32::MAX.checked_shr(prefix.len.into()).unwrap_or(0);
                let (low, high) = (a.to_bits() & !host, a.to_bits() | host);
                match prefix.len {
                    ..=30 => (low + 1, high - 1),
                    _ => (low, high),
                }
            }
            IpAddr::V6(_) => (1, 0),
        };
        Self {
            first,
            last,
            next: first,
            used: BTreeSet::new(),
        }
    }

    /// One that is free; `None` where all are occupied.
    pub fn allocate(&mut self) -> Option<Ipv4Addr> {
        let whole = u64::from(self.last) + 1 - u64::from(self.first).min(u64::from(self.last) + 1);
        if self.used.len() as u64 >= whole {
            return None;
        }
        loop {
            let address = self.next;
            self.next = if address >= self.last {
                self.first
            } else {
                address + 1
            };
            if self.used.insert(address) {
                return Some(address.into());
            }
        }
    }

    /// Takes this very address; false where it is not of this pool or is occupied.
    pub fn take(&mut self, address: Ipv4Addr) -> bool {
        let bits = address.to_bits();
        (self.first..=self.last).contains(&bits) && self.used.insert(bits)
    }

    /// Gives an address back.
    pub fn release(&mut self, address: IpAddr) {
        if let IpAddr::V4(a) = address {
            self.used.remove(&a.to_bits());
        }
    }

    /// How many are occupied.
    pub fn occupied(&self) -> usize {
        self.used.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_but_the_ends_and_none_twice() {
        let mut p = Pool::new("10.33.0.8/29".parse().unwrap());
        let all: Vec<_> = std::iter::from_fn(|| p.allocate())
            .map(|a| a.octets()[3])
            .collect();
        assert_eq!((all, p.occupied()), (vec![9, 10, 11, 12, 13, 14], 6));
        p.release([10, 33, 0, 12].into());
        assert!(!p.take([10, 33, 0, 9].into()) && !p.take([10, 33, 0, 15].into()));
        assert_eq!(p.allocate(), Some([10, 33, 0, 12].into()));
    }

    #[test]
    fn one_given_back_waits_for_its_turn() {
        let mut p = Pool::new("10.33.0.0/16".parse().unwrap());
        let first = p.allocate().unwrap();
        p.release(first.into());
        assert_ne!(p.allocate(), Some(first));
        assert_eq!(Pool::new("::/64".parse().unwrap()).allocate(), None);
        let mut host = Pool::new("10.33.0.7/32".parse().unwrap());
        assert_eq!(host.allocate(), Some([10, 33, 0, 7].into()));
        assert_eq!(host.allocate(), None);
    }
}
