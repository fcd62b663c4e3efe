//! Base station and SGSN in virtual time: the procedures of TS 48.016 and TS 48.018.
mod lower_common;
use bytes::Bytes;
use engine::Time;
use gb_gmm::{
    bssgp::{
        bss,
        msg::Pdu,
        sgsn,
        value::{Cause, Tlli},
    },
    llc::machine::Side,
    ns,
    sndcp::machine::{Limits, Sndcp},
    stack::{LogicalLink, SgsnConfig, SgsnStack, Up},
};
use lower_common::{World, cell, peer, secs};

fn ns_types(w: &World) -> Vec<(bool, u8)> {
    w.sent.iter().map(|(up, d)| (*up, d[0])).collect()
}

/// BVCI and type of each BSSGP message.
fn bssgp(w: &World) -> Vec<(bool, u16, u8)> {
    let sdu = |(up, d): &(bool, Bytes)| {
        (d[0] == 0).then(|| (*up, u16::from_be_bytes([d[2], d[3]]), d[4]))
    };
    w.sent.iter().filter_map(sdu).collect()
}

#[test]
fn reset_alive_unblock_then_bvcs_then_flow_control() {
    let mut w = World::new(&[2], |_, _| {});
    w.run(secs(1));
    assert_eq!(
        ns_types(&w)[..8],
        [
            (true, 2),
            (false, 3),
            (false, 10),
            (true, 10),
            (true, 6),
            (true, 11),
            (false, 11),
            (false, 7)
        ]
    );
    assert_eq!(
        bssgp(&w),
        [
            (true, 0, 0x22),
            (false, 0, 0x23),
            (true, 0, 0x22),
            (false, 0, 0x23),
            (true, 0, 0x24),
            (false, 0, 0x25),
            (true, 2, 0x26),
            (false, 2, 0x27)
        ]
    );
    assert!(w.bss.is_ready(2));
    let cell = cell(2).id;
    assert!(
        w.at_sgsn
            .iter()
            .any(|e| e.1 == sgsn::Event::Ready { bvci: 2, cell })
    );
    assert_eq!(w.sgsn.peers().collect::<Vec<_>>(), [(peer(), Some(101))]);
}

#[test]
fn ns_reset_and_unblock_lost_are_sent_again_after_3_s() {
    let mut w = World::new(&[2], |_, _| {});
    let mut dropped = std::collections::BTreeSet::new();
    // the first of each type is lost
    w.net = Box::new(move |_, up, d| !dropped.insert((up, d[0])));
    w.run(secs(60));
    assert!(w.bss.is_ready(2), "{:?}", ns_types(&w));
    let up = w.links.iter().find(|l| l.1 && l.2).unwrap().0;
    assert!(up >= secs(6), "reset and unblock waited 3 s each: {up}");
}

#[test]
fn alive_every_30_s_and_dead_after_the_retries_then_reset_again() {
    let mut w = World::new(&[2], |_, _| {});
    w.run(secs(100));
    let tests = w.sent.iter().filter(|(up, d)| *up && d[0] == 10).count();
    assert_eq!(tests, 4, "at 0, 30, 60 and 90 s");
    // from here on nothing arrives
    w.net = Box::new(|_, _, _| false);
    w.run(secs(200));
    assert!(!w.bss.is_ready(2));
    let down = w.links.iter().find(|l| l.1 && !l.2).unwrap().0;
    // asked at 120 s, eleven times, 3 s each
    assert!(down >= secs(153) && down < secs(154), "{down}");
    assert!(w.links.iter().any(|l| !l.1 && !l.2), "the SGSN saw it too");
    assert!(
        w.at_sgsn
            .iter()
            .any(|e| e.1 == sgsn::Event::Down { bvci: 2 })
    );
    w.net = Box::new(|_, _, _| true);
    w.run(secs(210));
    assert!(w.bss.is_ready(2), "it reset and came back");
}

#[test]
fn an_sgsn_that_began_anew_says_so_at_the_first_word_and_the_station_resets() {
    let mut w = World::new(&[2], |_, _| {});
    w.run(secs(1));
    let before = w.sent.len();
    w.sgsn = SgsnStack::new(SgsnConfig::default());
    // the test of 30 s is its first word since
    w.run(secs(32));
    let since: Vec<_> = ns_types(&w).split_off(before);
    let reset = [(true, 10), (false, 8), (true, 2), (false, 3)];
    assert!(since.windows(4).any(|w| w == reset), "{since:?}");
    assert!(w.bss.is_ready(2));
    assert_eq!(w.sgsn.peers().collect::<Vec<_>>(), [(peer(), Some(101))]);
}

