//! Steps 8 to 11: what the PVA says of a platform, and what the SHO makes of it.
use super::{Frames, Scenario, Twist, USUAL};

pub(super) static VALIDATION: &[Scenario] = &[
    Scenario {
        name: "failed-validation",
        text: "a measurement differs from the PVA's reference: no MCIM is ever sent",
        requirements: &[21, 22, 23],
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
];
