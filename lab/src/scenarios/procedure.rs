//! The whole procedure, by every way that it can take.
use super::{Frames, Scenario, Twist, USUAL};

pub(super) static PROCEDURE: &[Scenario] = &[
    Scenario {
        name: "alt1",
        text: "the whole procedure: alternative 1, authenticated access through a visited network",
        requirements: &[
            11, 12, 13, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28,
        ],
        twist: Twist::None,
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "attach-accept.sho",
            "pdp.operational",
            "report.success",
            "event.m2me.operational",
        ],
        never: &["realm-wrong", "wall.breach"],
        frames: &[("frame.comment contains \"R24\" && wbxml", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "agent",
        text: "the whole procedure through a Diameter agent: the SGSN knows nobody else",
        requirements: &[13, 15, 16, 28],
        twist: Twist::Agent,
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "air.realm-of-pcid",
            "air.realm-of-sho",
            "air.route-record",
            "attach-accept.sho",
            "event.m2me.operational",
        ],
        never: &["realm-wrong", "wall.breach"],
        frames: &[
            (
                "diameter.cmd.code == 318 && diameter.Route-Record == \"sgsn.epc.mnc001.mcc001.3gppnetwork.org\"",
                Frames::Exactly(2),
            ),
            (
                "diameter.cmd.code == 316 && diameter.Route-Record == \"sgsn.epc.mnc001.mcc001.3gppnetwork.org\"",
                Frames::Exactly(2),
            ),
            ("frame.comment contains \"R24\" && wbxml", Frames::Some),
        ],
        ..USUAL
    },
];