#[test]
fn bvc_reset_lost_is_retried_and_given_up_after_the_retries() {
    let mut w = World::new(&[2, 3], |_, _| {});
    // BVC-RESET of BVC 2 is lost twice; of BVC 3 always
    let mut lost = 0;
    w.net = Box::new(move |_, up, d| {
        if !up || d[0] != 0 || d[4] != 0x22 {
            return true;
        }
        let Ok(Pdu::BvcReset(m)) = Pdu::parse(&d.slice(4..)) else {
            return true;
        };
        lost += usize::from(m.bvci == 2);
        !(m.bvci == 3 || m.bvci == 2 && lost <= 2)
    });
    w.run(secs(60));
    assert!(w.bss.is_ready(2) && !w.bss.is_ready(3));
    let resets = |bvci| {
        let is = |(up, d): &&(bool, Bytes)| {
            *up && d[0] == 0
                && matches!(Pdu::parse(&d.slice(4..)), Ok(Pdu::BvcReset(m)) if m.bvci == bvci)
        };
        w.sent.iter().filter(is).count()
    };
    assert_eq!((resets(2), resets(3)), (3, 4));
    assert!(
        w.at_bss
            .iter()
            .any(|e| e.1 == bss::Event::Failed { bvci: 3 })
    );
}

#[test]
fn uplink_carries_the_cell_and_unknown_or_blocked_bvcs_are_refused() {
    let mut w = World::new(&[2], |_, _| {});
    w.run(secs(1));
    let (tlli, llc) = (Tlli(0x7812_3456), Bytes::from_static(b"llc"));
    assert!(w.bss.uplink(w.now, 2, tlli, llc.clone()));
    assert!(!w.bss.uplink(w.now, 3, tlli, llc.clone()));
    w.run(secs(2));
    let want = sgsn::Event::Llc {
        bvci: 2,
        tlli,
        cell: cell(2).id,
        llc: llc.clone(),
    };
    assert_eq!(w.at_sgsn.last().unwrap().1, want);
    // a forged BVCI: STATUS with cause 5 and the BVCI
    let mut forged = w
        .sent
        .iter()
        .rfind(|(up, d)| *up && d[0] == 0)
        .unwrap()
        .1
        .to_vec();
    forged[3] = 9;
    w.sgsn.datagram(w.now, peer(), &forged.into());
    w.run(secs(3));
    let Some((_, bss::Event::Status(s))) = w.at_bss.last() else {
        panic!("{:?}", w.at_bss);
    };
    assert_eq!((s.cause, s.bvci), (Cause::BvciUnknown, Some(9)));
    // blocked: nothing goes either way
    w.bss.block(w.now, 2, Cause::OmIntervention);
    w.run(secs(4));
    assert!(!w.bss.uplink(w.now, 2, tlli, llc.clone()));
    let refused = w.sgsn.downlink(w.now, peer(), 2, tlli, None, llc);
    assert_eq!(refused, Err(sgsn::Refused::Bvc));
}

#[test]
fn broken_messages_get_status_with_the_cause_of_the_standard() {
    let mut w = World::new(&[2], |_, _| {});
    w.run(secs(1));
    let at = w.sent.len();
    for bad in [
        // UL-UNITDATA without LLC-PDU
        &b"\0\0\0\x02\x01\x78\0\0\0\0\0\x04\x08\x88\x62\xf2\x24\0\x01\x01\0\x02"[..],
        // with a cell identifier of 7 octets
        b"\0\0\0\x02\x01\x78\0\0\0\0\0\x04\x08\x87\x62\xf2\x24\0\x01\x01\0\x0e\x81\0",
        // a type that nobody knows, a type on the wrong BVC
        b"\0\0\0\0\x7f",
        b"\0\0\0\0\x26\x1e\x81\x01\x05\x82\0\x01\x03\x82\0\x01\x01\x82\0\x01\x1c\x82\0\x01",
    ] {
        w.sgsn.datagram(w.now, peer(), &Bytes::copy_from_slice(bad));
    }
    w.run(secs(2));
    let causes: Vec<Cause> = w.sent[at..]
        .iter()
        .filter_map(|(_, d)| match Pdu::parse(&d.slice(4..)) {
            Ok(Pdu::Status(s)) => Some(s.cause),
            _ => None,
        })
        .collect();
    let want = [
        Cause::MissingMandatoryIe,
        Cause::InvalidMandatoryInformation,
        Cause::ProtocolError,
        Cause::PduNotCompatible,
    ];
    assert_eq!(causes, want);
}

