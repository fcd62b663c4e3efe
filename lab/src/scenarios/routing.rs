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
    Scenario {
        name: "peer-down",
        text: "the agent has lost the RO's ICF: 3002, attach rejected with cause 17",
        requirements: &[13],
        twist: Twist::PeerDown,
        until: &["attach-reject.17", "attach-accept.pcid"],
        promise: &["aia.3002", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid", "gtp.create"],
        frames: &[
            ("diameter.Result-Code == 3002", Frames::Some),
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 17",
                Frames::Exactly(1),
            ),
            ("gtp.message == 0x10", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "loop",
        text: "three agents send the request round: 3005 by Route-Record, attach rejected with cause 17",
        requirements: &[13],
        twist: Twist::Loop,
        until: &["attach-reject.17", "attach-accept.pcid"],
        promise: &["aia.3005", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid", "gtp.create"],
        frames: &[
            ("diameter.Result-Code == 3005", Frames::Some),
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 17",
                Frames::Exactly(1),
            ),
            ("gtp.message == 0x10", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "redirect",
        text: "a redirect agent names the ICF and the HLR (3006): the SGSN asks them itself",
        requirements: &[13, 15, 16, 28],
        twist: Twist::Redirect,
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "aia.3006",
            "aia.vectors",
            "attach-accept.sho",
            "event.m2me.operational",
        ],
        never: &["realm-wrong", "wall.breach"],
        frames: &[
            (
                "diameter.Result-Code == 3006 && diameter.Redirect-Host contains \"icf.\"",
                Frames::Some,
            ),
            (
                "diameter.Result-Code == 3006 && diameter.Redirect-Host contains \"hlr.\"",
                Frames::Some,
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "rogue-peer",
        text: "a peer pulls a subscription by ULR in an honest network's name: 5003, nothing given",
        requirements: &[16],
        threats: &[4],
        twist: Twist::RoguePeer,
        until: &["ula.5003", "ula.other"],
        promise: &["realm.realm-of-pcid", "ula.5003"],
        never: &["ula.other"],
        frames: &[
            (
                "diameter.cmd.code == 316 && diameter.Result-Code == 5003",
                Frames::Exactly(1),
            ),
            ("diameter.Subscription-Data", Frames::None),
        ],
        ..USUAL
    },
];
