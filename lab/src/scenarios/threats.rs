//! Threats that somebody stands for who has no part in the procedure: what he tries has no effect,
//! and the procedure goes its way.
use super::{Frames, Scenario, Twist, USUAL};

pub(super) static THREATS: &[Scenario] = &[Scenario {
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
        "rogue.answer.UpdatePdpContextResponse.192",
        "rogue.answer.DeletePdpContextResponse.192",
        "rogue.answer.ErrorIndication",
        // a context of his own he may have
        "rogue.answer.CreatePdpContextResponse.128",
        "event.rogue.done",
        "event.rogue.done#2",
        "event.m2me.operational",
    ],
    never: &[
        // who has no agreement gets no answer at all
        "rogue.answered",
        "rogue.answer.UpdatePdpContextResponse.128",
        "rogue.answer.DeletePdpContextResponse.128",
        "rogue.answer.GPdu",
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
}];
