//! Steps 8 to 11: what the PVA says of a platform, and what the SHO makes of it.
use super::{Frames, Scenario, Twist, USUAL};

pub(super) static VALIDATION: &[Scenario] = &[
    Scenario {
        name: "failed-validation",
        text: "a measurement differs from the PVA's reference: no MCIM is ever sent",
        requirements: &[21, 22, 23],
        threats: &[8],
        twist: Twist::WrongMeasurement,
        until: &["event.m2me.refused", "event.m2me.operational"],
        promise: &["verdict.negative", "refused.validation"],
        never: &["mcim.sent", "authorised", "verdict.positive"],
        frames: &[("frame.comment contains \"R24\" && wbxml", Frames::None)],
        ..USUAL
    },
    Scenario {
        name: "revoked-credential",
        text: "the platform credential is revoked: OCSP says so, no MCIM is ever sent",
        requirements: &[20, 21, 23],
        twist: Twist::RevokedCredential,
        until: &["event.m2me.refused", "event.m2me.operational"],
        promise: &["ocsp.revoked"],
        never: &["mcim.sent", "authorised"],
        frames: &[
            ("ocsp.certStatus == 1", Frames::Exactly(1)),
            ("frame.comment contains \"R24\" && wbxml", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "lying-device",
        text: "a machine says that it is another than its TRE's credential says: not authentic",
        requirements: &[20, 21],
        threats: &[7],
        twist: Twist::Liar,
        until: &["event.m2me.refused", "event.m2me.operational"],
        promise: &["verdict.negative", "refused.validation"],
        never: &["mcim.sent", "authorised"],
        frames: &[
            ("http.response.code == 403", Frames::Some),
            ("frame.comment contains \"R24\" && wbxml", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "ocsp-unavailable",
        text: "OCSP answers tryLater: nothing goes on, the device is told when to come again",
        requirements: &[20, 21],
        threats: &[9],
        twist: Twist::OcspDown,
        until: &["event.m2me.retry", "event.m2me.operational"],
        promise: &["verdict.positive", "http.503"],
        never: &["mcim.sent", "authorised"],
        frames: &[
            ("ocsp.responseStatus == 3", Frames::Some),
            ("http.response.code == 503", Frames::Some),
        ],
        ..USUAL
    },
    Scenario {
        name: "forged-dpf",
        text: "the DPF does not know the secret that it shares with the device: 401, nothing is taken",
        requirements: &[27],
        threats: &[10],
        twist: Twist::ForgedDpf,
        until: &["event.m2me.failed", "event.m2me.operational"],
        promise: &[
            "dm.status.401",
            "event.m2me.session-over",
            "event.m2me.failed",
        ],
        never: &["mcim.installed", "report.sent"],
        frames: &[("wbxml.str_i == \"401\"", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "forged-sho",
        text: "token and MCIM are signed by somebody whom no operator knows: the TRE installs nothing",
        requirements: &[25],
        threats: &[11],
        twist: Twist::ForgedSho,
        until: &["event.m2me.failed", "event.m2me.operational"],
        promise: &[
            "mcim.sent",
            "event.m2me.provisioning-failed",
            "report.failure",
        ],
        never: &["mcim.installed", "report.sent"],
        frames: &[("wbxml.str_i == \"1226\"", Frames::Some)],
        ..USUAL
    },
    Scenario {
        name: "full-tre",
        text: "the TRE has no room for the MCIM: refused with 420, and nothing else is lost",
        requirements: &[25],
        threats: &[12],
        twist: Twist::FullTre,
        until: &[
            "event.m2me.failed",
            "event.m2me.operational",
            "report.failure",
        ],
        promise: &["mcim.sent", "dm.status.420"],
        never: &["mcim.installed", "report.sent"],
        frames: &[("wbxml.str_i == \"420\"", Frames::Some)],
        ..USUAL
    },
];
