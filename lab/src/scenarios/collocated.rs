//! R42 to R46: operators that host functions of others, in every combination. The wire shows every
//! leg all the same.
use super::{Frames, Scenario, USUAL};
use crate::topology::Layout;

macro_rules! collocated {
    ($($name:literal, $text:literal, [$($r:literal),*], { $($who:ident)* };)*) => {
        pub(super) static COLLOCATED: &[Scenario] = &[$(Scenario {
            name: $name,
            text: $text,
            requirements: &[$($r),*],
            layout: Layout { $($who: true,)* ..Layout::USUAL },
            not_here: separate(&Layout { $($who: true,)* ..Layout::USUAL }),
            until: &["event.m2me.operational", "event.m2me.failed"],
            promise: promised(&Layout { $($who: true,)* ..Layout::USUAL }),
            never: &["realm-wrong", "wall.breach", "event.m2me.failed"],
            // legs inside one operator are not left out
            frames: &[
                ("diameter.cmd.code == 318 && diameter.flags.request == 1", Frames::Exactly(2)),
                ("http.request.uri == \"/pva/validations\"", Frames::Some),
                ("http.request.uri == \"/dpf/authorisations\"", Frames::Some),
                ("ocsp.certStatus == 0", Frames::Some),
                ("gtp && wbxml", Frames::Some),
            ],
            ..USUAL
        },)*];
    };
}

/// R14 is there where the visited network is the registration operator.
const fn separate(l: &Layout) -> &'static [u8] {
    match l.ro_at_vno {
        true => &[],
        false => &[14],
    }
}

const fn promised(l: &Layout) -> &'static [&'static str] {
    const WHOLE: &[&str] = &[
        "attach-accept.sho",
        "pdp.operational",
        "report.success",
        "event.m2me.operational",
    ];
    const ONE: &[&str] = &[
        "vno-is-ro",
        "attach-accept.sho",
        "pdp.operational",
        "report.success",
        "event.m2me.operational",
    ];
    match l.ro_at_vno {
        true => ONE,
        false => WHOLE,
    }
}

collocated! {
    "ro-is-vno", "the visited network is the registration operator", [14, 42], { ro_at_vno };
    "pva-at-sho", "the home operator hosts the PVA", [43], { pva_at_sho };
    "dpf-at-sho", "the home operator hosts the DPF", [44], { dpf_at_sho };
    "vno-is-sho", "the visited network is the home operator", [45], { sho_at_vno };
    "ggsn-at-vno", "the visited network hosts the registration operator's gateway", [46],
        { ggsn_at_vno };
    "ro-is-vno-pva-at-sho", "R42 and R43 together", [14, 42, 43, 46], { ro_at_vno pva_at_sho };
    "ro-is-vno-dpf-at-sho", "R42 and R44 together", [14, 42, 44, 46], { ro_at_vno dpf_at_sho };
    "ro-is-vno-is-sho", "R42 and R45 together: one operator visited, registering and home",
        [14, 42, 45, 46], { ro_at_vno sho_at_vno };
    "pva-dpf-at-sho", "R43 and R44 together", [43, 44, 46], { pva_at_sho dpf_at_sho };
    "vno-is-sho-with-pva", "R43 and R45 together", [43, 45, 46], { pva_at_sho sho_at_vno };
    "vno-is-sho-with-dpf", "R44 and R45 together", [44, 45, 46], { dpf_at_sho sho_at_vno };
    "ro-is-vno-pva-dpf-at-sho", "R42, R43 and R44 together", [14, 42, 43, 44, 46],
        { ro_at_vno pva_at_sho dpf_at_sho };
    "ro-is-vno-is-sho-with-pva", "R42, R43 and R45 together", [14, 42, 43, 45, 46],
        { ro_at_vno pva_at_sho sho_at_vno };
    "ro-is-vno-is-sho-with-dpf", "R42, R44 and R45 together", [14, 42, 44, 45, 46],
        { ro_at_vno dpf_at_sho sho_at_vno };
    "vno-is-sho-with-pva-dpf", "R43, R44 and R45 together", [43, 44, 45, 46],
        { pva_at_sho dpf_at_sho sho_at_vno };
    "one-operator", "R42 to R45 together: one operator hosts everything but the suppliers",
        [14, 42, 43, 44, 45, 46], { ro_at_vno pva_at_sho dpf_at_sho sho_at_vno };
}
