//! Octets that are cut short or turned: errors, never a panic, never much memory.
mod lower_common;
use bytes::Bytes;
use engine::Time;
use gb_gmm::{bssgp, llc, llc::machine::Side, ns, sndcp, stack::LogicalLink};
use lower_common::{World, peer, secs};
use wire::{Gen, mutations};

/// Samples of all NS and BSSGP messages, as datagrams.
fn datagrams() -> Vec<Bytes> {
    let mut g = Gen::seed(7);
    let mut all: Vec<Bytes> = (0..ns::msg::Pdu::COUNT)
        .map(|n| ns::msg::Pdu::sample(n, &mut g).encode())
        .collect();
    for n in 0..bssgp::msg::Pdu::COUNT * 3 {
        let sdu = bssgp::msg::Pdu::sample(n, &mut g).encode();
        let m = ns::msg::NsUnitdata {
            control: ns::msg::Control(0),
            bvci: (n % 3) as u16,
            sdu: sdu.into(),
        };
        all.push(ns::msg::Pdu::from(m).encode());
    }
    all
}

#[test]
fn every_truncation_of_a_message_with_mandatory_elements_is_an_error() {
    let mut g = Gen::seed(1);
    let mut cuts = 0;
    for n in 0..bssgp::msg::Pdu::COUNT * 8 {
        let whole = bssgp::msg::Pdu::sample(n, &mut g);
        // without its optional elements, each of which may be cut off whole
        let octets = whole.encode();
        assert_eq!(bssgp::msg::Pdu::parse(&octets).unwrap().encode(), octets);
        for cut in 0..octets.len() {
            let part = octets.slice(..cut);
            if let Ok(read) = bssgp::msg::Pdu::parse(&part) {
                // only what ends between two elements is whole
                assert_eq!(read.encode(), part);
                let last = [
                    0x3b, 0x3c, 0x06, 0x7e, 0x04, 0x3e, 0x15, 0x20, 0x07, 0x08, 0x28,
                ];
                assert!(last.contains(&octets[cut]), "{whole} cut at {cut}");
            } else {
                cuts += 1;
            }
        }
    }
    assert!(cuts > 500, "{cuts}");
    let mut link = LogicalLink::new(Side::Ms, bssgp::value::Tlli(1));
    let frame = link.npdu(5, &[1; 40]).unwrap().remove(0);
    for cut in 0..frame.len() {
        assert!(llc::frame::Frame::parse(&frame.slice(..cut)).is_err());
    }
    let sn = llc::frame::Frame::parse(&frame).unwrap().info;
    for cut in 0..4 {
        assert!(sndcp::msg::SnPdu::parse(&sn.slice(..cut)).is_err());
    }
    assert_eq!(sndcp::msg::SnPdu::parse(&sn).unwrap().encode(), sn);
}

#[test]
fn a_hundred_thousand_mutations_read_without_a_panic_and_in_bounded_memory() {
    let all = datagrams();
    let each = 100_000usize.div_ceil(all.len());
    let mut read = 0;
    for (n, d) in all.iter().enumerate() {
        for bad in mutations(d, n as u64, each) {
            let bad = Bytes::from(bad);
            let memory = allocation_counter::measure(|| {
                if let Ok(ns::msg::Pdu::NsUnitdata(u)) = ns::msg::Pdu::parse(&bad)
                    && let Ok(pdu) = bssgp::msg::Pdu::parse(&u.sdu.0)
                {
                    read += 1;
                    let again = pdu.encode();
                    assert_eq!(bssgp::msg::Pdu::parse(&again).unwrap().encode(), again);
                }
            });
            let most = 4096 + 40 * bad.len() as u64;
            assert!(
                memory.bytes_max <= most,
                "{} for {bad:02x?}",
                memory.bytes_max
            );
        }
    }
    assert!(read > 20_000, "{read}");
}

#[test]
fn machines_take_mutated_datagrams_in_every_state() {
    let all = datagrams();
    let mut w = World::new(&[2], |_, _| {});
    w.run(secs(1));
    for (n, d) in all.iter().cycle().take(600).enumerate() {
        for bad in mutations(d, n as u64, 16) {
            let bad = Bytes::from(bad);
            w.now = Time(w.now.0 + 1_000_000);
            if n % 2 == 0 {
                w.bss.datagram(w.now, &bad);
            } else {
                w.sgsn.datagram(w.now, peer(), &bad);
            }
        }
        let until = Time(w.now.0 + 1_000_000);
        w.run(until);
    }
    // both come to terms again
    w.bss.start(w.now);
    let until = Time(w.now.0 + 10_000_000_000);
    w.run(until);
    assert!(w.bss.is_ready(2));
}

#[test]
fn links_take_mutated_frames() {
    let mut ms = LogicalLink::new(Side::Ms, bssgp::value::Tlli(1));
    let mut net = LogicalLink::new(Side::Sgsn, bssgp::value::Tlli(1));
    let mut frames = ms.npdu(5, &[9; 1200]).unwrap();
    let l3 = [0u8, 1, 0, 1, 5, 0x81, 2, 2, 0, 0x20];
    let xid = llc::xid::Xid::new(llc::xid::Parameter::Layer3, Bytes::copy_from_slice(&l3));
    frames.push(ms.llc().xid(llc::frame::Sapi::User3, &[xid]));
    let mut taken = 0;
    for n in 0..20_000u64 {
        let frame = &frames[n as usize % frames.len()];
        // the FCS made right again, so that what is inside is reached
        let Some(bad) = mutations(&frame[..frame.len() - 3], n, 1).next() else {
            continue;
        };
        let mut bad = bad;
        let sum = llc::fcs::fcs(&bad);
        bad.extend(sum);
        let bad = Bytes::from(bad);
        let memory = allocation_counter::measure(|| {
            taken += u64::from(net.receive(Time(n), &bad).is_some());
        });
        assert!(memory.bytes_max < 40_000, "{}", memory.bytes_max);
        while net.due().is_some_and(|t| t <= Time(n)) {
            net.timeout(Time(n));
        }
    }
    assert!(taken > 1000, "{taken}");
}
