//! What the figures should be, and why those that are not are what they are.
//!
//! Figures are reported, never gates: machines differ, and others use them at the same time.

/// What a figure should be.
#[derive(Clone, Copy, Debug)]
pub(super) struct Aim {
    /// The figure's name in the table.
    pub(super) name: &'static str,
    /// Its bound, in the unit of [`super::Figure::number`].
    pub(super) bound: Bound,
    /// The bound in words.
    pub(super) text: &'static str,
    /// What a profile says of a figure that misses it.
    pub(super) profile: Option<&'static str>,
}

/// Which way a figure should go.
#[derive(Clone, Copy, Debug)]
pub(super) enum Bound {
    AtMost(f64),
    AtLeast(f64),
}

const fn most(
    name: &'static str,
    ns: f64,
    text: &'static str,
    profile: Option<&'static str>,
) -> Aim {
    Aim {
        name,
        bound: Bound::AtMost(ns),
        text,
        profile,
    }
}

const fn least(name: &'static str, bound: f64, text: &'static str) -> Aim {
    Aim {
        name,
        bound: Bound::AtLeast(bound),
        text,
        profile: None,
    }
}

const COMMIT: Option<&str> = Some(
    "one answer pays a whole commit, which with 32 open they share: of the store's thread a quarter \
     is the sync of the file, a twelfth writing it, a fifth moves octets, the rest is redb's pages",
);

const WALK: Option<&str> = Some(
    "a quarter is the walk that keeps order and flags, a quarter takes shares of the datagram for \
     octet strings, a fifth moves the wide message from its table to `Pdu` to `Message`",
);

const UP: Option<&str> = Some(
    "nine tenths is the kernel's: half of all is each packet's way from the device to its socket, a \
     fifth recvmmsg; a gateway at its limit, as osmo-ggsn is here, finds those awake whom it serves",
);

/// The aims, by figure.
pub(super) const AIMS: &[Aim] = &[
    most(
        "gtp create-pdp-context-request/read",
        300.0,
        "< 300 ns",
        WALK,
    ),
    most(
        "gtp create-pdp-context-request/write",
        150.0,
        "< 150 ns",
        None,
    ),
    most("gtp forward-10000-contexts/up", 100.0, "< 100 ns", None),
    most("gtp forward-10000-contexts/down", 100.0, "< 100 ns", None),
    most("diameter-s6a AIR read", 500.0, "< 500 ns", None),
    most("diameter-s6a AIR write", 300.0, "< 300 ns", None),
    most(
        "diameter-s6a AIA, UTRAN vector read",
        700.0,
        "< 700 ns",
        None,
    ),
    most(
        "diameter-s6a AIA, UTRAN vector write",
        300.0,
        "< 300 ns",
        None,
    ),
    most("gb-gmm attach_request/read", 200.0, "< 200 ns", None),
    most(
        "gb-gmm attach_request/write",
        150.0,
        "< 150 ns",
        Some(
            "half is five allocations and their growth: lists of digits and elements that the \
             writer makes anew",
        ),
    ),
    most(
        "gb-gmm ul_unitdata_500/read",
        1000.0,
        "< 1 us",
        Some("nearly all of it is the FCS, the CRC-24 over 500 octets"),
    ),
    most("gb-gmm ul_unitdata_500/write", 2000.0, "< 2 us", None),
    most("aka vector/milenage quintuplet", 250.0, "< 250 ns", None),
    most("run on sockets: wall time", 5e9, "< 5 s", None),
    most("run on sockets: peak memory", 128e6, "< 128 MB", None),
    most("run virtual: wall time", 1e9, "< 1 s", None),
    most("run virtual: peak memory", 128e6, "< 128 MB", None),
    most("relay of AIR, CPU by freeDiameterd's", 0.2, "< 0.2", None),
    most("PDP contexts, CPU by osmo-ggsn's", 0.667, "< 2/3", None),
    most("GTP-U up 100, CPU by osmo-ggsn's", 0.667, "< 2/3", UP),
    most("GTP-U up 1400, CPU by osmo-ggsn's", 0.667, "< 2/3", None),
    most("GTP-U down 100, CPU by osmo-ggsn's", 0.667, "< 2/3", None),
    most("GTP-U down 1400, CPU by osmo-ggsn's", 0.667, "< 2/3", None),
    most(
        "GSUP, 1 outstanding, CPU by osmo-hlr's",
        0.2,
        "< 0.2",
        COMMIT,
    ),
    most(
        "GSUP, 32 outstanding, CPU by osmo-hlr's",
        0.2,
        "< 0.2",
        None,
    ),
    Aim {
        profile: COMMIT,
        ..least("GSUP, 1 outstanding, rate by osmo-hlr's", 3.0, "> 3")
    },
    least("GSUP, 32 outstanding, rate by osmo-hlr's", 3.0, "> 3"),
    least("run virtual: runs per second", 5.0, "> 5 /s"),
];

impl Aim {
    /// The aim of a figure.
    pub(super) fn of(name: &str) -> Option<&'static Self> {
        AIMS.iter().find(|aim| aim.name == name)
    }

    /// Whether a figure is as it should be.
    pub(super) fn is_met(&self, number: f64) -> bool {
        match self.bound {
            Bound::AtMost(most) => number <= most,
            Bound::AtLeast(least) => number >= least,
        }
    }
}
