//! Every carrier of Diameter: the procedure, its captures, and the ladder that is the same
//! whatever carries it.
use engine::Carrier;
use lab::run::{self, Setting};

mod common;

/// A setting with this carrier; captures of TLS hold its secrets.
fn setting(net: u8, carrier: Carrier) -> Setting {
    Setting {
        carrier,
        secrets: true,
        ..Setting::from(net)
    }
}

/// The procedure over `carrier` on sockets: its ladder is that of virtual time, tshark finds the
/// answer with vectors and nothing to complain of. `extra` is what belongs to the carrier alone.
fn carries(name: &str, carrier: Carrier, net: u8, filters: &[&str]) {
    let dir = tempfile::tempdir().unwrap();
    let s = common::scenario("alt1");
    let lead = run::on_sockets(s, setting(net, carrier), Some(dir.path()), false);
    let lead = common::kept(lead.unwrap_or_else(|t| panic!("{}: {t}", carrier.name())));
    let virt = common::virtually(s, 7, None);
    assert_eq!(common::blanked(&lead), common::blanked(&virt));
    drop(lead);
    let Some(tshark) = common::strict(name) else {
        return;
    };
    common::clean(&tshark, dir.path());
    let merged = dir.path().join("merged.pcapng");
    for filter in filters
        .iter()
        .chain(&["diameter.cmd.code == 318 && diameter.avp.code == 1415"])
    {
        assert!(tshark.count(&merged, filter) > 0, "{filter}");
    }
}

#[test]
fn tcp() {
    carries("transport tcp", Carrier::Tcp, 121, &["tcp && diameter"]);
}

#[test]
fn tls() {
    carries("transport tls", Carrier::Tls, 122, &["tls && diameter"]);
}

#[test]
fn sctp_in_udp() {
    let filters = ["udp.port == 9899 && sctp.data_payload_proto_id == 46 && diameter"];
    carries("transport sctp-udp", Carrier::SctpUdp, 123, &filters);
}

/// Raw IP needs CAP_NET_RAW: who lacks it is told so, and that is what is checked then.
#[test]
fn sctp_in_raw_ip() {
    let s = common::scenario("alt1");
    match run::on_sockets(s, setting(124, Carrier::SctpRaw), None, false) {
        Ok(_) => {
            let filters = ["!udp && sctp.data_payload_proto_id == 46 && diameter"];
            carries("transport sctp-raw", Carrier::SctpRaw, 124, &filters);
        }
        Err(t) => {
            let said = t.to_string();
            assert!(said.contains("raw IP 132"), "{said}");
            assert!(said.contains("needs rights"), "{said}");
        }
    }
}

/// The kernel's SCTP, where there is none: said so, with what is missing.
#[test]
fn sctp_of_the_kernel() {
    let s = common::scenario("alt1");
    match run::on_sockets(s, setting(125, Carrier::Sctp), None, false) {
        Ok(lead) => drop(common::kept(lead)),
        Err(t) => assert!(t.to_string().contains("this kernel has no SCTP"), "{t}"),
    }
}

#[test]
fn virtual_time_has_no_tls() {
    let s = common::scenario("alt1");
    let t = run::virtually(s, setting(0, Carrier::Tls), 7, None, false).err();
    let said = t.unwrap().to_string();
    assert!(
        said.contains("--transport tls is there on sockets only"),
        "{said}"
    );
}
