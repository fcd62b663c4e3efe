//! Steps 1 to 5: attach, authentication, the one access point.
use super::{Frames, Scenario, Twist, USUAL};

pub(super) static ACCESS: &[Scenario] = &[
    Scenario {
        name: "unknown-pcid",
        text: "the RO does not know the PCID: experimental result 5001, attach rejected with cause 8",
        requirements: &[15],
        threats: &[1],
        twist: Twist::UnknownPcid,
        until: &["attach-reject.8"],
        promise: &["aia.5001", "attach-reject.8"],
        never: &["attach-accept.pcid", "gtp.create"],
        frames: &[
            (
                "diameter.Experimental-Result-Code == 5001",
                Frames::Exactly(1),
            ),
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 8",
                Frames::Exactly(1),
            ),
            ("gtp.message == 0x10", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "wrong-key",
        text: "the device's K is not the ICF's: it refuses the network, MAC failure, cause 20",
        requirements: &[15],
        threats: &[1, 2],
        twist: Twist::WrongKey,
        until: &["event.m2me.failed", "aka.reject", "attach-reject.20"],
        promise: &["aia.vectors", "aka.failure.20"],
        never: &["attach-accept.pcid", "gtp.create", "aka.response"],
        frames: &[
            (
                "gsm_a.dtap.msg_gmm_type == 0x1c && gsm_a.gm.gmm.cause == 20",
                Frames::Some,
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "guessed-pcid",
        text: "a PCID is guessed, its key is not: a wrong RES, Authentication and Ciphering Reject",
        requirements: &[15],
        threats: &[1],
        twist: Twist::GuessedPcid,
        until: &["event.m2me.failed", "aka.reject", "attach-accept.pcid"],
        promise: &["aia.vectors", "aka.response", "aka.reject"],
        never: &["attach-accept.pcid", "gtp.create"],
        frames: &[
            ("gsm_a.dtap.msg_gmm_type == 0x13", Frames::Exactly(1)),
            ("gsm_a.dtap.msg_gmm_type == 0x14", Frames::Exactly(1)),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "resync",
        text: "the device's SQN is ahead: cause 21 with AUTS, resynchronised, new vectors, success",
        requirements: &[15],
        threats: &[2],
        twist: Twist::SqnAhead,
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "aka.failure.21",
            "air.resynchronisation",
            "attach-accept.pcid",
            "event.m2me.operational",
        ],
        never: &["realm-wrong"],
        frames: &[
            (
                "gsm_a.dtap.msg_gmm_type == 0x1c && gsm_a.gm.gmm.cause == 21",
                Frames::Exactly(1),
            ),
            (
                "diameter.cmd.code == 318 && diameter.avp.code == 1411",
                Frames::Exactly(1),
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x03", Frames::Exactly(2)),
        ],
        ..USUAL
    },
    Scenario {
        name: "foreign-apn",
        text: "an APN outside the subscription: SM cause 33, nothing reaches the gateway",
        requirements: &[16],
        threats: &[5],
        twist: Twist::ForeignApn,
        until: &["sm.reject.33", "sm.reject.27", "sm.accept"],
        promise: &["attach-accept.pcid", "sm.reject.33"],
        never: &["gtp.create", "sm.accept"],
        frames: &[
            (
                "gsm_a.dtap.msg_sm_type == 0x43 && gsm_a.gm.sm.cause == 33",
                Frames::Exactly(1),
            ),
            ("gtp.message == 0x10", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "walled-garden",
        text: "packets of the PCID to anybody but the RO: no answer, no trace beyond the gateway",
        requirements: &[16],
        threats: &[5],
        twist: Twist::WalledGarden,
        until: &[
            "event.m2me.unanswered",
            "event.m2me.answered",
            "event.m2me.failed",
        ],
        promise: &["pdp.registration", "outside.sent", "event.m2me.unanswered"],
        never: &["wall.breach", "event.m2me.answered"],
        frames: &[
            (
                "gtp.message == 0xff && ip.dst == 198.51.100.1",
                Frames::Some,
            ),
            ("ip.src == 198.51.100.1", Frames::None),
        ],
        ..USUAL
    },
];
