//! The agent between visited and home networks: which way a request goes, what is changed on it,
//! and what whoever asked is told where there is no way.
use diameter_s6a::{
    machine::{
        Application, Identity, Routes,
        peers::{self, PeerConfig},
        route::Action,
    },
    msg::{self, Message, Pdu, RedirectHostUsage, ResultCode, application::S6A},
};
use engine::Rng;
use interconnect::dra::{Config, Realms};
use wire::{Bytes, MncLengths};
use world::{
    Command, HOME, Party, Reply, Seen, To, VISITED, agent, air, at, avp, end, play, table,
};

mod world;

const SGSN: usize = 0;
const DRA: usize = 1;
const ICF1: usize = 2;
const ICF2: usize = 3;

fn sgsn() -> Party {
    let identity = Identity::s6a(format!("sgsn.{VISITED}"), VISITED);
    let all = Action::Peers(vec![format!("dra.{VISITED}")]);
    let config = peers::Config {
        routes: Routes::default().or_else(all),
        ..table(
            identity,
            vec![PeerConfig::new(format!("dra.{VISITED}")).at(at(DRA as u8))],
        )
    };
    end(config, &Rng::seed(1))
}

fn icf(n: u8) -> Party {
    let identity = Identity::s6a(format!("icf{n}.{HOME}"), HOME);
    let peers = vec![PeerConfig::new(format!("dra.{VISITED}"))];
    end(table(identity, peers), &Rng::seed(1))
}

/// An agent that the SGSN dials and that dials both ICFs.
fn config() -> Config {
    let mut c = Config::new(format!("dra.{VISITED}"), VISITED);
    let icf = |n: usize| PeerConfig::new(format!("icf{}.{HOME}", n - 1)).at(at(n as u8));
    c.peers = peers::Config {
        routes: Routes::default().with(HOME, S6A, both()),
        ..table(
            c.peers.identity,
            vec![
                PeerConfig::new(format!("sgsn.{VISITED}")),
                icf(ICF1),
                icf(ICF2),
            ],
        )
    };
    c
}

fn both() -> Action {
    Action::Peers(vec![format!("icf1.{HOME}"), format!("icf2.{HOME}")])
}

fn world(config: Config) -> Vec<(&'static str, Party)> {
    vec![
        ("sgsn", sgsn()),
        ("dra", agent(config, &Rng::seed(1))),
        ("icf1", icf(1)),
        ("icf2", icf(2)),
    ]
}

/// The SGSN asks one thing of the agent.
fn ask(config: Config, octets: Bytes) -> Seen {
    play(
        world(config),
        vec![(1000, SGSN, Command::Ask(1, octets))],
        8,
    )
}

/// What the SGSN was told.
fn told(seen: &Seen) -> Message {
    let answers = seen.between(DRA, SGSN, 318);
    assert_eq!(answers.len(), 1, "{}", seen.text(&[]));
    Message::read(&answers[0]).unwrap()
}

fn refused(config: Config, octets: Bytes, code: ResultCode) -> Seen {
    let seen = ask(config, octets);
    let m = told(&seen);
    assert_eq!(m.header.is_error(), code.is_protocol_error(), "{m}");
    let result = m.result().unwrap().to_string();
    assert_eq!(result, code.to_string(), "{}", seen.text(&[]));
    assert_eq!(seen.count(DRA, code.name().unwrap()), 1);
    assert_eq!(seen.between(DRA, ICF1, 318).len(), 0);
    seen
}

const REALM: To<'_> = To {
    realm: Some(HOME),
    host: None,
    user: Some("999010000000001"),
    from: None,
};

