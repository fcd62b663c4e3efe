//! The life of a PCID: who issues it, how long it is good, what becomes of it afterwards; and machines
//! that share one.
use super::{Frames, Scenario, Twist, USUAL};
use crate::topology::Layout;

/// Two machines, each in a visited network of its own.
const APART: Layout = Layout {
    vnos: 2,
    devices: 2,
    ..Layout::USUAL
};

pub(super) static PCID: &[Scenario] = &[
    Scenario {
        name: "expired-pcid",
        text: "the PCID's validity has ended: 5001, and the cause that the visited network has set, 7",
        requirements: &[15, 53],
        twist: Twist::ExpiredPcid,
        until: &["attach-reject.7", "attach-accept.pcid"],
        promise: &["event.icf.expired", "aia.5001", "attach-reject.7"],
        never: &["attach-accept.pcid", "aia.vectors"],
        frames: &[
            (
                "diameter.Experimental-Result-Code == 5001",
                Frames::Exactly(1),
            ),
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 7",
                Frames::Exactly(1),
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x12", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "duplicate-batch",
        text: "a second CCIF issues a PCID that is somebody's: 409 with it, no machine is made of it",
        requirements: &[51, 52],
        twist: Twist::DuplicateBatch,
        layout: Layout {
            issuers: 1,
            devices: 2,
            ..Layout::USUAL
        },
        until: &["event.m2mes.made#2"],
        until_all: &["event.m2mes.failed#2", "event.m2me.attached"],
        promise: &[
            "event.icf.duplicate",
            "http.409",
            "event.m2mes.failed#2",
            "attach-accept.pcid",
        ],
        never: &["event.m2mes.made#2", "event.m2mes.failed"],
        frames: &[
            (
                "http.request.uri == \"/icf/pcids\" && ip.src == 127.0.17.1",
                Frames::Exactly(1),
            ),
            (
                "http.response.code == 409 && ip.src == 127.0.3.1 && json.value.string == \"urn:fosterling:problem:duplicate\" && json.value.string == \"999010000000001\"",
                Frames::Exactly(1),
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "exhausted-range",
        text: "more PCIDs are ordered than the range has: 409 with what is free, nothing is issued",
        requirements: &[51, 52],
        twist: Twist::ExhaustedRange,
        layout: Layout {
            devices: 2,
            ..Layout::USUAL
        },
        until_all: &["event.m2mes.failed", "event.m2me.attached"],
        promise: &[
            "event.ccif.exhausted",
            "http.409",
            "event.m2mes.failed",
            "attach-accept.pcid",
        ],
        never: &["event.ccif.refused"],
        frames: &[
            (
                "http.response.code == 409 && ip.src == 127.0.7.1 && json.value.string == \"99901: 1 wanted, 0 free\"",
                Frames::Exactly(1),
            ),
            ("http.request.uri == \"/icf/pcids\"", Frames::Exactly(1)),
        ],
        ..USUAL
    },
    Scenario {
        name: "third-party-ccif",
        text: "a third party issues PCIDs to the supplier, which writes them into the machines",
        requirements: &[50, 52],
        twist: Twist::ThirdPartyCcif,
        layout: Layout {
            issuers: 1,
            ..Layout::USUAL
        },
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "event.ccif.issued#2",
            "attach-accept.pcid",
            "mcim.installed",
            "event.m2me.operational",
        ],
        never: &["event.ccif.issued", "realm-wrong", "wall.breach"],
        frames: &[
            (
                "http.request.uri == \"/ccif/batches\" && ip.src == 127.0.7.1 && ip.dst == 127.0.17.1",
                Frames::Exactly(1),
            ),
            (
                "http.request.uri == \"/icf/pcids\" && ip.src == 127.0.17.1",
                Frames::Exactly(1),
            ),
            (
                "http.request.uri == \"/icf/pcids\" && ip.src == 127.0.7.1",
                Frames::None,
            ),
            (
                "http.request.uri == \"/pva/credentials\" && ip.src == 127.0.7.1",
                Frames::Exactly(1),
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "validated-first",
        text: "no vectors before the PVA has validated the device: one is sound, one measures something else",
        requirements: &[60, 61],
        twist: Twist::ValidatedFirst,
        layout: Layout {
            devices: 2,
            ..Layout::USUAL
        },
        until: &["attach-accept.pcid#2"],
        until_all: &["event.m2me.attached", "attach-reject.17#2"],
        promise: &[
            "event.icf.validated",
            "event.icf.not-validated",
            "attach-accept.pcid",
            "attach-reject.17#2",
        ],
        never: &["attach-accept.pcid#2"],
        frames: &[
            (
                "http.request.uri == \"/pva/validations\" && ip.src == 127.0.3.1",
                Frames::Exactly(2),
            ),
            (
                "http.response.code == 403 && ip.src == 127.0.3.1 && json.value.string == \"measurement\"",
                Frames::Exactly(1),
            ),
            (
                "diameter.Experimental-Result-Code == 4181",
                Frames::Exactly(1),
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::Exactly(1)),
        ],
        ..USUAL
    },
    Scenario {
        name: "reissued-pcid",
        text: "a PCID is given back, rests, and is another machine's: with its old K the first gets nothing",
        requirements: &[52, 53],
        twist: Twist::ReissuedPcid,
        layout: APART,
        until_all: &["event.m2me.attached#2", "aka.failure.20"],
        promise: &[
            "event.icf.quarantine",
            "event.icf.free",
            "event.ccif.returned",
            "event.ccif.reissued",
            "attach-accept.pcid",
            "attach-accept.pcid#2",
            "aka.failure.20",
        ],
        never: &["event.m2mes.failed", "event.ccif.refused"],
        frames: &[
            (
                "diameter.cmd.code == 317 && diameter.Cancellation-Type == 2",
                Frames::Exactly(1),
            ),
            ("http.request.uri == \"/ccif/returns\"", Frames::Exactly(1)),
            (
                "http.request.method == \"DELETE\" && http.request.uri == \"/dpf/accounts/999010000000001\"",
                Frames::Exactly(1),
            ),
            ("http.request.uri == \"/icf/pcids\"", Frames::Exactly(2)),
            (
                "gsm_a.dtap.msg_gmm_type == 0x1c && gsm_a.gm.gmm.cause == 20",
                Frames::Some,
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::Exactly(2)),
        ],
        ..USUAL
    },
    Scenario {
        name: "shared-pcid-queue",
        text: "two machines share a PCID: the second is told to come again, and is let in after the first",
        requirements: &[54, 55, 56],
        threats: &[14],
        twist: Twist::SharedPcidQueue,
        layout: APART,
        until_all: &["event.m2me.attached#2"],
        promise: &[
            "attach-accept.pcid",
            "attach-reject.17#2",
            "pcid.ended",
            "attach-accept.pcid#2",
        ],
        never: &["event.hlr.cancelling"],
        frames: &[
            (
                "diameter.Experimental-Result-Code == 4181",
                Frames::Exactly(1),
            ),
            ("diameter.cmd.code == 317", Frames::None),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::Exactly(2)),
        ],
        ..USUAL
    },
    Scenario {
        name: "resync-storm",
        text: "machines share a PCID's K, each with an SQN of its own: each has to resynchronise",
        requirements: &[15, 54, 56],
        twist: Twist::ResyncStorm,
        layout: Layout {
            vnos: 3,
            devices: 3,
            ..Layout::USUAL
        },
        until_all: &["event.m2me.attached#3"],
        promise: &[
            "aka.failure.21",
            "aka.failure.21#2",
            "aka.failure.21#3",
            "air.resynchronisation",
            "attach-accept.pcid",
            "attach-accept.pcid#2",
            "attach-accept.pcid#3",
        ],
        never: &["realm-wrong"],
        frames: &[
            (
                "gsm_a.dtap.msg_gmm_type == 0x1c && gsm_a.gm.gmm.cause == 21",
                Frames::Exactly(3),
            ),
            (
                "diameter.cmd.code == 318 && diameter.avp.code == 1411",
                Frames::Exactly(3),
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::Exactly(3)),
        ],
        ..USUAL
    },
];