#[test]
fn suspend_is_acknowledged_and_resumed_by_its_reference_alone() {
    let mut w = World::new(&[2], |_, _| {});
    w.run(secs(1));
    let (tlli, rai) = (Tlli(0xc000_0001), cell(2).id.rai);
    w.bss.suspend(w.now, tlli, rai);
    w.run(secs(2));
    let Some((_, bss::Event::Suspension(Pdu::SuspendAck(ack)))) = w.at_bss.last() else {
        panic!("{:?}", w.at_bss);
    };
    let reference = ack.reference;
    w.bss.resume(w.now, tlli, rai, reference.wrapping_add(1));
    w.run(secs(3));
    assert!(matches!(
        w.at_bss.last().unwrap().1,
        bss::Event::Suspension(Pdu::ResumeNack(_))
    ));
    w.bss.resume(w.now, tlli, rai, reference);
    w.run(secs(4));
    assert!(matches!(
        w.at_bss.last().unwrap().1,
        bss::Event::Suspension(Pdu::ResumeAck(_))
    ));
    assert!(
        w.at_sgsn
            .iter()
            .any(|e| e.1 == sgsn::Event::Resumed { tlli, rai })
    );
}

#[test]
fn downlink_keeps_to_the_rate_of_cell_and_mobile_and_its_queue_is_bounded() {
    let mut w = World::new(&[2], |b, s| {
        // 2000 octets at once, then 80 kbit/s for the cell, 40 kbit/s for a mobile
        (b.bucket_size, b.leak_rate) = (20, 800);
        (b.ms_bucket_size, b.ms_leak_rate) = (10, 400);
        s.bssgp.queue.pdus = 30;
        s.bssgp.lifetime = u16::MAX;
    });
    w.run(secs(1));
    let llc = Bytes::from(vec![0u8; 500]);
    let mobiles = [Tlli(0xc000_0001), Tlli(0xc000_0002)];
    let mut refused = 0;
    for n in 0..80 {
        let r = w
            .sgsn
            .downlink(w.now, peer(), 2, mobiles[n % 2], None, llc.clone());
        refused += usize::from(r.is_err());
    }
    // two fit each mobile's bucket at once, thirty wait
    assert_eq!(refused, 80 - 2 * 32);
    let got = |w: &World, tlli: Tlli| {
        let is =
            |e: &&(Time, bss::Event)| matches!(e.1, bss::Event::Llc { tlli: t, .. } if t == tlli);
        w.at_bss.iter().filter(is).count()
    };
    w.run(w.now + std::time::Duration::from_millis(2));
    assert_eq!((got(&w, mobiles[0]), got(&w, mobiles[1])), (2, 2));
    // 40 kbit/s are 10 PDUs of 500 octets a second
    w.run(secs(2) + std::time::Duration::from_millis(5));
    assert_eq!((got(&w, mobiles[0]), got(&w, mobiles[1])), (12, 12));
    w.run(secs(10));
    assert_eq!((got(&w, mobiles[0]), got(&w, mobiles[1])), (32, 32));
    let (counters, waiting) = w.sgsn.bssgp(peer()).unwrap().queue(2).unwrap();
    assert_eq!((counters.full, waiting), (16, 0));
    // a mobile slowed down on its own
    w.bss.flow_control_ms(w.now, 2, mobiles[0], 5, 40);
    w.run(secs(20));
    for m in mobiles {
        for _ in 0..5 {
            w.sgsn
                .downlink(w.now, peer(), 2, m, None, llc.clone())
                .unwrap();
        }
    }
    w.run(secs(22));
    assert_eq!((got(&w, mobiles[0]), got(&w, mobiles[1])), (34, 37));
}

