//! M3UA and SCCP messages that others made: read as tshark reads them, and written back to the same
//! octets.
use bytes::Bytes;
use serde_json::Value as Json;
use sigtran_map::{
    m3ua::msg::{Message as M3ua, Pdu},
    sccp::msg::{Address, Head, Message as Sccp},
};

mod common;

const FIELDS: [&str; 18] = [
    "m3ua.protocol_data_opc",
    "m3ua.protocol_data_dpc",
    "m3ua.protocol_data_si",
    "m3ua.protocol_data_sls",
    "sccp.message_type",
    "sccp.class",
    "sccp.return_cause",
    "sccp.called.ssn",
    "sccp.called.digits",
    "sccp.called.nai",
    "sccp.called.np",
    "sccp.called.pc",
    "sccp.calling.ssn",
    "sccp.calling.digits",
    "sccp.calling.nai",
    "sccp.calling.np",
    "sccp.calling.pc",
    "sccp.hops",
];

fn raw(frame: &Json, layer: &str) -> Option<Bytes> {
    let hex = frame["_source"]["layers"][layer][0].as_str()?;
    Some(hex::decode(hex).unwrap().into())
}

fn address(a: &Address) -> Vec<Option<u64>> {
    let digits = a.gt.digits().map(|d| d.parse().unwrap());
    vec![
        a.ssn.map(u64::from),
        digits,
        a.gt.nature().map(u64::from),
        a.gt.plan().map(u64::from),
        a.pc.map(|pc| u64::from(pc & 0x3fff)),
    ]
}

/// The fields of an SCCP message from what we hold.
fn row(m: &Sccp) -> Vec<Option<u64>> {
    let Sccp::Unitdata(m) = m else {
        panic!("{m:?}");
    };
    let (class, cause) = match m.head {
        Head::Class(c) => (Some(u64::from(c.class())), None),
        Head::Return(c) => (None, Some(u64::from(c.0))),
    };
    let mut all = vec![Some(u64::from(m.code())), class, cause];
    all.extend(address(&m.called));
    all.extend(address(&m.calling));
    all.push(m.extended.as_ref().map(|e| u64::from(e.hops)));
    all
}

fn number(text: &str) -> Option<u64> {
    match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16).ok(),
        None => text.parse().ok(),
    }
}

#[test]
fn captures() {
    let name = "ss7-captures";
    let (Some(files), Some(tshark)) = (common::captures(name), oracle::tshark(name)) else {
        return;
    };
    let (mut m3ua, mut sccp) = (0, 0);
    for (n, file) in files {
        let rows = tshark.fields(&file, "sccp", &FIELDS);
        let text = tshark.text(&file, "sccp", &["-T", "jsonraw", "-J", "m3ua sccp"]);
        let frames: Vec<Json> = serde_json::from_str(&text).unwrap();
        assert_eq!(frames.len(), rows.len());
        for (frame, theirs) in frames.iter().zip(rows) {
            let theirs: Vec<_> = theirs.iter().map(|v| number(v)).collect();
            let octets = raw(frame, "sccp_raw").unwrap();
            let mut label = vec![None; 4];
            if let Some(outer) = raw(frame, "m3ua_raw") {
                let m = M3ua::read(&outer).unwrap_or_else(|e| panic!("{e}: {outer:02x?}"));
                assert_eq!(m.bytes(), outer);
                for n in 0..outer.len() {
                    let e = M3ua::read(&outer.slice(..n)).unwrap_err();
                    assert!(e.at <= n && !e.field.is_empty(), "{e}");
                }
                let Pdu::Data(d) = &m.pdu else {
                    panic!("{m:?}");
                };
                let p = &d.protocol_data;
                assert_eq!(p.data.0, octets, "trace {n}");
                label = [p.opc, p.dpc, p.si.into(), p.sls.into()]
                    .map(|v| Some(u64::from(v)))
                    .into();
                m3ua += 1;
            }
            let m = Sccp::read(&octets).unwrap_or_else(|e| panic!("{e}: {octets:02x?}"));
            assert_eq!(m.bytes(), octets);
            for n in 1..octets.len() {
                let e = Sccp::read(&octets.slice(..n)).unwrap_err();
                assert!(e.at <= n && !e.field.is_empty(), "{e}");
            }
            let ours = [label, row(&m)].concat();
            for ((field, ours), theirs) in FIELDS.iter().zip(ours).zip(theirs) {
                assert_eq!(ours, theirs, "trace {n}: {field}: {m:?}");
            }
            sccp += 1;
        }
    }
    assert_eq!((m3ua, sccp), (17, 50));
}
