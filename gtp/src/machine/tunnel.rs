//! Tunnels: TEIDs that nobody can guess, and the table of PDP contexts (TS 29.060 9.2, TS 23.060
//! 13.3).
use crate::msg::Qos;
use engine::Rng;
use std::{
    collections::{BTreeMap, BTreeSet},
    net::IpAddr,
};
use wire::{Apn, Imsi};

/// Hands out tunnel endpoint identifiers: random, never 0, never one in use.
#[derive(Debug)]
pub struct Teids {
    /// `None`: the lowest that is free.
    rng: Option<Rng>,
    used: BTreeSet<u32>,
}

impl Teids {
    /// None in use.
    pub fn new(rng: Rng) -> Self {
        Self {
            rng: Some(rng),
            used: BTreeSet::new(),
        }
    }

    /// The same, handed out in order from 1 on: whoever counts has guessed them (T16).
    pub fn in_order() -> Self {
        Self {
            rng: None,
            used: BTreeSet::new(),
        }
    }

    /// One that is free; it is in use from now on.
    pub fn allocate(&mut self) -> u32 {
        // the set stays far smaller than the numbers there are: a few draws suffice
        let mut next = 0_u32;
        loop {
            next = next.wrapping_add(1);
            let teid = self.rng.as_mut().map_or(next, Rng::u32);
            if teid != 0 && self.used.insert(teid) {
                return teid;
            }
        }
    }

    /// Gives one back; true where it was in use.
    pub fn release(&mut self, teid: u32) -> bool {
        self.used.remove(&teid)
    }

    /// How many are in use.
    pub fn in_use(&self) -> usize {
        self.used.len()
    }
}

/// One end of a tunnel, for signalling and for user packets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct End {
    /// TEID Control Plane.
    pub teid_control: u32,
    /// TEID Data I.
    pub teid_data: u32,
    /// GSN address for signalling.
    pub control: IpAddr,
    /// GSN address for user traffic.
    pub user: IpAddr,
}

/// A PDP context as both GSNs know it. `X` is what one of them keeps besides.
#[derive(Debug, Clone, PartialEq)]
pub struct PdpContext<X> {
    /// The subscriber.
    pub imsi: Imsi,
    /// Which of the subscriber's contexts.
    pub nsapi: u8,
    /// Where it leads.
    pub apn: Apn,
    /// Our end.
    pub local: End,
    /// The peer's end.
    pub remote: End,
    /// The PDP address.
    pub address: IpAddr,
    /// Negotiated quality of service.
    pub qos: Qos,
    /// Charging ID.
    pub charging_id: u32,
    /// What else belongs to it.
    pub extra: X,
}

/// All PDP contexts of a GSN, found by our control TEID, our data TEID, subscriber and NSAPI, or
/// peer.
#[derive(Debug)]
pub struct Contexts<X> {
    all: BTreeMap<u32, PdpContext<X>>,
    by_data: BTreeMap<u32, u32>,
    by_subscriber: BTreeMap<(Imsi, u8), u32>,
}

impl<X> Default for Contexts<X> {
    fn default() -> Self {
        Self {
            all: BTreeMap::new(),
            by_data: BTreeMap::new(),
            by_subscriber: BTreeMap::new(),
        }
    }
}

impl<X> Contexts<X> {
    /// Adds a context. One of the same subscriber and NSAPI, or with the same TEID, is in its way:
    /// remove that first; here it would be replaced.
    pub fn insert(&mut self, context: PdpContext<X>) {
        let key = context.local.teid_control;
        self.remove(key);
        if let Some(old) = self.find(context.imsi, context.nsapi) {
            self.remove(old);
        }
        self.by_data.insert(context.local.teid_data, key);
        self.by_subscriber
            .insert((context.imsi, context.nsapi), key);
        self.all.insert(key, context);
    }

    /// Removes the context of a control TEID of ours.
    pub fn remove(&mut self, teid_control: u32) -> Option<PdpContext<X>> {
        let context = self.all.remove(&teid_control)?;
        self.by_data.remove(&context.local.teid_data);
        self.by_subscriber.remove(&(context.imsi, context.nsapi));
        Some(context)
    }

    /// The context of a control TEID of ours.
    pub fn get(&self, teid_control: u32) -> Option<&PdpContext<X>> {
        self.all.get(&teid_control)
    }

    /// The peer's end and what else may change of a context. Our TEIDs, subscriber and NSAPI stay.
    pub fn update(&mut self, teid_control: u32, change: impl FnOnce(&mut PdpContext<X>)) -> bool {
        let Some(c) = self.all.get_mut(&teid_control) else {
            return false;
        };
        let fixed = (c.imsi, c.nsapi, c.local);
        change(c);
        (c.imsi, c.nsapi, c.local) = fixed;
        true
    }

