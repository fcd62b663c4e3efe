//! The procedure through a visited network that nobody here wrote: osmo-sgsn and osmo-ggsn, untouched
//! (R2).

mod common;

#[test]
#[ignore = "peers: starts osmo-sgsn and osmo-ggsn in a network namespace; root"]
fn the_procedure_through_a_stock_visited_network() {
    const NAME: &str = "the procedure through osmo-sgsn and osmo-ggsn";
    let there = ["osmo-sgsn", "osmo-ggsn", "nft"].map(|p| oracle::program(NAME, p));
    if there.iter().any(Option::is_none) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let out = dir.path().join("o");
    let line = [
        "run",
        "stock-vno",
        "--net",
        "171",
        "-q",
        "--out",
        out.to_str().unwrap(),
    ];
    let o = common::answer(&line);
    let log = std::fs::read_to_string(out.join("stock/osmo-sgsn.log")).unwrap_or_default();
    let last: Vec<&str> = log.lines().rev().take(20).collect();
    assert_eq!(
        o.status.code(),
        Some(0),
        "{}{}{last:#?}",
        common::out(&o),
        common::err(&o)
    );
    // both have been ended, by us: their own last words say so
    let ggsn = std::fs::read_to_string(out.join("stock/osmo-ggsn.log")).unwrap();
    assert!(log.contains("signal 15 received") && ggsn.contains("Releasing IPv4 pool"));
    let Some(tshark) = common::strict(NAME) else {
        return;
    };
    common::clean(&tshark, &out);
    let merged = out.join("merged.pcapng");
    for (filter, frames) in common::scenario("stock-vno").frames {
        let found = tshark.count(&merged, filter);
        assert!(
            frames.fits(found as u64),
            "{filter} finds {found}, not {frames:?}"
        );
    }
    // the ping at the wall: on Gb, where it is still the user's, and nowhere else
    let gb = out.join("legs/gb.pcapng");
    let ping = "icmp && ip.dst == 198.51.100.1";
    assert_eq!(
        (tshark.count(&gb, ping), tshark.count(&merged, ping)),
        (1, 0)
    );
    // what nobody of ours says: the SGSN's own words on Gb, the wall's users behind the gateway
    for filter in [
        "gsm_a.dtap.msg_gmm_type == 0x12 && ip.src == 127.171.2.1",
        "gre && http.request.method == POST && ip.dst == 10.32.0.2",
        "gsup.msg_type == 0x08 && ip.src == 127.171.2.1",
    ] {
        assert!(tshark.count(&merged, filter) > 0, "{filter}");
    }
}

#[test]
#[ignore = "peers: starts osmo-sgsn and osmo-ggsn in a network namespace; root"]
fn without_the_wall_a_provisional_identity_gets_out() {
    const NAME: &str = "the wall before osmo-ggsn";
    let there = ["osmo-sgsn", "osmo-ggsn", "nft"].map(|p| oracle::program(NAME, p));
    if there.iter().any(Option::is_none) {
        return;
    }
    let dir = tempfile::tempdir().unwrap();
    let line = "run stock-vno --net 172 --weaken T5 -q --out";
    let mut line: Vec<&str> = line.split(' ').collect();
    line.push(dir.path().to_str().unwrap());
    let o = common::answer(&line);
    assert_eq!(o.status.code(), Some(1), "{}", common::err(&o));
    let said = common::out(&o);
    assert!(said.contains("seen and not allowed: wall.breach"), "{said}");
}
