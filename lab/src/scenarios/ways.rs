//! Other ways of the same procedure: who finds the home operator, who asks for validation, where the
//! platform credential is, how the provisional registration ends.
use super::{Frames, Scenario, Twist, USUAL};

const END: &[&str] = &["event.m2me.operational", "event.m2me.failed"];
const NEVER: &[&str] = &["realm-wrong", "wall.breach"];

pub(super) static WAYS: &[Scenario] = &[
    Scenario {
        name: "referral",
        text: "the DRF shows the home operators, and the machine chooses one",
        requirements: &[18],
        twist: Twist::Referral,
        until: END,
        promise: &["referred", "registered", "event.m2me.operational"],
        never: NEVER,
        frames: &[("gtp && http.response.code == 300", Frames::Exactly(1))],
        ..USUAL
    },
    Scenario {
        name: "relayed-validation",
        text: "the home operator asks for validation through the registration operator",
        requirements: &[20, 22],
        twist: Twist::Relayed,
        until: END,
        promise: &["verdict.positive", "event.m2me.operational"],
        never: NEVER,
        frames: &[
            (
                "http.request.uri == \"/drf/validations\" && ip.dst == 127.0.3.2",
                Frames::Exactly(1),
            ),
            (
                "http.request.uri == \"/pva/validations\" && ip.src == 127.0.3.2",
                Frames::Exactly(1),
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "credential-on-device",
        text: "the platform credential is read from the device by OMA-DM, then the package is made",
        requirements: &[36, 39],
        twist: Twist::OnDevice,
        until: END,
        promise: &["ocsp.good", "mcim.sent", "event.m2me.operational"],
        never: NEVER,
        frames: &[
            ("http.request.uri == \"/sho/packages\"", Frames::Exactly(1)),
            ("wbxml", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "dpf-rule",
        text: "the DPF makes the package by the home operator's rule, and advises it of what it has made",
        requirements: &[31],
        twist: Twist::DpfRule,
        until: END,
        promise: &[
            "event.dpf.generated",
            "event.sho.advised",
            "event.home.subscriber",
            "mcim.sent",
            "event.m2me.operational",
        ],
        never: NEVER,
        frames: &[
            (
                "http.request.method == \"POST\" && http.request.uri == \"/sho/advices\"",
                Frames::Exactly(1),
            ),
            (
                "http.request.method == \"PUT\" && http.request.uri matches \"^/hlr/subscribers/\"",
                Frames::Exactly(1),
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "dpf-rule-used-up",
        text: "all subscribers of the DPF's rule are made: 409, and no package",
        requirements: &[31],
        twist: Twist::DpfRuleUsedUp,
        until: &["event.m2me.refused", "event.m2me.operational"],
        promise: &["http.409", "event.m2me.refused"],
        never: &["mcim.sent", "event.sho.advised", "event.m2me.operational"],
        frames: &[(
            "http.response.code == 409 && json.value.string contains \"exhausted\"",
            Frames::Some,
        )],
        ..USUAL
    },
    Scenario {
        name: "released-pcid",
        text: "after the report the home operator has the PCID released: Cancel Location by the RO",
        requirements: &[28],
        twist: Twist::Release,
        until: END,
        promise: &[
            "event.icf.release",
            "event.hlr.cancelling",
            "pcid.ended",
            "event.m2me.operational",
        ],
        never: NEVER,
        frames: &[
            ("http.request.uri == \"/icf/releases\"", Frames::Exactly(1)),
            (
                "diameter.cmd.code == 317 && diameter.Cancellation-Type == 2",
                Frames::Some,
            ),
        ],
        ..USUAL
    },
];
