//! How home networks are asked: the procedure by MAP, and what each way of asking refuses.
use super::{Frames, Mode, Scenario, Signalling, Twist, USUAL};

pub(super) static SIGNALLING: &[Scenario] = &[
    Scenario {
        name: "map",
        text: "MAP over M3UA in place of S6d: the RO is found by the PCID's mobile global title",
        requirements: &[13],
        signalling: Some(Signalling::Map),
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "attach-accept.pcid",
            "air.realm-of-pcid",
            "report.success",
            "event.m2me.operational",
        ],
        never: &["realm-wrong", "map.undelivered"],
        frames: &[
            ("gsm_old.localValue == 56", Frames::Some),
            ("gsm_old.localValue == 23", Frames::Some),
            ("gsm_old.localValue == 7", Frames::Some),
            ("sccp.called.digits", Frames::Some),
            ("sccp.called.np == 7", Frames::Some),
            ("m3ua", Frames::Some),
            ("diameter", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "gsup",
        text: "GSUP in place of S6d: an SGSN that knows one HLR, and a proxy that finds the others",
        requirements: &[13],
        signalling: Some(Signalling::Gsup),
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "attach-accept.pcid",
            "air.realm-of-pcid",
            "air.realm-of-sho",
            "report.success",
            "event.m2me.operational",
        ],
        never: &["realm-wrong"],
        frames: &[
            ("gsup.msg_type == 0x08", Frames::Exactly(4)),
            ("gsup.msg_type == 0x06", Frames::Exactly(4)),
            ("gsup.msg_type == 0x10", Frames::Exactly(4)),
            ("diameter", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "stock-vno",
        text: "the visited network is osmo-sgsn and osmo-ggsn, untouched: it knows nothing of machines",
        requirements: &[2, 13, 16, 47],
        threats: &[5],
        signalling: Some(Signalling::Gsup),
        stock: true,
        rights: "root",
        lacks: crate::stock::lacks,
        mode: Mode::Sockets,
        // that gateway tells nobody who has which address: the platform key does
        spared: &["accounting.pcid"],
        until: &["event.m2me.failed", "event.m2me.answered"],
        until_all: &["event.m2me.operational", "event.m2me.unanswered"],
        promise: &[
            "attach-accept.pcid",
            "air.realm-of-pcid",
            "air.realm-of-sho",
            "event.m2me.unanswered",
            "event.drf.platform-proven",
            "report.success",
            "event.m2me.operational",
        ],
        never: &["realm-wrong", "wall.breach", "event.m2me.answered"],
        frames: &[
            ("gsup.msg_type == 0x08", Frames::Some),
            ("gsup.msg_type == 0x10", Frames::Some),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::Some),
            ("ip.src == 198.51.100.1", Frames::None),
            ("diameter", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "roaming-not-allowed",
        text: "the RO's PCIDs may not roam here: no location update, attach rejected",
        requirements: &[15, 16],
        threats: &[],
        twist: Twist::NoRoaming,
        until: &["event.m2me.failed", "attach-reject.11", "attach-reject.17"],
        promise: &["event.hlr.refused"],
        never: &["ula.pcid", "gtp.create"],
        frames: &[
            ("gsm_a.dtap.msg_gmm_type == 0x04", Frames::Some),
            ("gtp.message == 0x10", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "no-vectors",
        text: "the RO's authentication centre makes no vectors: attach rejected with cause 17",
        requirements: &[15],
        twist: Twist::NoVectors,
        until: &["event.m2me.failed", "attach-reject.17"],
        promise: &["aia.4181", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid"],
        frames: &[
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 17",
                Frames::Some,
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x12", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "map-no-context",
        text: "the HLR has no application context of an SGSN: dialogue refused, cause 17",
        requirements: &[13],
        signalling: Some(Signalling::Map),
        twist: Twist::NoContext,
        until: &["event.m2me.failed", "attach-reject.17"],
        promise: &["map.refused", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid"],
        frames: &[
            ("tcap.abort_element", Frames::Some),
            ("gsm_a.dtap.msg_gmm_type == 0x12", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "map-version-2",
        text: "an HLR of before UMTS: version 2 brings triplets, which the USIM refuses, cause 23",
        requirements: &[13, 15],
        signalling: Some(Signalling::Map),
        twist: Twist::OldHlr,
        until: &["event.m2me.failed", "aka.reject", "attach-accept.pcid"],
        promise: &["map.refused", "aia.vectors", "aka.failure.23"],
        never: &["realm-wrong", "attach-accept.pcid"],
        frames: &[
            ("tcap.abort_element", Frames::Some),
            (
                "gsm_a.dtap.msg_gmm_type == 0x1c && gsm_a.gm.gmm.cause == 23",
                Frames::Exactly(1),
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "map-no-translation",
        text: "the transfer point knows no way to the PCID's number: UDTS, cause 17",
        requirements: &[13],
        signalling: Some(Signalling::Map),
        twist: Twist::NoTranslation,
        until: &["event.m2me.failed", "attach-reject.17"],
        promise: &["map.undelivered", "attach-reject.17"],
        never: &["aia.vectors", "attach-accept.pcid"],
        frames: &[
            (
                "sccp.message_type == 0x0a && sccp.return_cause == 1",
                Frames::Some,
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x12", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "map-duplicate",
        text: "the HLR sends subscriber data twice in one message: rejected, and cause 17",
        requirements: &[13],
        signalling: Some(Signalling::Map),
        twist: Twist::DuplicateComponent,
        until: &["event.m2me.failed", "attach-reject.17"],
        promise: &["aia.vectors", "map.rejected", "attach-reject.17"],
        never: &["ula.pcid", "attach-accept.pcid"],
        frames: &[
            ("gsm_old.invokeProblem == 0", Frames::Some),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "map-hlr-gone",
        text: "the HLR is gone in the middle of a dialogue: no result of the update, cause 17",
        requirements: &[13],
        signalling: Some(Signalling::Map),
        twist: Twist::HlrGone,
        until: &["event.m2me.failed", "attach-reject.17"],
        promise: &["aia.vectors", "isd.taken", "attach-reject.17"],
        never: &["ula.pcid", "attach-accept.pcid"],
        frames: &[
            ("gsm_old.localValue == 7", Frames::Some),
            // the SGSN gives up: TC-U-ABORT
            ("tcap.abort_element", Frames::Some),
            ("gsm_a.gm.gmm.cause == 17", Frames::Some),
            ("gsm_a.dtap.msg_gmm_type == 0x02", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "gsup-hlr-gone",
        text: "the HLR is gone before the result of an update of location: cause 17",
        requirements: &[13],
        signalling: Some(Signalling::Gsup),
        twist: Twist::HlrGone,
        until: &["event.m2me.failed", "attach-reject.17"],
        promise: &["aia.vectors", "isd.taken", "attach-reject.17"],
        never: &["ula.pcid", "attach-accept.pcid"],
        frames: &[
            ("gsup.msg_type == 0x12", Frames::Some),
            ("gsup.msg_type == 0x06", Frames::None),
            ("gsm_a.gm.gmm.cause == 17", Frames::Some),
        ],
        ..USUAL
    },
];
