//! More than one of a kind: visited networks, registration operators, home operators, machines.
use super::{Frames, Scenario, Twist, USUAL};
use crate::topology::Layout;

/// Each of two machines goes all the way.
const BOTH: &[&str] = &[
    "attach-accept.pcid",
    "attach-accept.pcid#2",
    "attach-accept.sho",
    "attach-accept.sho#2",
    "event.m2me.operational",
    "event.m2me.operational#2",
];
const BOTH_OPERATE: &[&str] = &["event.m2me.operational", "event.m2me.operational#2"];
const THREE: &[&str] = &[
    "event.m2me.operational",
    "event.m2me.operational#2",
    "event.m2me.operational#3",
];
const STORM: &[&str] = &[
    "event.m2me.operational",
    "event.m2me.operational#2",
    "event.m2me.operational#3",
    "event.m2me.operational#4",
    "event.m2me.operational#5",
];
const NEITHER: &[&str] = &[
    "event.m2me.failed",
    "event.m2me.failed#2",
    "realm-wrong",
    "wall.breach",
];
const NONE: &[&str] = &[
    "event.m2me.failed",
    "event.m2me.failed#2",
    "event.m2me.failed#3",
    "realm-wrong",
    "wall.breach",
];
const TWO: Layout = Layout {
    devices: 2,
    ..Layout::USUAL
};

pub(super) static SEVERAL: &[Scenario] = &[
    Scenario {
        name: "shared-pcid-first-wins",
        text: "two machines share a PCID: while the first is attached the second is refused",
        requirements: &[54, 55],
        threats: &[14],
        twist: Twist::SharedPcid,
        layout: Layout {
            vnos: 2,
            devices: 2,
            ..Layout::USUAL
        },
        until: &["attach-reject.17#2", "attach-accept.pcid#2"],
        promise: &["attach-accept.pcid", "attach-reject.17#2"],
        never: &["attach-accept.pcid#2", "event.hlr.cancelling"],
        frames: &[("diameter.Result-Code == 5003", Frames::Exactly(1))],
        ..USUAL
    },
    Scenario {
        name: "shared-pcid-last-wins",
        text: "two machines share a PCID: the second is let in, the first loses its registration",
        requirements: &[54, 55],
        twist: Twist::SharedPcidLast,
        layout: Layout {
            vnos: 2,
            devices: 2,
            ..Layout::USUAL
        },
        until: &["attach-reject.17#2"],
        until_all: &["attach-accept.pcid#2", "event.hlr.cancelled"],
        promise: &[
            "attach-accept.pcid",
            "attach-accept.pcid#2",
            "event.hlr.cancelling",
        ],
        never: &["attach-reject.17#2"],
        frames: &[(
            "diameter.cmd.code == 317 && diameter.Cancellation-Type == 4",
            Frames::Some,
        )],
        ..USUAL
    },
    Scenario {
        name: "attach-storm",
        text: "many machines attach at once: congestion, cause 22, each comes again after its own T3346",
        requirements: &[66],
        threats: &[15],
        twist: Twist::Storm,
        layout: Layout {
            devices: 5,
            ..Layout::USUAL
        },
        until_all: STORM,
        promise: &[
            "event.sgsn.congested",
            "event.m2me.operational",
            "event.m2me.operational#2",
            "event.m2me.operational#3",
            "event.m2me.operational#4",
            "event.m2me.operational#5",
        ],
        never: NONE,
        frames: &[
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 22",
                Frames::Some,
            ),
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause != 22",
                Frames::None,
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "two-machines",
        text: "two machines at one visited network, each with a PCID and a subscription of its own",
        requirements: &[11, 15, 16, 28],
        layout: TWO,
        promise: BOTH,
        never: NEITHER,
        frames: &[("gsm_a.dtap.msg_gmm_type == 0x02", Frames::Exactly(4))],
        until: &["event.m2me.failed", "event.m2me.failed#2"],
        until_all: BOTH_OPERATE,
        ..USUAL
    },
    Scenario {
        name: "two-vnos",
        text: "two visited networks, a machine in each: both find the registration operator",
        requirements: &[13, 46],
        layout: Layout { vnos: 2, ..TWO },
        promise: BOTH,
        never: NEITHER,
        frames: &[
            (
                "diameter.cmd.code == 318 && ip.src == 127.0.2.1",
                Frames::Exactly(2),
            ),
            (
                "diameter.cmd.code == 318 && ip.src == 127.0.12.1",
                Frames::Exactly(2),
            ),
        ],
        until: &["event.m2me.failed", "event.m2me.failed#2"],
        until_all: BOTH_OPERATE,
        ..USUAL
    },
    Scenario {
        name: "two-shos",
        text: "two home operators: each machine is sent to its own, by the DRF's table",
        requirements: &[18, 46],
        layout: Layout { shos: 2, ..TWO },
        promise: BOTH,
        never: NEITHER,
        frames: &[
            (
                "http.request.uri == \"/sho/registrations\" && ip.dst == 127.0.4.2",
                Frames::Some,
            ),
            (
                "http.request.uri == \"/sho/registrations\" && ip.dst == 127.0.14.2",
                Frames::Some,
            ),
        ],
        until: &["event.m2me.failed", "event.m2me.failed#2"],
        until_all: BOTH_OPERATE,
        ..USUAL
    },
    Scenario {
        name: "several-ros",
        text: "three registration operators: MCC and MNC of each PCID lead to its own",
        requirements: &[13, 46],
        layout: Layout {
            ros: 3,
            devices: 3,
            ..Layout::USUAL
        },
        promise: THREE,
        never: NONE,
        frames: &[
            (
                "diameter.cmd.code == 318 && ip.src == 127.0.3.1",
                Frames::Exactly(1),
            ),
            (
                "diameter.cmd.code == 318 && ip.src == 127.0.13.1",
                Frames::Exactly(1),
            ),
            (
                "diameter.cmd.code == 318 && ip.src == 127.0.23.1",
                Frames::Exactly(1),
            ),
        ],
        until: &[
            "event.m2me.failed",
            "event.m2me.failed#2",
            "event.m2me.failed#3",
        ],
        until_all: THREE,
        ..USUAL
    },
];
