//! The SGSN in the virtual network with a home network that speaks MAP: what it is told of a mobile
//! counts where that mobile's home network tells it, and nowhere else.
mod sgsn_common;
use sgsn_common::{
    Command, HOME_NODE, MS, Tell, left,
    map::{MapSay, NUMBER, STRANGER},
    map_world as world, run, tell,
};

/// Attached, with a context; then somebody with this number says something, and the mobile sends.
fn told(
    numbering: bool,
    number: &'static str,
    say: MapSay,
    end: &'static str,
) -> (Vec<String>, usize) {
    let mut sim = world(numbering);
    let steps = vec![
        ("bss.ready", MS, tell(Tell::Attach)),
        ("ms.attached", MS, tell(Tell::Activate("internet"))),
        ("ms.active", HOME_NODE, Command::Map(number, say)),
    ];
    let mut seen = run(&mut sim, steps, end);
    assert_eq!(seen[0], "ms.attached");
    (seen.split_off(2), left(&sim).0)
}

#[test]
fn the_home_network_is_obeyed() {
    for numbering in [true, false] {
        let (seen, mobiles) = told(numbering, NUMBER, MapSay::Cancel, "sgsn.detached");
        assert_eq!(seen[0], "hlr.told what=cancelled");
        assert_eq!(mobiles, 0);
        let (seen, _) = told(numbering, NUMBER, MapSay::Delete, "ms.inactive");
        assert_eq!(seen, ["hlr.told what=deleted", "ms.inactive cause=36"]);
        let (seen, _) = told(numbering, NUMBER, MapSay::Insert, "hlr.told");
        assert_eq!(seen, ["hlr.told what=inserted"]);
    }
}

#[test]
fn another_network_cancels_nobody_and_changes_nothing() {
    for numbering in [true, false] {
        for (say, what, why) in [
            (MapSay::Cancel, "cancelled", "unexpectedDataValue"),
            (MapSay::Delete, "deleted", "unidentifiedSubscriber"),
            (MapSay::Insert, "inserted", "unidentifiedSubscriber"),
        ] {
            let (seen, mobiles) = told(numbering, STRANGER, say, "hlr.told");
            assert_eq!(seen.len(), 1, "{seen:?}");
            assert!(
                seen[0].starts_with(&format!("hlr.told what={what} why=")),
                "{seen:?}"
            );
            assert!(seen[0].contains(why), "{seen:?}");
            assert_eq!(mobiles, 1);
        }
    }
}

#[test]
fn a_reset_counts_for_the_subscribers_of_whoever_sends_it() {
    for (number, mobiles) in [(NUMBER, "1"), (STRANGER, "0")] {
        let mut sim = world(true);
        let steps = vec![
            ("bss.ready", MS, tell(Tell::Attach)),
            (
                "ms.attached",
                HOME_NODE,
                Command::Map(number, MapSay::Reset),
            ),
        ];
        run(
            &mut sim,
            steps,
            &format!("sgsn.home-reset home=+{NUMBER} mobiles={mobiles}"),
        );
    }
}