#[test]
fn nothing_passes_before_flow_control_and_what_waits_expires() {
    let mut w = World::new(&[2], |_, s| s.bssgp.lifetime = 100);
    // FLOW-CONTROL-BVC is lost for 10 s
    w.net = Box::new(|_, up, d| !(up && d[0] == 0 && d[4] == 0x26));
    w.run(secs(1));
    let llc = Bytes::from_static(b"llc");
    w.sgsn
        .downlink(w.now, peer(), 2, Tlli(1), None, llc.clone())
        .unwrap();
    w.run(secs(5));
    assert!(!w.sent.iter().any(|(up, d)| !*up && d[0] == 0 && d[4] == 0));
    w.net = Box::new(|_, _, _| true);
    w.run(secs(8));
    assert!(w.bss.is_ready(2));
    w.sgsn
        .downlink(w.now, peer(), 2, Tlli(1), None, llc)
        .unwrap();
    w.run(secs(9));
    let (counters, waiting) = w.sgsn.bssgp(peer()).unwrap().queue(2).unwrap();
    assert_eq!((counters.expired, waiting), (1, 0));
    let got = w
        .at_bss
        .iter()
        .filter(|e| matches!(e.1, bss::Event::Llc { .. }))
        .count();
    assert_eq!(got, 1);
}

#[test]
fn unitdata_before_unblock_and_on_a_blocked_ns_vc_gets_ns_status() {
    use ns::machine::{Config, NsVc, Output};
    let mut vc = NsVc::acceptor(None, Config::default());
    let mut answer = |d: &[u8]| {
        vc.receive(Time(0), &Bytes::copy_from_slice(d));
        let mut sent = vec![];
        while let Some(o) = vc.poll() {
            if let Output::Send(d) = o {
                sent.push(d);
            }
        }
        sent
    };
    let status = |d: &Bytes| match ns::msg::Pdu::parse(d) {
        Ok(ns::msg::Pdu::NsStatus(s)) => s.cause,
        other => panic!("{other:?}"),
    };
    let unitdata = b"\0\0\0\x02\x01";
    assert_eq!(
        status(&answer(unitdata)[0]),
        ns::msg::Cause::PduNotCompatible
    );
    let reset = b"\x02\0\x81\x08\x01\x82\0\x65\x04\x82\0\x65";
    assert_eq!(answer(reset).len(), 2, "acknowledged, and tested at once");
    assert_eq!(status(&answer(unitdata)[0]), ns::msg::Cause::NsVcBlocked);
    assert_eq!(answer(b"\x06")[0][0], 7);
    assert!(answer(unitdata).is_empty());
    // another NS-VCI, no NSEI, no length
    let other = b"\x02\0\x81\x08\x01\x82\0\x66\x04\x82\0\x65";
    assert_eq!(status(&answer(other)[0]), ns::msg::Cause::NsVcUnknown);
    let none = b"\x02\0\x81\x08\x01\x82\0\x65";
    assert_eq!(status(&answer(none)[0]), ns::msg::Cause::MissingEssentialIe);
    let cut = b"\x02\0\x81\x08\x01\x82\0\x65\x04\x82\0";
    assert_eq!(status(&answer(cut)[0]), ns::msg::Cause::InvalidEssentialIe);
    // a broken status is not answered
    assert!(answer(b"\x08\x01").is_empty());
}

#[test]
fn n_pdus_pass_in_any_order_and_lost_segments_cost_one() {
    let (mut ms, mut net) = link();
    let packets: Vec<Vec<u8>> = (0..20u8)
        .map(|n| vec![n; 100 + 73 * usize::from(n)])
        .collect();
    let mut got = vec![];
    for (n, p) in packets.iter().enumerate() {
        let mut frames = ms.npdu(5, p).unwrap();
        if n % 3 == 0 {
            frames.reverse();
        }
        if n == 10 {
            frames.remove(1);
        }
        frames.push(frames[0].clone());
        for f in &frames {
            if let Some(Up::Npdu { nsapi: 5, packet }) = net.receive(Time(n as u64), f) {
                got.push(packet.to_vec());
            }
        }
    }
    let mut want = packets.clone();
    want.remove(10);
    assert_eq!(got, want);
    assert_eq!(net.llc().counters().duplicate, 20);
    assert_eq!(net.sndcp().counters().incomplete, 0);
    let due = net.due().unwrap();
    net.timeout(due);
    assert_eq!((net.sndcp().counters().incomplete, net.due()), (1, None));
    assert!(ms.npdu(5, &vec![0; 16 * 500]).is_err());
}

#[test]
fn open_n_pdus_are_bounded() {
    let mut out = Sndcp::default();
    let mut into = Sndcp::new(Limits {
        open: 4,
        ..Limits::default()
    });
    for n in 0..100u64 {
        let parts = out.unitdata(5, &[1; 900], 500).unwrap();
        assert_eq!(into.receive(Time(n), &parts[0]), None);
    }
    assert_eq!(into.counters().incomplete, 96);
}

