//! Step 2: finding whom to ask, and who may ask.
use super::{Frames, Scenario, Twist, USUAL};

pub(super) static ROUTING: &[Scenario] = &[
    Scenario {
        name: "no-route",
        text: "the agent knows no way to the RO's realm: 3003, attach rejected with cause 17",
        requirements: &[13],
        twist: Twist::NoRoute,
        until: &["attach-reject.17", "attach-accept.pcid"],
        promise: &["aia.3003", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid", "gtp.create"],
        frames: &[
            ("diameter.Result-Code == 3003", Frames::Exactly(1)),
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 17",
                Frames::Exactly(1),
            ),
            ("gtp.message == 0x10", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "rogue-vno",
        text: "a visited network asks for vectors in another one's name: 5003, and none is given",
        requirements: &[15],
        threats: &[3],
        twist: Twist::RogueVno,
        until: &["attach-reject.17", "aia.vectors"],
        promise: &["aia.5003", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid", "gtp.create"],
        frames: &[
            ("diameter.Result-Code == 5003", Frames::Exactly(1)),
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 17",
                Frames::Exactly(1),
            ),
            ("diameter.avp.code == 1447", Frames::None),
        ],
        ..USUAL
    },
];
