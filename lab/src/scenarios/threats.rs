//! Threats that somebody stands for who has no part in the procedure: what he tries has no effect,
//! and the procedure goes its way.
use super::{Frames, Scenario, Twist, USUAL};

pub(super) static THREATS: &[Scenario] = &[
    Scenario {
        name: "tunnel-hijack",
        text: "strangers guess TEIDs, and use true ones: to them no tunnel is there, and none moves or ends",
        requirements: &[16, 24],
        threats: &[16],
        twist: Twist::TunnelHijack,
        until: &["event.m2me.failed"],
        until_all: &[
            "event.m2me.operational",
            "event.rogue.done",
            "event.rogue.done#2",
        ],
        promise: &[
            // by guessing and by knowing, at the gateway and at the serving node
            "rogue.answer.gtp.UpdatePdpContextResponse.192",
            "rogue.answer.gtp.DeletePdpContextResponse.192",
            "rogue.answer.gtp.ErrorIndication",
            // a context of his own he may have
            "rogue.answer.gtp.CreatePdpContextResponse.128",
            "event.rogue.done",
            "event.rogue.done#2",
            "event.m2me.operational",
        ],
        never: &[
            // who has no agreement gets no answer at all
            "rogue.answered",
            "rogue.answer.gtp.UpdatePdpContextResponse.128",
            "rogue.answer.gtp.DeletePdpContextResponse.128",
            "rogue.answer.gtp.GPdu",
            // nothing of his leaves the gateway, nothing of his reaches the device, nothing ends
            "rogue.effect.gi",
            "rogue.effect.gb",
            "rogue.effect.gp",
            "gtp.error-indication",
            "event.sgsn.context-lost",
            "event.m2me.failed",
        ],
        frames: &[
            (
                "gtp.message == 0x13 && gtp.cause == 192",
                Frames::Exactly(5),
            ),
            ("gtp.message == 0x13 && gtp.cause == 128", Frames::None),
            (
                "gtp.message == 0x15 && gtp.cause == 192",
                Frames::Exactly(6),
            ),
            (
                "frame.comment contains \"T16\" && gtp.message == 0x1a",
                Frames::Some,
            ),
            (
                "frame.interface_name == \"gp\" && gtp.message == 0x1a",
                Frames::None,
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "malformed-signalling",
        text: "a stranger sends everybody what cannot be read: the standard's answer, and nothing else",
        requirements: &[13, 16, 17, 19, 24],
        threats: &[17],
        twist: Twist::Malformed,
        until: &["event.m2me.failed"],
        until_all: &["event.m2me.operational", "event.rogue.done"],
        promise: &[
            "event.rogue.done",
            "event.m2me.operational",
            // protocol error, not compatible with the protocol state
            "rogue.answer.ns.NsStatus.10",
            "rogue.answer.ns.NsStatus.11",
            "rogue.answer.bssgp.Status.34",
            "rogue.answer.bssgp.Status.39",
            "rogue.answer.gmm.GmmStatus.96",
            "rogue.answer.gmm.GmmStatus.97",
            "rogue.answer.gtp.CreatePdpContextResponse.201",
            "rogue.answer.gtp.CreatePdpContextResponse.202",
            "rogue.answer.gtp.DeletePdpContextResponse.193",
            "rogue.answer.gtp.UpdatePdpContextResponse.202",
            "rogue.answer.gtp.VersionNotSupported",
            "rogue.answer.gtp.SupportedExtensionHeadersNotification",
            "rogue.answer.diameter.3001",
            "rogue.answer.diameter.5005",
            "rogue.answer.diameter.5014",
            "rogue.answer.http.400",
            "rogue.answer.ocsp.OCSPResponse.MalformedRequest",
            "rogue.answer.inside.400",
        ],
        never: &[
            // accounting that cannot be believed is met with silence
            "rogue.answer.radius.AccountingResponse",
            "rogue.effect.gb",
            "rogue.effect.gp",
            "rogue.effect.s6d-ro",
            "rogue.effect.ro-sho",
            "rogue.effect.dpf-sho",
            "event.m2me.failed",
        ],
        frames: &[
            (
                "diameter.avp.code == 279 && diameter.Result-Code in {5005, 5014}",
                Frames::Exactly(2),
            ),
            ("http.response.code == 400", Frames::Exactly(5)),
            (
                "_ws.malformed && frame.comment contains \"[T17] ROGUE ->\"",
                Frames::Some,
            ),
            (
                "_ws.malformed && !(frame.comment contains \"[T17] ROGUE ->\")",
                Frames::None,
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "insider",
        text: "somebody inside the RO puts the MCIM out of use and deletes it: without a token of its home operator the TRE does neither",
        requirements: &[24, 25, 30],
        threats: &[13],
        twist: Twist::Insider,
        until: &["event.m2me.operational", "event.m2me.failed"],
        promise: &[
            "mcim.installed",
            "report.sent",
            "dm.status.425",
            "event.m2me.operational",
        ],
        never: &["event.m2me.failed", "report.failure"],
        frames: &[
            // the token is spent, and was never one for this
            ("wbxml.str_i == \"402\"", Frames::Exactly(1)),
            ("wbxml.str_i == \"425\"", Frames::Exactly(1)),
        ],
        ..USUAL
    },
    Scenario {
        name: "secrets-in-captures",
        text: "no K, OPc, private key or account secret stands in what a run leaves behind, in any form",
        requirements: &[24, 27, 37],
        threats: &[19],
        twist: Twist::Secrets,
        until: &["event.m2me.failed"],
        until_all: &["event.m2me.operational", "report.success"],
        promise: &[
            "mcim.sent",
            "mcim.installed",
            "event.m2me.operational",
            "secrets.searched",
        ],
        never: &["secrets.told", "event.m2me.failed"],
        frames: &[("wbxml", Frames::Some), ("tls", Frames::None)],
        ..USUAL
    },
];
