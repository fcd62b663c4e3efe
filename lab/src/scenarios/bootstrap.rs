//! R29: how the device comes by its account, and how the DPF makes it call in.
use super::{Frames, Scenario, Twist, USUAL};

const END: &[&str] = &["event.m2me.operational", "event.m2me.failed"];
const DONE: &[&str] = &["event.m2me.operational", "report.sent"];
const BELIEVED: &[&str] = &["event.m2me.bootstrapped"];
const REFUSED: &[&str] = &["event.m2me.push-refused", "event.m2me.waiting"];

pub(super) static BOOTSTRAP: &[Scenario] = &[
    Scenario {
        name: "bootstrap-factory",
        text: "the account is from the factory: the device calls in by itself, nobody pushes",
        requirements: &[24, 29],
        until: END,
        promise: DONE,
        never: &["push.notification"],
        frames: &[("wsp", Frames::None), ("gtp && wbxml", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "bootstrap-push",
        text: "the DPF calls by package 0, a WAP push down the tunnel: the device opens the session it names",
        requirements: &[24, 29],
        twist: Twist::Called,
        until: END,
        promise: &[
            "push.notification",
            "event.m2me.called",
            "event.m2me.operational",
            "report.sent",
        ],
        never: &["event.m2me.push-refused"],
        frames: &[
            (
                "gtp && wsp.header.content_type == \"application/vnd.syncml.notification\"",
                Frames::Exactly(1),
            ),
            ("gtp && wsp && udp.dstport == 2948", Frames::Exactly(1)),
            ("wbxml.str_i == \"1200\"", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "bootstrap-cp",
        text: "the account comes by client provisioning, its MAC made of PCID and PIN: the device calls in with it",
        requirements: &[24, 29],
        twist: Twist::BootstrapCp,
        until: END,
        promise: &[
            "push.bootstrap.usernetwpin",
            "event.m2me.bootstrapped",
            "event.m2me.operational",
            "report.sent",
        ],
        never: &["event.m2me.push-refused"],
        frames: &[
            (
                "gtp && wsp.header.content_type == \"application/vnd.wap.connectivity-wbxml\"",
                Frames::Exactly(1),
            ),
            (
                "wsp.parameter.sec == 2 && wsp.parameter.mac",
                Frames::Exactly(1),
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "bootstrap-dm",
        text: "the account comes as a tree for the inbox, by the profile of OMA DM and a PIN",
        requirements: &[24, 29],
        twist: Twist::BootstrapDm,
        until: END,
        promise: &[
            "push.bootstrap.userpin",
            "event.m2me.bootstrapped",
            "event.m2me.operational",
            "report.sent",
        ],
        never: &["event.m2me.push-refused"],
        frames: &[
            (
                "gtp && wsp.header.content_type == \"application/vnd.syncml.dm+wbxml\"",
                Frames::Exactly(1),
            ),
            ("wsp.parameter.sec == 1 && wbxml", Frames::Exactly(1)),
        ],
        ..USUAL
    },
    Scenario {
        name: "bootstrap-netwpin-only",
        text: "a bootstrap whose MAC is made of the PCID alone, which everybody on the air can read: refused",
        requirements: &[29],
        threats: &[10],
        twist: Twist::NetwPinOnly,
        until: BELIEVED,
        until_all: REFUSED,
        promise: &["push.bootstrap.netwpin", "event.m2me.push-refused"],
        never: &["event.m2me.bootstrapped", "mcim.sent"],
        frames: &[
            ("gtp && wsp.parameter.sec == 0", Frames::Exactly(1)),
            ("gtp && http.request.uri == \"/dm\"", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "forged-bootstrap",
        text: "somebody who has read the PCID guesses the PIN: the MAC does not hold, the device stays without account",
        requirements: &[29],
        threats: &[10],
        twist: Twist::ForgedBootstrap,
        until: BELIEVED,
        until_all: REFUSED,
        promise: &["push.bootstrap.usernetwpin", "event.m2me.push-refused"],
        never: &["event.m2me.bootstrapped", "mcim.sent"],
        frames: &[
            ("gtp && wsp.parameter.mac", Frames::Exactly(1)),
            ("gtp && http.request.uri == \"/dm\"", Frames::None),
        ],
        ..USUAL
    },
];
