//! kill -9 of every daemon at three steps of the procedure, and the same daemon again: the device gets
//! to its home operator all the same, with one subscription, and no sequence number is issued twice.
#![allow(clippy::disallowed_methods)] // labs beside each other, on sockets
mod common;
mod daemons_common;

use aka::{Algorithm, Functions, Sqn};
use daemons_common::{Lab, ROLES};
use hlr_auc::{Answer, Ask, Subscriber};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Mutex,
    time::Duration,
};
use wire::Imsi;

/// A step: this role's log has said this.
type Step = (&'static str, &'static str);

/// Before the machine is switched on.
const ISSUING: [Step; 3] = [
    ("icf", "icf.imported"),
    ("dpf", "dpf.accounts"),
    ("ccif", "m2mes.made"),
];
const REGISTRATION: [Step; 3] = [
    ("m2me", "m2me.attached"),
    ("drf", "drf.registering"),
    ("dpf", "dpf.session"),
];
const SUBSCRIPTION: [Step; 3] = [
    ("hlr", "home.subscriber"),
    ("sho", "sho.authorised"),
    ("m2me", "m2me.switch"),
];

/// At which steps a role is killed: where it has something to lose.
fn steps(role: &str) -> [Step; 3] {
    match role {
        "ccif" => ISSUING,
        "hlr" | "ggsn-sho" => SUBSCRIPTION,
        "m2me" => [
            ("m2me", "m2me.registered"),
            ("dpf", "dpf.session"),
            ("m2me", "m2me.switch"),
        ],
        "pva" => [
            ("pva", "pva.credential_issued"),
            ("drf", "drf.registering"),
            ("pva", "pva.verdict"),
        ],
        _ => REGISTRATION,
    }
}

/// Labs that run at a time: they wait most of the time.
const AT_A_TIME: usize = 6;