    /// The control TEID of the context with a data TEID of ours.
    pub fn by_data(&self, teid_data: u32) -> Option<u32> {
        self.by_data.get(&teid_data).copied()
    }

    /// The control TEID of a subscriber's context.
    pub fn find(&self, imsi: Imsi, nsapi: u8) -> Option<u32> {
        self.by_subscriber.get(&(imsi, nsapi)).copied()
    }

    /// The control TEIDs of all contexts with a peer, by its signalling or its user address.
    pub fn of_peer(&self, peer: IpAddr) -> Vec<u32> {
        let with = |c: &PdpContext<X>| c.remote.control == peer || c.remote.user == peer;
        self.all
            .iter()
            .filter(|(_, c)| with(c))
            .map(|(k, _)| *k)
            .collect()
    }

    /// The context whose peer's data TEID and user address these are: for Error Indications.
    pub fn by_remote_data(&self, peer: IpAddr, teid: u32) -> Option<u32> {
        let fits = |c: &PdpContext<X>| c.remote.user == peer && c.remote.teid_data == teid;
        self.all.iter().find(|(_, c)| fits(c)).map(|(k, _)| *k)
    }

    /// The context whose peer's data TEID this is, whoever the peer.
    pub fn by_remote_teid(&self, teid: u32) -> Option<u32> {
        let fits = |c: &PdpContext<X>| c.remote.teid_data == teid;
        self.all.iter().find(|(_, c)| fits(c)).map(|(k, _)| *k)
    }

    /// All contexts, in the order of their control TEIDs.
    pub fn iter(&self) -> impl Iterator<Item = &PdpContext<X>> {
        self.all.values()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// True where there is none.
    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context(n: u32, imsi: &str, nsapi: u8) -> PdpContext<()> {
        let end = |last: u8| End {
            teid_control: n,
            teid_data: n + 100,
            control: [127, 0, 2, last].into(),
            user: [127, 0, 2, last + 1].into(),
        };
        PdpContext {
            imsi: imsi.parse().unwrap(),
            nsapi,
            apn: Apn::new("a").unwrap(),
            local: end(9),
            remote: end(1),
            address: [10, 33, 0, 1].into(),
            qos: Qos {
                priority: 2,
                profile: wire::QosProfile::subscribed(),
            },
            charging_id: n,
            extra: (),
        }
    }

    #[test]
    fn found_by_every_key_until_removed() {
        let mut all = Contexts::default();
        all.insert(context(1, "999010000000001", 5));
        all.insert(context(2, "999010000000001", 6));
        // the same subscriber and NSAPI: the old one goes, with all its keys
        all.insert(context(3, "999010000000001", 5));
        assert_eq!(
            (all.len(), all.by_data(101), all.by_data(103)),
            (2, None, Some(3))
        );
        let imsi = "999010000000001".parse().unwrap();
        assert_eq!((all.find(imsi, 5), all.find(imsi, 7)), (Some(3), None));
        assert_eq!(all.of_peer([127, 0, 2, 1].into()), [2, 3]);
        assert_eq!(all.by_remote_data([127, 0, 2, 2].into(), 102), Some(2));
        assert!(all.update(2, |c| {
            c.remote.control = [127, 0, 2, 7].into();
            c.nsapi = 9;
        }));
        assert_eq!((all.get(2).unwrap().nsapi, all.find(imsi, 6)), (6, Some(2)));
        assert_eq!(all.remove(2).unwrap().local.teid_data, 102);
        assert_eq!((all.by_data(102), all.find(imsi, 6)), (None, None));
    }

    #[test]
    fn teids_in_order_are_the_lowest_that_are_free() {
        let mut teids = Teids::in_order();
        assert_eq!([teids.allocate(), teids.allocate()], [1, 2]);
        assert!(teids.release(1));
        assert_eq!([teids.allocate(), teids.allocate()], [1, 3]);
    }

    #[test]
    fn teids_are_never_zero_nor_in_use_nor_in_order() {
        let mut teids = Teids::new(Rng::seed(1));
        let some: Vec<u32> = (0..1000).map(|_| teids.allocate()).collect();
        let mut sorted = some.clone();
        sorted.sort_unstable();
        assert_ne!(some, sorted);
        sorted.dedup();
        assert_eq!((sorted.len(), teids.in_use()), (1000, 1000));
        assert!(sorted[0] != 0 && teids.release(some[0]) && !teids.release(some[0]));
    }
}
