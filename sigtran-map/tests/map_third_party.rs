//! Our HLR with the SGSN of a third-party trace, our SGSN with its HLR.
use bytes::Bytes;
use engine::Rng;
use sigtran_map::{
    map::{
        machine::{Hlr, Vectors},
        msg::*,
    },
    tcap::{
        machine::Config,
        msg::{Component, Message, Pdu, TransactionId},
    },
};

mod common;
use common::pair::*;

/// The message with the identifiers of another run.
fn between(m: &Message, otid: Option<TransactionId>, dtid: TransactionId) -> Bytes {
    let mut m = m.clone();
    match &mut m.pdu {
        Pdu::Continue(c) => {
            c.dtid = dtid;
            c.otid = otid.unwrap_or(c.otid);
        }
        Pdu::End(e) => e.dtid = dtid,
        other => panic!("{other:?}"),
    }
    m.to_bytes()
}

/// Our HLR answers the SGSN of trace 3, our SGSN takes the answers of its HLR, message by message.
#[test]
fn each_side_with_the_other_side_of_a_third_party_trace() {
    let name = "map-third-party-dialogues";
    let (Some(files), Some(tshark)) = (common::captures(name), oracle::tshark(name)) else {
        return;
    };
    let rows = common::messages(&tshark, &files[2].1, &["frame.number"]);
    let theirs: Vec<Message> = rows
        .iter()
        .map(|r| Message::read(&r.octets).unwrap())
        .collect();
    let subscriber: wire::Imsi = "460004100000101".parse().unwrap();

    // our HLR: two vectors, one per message; it may be as slow as it likes
    let mut hlr = Hlr::<u8, u32>::new(Config::default(), Rng::seed(3), 1);
    hlr.receive(START, SGSN, &rows[0].octets);
    let Some(HlrOut::Authenticate {
        handle, argument, ..
    }) = hlr.poll()
    else {
        panic!()
    };
    assert_eq!((argument.imsi.0, argument.vectors), (subscriber, 2));
    hlr.vectors(START, handle, Ok(Vectors::Quintuplets(quintuplets(2))));
    let Some(HlrOut::Send { octets, .. }) = hlr.poll() else {
        panic!()
    };
    let ours = Message::read(&octets).unwrap();
    assert_eq!(
        (ours.pdu.name(), ours.dtid()),
        ("Continue", theirs[0].otid())
    );
    hlr.receive(
        START,
        SGSN,
        &between(&theirs[2], None, ours.otid().unwrap()),
    );
    let Some(HlrOut::Send { octets, .. }) = hlr.poll() else {
        panic!()
    };
    assert_eq!(Message::read(&octets).unwrap().pdu.name(), "End");
    assert_eq!(hlr.dialogues(), 0);
    // its location update, and its answer to subscriber data
    hlr.receive(START, SGSN, &rows[4].octets);
    let Some(HlrOut::Update {
        handle, argument, ..
    }) = hlr.poll()
    else {
        panic!()
    };
    assert_eq!(argument.sgsn_address.to_string(), "192.169.100.1");
    hlr.located(START, handle, Ok((number("8615100406"), vec![data(1)])));
    let Some(HlrOut::Send { octets, .. }) = hlr.poll() else {
        panic!()
    };
    let ours = Message::read(&octets).unwrap();
    // it calls our first invocation 2, as its own HLR did: ours is 1, so its answer is for nobody
    hlr.receive(
        START,
        SGSN,
        &between(&theirs[6], None, ours.otid().unwrap()),
    );
    let Some(HlrOut::Send { octets, .. }) = hlr.poll() else {
        panic!()
    };
    let said = Message::read(&octets).unwrap();
    assert!(
        matches!(said.components(), [Component::Reject(_)]),
        "{said}"
    );

    // our SGSN with its HLR's answers
    let mut p = Pair::new();
    p.sgsn.authenticate(
        START,
        HLR,
        1,
        SendAuthenticationInfoArg::sgsn(subscriber, 2),
    );
    let Some(SgsnOut::Send { octets, .. }) = p.sgsn.poll() else {
        panic!()
    };
    let begin = Message::read(&octets).unwrap();
    // but for the identifier, we ask as their SGSN asks, octet by octet
    let mut same = theirs[0].clone();
    let Pdu::Begin(b) = &mut same.pdu else {
        panic!()
    };
    b.otid = begin.otid().unwrap();
    assert_eq!(same.to_bytes(), octets);
    p.sgsn.receive(
        START,
        HLR,
        &between(&theirs[1], None, begin.otid().unwrap()),
    );
    let Some(SgsnOut::Send { octets, .. }) = p.sgsn.poll() else {
        panic!()
    };
    let mut same = theirs[2].clone();
    let Pdu::Continue(c) = &mut same.pdu else {
        panic!()
    };
    c.otid = begin.otid().unwrap();
    assert_eq!(same.to_bytes(), octets);
    p.sgsn.receive(
        START,
        HLR,
        &between(&theirs[3], None, begin.otid().unwrap()),
    );
    let out: Vec<_> = std::iter::from_fn(|| p.sgsn.poll()).collect();
    let Ok(Vectors::Quintuplets(v)) = authenticated(out) else {
        panic!()
    };
    let rands = v.iter().map(|v| v.rand.to_string()).collect::<Vec<_>>();
    assert_eq!(
        rands,
        [
            "4b9d6191107536658cfe59880cd2ac27",
            "a9edf85b6503ea3ee2dc99f7493c5eb6"
        ]
    );

    let address = std::net::IpAddr::from([192, 169, 100, 1]);
    let update = UpdateGprsLocationArg::new(subscriber, number("861370800"), address.into());
    p.sgsn.update_location(START, HLR, 2, update);
    let Some(SgsnOut::Send { octets, .. }) = p.sgsn.poll() else {
        panic!()
    };
    let otid = Message::read(&octets).unwrap().otid().unwrap();
    p.sgsn.receive(START, HLR, &between(&theirs[5], None, otid));
    let Some(SgsnOut::Insert { handle, imsi, data }) = p.sgsn.poll() else {
        panic!()
    };
    assert_eq!(imsi, subscriber);
    assert_eq!(
        data.msisdn.unwrap().digits().unwrap().to_string(),
        "8615221000101"
    );
    p.sgsn.answer(START, handle, Ok(None));
    p.sgsn.poll().unwrap();
    p.sgsn.receive(START, HLR, &between(&theirs[7], None, otid));
    let Some(SgsnOut::Updated { outcome: Ok(r), .. }) = p.sgsn.poll() else {
        panic!()
    };
    assert_eq!(r.hlr_number, number("8615100406"));
    assert_eq!(p.sgsn.dialogues(), 0);
}