#[test]
fn a_request_and_its_answer_pass_and_only_what_must_change_changes() {
    // AVPs and flags that nobody knows, groups within groups, padding
    let odd = [
        avp(0xfff0, 99_999, b"odd"),
        avp(
            284,
            0,
            &[avp(280, 0, b"proxy.x"), avp(33, 0, b"state")].concat(),
        ),
        avp(282, 0, b"mme.elsewhere"),
    ];
    let sent = air(7, REALM, &odd);
    let seen = play(
        world(config()),
        vec![(1000, SGSN, Command::Ask(1, sent.clone()))],
        3,
    );
    let arrived = seen.between(SGSN, DRA, 318)[0].clone();
    let on = [seen.between(DRA, ICF1, 318), seen.between(DRA, ICF2, 318)].concat();
    assert_eq!(on.len(), 1, "{}", seen.text(&[]));
    let on = &on[0];
    // Route-Record with the name of the peer that it came from, behind all else
    let record = avp(282, 0, format!("sgsn.{VISITED}").as_bytes());
    assert_eq!(on.len(), sent.len() + record.len());
    assert_eq!(on[20..], [&sent[20..], &record].concat());
    // flags, command, application; end-to-end identifier
    assert_eq!((&on[4..12], &on[16..20]), (&sent[4..12], &sent[16..20]));
    assert_ne!(on[12..16], arrived[12..16]);
    let back = seen.between(DRA, SGSN, 318)[0].clone();
    let answer = [seen.between(ICF1, DRA, 318), seen.between(ICF2, DRA, 318)].concat();
    assert_eq!(answer[0][12..16], on[12..16]);
    assert_eq!(back[12..16], arrived[12..16]);
    let apart = |o: &Bytes| [&o[..12], &o[16..]].concat();
    assert_eq!(apart(&back), apart(&answer[0]));
    assert!(
        seen.text(&["answered"])
            .contains("n=1 result=DIAMETER_SUCCESS")
    );
    assert_eq!(seen.count(DRA, "request passed on"), 1);
    assert_eq!(seen.count(DRA, "answer passed back"), 1);
    if let Some(tshark) = oracle::tshark("dra-forwarded") {
        let pdus = oracle::Pdus::new("diameter", seen.messages.iter().map(|m| &m.2[..]));
        let broken = "_ws.malformed || _ws.expert.severity == error";
        assert_eq!(tshark.count(&pdus, broken), 0);
        let fields = [
            "diameter.Route-Record",
            "diameter.Proxy-Host",
            "diameter.User-Name",
        ];
        let rows = tshark.fields(
            &pdus,
            "diameter.flags.request == 1 && diameter.cmd.code == 318",
            &fields,
        );
        let row = |hosts: String| vec![hosts, "proxy.x".into(), "999010000000001".into()];
        assert_eq!(
            rows,
            [
                row("mme.elsewhere".into()),
                row(format!("mme.elsewhere,sgsn.{VISITED}"))
            ]
        );
    }
}

#[test]
fn commands_and_answers_that_nobody_knows_pass_as_octets() {
    let mut c = config();
    let everything = msg::application::RELAY;
    c.peers.routes = Routes::default().with(HOME, everything, both());
    let speaks_all = |n: u8| {
        let mut identity = Identity::s6a(format!("icf{n}.{HOME}"), HOME);
        identity.applications.push(Application {
            vendor: 0,
            id: 4242,
        });
        let peers = vec![PeerConfig::new(format!("dra.{VISITED}"))];
        end(table(identity, peers), &Rng::seed(1))
    };
    let mut nodes = world(c);
    nodes[ICF1].1 = speaks_all(1);
    nodes[ICF2].1 = speaks_all(2);
    let sent = world::request(
        8_388_999,
        4242,
        5,
        &[
            avp(263, 0, b"s"),
            avp(283, 0, HOME.as_bytes()),
            avp(9999, 7, &[0; 300]),
        ],
    );
    let mut answer = sent.to_vec();
    answer[4] = 0x40;
    let reply = Reply::Octets(answer.clone().into());
    let script = vec![
        (900, ICF1, Command::Reply(reply.clone())),
        (900, ICF2, Command::Reply(reply)),
        (1000, SGSN, Command::Ask(1, sent)),
    ];
    let seen = play(nodes, script, 3);
    let back = &seen.between(DRA, SGSN, 8_388_999)[0];
    assert_eq!(back[16..], answer[16..], "{}", seen.text(&[]));
    assert_eq!(back[..12], answer[..12]);
}

