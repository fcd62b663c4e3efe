//! Our DHCP messages as tshark reads them, and messages that somebody has damaged.
use bytes::{Bytes, BytesMut};
use engine::{Prefix, Rng, Time};
use ip::{
    machine::dhcp::{Client, Pool},
    msg::dhcp::Message,
};
use std::{net::Ipv4Addr, time::Duration};
use wire::net::Packet;

const SERVER: Ipv4Addr = Ipv4Addr::new(10, 36, 0, 1);

fn payload(packet: &[u8]) -> Bytes {
    let p = Packet::read(packet).unwrap();
    Bytes::copy_from_slice(p.udp().unwrap().unwrap().payload)
}

fn octets(m: &Message) -> Bytes {
    let mut w = BytesMut::new();
    m.write(&mut w);
    w.freeze()
}

/// A lease from its beginning to its end.
fn exchange() -> Vec<Bytes> {
    let prefix = Prefix {
        address: Ipv4Addr::new(10, 36, 0, 0).into(),
        len: 24,
    };
    let mut pool = Pool::new(SERVER, prefix, Duration::from_secs(3600), 10);
    let mut client = Client::new([2, 0, 0, 0, 0, 1], Rng::seed(1));
    let mut all = Vec::new();
    client.start(Time(0));
    for _ in 0..2 {
        let asked = payload(&client.packet().unwrap());
        let answer = pool.answer(Time(0), &Message::read(&asked).unwrap());
        let answer = answer.unwrap();
        client.receive(Time(0), &answer);
        all.extend([asked, octets(&answer)]);
    }
    client.release();
    all.push(payload(&client.packet().unwrap()));
    all
}

#[test]
fn what_is_read_is_written_back() {
    for o in exchange() {
        assert_eq!(octets(&Message::read(&o).unwrap()), o);
        assert!(o.len() >= 300);
    }
}

#[test]
fn tshark_reads_a_lease() {
    let Some(tshark) = oracle::tshark("dhcp") else {
        return;
    };
    let all = exchange();
    let pdus = oracle::Pdus::new("dhcp", all.iter().map(|o| &o[..]));
    assert_eq!(tshark.count(&pdus, "_ws.malformed || _ws.expert"), 0);
    let rows = tshark.fields(
        &pdus,
        "dhcp",
        &[
            "dhcp.option.dhcp",
            "dhcp.ip.your",
            "dhcp.option.requested_ip_address",
            "dhcp.option.ip_address_lease_time",
            "dhcp.option.router",
            "dhcp.option.subnet_mask",
        ],
    );
    let row = |r: [&str; 6]| r.map(str::to_owned).to_vec();
    let given = ["10.36.0.2", "", "3600", "10.36.0.1", "255.255.255.0"];
    let answer = |kind| row([kind, given[0], given[1], given[2], given[3], given[4]]);
    assert_eq!(
        rows,
        [
            row(["1", "0.0.0.0", "", "", "", ""]),
            answer("2"),
            row(["3", "0.0.0.0", "10.36.0.2", "", "", ""]),
            answer("5"),
            row(["7", "0.0.0.0", "", "", "", ""]),
        ]
    );
}

#[test]
fn cut_and_mutated_messages_lead_to_errors_only() {
    let mut rng = Rng::seed(7);
    for o in exchange() {
        for n in 0..243 {
            assert!(Message::read(&o.slice(..n)).is_err(), "{n}");
        }
        for _ in 0..20_000 {
            let mut bad = o.to_vec();
            for _ in 0..=rng.below(4) {
                let at = rng.below(bad.len() as u64) as usize;
                bad[at] = rng.u64() as u8;
            }
            if let Ok(m) = Message::read(&bad.into()) {
                let again = Message::read(&octets(&m)).unwrap();
                assert_eq!(again, m);
            }
        }
    }
}
