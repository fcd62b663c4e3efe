//! Cell broadcast as tshark sees it, and as a mobile reads it: also where a cell says more than ours,
//! and where octets are missing or wrong.
use gb_gmm::broadcast::{
    BLOCK, Message, broadcast,
    gsmtap::{HEADER, HYPERFRAME, PORT},
    read,
    si::{Si3, Si13},
};
use oracle::Pdus;
use wire::Bytes;

fn si3(ra_colour: Option<u8>) -> Si3 {
    Si3 {
        ci: 0x1234,
        plmn: "001-01".parse().unwrap(),
        lac: 0xbeef,
        ra_colour,
    }
}

fn both(n: u32) -> [Bytes; 2] {
    broadcast(n, 871, -72, &si3(Some(5)), &Si13 { rac: 0xd5 })
}

#[test]
fn a_broadcast_is_read_back() {
    let [three, thirteen] = both(7);
    assert_eq!(
        (three.len(), thirteen.len()),
        (HEADER + BLOCK, HEADER + BLOCK)
    );
    let (header, m) = read(&three).unwrap();
    assert_eq!(m, Message::Si3(si3(Some(5))));
    assert_eq!(
        (header.arfcn, header.signal, header.is_bcch()),
        (871, -72, true)
    );
    let (_, m) = read(&thirteen).unwrap();
    assert_eq!(m, Message::Si13(Si13 { rac: 0xd5 }));
    let none = broadcast(0, 1, -60, &si3(None), &Si13 { rac: 1 });
    assert_eq!(read(&none[0]).unwrap().1, Message::Si3(si3(None)));
    // frame numbers begin again, and stay in the blocks of these messages
    for n in [0, 1, 6656, u32::MAX] {
        let [a, b] = both(n).map(|d| read(&d).unwrap().0.frame);
        assert!(a < HYPERFRAME && b < HYPERFRAME);
        assert_eq!(
            (a % 51, b % 51, a / 51 % 8, b / 51 % 8),
            (2, 2, 2, 4),
            "{n}"
        );
    }
}

#[test]
fn tshark_reads_every_field_and_finds_nothing_odd() {
    let Some(tshark) = oracle::tshark("broadcast") else {
        return;
    };
    let all: Vec<_> = [both(0), both(1)].concat();
    // UDP on its port: that is how it is to be found
    let all: Vec<_> = all
        .iter()
        .map(|d| {
            let [port, len] = [PORT, d.len() as u16 + 8].map(u16::to_be_bytes);
            [&port, &port, &len, &[0, 0][..], d].concat()
        })
        .collect();
    let pdus = Pdus::new("udp", all.iter().map(|d| &d[..]));
    assert_eq!(tshark.count(&pdus, "gsmtap.chan_type == 1"), 4);
    // a UDP checksum of zero is right without an IP header around it
    let odd =
        "_ws.malformed || (_ws.expert && !_ws.expert.message == \"Illegal checksum value (0)\")";
    assert_eq!(tshark.count(&pdus, odd), 0);
    let three = tshark.fields(
        &pdus,
        "gsm_a.dtap.msg_rr_type == 0x1b",
        &[
            "gsmtap.arfcn",
            "gsmtap.signal_dbm",
            "gsm_a.lac",
            "gsm_a.bssmap.cell_ci",
            "e212.lai.mcc",
            "e212.lai.mnc",
        ],
    );
    let row = ["871", "-72", "0xbeef", "0x1234", "1", "1"];
    assert_eq!(three, [row.map(str::to_owned), row.map(str::to_owned)]);
    let thirteen = tshark.fields(
        &pdus,
        "gsm_a.dtap.msg_rr_type == 0x00",
        &[
            "gsm_a.rr.rac",
            "gsm_a.rr.sgsnr",
            "gsm_a.rr.nmo",
            "gsm_a.rr.bs_cv_max",
        ],
    );
    let row = ["213", "1", "1", "15"].map(str::to_owned);
    assert_eq!(thirteen, [row.clone(), row]);
}

#[test]
fn octets_of_others_lead_to_an_error_or_to_nothing() {
    for datagram in both(3) {
        for n in 0..datagram.len() {
            assert!(read(&datagram[..n]).is_err() || n >= HEADER, "{n}");
            // whatever bit is wrong, it is an error or another reading
            for bit in 0..8 {
                let mut d = datagram.to_vec();
                d[n] ^= 1 << bit;
                let _ = read(&d);
            }
        }
    }
    let mut other = both(0)[0].to_vec();
    other[12] = 2;
    assert_eq!(read(&other).unwrap().1, Message::Other);
}
