//! The scenarios: what each changes, what it promises to show, when it is over.

/// A scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, in a line.
    pub text: &'static str,
    /// The requirements that it is about.
    pub requirements: &'static [u8],
    /// The threats whose countermeasure it shows.
    pub threats: &'static [u8],
    /// Rights it needs; empty for none.
    pub rights: &'static str,
    /// What is changed against the run without failure.
    pub twist: Twist,
    /// Requirements that it does not have.
    pub not_here: &'static [u8],
    /// Facts that end the run, any of them.
    pub until: &'static [&'static str],
    /// Facts that must be seen.
    pub promise: &'static [&'static str],
    /// Facts that must not be seen.
    pub never: &'static [&'static str],
    /// It has failed where it is not over after this many seconds.
    pub seconds: u64,
}

/// What a scenario changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twist {
    /// Nothing.
    None,
    /// The registration operator has never heard of the PCID.
    UnknownPcid,
    /// The K in the device is not the one in the ICF.
    WrongKey,
    /// The device's sequence number is far ahead of the ICF's.
    SqnAhead,
    /// The device asks for an APN that it has no subscription for.
    ForeignApn,
    /// The device sends packets beyond the registration operator.
    WalledGarden,
    /// The device measures something else than the PVA expects.
    WrongMeasurement,
    /// The PVA has revoked the device's credential.
    RevokedCredential,
    /// A Diameter agent stands between the visited network and the others.
    Agent,
    /// The agent knows no way to the registration operator.
    NoRoute,
    /// The visited network asks in the name of another one.
    RogueVno,
}

impl Twist {
    /// True where the SGSN knows nobody but a Diameter agent.
    pub fn has_agent(self) -> bool {
        matches!(self, Self::Agent | Self::NoRoute)
    }
}

/// Without R14: the visited network is an operator of its own.
const SEPARATE: &[u8] = &[14];

/// All scenarios; the first is the default.
pub static SCENARIOS: &[Scenario] = &[
    Scenario {
        name: "alt1",
        text: "the whole procedure: alternative 1, authenticated access through a visited network",
        requirements: &[
            11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
        ],
        threats: &[],
        rights: "",
        twist: Twist::None,
        not_here: SEPARATE,
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "attach-accept.sho",
            "pdp.operational",
            "report.success",
            "event.m2me.operational",
        ],
        never: &["realm-wrong", "wall.breach"],
        seconds: 60,
    },
    Scenario {
        name: "unknown-pcid",
        text: "the RO does not know the PCID: experimental result 5001, attach rejected with cause 8",
        requirements: &[15],
        threats: &[1],
        rights: "",
        twist: Twist::UnknownPcid,
        not_here: SEPARATE,
        until: &["attach-reject.8"],
        promise: &["aia.5001", "attach-reject.8"],
        never: &["attach-accept.pcid", "gtp.create"],
        seconds: 60,
    },
    Scenario {
        name: "wrong-key",
        text: "the device's K is not the ICF's: it refuses the network, MAC failure, cause 20",
        requirements: &[15],
        threats: &[1, 2],
        rights: "",
        twist: Twist::WrongKey,
        not_here: SEPARATE,
        until: &["event.m2me.failed", "aka.reject", "attach-reject.20"],
        promise: &["aia.vectors", "aka.failure.20"],
        never: &["attach-accept.pcid", "gtp.create", "aka.response"],
        seconds: 60,
    },
    Scenario {
        name: "resync",
        text: "the device's SQN is ahead: cause 21 with AUTS, resynchronised, new vectors, success",
        requirements: &[15],
        threats: &[2],
        rights: "",
        twist: Twist::SqnAhead,
        not_here: SEPARATE,
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "aka.failure.21",
            "air.resynchronisation",
            "attach-accept.pcid",
            "event.m2me.operational",
        ],
        never: &["realm-wrong"],
        seconds: 60,
    },
    Scenario {
        name: "foreign-apn",
        text: "an APN outside the subscription: SM cause 33, nothing reaches the gateway",
        requirements: &[16],
        threats: &[5],
        rights: "",
        twist: Twist::ForeignApn,
        not_here: SEPARATE,
        until: &["sm.reject.33", "sm.reject.27", "sm.accept"],
        promise: &["attach-accept.pcid", "sm.reject.33"],
        never: &["gtp.create", "sm.accept"],
        seconds: 60,
    },
    Scenario {
        name: "walled-garden",
        text: "packets of the PCID to anybody but the RO: no answer, no trace beyond the gateway",
        requirements: &[16],
        threats: &[5],
        rights: "",
        twist: Twist::WalledGarden,
        not_here: SEPARATE,
        until: &[
            "event.m2me.unanswered",
            "event.m2me.answered",
            "event.m2me.failed",
        ],
        promise: &["pdp.registration", "outside.sent", "event.m2me.unanswered"],
        never: &["wall.breach", "event.m2me.answered"],
        seconds: 60,
    },
    Scenario {
        name: "failed-validation",
        text: "a measurement differs from the PVA's reference: no MCIM is ever sent",
        requirements: &[21, 22, 23],
        threats: &[8],
        rights: "",
        twist: Twist::WrongMeasurement,
        not_here: SEPARATE,
        until: &["event.m2me.refused", "event.m2me.operational"],
        promise: &["verdict.negative", "refused.validation"],
        never: &["mcim.sent", "authorised", "verdict.positive"],
        seconds: 60,
    },
    Scenario {
        name: "revoked-credential",
        text: "the platform credential is revoked: OCSP says so, no MCIM is ever sent",
        requirements: &[20, 21, 23],
        threats: &[8],
        rights: "",
        twist: Twist::RevokedCredential,
        not_here: SEPARATE,
        until: &["event.m2me.refused", "event.m2me.operational"],
        promise: &["ocsp.revoked"],
        never: &["mcim.sent", "authorised"],
        seconds: 60,
    },
    Scenario {
        name: "agent",
        text: "the whole procedure through a Diameter agent: the SGSN knows nobody else",
        requirements: &[13, 15, 16, 28],
        threats: &[],
        rights: "",
        twist: Twist::Agent,
        not_here: SEPARATE,
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "air.realm-of-pcid",
            "air.realm-of-sho",
            "air.route-record",
            "attach-accept.sho",
            "event.m2me.operational",
        ],
        never: &["realm-wrong", "wall.breach"],
        seconds: 60,
    },
    Scenario {
        name: "no-route",
        text: "the agent knows no way to the RO's realm: 3003, attach rejected with cause 17",
        requirements: &[13],
        threats: &[],
        rights: "",
        twist: Twist::NoRoute,
        not_here: SEPARATE,
        until: &["attach-reject.17", "attach-accept.pcid"],
        promise: &["aia.3003", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid", "gtp.create"],
        seconds: 60,
    },
    Scenario {
        name: "rogue-vno",
        text: "a visited network asks for vectors in another one's name: 5003, and none is given",
        requirements: &[15],
        threats: &[3],
        rights: "",
        twist: Twist::RogueVno,
        not_here: SEPARATE,
        until: &["attach-reject.17", "aia.vectors"],
        promise: &["aia.5003", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid", "gtp.create"],
        seconds: 60,
    },
];

/// The scenario of this name.
pub fn find(name: &str) -> Option<&'static Scenario> {
    SCENARIOS.iter().find(|s| s.name == name)
}