#[test]
fn ways_of_a_request() {
    let to = |seen: &Seen| {
        let n = |node| seen.between(DRA, node, 318).len();
        (n(ICF1), n(ICF2))
    };
    let icf2 = format!("ICF2.{HOME}");
    let second = Action::Peers(vec![icf2.clone()]);
    // by host, where that is a peer, whatever the realm
    let host = To {
        realm: Some("elsewhere"),
        host: Some(&icf2),
        ..REALM
    };
    assert_eq!(to(&ask(config(), air(1, host, &[]))), (0, 1));
    // by host, where there is no realm beside it
    let alone = To {
        realm: None,
        ..host
    };
    assert_eq!(to(&ask(config(), air(1, alone, &[]))), (0, 1));
    // by application alone
    let mut c = config();
    c.peers.routes = Routes::default().or_for(S6A, second.clone());
    let elsewhere = To {
        realm: Some("elsewhere"),
        ..REALM
    };
    assert_eq!(to(&ask(c, air(1, elsewhere, &[]))), (0, 1));
    // by the network of the IMSI, where the realm is unknown or absent
    let by_imsi = || {
        let mut c = config();
        let routes = Routes::default().with(HOME, S6A, second.clone());
        c.peers.routes = routes.or_by_imsi(MncLengths::test_networks());
        c
    };
    // whoever serves it knows its own realm alone: that stands in the request then
    let addressed = |seen: &Seen| {
        let Pdu::AuthenticationInformationRequest(r) =
            Message::read(&seen.between(DRA, ICF2, 318)[0]).unwrap().pdu
        else {
            panic!("{}", seen.text(&[]))
        };
        r.destination_realm.to_string()
    };
    let odd = avp(0xfff0, 99_999, b"odd");
    let sent = air(1, elsewhere, &[odd]);
    let seen = ask(by_imsi(), sent.clone());
    assert_eq!((to(&seen), &*addressed(&seen)), ((0, 1), HOME));
    // in its place, and all else as it was
    let replaced = |octets: &[u8], with: &[u8]| {
        let (old, new) = (avp(283, 0, b"elsewhere"), avp(283, 0, with));
        let at = octets.windows(old.len()).position(|w| w == &old[..]);
        let at = at.unwrap();
        [&octets[20..at], &new, &octets[at + old.len()..]].concat()
    };
    let on = &seen.between(DRA, ICF2, 318)[0];
    let record = avp(282, 0, format!("sgsn.{VISITED}").as_bytes());
    assert_eq!(
        on[20..],
        [replaced(&sent, HOME.as_bytes()), record.to_vec()].concat()
    );
    let absent = To {
        realm: None,
        ..REALM
    };
    let seen = ask(by_imsi(), air(1, absent, &[]));
    assert_eq!((to(&seen), &*addressed(&seen)), ((0, 1), HOME));
    let abroad = To {
        user: Some("262010000000001"),
        ..elsewhere
    };
    refused(by_imsi(), air(1, abroad, &[]), ResultCode::RealmNotServed);
}

#[test]
fn requests_without_a_way_are_refused() {
    let elsewhere = To {
        realm: Some("elsewhere"),
        ..REALM
    };
    refused(config(), air(1, elsewhere, &[]), ResultCode::RealmNotServed);
    // neither realm nor peer
    let nowhere = To {
        realm: None,
        host: Some("icf9.elsewhere"),
        ..REALM
    };
    refused(config(), air(1, nowhere, &[]), ResultCode::UnableToDeliver);
    // our name among the hosts that it passed
    let looped = avp(282, 0, format!("DRA.{VISITED}").as_bytes());
    refused(config(), air(1, REALM, &[looped]), ResultCode::LoopDetected);
    // for us by name: we serve nothing
    let dra = format!("dra.{VISITED}");
    let here = To {
        host: Some(&dra),
        ..REALM
    };
    refused(
        config(),
        air(1, here, &[]),
        ResultCode::ApplicationUnsupported,
    );
    // no P bit
    let mut closed = air(1, REALM, &[]).to_vec();
    closed[4] &= !0x40;
    refused(config(), closed.into(), ResultCode::UnableToDeliver);
    // no peer of the realm speaks the application
    let mut c = config();
    c.peers.routes = Routes::default().with(HOME, 16_777_238, both());
    let mut gx = air(1, REALM, &[]).to_vec();
    gx[8..12].copy_from_slice(&16_777_238u32.to_be_bytes());
    refused(c, gx.into(), ResultCode::ApplicationUnsupported);
    // all its peers are away
    let mut nodes = world(config());
    nodes.truncate(2);
    let script = vec![(1000, SGSN, Command::Ask(1, air(1, REALM, &[])))];
    let seen = play(nodes, script, 3);
    let code = ResultCode::UnableToDeliver.to_string();
    assert_eq!(told(&seen).result().unwrap().to_string(), code);
}

