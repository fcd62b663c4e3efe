//! Finding a network by what cells broadcast (R11), and what a machine makes of a network's no.
use super::{Frames, Scenario, Twist, USUAL};
use crate::topology::Layout;
use gb_gmm::gmm::Cause;

const TWO: Layout = Layout {
    vnos: 2,
    ..Layout::USUAL
};

/// System information 3 and 13 of the louder network, and of the other one.
const HEARD: [(&str, Frames); 4] = [
    (
        "gsm_a.dtap.msg_rr_type == 0x1b && ip.src == 127.0.2.1 && e212.lai.mnc == 1",
        Frames::Some,
    ),
    (
        "gsm_a.rr.rac == 1 && gsmtap.chan_type == 1 && ip.src == 127.0.2.1",
        Frames::Some,
    ),
    (
        "gsm_a.dtap.msg_rr_type == 0x1b && ip.src == 127.0.12.1",
        Frames::Some,
    ),
    (
        "gsm_a.rr.rac == 2 && gsmtap.chan_type == 1 && ip.src == 127.0.12.1",
        Frames::Some,
    ),
];
/// The PCID is refused once by the first network, and is the second one's guest.
const ELSEWHERE: &[&str] = &[
    "event.m2me.forbidden",
    "attach-accept.pcid",
    "attach-accept.sho",
    "event.m2me.operational",
];

pub(super) static NETWORKS: &[Scenario] = &[
    Scenario {
        name: "cell-broadcast",
        text: "the machine knows no network: it hears two by their broadcast and picks the louder",
        requirements: &[11],
        twist: Twist::Broadcast(None),
        layout: TWO,
        until: &["event.m2me.failed"],
        until_all: &["event.m2me.operational"],
        promise: &["event.m2me.network", "event.m2me.operational"],
        never: &["event.m2me.forbidden", "event.m2me.failed", "wall.breach"],
        frames: &[
            HEARD[0],
            HEARD[1],
            HEARD[2],
            HEARD[3],
            (
                "gsm_a.dtap.msg_gmm_type == 0x01 && ip.dst == 127.0.2.1",
                Frames::Exactly(2),
            ),
            ("nsip.pdu_type && ip.addr == 127.0.12.1", Frames::None),
        ],
        ..USUAL
    },
    Scenario {
        name: "plmn-barred",
        text: "the visited network does not serve this home network, cause 11: the next one does",
        requirements: &[11],
        twist: Twist::Broadcast(Some(Cause::PlmnNotAllowed)),
        layout: TWO,
        until: &["event.m2me.failed"],
        until_all: &["event.m2me.operational"],
        promise: ELSEWHERE,
        never: &["event.m2me.failed", "wall.breach"],
        frames: &[
            HEARD[0],
            HEARD[3],
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 11",
                Frames::Exactly(1),
            ),
            (
                "gsm_a.dtap.msg_gmm_type == 0x01 && ip.dst == 127.0.2.1 && e212.imsi == \"999010000000001\"",
                Frames::Exactly(1),
            ),
            (
                "gsm_a.dtap.msg_gmm_type == 0x02 && ip.src == 127.0.12.1",
                Frames::Some,
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "area-barred",
        text: "no roaming in this location area, cause 13: the machine goes to the other network",
        requirements: &[11],
        twist: Twist::Broadcast(Some(Cause::RoamingNotAllowed)),
        layout: TWO,
        until: &["event.m2me.failed"],
        until_all: &["event.m2me.operational"],
        promise: ELSEWHERE,
        never: &["event.m2me.failed", "wall.breach"],
        frames: &[
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 13",
                Frames::Exactly(1),
            ),
            (
                "gsm_a.dtap.msg_gmm_type == 0x02 && ip.src == 127.0.12.1",
                Frames::Some,
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "gprs-barred",
        text: "no GPRS in this network, cause 14: the machine goes to the other one",
        requirements: &[11],
        twist: Twist::Broadcast(Some(Cause::GprsNotAllowedInPlmn)),
        layout: TWO,
        until: &["event.m2me.failed"],
        until_all: &["event.m2me.operational"],
        promise: ELSEWHERE,
        never: &["event.m2me.failed", "wall.breach"],
        frames: &[
            (
                "gsm_a.dtap.msg_gmm_type == 0x04 && gsm_a.gm.gmm.cause == 14",
                Frames::Exactly(1),
            ),
            (
                "gsm_a.dtap.msg_gmm_type == 0x02 && ip.src == 127.0.12.1",
                Frames::Some,
            ),
        ],
        ..USUAL
    },
    Scenario {
        name: "gprs-refused",
        text: "GPRS services not allowed, cause 7: the card is of no use, and no other network is tried",
        requirements: &[11],
        twist: Twist::Broadcast(Some(Cause::GprsNotAllowed)),
        layout: TWO,
        until: &["event.m2me.failed", "event.m2me.operational"],
        promise: &["attach-reject.7", "event.m2me.failed"],
        never: &["event.m2me.forbidden", "attach-accept.pcid"],
        frames: &[(
            "gsm_a.dtap.msg_gmm_type == 0x01 && ip.dst == 127.0.12.1",
            Frames::None,
        )],
        ..USUAL
    },
    Scenario {
        name: "no-network",
        text: "the only network that is heard does not serve this home network: none is left",
        requirements: &[11],
        twist: Twist::Broadcast(Some(Cause::PlmnNotAllowed)),
        until: &["event.m2me.failed", "event.m2me.operational"],
        promise: &[
            "attach-reject.11",
            "event.m2me.no-network",
            "event.m2me.failed",
        ],
        never: &["attach-accept.pcid"],
        frames: &[("gsm_a.dtap.msg_gmm_type == 0x01", Frames::Exactly(1))],
        ..USUAL
    },
];
