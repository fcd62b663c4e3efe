//! The life of a machine after it was provisioned.
use super::{Frames, Scenario, Twist, USUAL};

pub(super) static LIFE: &[Scenario] = &[Scenario {
    name: "decommissioned",
    text: "the home operator takes its MCIM back: deactivated, deleted; subscription and PCID end",
    requirements: &[65],
    twist: Twist::Decommission,
    until: &["event.sho.not-decommissioned"],
    until_all: &["event.ccif.returned", "event.m2me.failed"],
    promise: &[
        "event.m2me.operational",
        "event.dpf.withdrawing",
        "event.tre.inactive",
        "event.tre.deleted",
        "event.sho.decommissioned",
        "event.icf.release",
        "event.ccif.returned",
        // with what is left it gets nowhere: its PCID is not its own any more
        "attach-reject.8",
    ],
    never: &["event.m2me.call-over", "event.m2me.fallback"],
    frames: &[
        (
            "http.request.method == \"DELETE\" && http.request.uri matches \"^/hlr/subscribers/\"",
            Frames::Exactly(1),
        ),
        ("http.request.uri == \"/icf/releases\"", Frames::Exactly(1)),
        ("http.request.uri == \"/ccif/returns\"", Frames::Exactly(1)),
        (
            "diameter.cmd.code == 317 && diameter.flags.request == 1 && diameter.Cancellation-Type == 2",
            Frames::Some,
        ),
        (
            "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 8",
            Frames::Exactly(1),
        ),
    ],
    ..USUAL
}];