#[test]
fn a_refusal_keeps_session_and_proxy_info() {
    let info = avp(
        284,
        0,
        &[avp(280, 0, b"proxy.x"), avp(33, 0, b"state")].concat(),
    );
    let elsewhere = To {
        realm: Some("elsewhere"),
        ..REALM
    };
    let sent = air(3, elsewhere, &[info.clone(), info.clone()]);
    let seen = refused(config(), sent, ResultCode::RealmNotServed);
    let m = told(&seen);
    let Pdu::ErrorAnswer(e) = &m.pdu else {
        panic!("{m}")
    };
    let session = format!("sgsn.{VISITED};1;3");
    assert_eq!(e.session_id.as_ref().unwrap().to_string(), session);
    assert_eq!(e.proxy_info.len(), 2);
    assert_eq!(e.proxy_info[0].proxy_host.as_str(), Some("proxy.x"));
    assert_eq!(m.header.end_to_end, 3);
}

#[test]
fn a_redirect_agent_tells_whom_to_ask() {
    let mut c = config();
    c.peers.routes = Routes::default().with(
        HOME,
        S6A,
        Action::Redirect {
            hosts: vec![format!("aaa://icf7.{HOME}:3868")],
            usage: RedirectHostUsage::RealmAndApplication,
            max_cache: 3600,
        },
    );
    let seen = refused(c, air(1, REALM, &[]), ResultCode::RedirectIndication);
    let m = told(&seen);
    let Pdu::ErrorAnswer(e) = &m.pdu else {
        panic!("{m}")
    };
    let host = wire::Text::from(format!("aaa://icf7.{HOME}:3868"));
    assert_eq!(e.redirect_host, [host]);
    assert_eq!(
        e.redirect_host_usage,
        Some(RedirectHostUsage::RealmAndApplication)
    );
    assert_eq!(e.redirect_max_cache_time, Some(3600));
}

#[test]
fn a_redirection_to_a_peer_is_followed() {
    let mut c = config();
    let first = Action::Peers(vec![format!("icf1.{HOME}")]);
    c.peers.routes = Routes::default().with(HOME, S6A, first);
    let to = "aaa://icf2.epc.mnc001.mcc999.3gppnetwork.org:3868;transport=tcp";
    let script = vec![
        (900, ICF1, Command::Reply(Reply::Redirect(to))),
        (1000, SGSN, Command::Ask(1, air(1, REALM, &[]))),
    ];
    let seen = play(world(c), script, 3);
    assert_eq!(seen.between(DRA, ICF2, 318).len(), 1, "{}", seen.text(&[]));
    // told so, not delivered twice: no T flag
    assert_eq!(seen.between(DRA, ICF2, 318)[0][4] & 0x10, 0);
    assert!(seen.text(&["answered"]).contains("DIAMETER_SUCCESS"));
}

#[test]
fn whoever_speaks_for_another_network_is_refused() {
    let foreign = To {
        from: Some(HOME),
        ..REALM
    };
    let sgsn = format!("sgsn.{VISITED}");
    for (realms, sent, refuse) in [
        (Realms::Own, REALM, false),
        (Realms::Own, foreign, true),
        (Realms::only([VISITED, "other"]), REALM, false),
        (Realms::only(["other"]), REALM, true),
        (Realms::Any, foreign, false),
    ] {
        let c = config().speaking(&sgsn, realms);
        match refuse {
            true => {
                let code = ResultCode::AuthorizationRejected;
                let seen = refused(c, air(1, sent, &[]), code);
                assert_eq!(told(&seen).header.flags & 0x20, 0);
            }
            false => {
                let seen = ask(c, air(1, sent, &[]));
                assert!(told(&seen).result().unwrap().is_success());
            }
        }
    }
}

#[test]
fn weights_and_priorities_share_the_load() {
    let shares = |first: (u16, u16), second: (u16, u16)| {
        let mut c = config();
        for (p, (priority, weight)) in c.peers.peers[1..].iter_mut().zip([first, second]) {
            *p = p.clone().priority(priority).weight(weight);
        }
        let asks = (0..300u32).map(|n| {
            let t = 1000 + u64::from(n) * 5;
            (t, SGSN, Command::Ask(n, air(n, REALM, &[])))
        });
        let seen = play(world(c), asks.collect(), 4);
        let n = |node| seen.between(DRA, node, 318).len();
        assert_eq!(seen.between(DRA, SGSN, 318).len(), 300);
        (n(ICF1), n(ICF2))
    };
    assert_eq!(shares((1, 1), (2, 100)), (300, 0));
    let (a, b) = shares((1, 2), (1, 1));
    assert!((170..230).contains(&a) && a + b == 300, "{a} {b}");
}