fn link() -> (LogicalLink, LogicalLink) {
    let tlli = Tlli::random(1);
    (
        LogicalLink::new(Side::Ms, tlli),
        LogicalLink::new(Side::Sgsn, tlli),
    )
}

#[test]
fn llc_refuses_bad_fcs_ciphering_and_sabm_and_answers_xid() {
    use gb_gmm::llc::{
        fcs::fcs,
        frame::{Control, Frame, Function, Sapi},
        xid::{Parameter, Xid},
    };
    let (mut ms, mut net) = link();
    let now = Time(0);
    let good = ms.gmm(b"\x08\x01hello");
    let mut bad = good.to_vec();
    bad[5] ^= 1;
    assert_eq!(net.receive(now, &bad.into()), None);
    assert_eq!(
        net.receive(now, &good),
        Some(Up::Gmm(Bytes::from_static(b"\x08\x01hello")))
    );
    let own = net.gmm(b"\x08\x02hello");
    assert_eq!(net.receive(now, &own), None, "its own direction");
    let signed = |mut v: Vec<u8>| {
        let sum = fcs(&v);
        v.extend(sum);
        Bytes::from(v)
    };
    assert_eq!(
        net.receive(now, &signed(vec![0x01, 0xc0, 0x0b, 9])),
        None,
        "E set"
    );
    let c = net.llc().counters();
    assert_eq!((c.bad_fcs, c.ciphered, c.direction), (1, 1, 1));
    // SABM with P on SAPI 3 of the MS: DM with F, C/R clear
    let Some(Up::Reply(dm)) = net.receive(now, &signed(vec![0x03, 0xf7])) else {
        panic!()
    };
    let dm = Frame::parse(&dm).unwrap();
    let want = Control::U {
        poll: true,
        function: Function::Dm,
    };
    assert_eq!((dm.cr, dm.sapi, dm.control), (false, Sapi::User3, want));
    // XID with N201-U 600, compression proposed: kept, and no NSAPI for it
    let l3 = Bytes::from_static(&[0, 1, 0, 2, 7, 0x80, 0, 4, 0x12, 0, 0x20, 0x01]);
    let proposal = [
        Xid::new(Parameter::N201U, Bytes::from_static(&[0x02, 0x58])),
        Xid::new(Parameter::Layer3, l3),
    ];
    let xid = net.llc().xid(Sapi::User3, &proposal);
    let Some(Up::Reply(answer)) = ms.receive(now, &xid) else {
        panic!()
    };
    let all = Xid::read_all(&Frame::parse(&answer).unwrap().info).unwrap();
    assert_eq!(
        (all[0].parameter, all[0].number()),
        (Parameter::N201U, Some(600))
    );
    assert_eq!(all[1].value[..], [0, 1, 0, 2, 4, 0, 2, 0, 0]);
    assert_eq!(net.receive(now, &answer), Some(Up::Negotiated(Sapi::User3)));
    assert_eq!(net.receive(now, &answer), None, "nobody asked again");
    assert_eq!(
        (ms.llc().n201_u(Sapi::User3), net.llc().n201_u(Sapi::User3)),
        (600, 600)
    );
    // unprotected: an error behind N202 octets passes, one before does not
    let frame = ms.llc().unitdata(Sapi::Sms, b"headpayload", false);
    let (mut a, mut b) = (frame.to_vec(), frame.to_vec());
    a[4] ^= 1;
    b[9] ^= 1;
    assert_eq!(net.receive(now, &a.into()), None);
    assert!(matches!(
        net.receive(now, &b.into()),
        Some(Up::Other(Sapi::Sms, _))
    ));
}

#[test]
fn both_tllis_are_taken_while_one_replaces_the_other_and_nu_wraps() {
    let (mut ms, mut net) = link();
    let old = net.tlli();
    net.assign(Tlli::local(7));
    assert_eq!((net.tlli(), net.old_tlli()), (Tlli(0xc000_0007), Some(old)));
    assert!(net.llc().is_for(old) && net.llc().is_for(Tlli(0xc000_0007)));
    net.release_old();
    assert!(!net.llc().is_for(old));
    for n in 0..1500u16 {
        let frame = ms.gmm(&n.to_be_bytes());
        // every fourth is lost
        if n % 4 != 0 {
            assert!(net.receive(Time(0), &frame).is_some(), "{n}");
            assert!(net.receive(Time(0), &frame).is_none(), "{n}");
        }
    }
}
