//! Steps 12 and 13: how the MCIM is brought down and installed, and what keeps it from either.
use super::{Frames, Scenario, Twist, USUAL};
use provisioning::dm::AuthType;

const END: &[&str] = &["event.m2me.operational", "event.m2me.failed"];
const REPORTED: &[&str] = &["event.m2me.failed", "report.success"];
const UP: &[&str] = &["event.m2me.operational"];

pub(super) static DOWNLOAD: &[Scenario] = &[
    Scenario {
        name: "large-mcim",
        text: "short messages alone: the credential comes up and the MCIM goes down in pieces, each acknowledged",
        requirements: &[24, 39],
        twist: Twist::LargeMcim,
        until: END,
        promise: &[
            "dm.piece",
            "dm.status.213",
            "event.m2me.operational",
            "report.sent",
        ],
        never: &["dm.status.424"],
        frames: &[
            // 213 for a piece, 1222 for the next one, a size in the first
            ("wbxml.str_i == \"213\"", Frames::Some),
            ("wbxml.str_i == \"1222\"", Frames::Some),
            ("wbxml.known_tag == \"MoreData\"", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "object-too-big",
        text: "the package is larger than what the device takes: 416, and the report says so",
        requirements: &[24, 25],
        threats: &[12],
        twist: Twist::ObjectTooBig,
        until: UP,
        until_all: REPORTED,
        promise: &["dm.status.416", "report.failure", "event.m2me.failed"],
        never: &["mcim.installed", "report.sent"],
        frames: &[("wbxml.str_i == \"416\"", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "message-too-big",
        text: "a message is longer than what the DPF takes: 413, the session is over",
        requirements: &[24],
        twist: Twist::MessageTooBig,
        until: END,
        promise: &["dm.status.413", "event.m2me.failed"],
        never: &["mcim.sent"],
        frames: &[("wbxml.str_i == \"413\"", Frames::Exactly(1))],
        ..USUAL
    },
    Scenario {
        name: "session-cut",
        text: "the device loses its context in the middle of the download: the next session brings the MCIM",
        requirements: &[24, 25],
        threats: &[12],
        twist: Twist::SessionCut,
        until: END,
        promise: &[
            "dm.piece",
            "event.m2me.retry",
            "event.m2me.operational",
            "report.sent",
        ],
        never: &["report.failure"],
        frames: &[
            // the context before, the one after, and the operational one
            ("gtp.message == 0x10", Frames::Exactly(3)),
            // the second session's package 1 is said twice: the nonce that the device has is of
            // before the cut, and the 401 brings the next one
            ("gtp && wbxml.str_i == \"1201\"", Frames::Exactly(3)),
            ("gtp && wbxml.str_i == \"401\"", Frames::Exactly(1)),
        ],
        ..USUAL
    },
    Scenario {
        name: "dpf-without-credential",
        text: "the DPF shows no credential: 407 where a wrong one is 401, nothing is taken",
        requirements: &[27],
        threats: &[10],
        twist: Twist::NoCredential,
        until: END,
        promise: &["dm.status.407", "event.m2me.failed"],
        never: &["mcim.installed", "report.sent", "dm.status.401"],
        frames: &[("wbxml.str_i == \"407\"", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "wrong-sealing-key",
        text: "the MCIM is sealed to another TRE's key: the Atomic fails (507) and is rolled back (216)",
        requirements: &[25, 37],
        twist: Twist::WrongSealingKey,
        until: UP,
        until_all: REPORTED,
        promise: &[
            "dm.status.507",
            "dm.status.216",
            "mcim.result",
            "report.failure",
            "event.m2me.failed",
        ],
        never: &["mcim.installed", "report.sent"],
        frames: &[
            ("wbxml.str_i == \"507\"", Frames::Some),
            ("wbxml.str_i == \"1226\"", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "install-fails",
        text: "the TRE cannot write what it has checked: the Atomic fails (507), token and state are rolled back (216)",
        requirements: &[25],
        twist: Twist::InstallFails,
        until: UP,
        until_all: REPORTED,
        promise: &[
            "dm.status.507",
            "dm.status.216",
            "mcim.result",
            "report.failure",
            "event.m2me.failed",
        ],
        never: &["mcim.installed", "report.sent"],
        frames: &[
            ("wbxml.str_i == \"507\"", Frames::Some),
            ("wbxml.str_i == \"216\"", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "dm-basic",
        text: "device and DPF authenticate by name and secret in the message",
        requirements: &[24, 27],
        twist: Twist::Auth(AuthType::Basic),
        until: END,
        promise: &["dm.status.212", "event.m2me.operational", "report.sent"],
        frames: &[
            ("wbxml.str_i == \"syncml:auth-basic\"", Frames::Some),
            ("wbxml.str_i == \"syncml:auth-md5\"", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "dm-hmac",
        text: "each message of device and DPF has an HMAC over itself in a header, with a nonce of its own",
        requirements: &[24, 27],
        twist: Twist::Auth(AuthType::Hmac),
        // 200 and not 212: a message authenticates itself alone
        spared: &["dm.authenticated"],
        until: END,
        promise: &["event.m2me.operational", "report.sent"],
        never: &["dm.status.212", "dm.status.401"],
        frames: &[
            (
                "gtp && http contains \"x-syncml-hmac: algorithm=MD5\"",
                Frames::Some,
            ),
            ("wbxml.str_i == \"syncml:auth-MAC\"", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "dm-xml",
        text: "the session in XML, octets in base64",
        requirements: &[24],
        twist: Twist::Xml,
        until: END,
        promise: &["mcim.sent", "event.m2me.operational", "report.sent"],
        frames: &[
            ("gtp && wbxml", Frames::None),
            (
                "gtp && http.content_type == \"application/vnd.syncml.dm+xml\"",
                Frames::Some,
            ),
        ],
        ..USUAL
    },
];