#[test]
fn busy_is_said_where_too_much_waits() {
    // ten requests at once to servers that do not answer: two for each, or three in all
    for (each, whole, let_in) in [(2, 100, 4), (100, 3, 3)] {
        let mut c = config();
        c.peers.peers.iter_mut().for_each(|p| p.pending = each);
        c.peers.pending = whole;
        let mut script = vec![
            (900, ICF1, Command::Reply(Reply::Nothing)),
            (900, ICF2, Command::Reply(Reply::Nothing)),
        ];
        script.extend((0..10).map(|n| (1000, SGSN, Command::Ask(n, air(n, REALM, &[])))));
        // once their time is up there is room again
        script.push((8000, ICF1, Command::Reply(Reply::Code(ResultCode::Success))));
        script.push((8000, ICF2, Command::Reply(Reply::Code(ResultCode::Success))));
        script.push((8000, SGSN, Command::Ask(99, air(99, REALM, &[]))));
        let seen = play(world(c), script, 12);
        let busy = ResultCode::TooBusy.name().unwrap();
        assert_eq!(seen.count(DRA, busy), 10 - let_in, "{}", seen.text(&[]));
        let lost = ResultCode::UnableToDeliver.name().unwrap();
        assert_eq!(seen.count(DRA, lost), let_in);
        let last = seen.text(&["n=99"]);
        assert!(last.contains("DIAMETER_SUCCESS"), "{last}");
    }
}

#[test]
fn a_peer_that_cannot_deliver_gives_the_next_its_turn() {
    for code in [ResultCode::UnableToDeliver, ResultCode::TooBusy] {
        let mut c = config();
        c.peers.peers[2].priority = 9;
        let script = vec![
            (900, ICF1, Command::Reply(Reply::Code(code))),
            (1000, SGSN, Command::Ask(1, air(1, REALM, &[]))),
            // and where all say so, whoever asked is told
            (1900, ICF2, Command::Reply(Reply::Code(code))),
            (2000, SGSN, Command::Ask(2, air(2, REALM, &[]))),
        ];
        let seen = play(world(c), script, 4);
        let said = seen.text(&["answered"]);
        assert!(said.contains("n=1 result=DIAMETER_SUCCESS"), "{said}");
        assert!(said.contains(&format!("n=2 result={code}")), "{said}");
    }
}

#[test]
fn what_waits_for_a_peer_that_is_lost_goes_to_the_next_with_the_t_flag() {
    let mut c = config();
    c.peers.peers[2].priority = 9;
    let script = vec![
        (900, ICF1, Command::Reply(Reply::Nothing)),
        (1000, SGSN, Command::Ask(1, air(77, REALM, &[]))),
        (1500, ICF1, Command::Kill),
        (2000, SGSN, Command::Ask(2, air(78, REALM, &[]))),
    ];
    let seen = play(world(c), script, 4);
    let first = seen.between(DRA, ICF1, 318);
    let second = seen.between(DRA, ICF2, 318);
    assert_eq!((first.len(), second.len()), (1, 2), "{}", seen.text(&[]));
    assert_eq!((first[0][4] & 0x10, second[0][4] & 0x10), (0, 0x10));
    assert_eq!(
        first[0][16..],
        second[0][16..],
        "end-to-end identifier and AVPs"
    );
    assert_ne!(first[0][12..16], second[0][12..16]);
    // what comes after is sent there anew
    assert_eq!(second[1][4] & 0x10, 0);
    let said = seen.text(&["answered"]);
    assert_eq!(said.matches("DIAMETER_SUCCESS").count(), 2, "{said}");
}

#[test]
fn answers_for_a_peer_that_came_back_meanwhile_are_not_given_to_it() {
    let dra = format!("dra.{VISITED}");
    let reboots = msg::DisconnectCause::Rebooting;
    let script = vec![
        (900, ICF1, Command::Reply(Reply::Nothing)),
        (900, ICF2, Command::Reply(Reply::Nothing)),
        (1000, SGSN, Command::Ask(1, air(1, REALM, &[]))),
        (1100, SGSN, Command::Leave(dra.clone(), reboots)),
        (2000, SGSN, Command::Connect(dra)),
    ];
    let seen = play(world(config()), script, 9);
    assert_eq!(seen.between(DRA, SGSN, 318).len(), 0, "{}", seen.text(&[]));
    assert_eq!(seen.count(DRA, "answer for a peer that is gone"), 1);
}
