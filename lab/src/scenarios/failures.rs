//! What goes wrong on the way, by the step at which it does: nobody there, nobody responsible, a no by
//! policy, an access that ends.
use super::{Frames, Scenario, Twist, USUAL};
use crate::topology::Layout;
use operators::sho::Outcome;

const RETRY: &[&str] = &[
    "event.m2me.retry",
    "event.m2me.failed",
    "event.m2me.operational",
];
const REFUSED: &[&str] = &["event.m2me.refused", "event.m2me.operational"];

pub(super) static FAILURES: &[Scenario] = &[
    Scenario {
        name: "quarantined-pcid",
        text: "the PCID is in quarantine: as if it were unknown, 5001, attach rejected with cause 8",
        requirements: &[15, 53],
        twist: Twist::Quarantine,
        until: &["attach-reject.8", "attach-accept.pcid"],
        promise: &["aia.5001", "attach-reject.8"],
        never: &["attach-accept.pcid", "aia.vectors"],
        frames: &[
            (
                "diameter.Experimental-Result-Code == 5001",
                Frames::Exactly(1),
            ),
            ("gsm_a.dtap.msg_gmm_type == 0x12", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "temporary-access",
        text: "the time of a PCID's access is over: the RO withdraws it, and the machine is detached",
        requirements: &[16],
        twist: Twist::ShortAccess,
        until: &["event.m2me.detached"],
        promise: &["pdp.registration", "event.hlr.cancelling", "pcid.ended"],
        never: &["wall.breach"],
        frames: &[
            (
                "diameter.cmd.code == 317 && diameter.Cancellation-Type == 2",
                Frames::Some,
            ),
            ("gtp.message == 0x14", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "no-gateway",
        text: "no gateway answers: Create PDP Context is repeated by T3 and N3, then SM cause 38",
        requirements: &[16],
        twist: Twist::NoGateway,
        until: &["sm.reject.38", "sm.accept"],
        promise: &["gtp.create", "sm.reject.38"],
        never: &["sm.accept"],
        frames: &[
            ("gtp.message == 0x10", Frames::Exactly(3)),
            (
                "gsm_a.dtap.msg_sm_type == 0x43 && gsm_a.gm.sm.cause == 38",
                Frames::Exactly(1),
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "drf-closed",
        text: "nobody listens at the DRF: a TCP RST inside GTP-U, and the machine comes again",
        requirements: &[17],
        twist: Twist::DrfClosed,
        until: RETRY,
        promise: &["pdp.registration", "event.m2me.retry"],
        never: &["challenge", "sho.asked"],
        frames: &[("gtp && tcp.flags.reset == 1", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "no-sho",
        text: "no home operator claims the device: 404, and when to come again",
        requirements: &[18],
        twist: Twist::NoSho,
        until: RETRY,
        promise: &["challenge", "http.404", "event.m2me.retry"],
        never: &["sho.asked"],
        frames: &[("gtp && http.response.code == 404", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "two-claims",
        text: "two home operators claim the device: 409, and neither is asked",
        requirements: &[18],
        twist: Twist::TwoClaims,
        layout: Layout {
            shos: 2,
            ..Layout::USUAL
        },
        until: RETRY,
        promise: &["challenge", "http.409", "event.m2me.retry"],
        never: &["sho.asked"],
        frames: &[("gtp && http.response.code == 409", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "sho-down",
        text: "the home operator takes no registrations: 503, passed on to the device with Retry-After",
        requirements: &[19],
        twist: Twist::ShoDown,
        until: RETRY,
        promise: &["sho.asked", "http.503", "event.m2me.retry"],
        never: &["pva.asked", "mcim.sent"],
        frames: &[("gtp && http.response.code == 503", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "pva-down",
        text: "the PVA is down: nothing goes on without its verdict",
        requirements: &[20],
        twist: Twist::PvaDown,
        until: RETRY,
        promise: &["pva.asked", "http.503", "event.m2me.retry"],
        never: &["authorised", "mcim.sent"],
        frames: &[("gtp && http.response.code == 503", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "policy-denies",
        text: "the home operator's policy says no: 403 with the decision's id, nothing is made",
        requirements: &[23, 41],
        twist: Twist::Policy(Outcome::Deny),
        until: REFUSED,
        promise: &["verdict.positive", "refused.policy", "event.sho.decision"],
        never: &["authorised", "mcim.sent", "event.home.subscriber"],
        frames: &[
            ("gtp && http.response.code == 403", Frames::Some),
            ("http && json.key == \"decision\"", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "policy-remediates",
        text: "the home operator wants the machine repaired first: 403, outcome remediate",
        requirements: &[23, 41],
        twist: Twist::Policy(Outcome::Remediate),
        until: REFUSED,
        promise: &["refused.policy", "event.sho.decision"],
        never: &["authorised", "mcim.sent", "event.home.subscriber"],
        frames: &[("http && json.value.string == \"remediate\"", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "policy-repairs",
        text: "a rule about what validation says: a machine that measures wrong is to be repaired",
        requirements: &[22, 23, 41],
        twist: Twist::Repair,
        until: REFUSED,
        promise: &[
            "verdict.negative",
            "refused.validation",
            "event.sho.decision",
        ],
        never: &["authorised", "mcim.sent", "event.home.subscriber"],
        frames: &[("http && json.value.string == \"remediate\"", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "policy-limits",
        text: "the home operator lets the machine install its MCIM, and not use it yet",
        requirements: &[25, 41, 57],
        twist: Twist::Policy(Outcome::Limited),
        until: &["event.m2me.operational"],
        until_all: &["report.success", "event.m2me.session-over"],
        promise: &[
            "authorised",
            "mcim.installed",
            "report.sent",
            "report.success",
        ],
        never: &["event.tre.active", "event.m2me.operational"],
        frames: &[("wbxml", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "never-attached",
        text: "a machine is provisioned and never comes with its new identity: the subscription is taken back",
        requirements: &[28],
        twist: Twist::NeverAttached,
        layout: Layout {
            devices: 2,
            ..Layout::USUAL
        },
        until: &["event.m2me.failed", "event.m2me.failed#2"],
        until_all: &["event.sho.in-use", "event.sho.unused", "event.hlr.deleted"],
        promise: &[
            "event.m2me.operational",
            "event.m2me.session-over#2",
            "event.sho.in-use",
            "event.sho.unused",
            "event.hlr.deleted",
        ],
        never: &["event.m2me.operational#2"],
        frames: &[
            (
                "http.request.method == \"GET\" && http.request.uri contains \"/hlr/subscribers/\"",
                Frames::Exactly(2),
            ),
            (
                "http.request.method == \"DELETE\" && http.request.uri contains \"/hlr/subscribers/\"",
                Frames::Exactly(1),
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "spoofed-drf",
        text: "the DRF names a DPF that the home operator has no agreement on: refused, no token",
        requirements: &[19, 30],
        threats: &[6],
        twist: Twist::SpoofedDrf,
        until: &[
            "event.m2me.refused",
            "event.m2me.failed",
            "event.m2me.operational",
        ],
        promise: &["sho.asked", "refused.policy"],
        never: &["authorised", "pva.asked", "mcim.sent"],
        frames: &[("gtp && http.response.code == 403", Frames::Some)],
        ..USUAL
    },
];