#[test]
#[ignore = "peers: 33 labs of eleven daemons, minutes"]
fn killed_daemons_come_back_and_the_procedure_ends_well() {
    let all = ROLES.iter().flat_map(|r| steps(r.0).map(|s| (r.0, s)));
    let numbered: Vec<_> = (100..).zip(all).collect();
    assert_eq!(numbered.len(), 33);
    let todo = Mutex::new(numbered);
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..AT_A_TIME {
            scope.spawn(|| {
                loop {
                    let Some((net, (role, step))) = todo.lock().unwrap().pop() else {
                        return;
                    };
                    let ran = std::panic::catch_unwind(|| story(net, role, step));
                    match ran {
                        Ok(took) => println!("{role} at {}: {took:?}", step.1),
                        Err(_) => failed.lock().unwrap().push((role, step)),
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{failed:?}");
}

/// One kill; how long the whole story took.
fn story(net: u8, role: &'static str, step: Step) -> Duration {
    let begun = std::time::Instant::now();
    let mut lab = Lab::new(net);
    for (name, ..) in ROLES.iter().filter(|r| r.0 != "m2me") {
        lab.start(name, &["--capture"]);
    }
    let long = Duration::from_secs(60);
    let mut killed = false;
    if ISSUING.contains(&step) || step.1 == "pva.credential_issued" {
        lab.until(step.0, step.1, long);
        lab.kill_and_start(role, &["--capture"]);
        killed = true;
    }
    lab.until("ccif", "m2mes.made", long);
    lab.start("m2me", &["--capture"]);
    if !killed {
        lab.until(step.0, step.1, long);
        lab.kill_and_start(role, &["--capture"]);
    }
    lab.until("m2me", "m2me.operational", Duration::from_secs(240));
    let imsi = operational(&lab.log("m2me"));
    lab.stop_all();

    // one subscription, the one that the device has
    let home = records(&lab, "hlr");
    let imsis: Vec<&Imsi> = home.keys().collect();
    assert_eq!(imsis, [&imsi], "{role} at {step:?}");
    // every vector that was ever issued has a sequence number of its own
    let issued = [("icf", records(&lab, "icf")), ("hlr", home)];
    for (name, subscribers) in issued {
        let vectors: BTreeSet<_> = [name, "sgsn"]
            .iter()
            .flat_map(|n| lab.captures(n))
            .flat_map(|file| vectors(&file))
            .filter(|v| subscribers.contains_key(&v.imsi))
            .collect();
        assert!(!vectors.is_empty(), "{name}: no vector in any capture");
        let mut seen = BTreeMap::new();
        for v in vectors {
            let sqn = v.sqn(&subscribers[&v.imsi]);
            let other = seen.insert((v.imsi, sqn), v.clone());
            assert!(
                other.is_none(),
                "{role} at {step:?}: {sqn:?} twice: {v:?} {other:?}"
            );
        }
    }
    begun.elapsed()
}

/// The identity in use at the end, from the machine's log.
fn operational(log: &str) -> Imsi {
    let line = log
        .lines()
        .rfind(|l| l.contains("m2me.operational"))
        .unwrap();
    let (_, rest) = line.split_once("imsi=").unwrap();
    let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap()
}

/// The records of a daemon that has ended.
fn records(lab: &Lab, name: &str) -> BTreeMap<Imsi, Subscriber> {
    let redb = store::Redb::create(lab.file(&format!("{name}.redb"))).unwrap();
    let mut imsis = Vec::new();
    redb.each(name, |s| imsis.push(s.unwrap().imsi)).unwrap();
    let fetch = |imsi: &Imsi| match redb.ask(name, Ask::Fetch(*imsi)) {
        Answer::Subscriber(Some(s)) => *s,
        other => panic!("{other:?}"),
    };
    imsis.iter().map(|i| (*i, fetch(i))).collect()
}

/// A vector that a capture shows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Vector {
    imsi: Imsi,
    rand: [u8; 16],
    autn: [u8; 16],
}

impl Vector {
    /// SQN, from AUTN and the test keys (TS 33.102 6.3.2).
    fn sqn(&self, s: &Subscriber) -> Sqn {
        let functions: Functions = Algorithm::default().keyed(&s.k, &s.operator_code).unwrap();
        let ak = functions.f2345(&self.rand).ak;
        let mut sqn = [0; 8];
        for (i, (a, k)) in self.autn.iter().zip(ak).enumerate() {
            sqn[i + 2] = a ^ k;
        }
        Sqn::new(u64::from_be_bytes(sqn)).unwrap()
    }
}

/// The vectors of all Authentication-Information-Answers in a capture.
fn vectors(file: &std::path::Path) -> Vec<Vector> {
    let o = common::answer(&["decode", file.to_str().unwrap(), "--json"]);
    let mut users = BTreeMap::new();
    let mut found = Vec::new();
    for line in common::out(&o).lines() {
        let frame: serde_json::Value = serde_json::from_str(line).unwrap();
        let messages = frame["messages"].as_array().into_iter().flatten();
        for m in messages.filter(|m| m["protocol"] == "diameter") {
            let (message, avps) = (&m["message"], &m["message"]["avps"]);
            let exchange = message["header"]["end_to_end"].as_u64();
            if let Some(imsi) = avps["user_name"].as_str() {
                users.insert(exchange, imsi.parse::<Imsi>().unwrap());
            }
            let all = avps["authentication_info"]["utran_vector"].as_array();
            for v in all.into_iter().flatten() {
                let hex = |name: &str| {
                    let octets = provisioning::text::from_hex(v[name].as_str().unwrap()).unwrap();
                    <[u8; 16]>::try_from(octets).unwrap()
                };
                let Some(imsi) = users.get(&exchange) else {
                    continue;
                };
                let (imsi, rand, autn) = (*imsi, hex("rand"), hex("autn"));
                found.push(Vector { imsi, rand, autn });
            }
        }
    }
    found
}
