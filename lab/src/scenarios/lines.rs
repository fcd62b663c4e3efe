//! First connectivity without 3GPP radio (R47).
use super::{Frames, Line, Scenario, Twist, USUAL};

/// Nobody speaks for the PCID: no visited network sees it, no ICF is asked about it. That it is who
/// it says is proven by its platform key.
const NO_ICF: (&str, Frames) = (
    "e212.imsi == \"999010000000001\" || diameter.User-Name == \"999010000000001\"",
    Frames::None,
);
const LEASED: (&str, Frames) = (
    "dhcp.option.dhcp == 5 && dhcp.ip.your == 10.36.0.2",
    Frames::Exactly(1),
);
const RELEASED: (&str, Frames) = ("dhcp.option.dhcp == 7", Frames::Exactly(1));
const NOT_HERE: &[u8] = &[11, 12, 13, 14, 15, 16, 17];

pub(super) static LINES: &[Scenario] = &[
    Scenario {
        name: "n3g-icp",
        text: "first connectivity by WLAN or DSL: DHCP, a gateway with a wall, no ICF; then as ever",
        requirements: &[47],
        twist: Twist::Line(Line::Open),
        not_here: NOT_HERE,
        spared: &["pcid.ended"],
        until: &["event.m2me.failed"],
        until_all: &["event.m2me.operational"],
        promise: &[
            "event.n3g.leased",
            "event.drf.platform-proven",
            "event.m2me.operational",
        ],
        never: &["event.n3g.asks", "attach-accept.pcid", "wall.breach"],
        frames: &[LEASED, RELEASED, NO_ICF, ("radius.code == 1", Frames::None)],
        ..USUAL
    },
    Scenario {
        name: "n3g-icp-radius",
        text: "the same, and the provider asks its AAA server whether the line is served",
        requirements: &[47],
        twist: Twist::Line(Line::Authenticated),
        not_here: NOT_HERE,
        spared: &["pcid.ended"],
        until: &["event.m2me.failed"],
        until_all: &["event.m2me.operational"],
        promise: &[
            "event.n3g.accepted",
            "event.n3g.leased",
            "event.drf.platform-proven",
            "event.m2me.operational",
        ],
        never: &["event.n3g.refused", "attach-accept.pcid", "wall.breach"],
        frames: &[
            LEASED,
            RELEASED,
            NO_ICF,
            (
                "radius.code == 1 && radius.User_Name == \"line-1\"",
                Frames::Exactly(1),
            ),
            ("radius.code == 2", Frames::Exactly(1)),
        ],
        ..USUAL
    },
    Scenario {
        name: "n3g-icp-refused",
        text: "the line is not served: Access-Reject, and no address is offered",
        requirements: &[47],
        twist: Twist::Line(Line::Refused),
        not_here: NOT_HERE,
        until: &["event.n3g.refused", "event.m2me.leased"],
        promise: &["event.n3g.refused"],
        never: &["event.n3g.leased", "challenge", "wall.breach"],
        frames: &[
            ("radius.code == 3", Frames::Exactly(1)),
            ("dhcp.option.dhcp == 2", Frames::None),
        ],
        ..USUAL
    },
];
