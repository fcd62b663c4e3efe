//! Two session machines against each other, message by message.
#![allow(clippy::unwrap_used)]
use engine::{Now, Rng, Time};
use provisioning::{
    dm::{
        self, Account, AuthType, Client, ClientConfig, Code, End, Event, Found, GenericAlert,
        Server, ServerConfig, Step, Tree, alert,
    },
    syncml::{
        Alert, Command, Data, Document, Element, Form, Group, Message, Node, Request, Tag, Verb,
    },
};
use std::collections::BTreeMap;

const INSTALL: &str = "./MCIM/App/m-1/Operations/Install";
const PACKAGE: &str = "./MCIM/App/m-1/Package";
const CREDENTIAL: &str = "./MCIM/TRE/PlatformCredential";

/// A tree in memory: leaves, what was run, how much fits.
#[derive(Default)]
struct Leaves {
    leaves: BTreeMap<String, Vec<u8>>,
    kept: BTreeMap<String, Vec<u8>>,
    ran: Vec<String>,
    alerts: Vec<GenericAlert>,
    room: u64,
}

impl Tree for Leaves {
    fn get(&mut self, uri: &str) -> Result<Found, Code> {
        let data = self.leaves.get(uri).ok_or(Code::NotFound)?;
        Ok(Found {
            format: "bin",
            data: Data::Octets(data.clone()),
        })
    }
    fn add(&mut self, uri: &str, _: &str, data: &[u8]) -> Code {
        if self.leaves.contains_key(uri) {
            return Code::AlreadyExists;
        }
        self.replace(uri, "", data)
    }
    fn replace(&mut self, uri: &str, _: &str, data: &[u8]) -> Code {
        self.leaves.insert(uri.into(), data.to_vec());
        Code::Ok
    }
    fn delete(&mut self, _: Now, uri: &str) -> Code {
        self.leaves.remove(uri).map_or(Code::NotFound, |_| Code::Ok)
    }
    fn exec(&mut self, _: Now, uri: &str, correlator: Option<&str>, _: &[u8]) -> Code {
        self.ran.push(uri.into());
        self.alerts.push(GenericAlert {
            correlator: correlator.map(str::to_owned),
            source: uri.into(),
            kind: "urn:fosterling:at:mcim".into(),
            mark: "informational".into(),
            data: "201".into(),
        });
        Code::Accepted
    }
    fn room(&mut self, _: &str, size: u64) -> Code {
        if size > self.room {
            Code::DeviceFull
        } else {
            Code::Ok
        }
    }
    fn alerts(&mut self) -> Vec<GenericAlert> {
        std::mem::take(&mut self.alerts)
    }
    fn begin(&mut self) {
        self.kept = self.leaves.clone();
    }
    fn roll_back(&mut self) -> bool {
        self.leaves = self.kept.clone();
        true
    }
}

fn account(name: &str, secret: &str) -> Account {
    Account::new(name, secret, name.as_bytes())
}

fn client_config() -> ClientConfig {
    ClientConfig {
        server_uri: "http://10.32.0.3/dm".into(),
        device_id: "urn:m2me:1".into(),
        client: account("device", "one"),
        server: account("dpf", "two"),
        max_msg_size: 1400,
        max_obj_size: 65_536,
        form: Form::default(),
        checks_server: true,
        server_initiated: false,
        dev_info: vec![("./DevInfo/DevId".into(), "urn:m2me:1".into())],
    }
}

fn server_config() -> ServerConfig {
    ServerConfig {
        uri: "http://10.32.0.3/dm".into(),
        client: account("device", "one"),
        server: account("dpf", "two"),
        max_msg_size: 1400,
        max_obj_size: 65_536,
        form: Form::default(),
    }
}

struct Run {
    events: Vec<Event>,
    messages: Vec<Message>,
    sizes: Vec<usize>,
    end: End,
    tree: Leaves,
    client: Client,
    server: Server,
}

impl Run {
    /// The codes that the device gave for `uri`.
    fn codes(&self, uri: &str) -> Vec<Code> {
        let of = |e: &Event| match e {
            Event::Status { target, code, .. } if target == uri => Some(*code),
            _ => None,
        };
        self.events.iter().filter_map(of).collect()
    }
}

/// Runs a session: `commands` are pushed once the device is known; results of Gets lead to `then`.
fn run(
    client: ClientConfig,
    server: ServerConfig,
    tree: Leaves,
    commands: Vec<Command>,
    then: Vec<Command>,
) -> Run {
    let (mut tree, mut rng) = (tree, Rng::seed(5));
    let now = Now::virtually(Time(0));
    let form = client.form;
    let (mut client, mut octets) = Client::start(client, "1", &mut tree);
    let (session, device, _) = Server::peek(form, &octets).unwrap();
    let mut server = Server::new(server, &session, &device);
    let (mut events, mut messages, mut sizes) = (Vec::new(), Vec::new(), Vec::new());
    let (mut commands, mut then) = (Some(commands), Some(then));
    let end = loop {
        assert!(messages.len() < 60, "the session does not end");
        messages.push(Message::read_as(form, &octets).unwrap());
        server.set_hmac(client.hmac());
        sizes.push(octets.len());
        let new = server.receive(&octets, &mut rng);
        let opened = new.iter().any(|e| matches!(e, Event::Opened { .. }));
        let found = new.iter().any(|e| matches!(e, Event::Results { .. }));
        for c in opened
            .then(|| commands.take())
            .flatten()
            .unwrap_or_default()
        {
            server.push(c);
        }
        for c in found.then(|| then.take()).flatten().unwrap_or_default() {
            server.push(c);
        }
        events.extend(new);
        let Some(reply) = server.reply() else {
            break End::Aborted;
        };
        messages.push(Message::read_as(form, &reply).unwrap());
        client.set_hmac(server.hmac());
        sizes.push(reply.len());
        match client.receive(&reply, now, &mut rng, &mut tree) {
            Step::Send(o) => octets = o,
            Step::Last(o, end) => {
                events.extend(server.receive(&o, &mut rng));
                break end;
            }
            Step::Done(end) => break end,
        }
    };
    Run {
        events,
        messages,
        sizes,
        end,
        tree,
        client,
        server,
    }
}

fn download(size: usize) -> Vec<Command> {
    let sealed: Vec<u8> = (0..size).map(|i| i as u8).collect();
    vec![
        Command::Request(
            Request::on(Verb::Add, "./MCIM/App/m-1/Token").data("chr", "token".into()),
        ),
        Command::Request(Request::on(Verb::Add, PACKAGE).data("bin", Data::Octets(sealed))),
        Command::Request(Request::on(Verb::Exec, INSTALL).correlator("c-1")),
    ]
}

fn roomy() -> Leaves {
    Leaves {
        room: 100_000,
        ..Leaves::default()
    }
}

#[test]
fn a_package_goes_in_pieces_is_installed_and_reported() {
    let r = run(
        client_config(),
        server_config(),
        roomy(),
        download(5000),
        vec![],
    );
    assert_eq!(r.end, End::Complete);
    assert!(r.server.is_over() && r.client.server_is_known());
    assert!(r.sizes.iter().all(|s| *s <= 1400), "{:?}", r.sizes);
    assert!(r.messages.len() >= 8, "{}", r.messages.len());
    let wanted: Vec<u8> = (0..5000).map(|i| i as u8).collect();
    assert_eq!(r.tree.leaves[PACKAGE], wanted);
    assert_eq!(r.tree.ran, [INSTALL]);
    assert_eq!(
        r.events[0],
        Event::Opened {
            client_initiated: true
        }
    );
    assert!(r.events.contains(&Event::Leaf {
        uri: "./DevInfo/DevId".into(),
        value: "urn:m2me:1".into()
    }));
    assert_eq!(r.codes(PACKAGE), [Code::Ok]);
    assert_eq!(r.codes(INSTALL), [Code::Accepted]);
    let told = r.events.iter().find_map(|e| match e {
        Event::Alert(a) => Some((a.correlator.clone(), a.data.clone(), a.source.clone())),
        _ => None,
    });
    assert_eq!(
        told,
        Some((Some("c-1".into()), "201".into(), INSTALL.into()))
    );
    // the first piece alone says the size; each piece but the last says that more comes
    let pieces: Vec<(Option<u64>, bool)> = r
        .messages
        .iter()
        .flat_map(|m| &m.commands)
        .filter_map(|c| match c {
            Command::Request(q) if q.items[0].target.as_deref() == Some(PACKAGE) => {
                Some((q.items[0].meta.size, q.items[0].more_data))
            }
            _ => None,
        })
        .collect();
    assert_eq!(pieces[0], (Some(5000), true));
    assert!(pieces[1..].iter().all(|p| p.0.is_none()) && !pieces.last().unwrap().1);
    // chained: both sides hold the same new nonces
    let (c, s) = (r.client.accounts(), r.server.accounts());
    assert_eq!((c.0, c.1), (s.0, s.1));
    assert_ne!(c.0.nonce, b"device");
}

#[test]
fn credential_read_first_then_the_package() {
    let mut tree = roomy();
    tree.leaves.insert(CREDENTIAL.into(), vec![7; 3000]);
    let get = vec![Command::Request(Request::on(Verb::Get, CREDENTIAL))];
    let r = run(client_config(), server_config(), tree, get, download(900));
    assert_eq!(r.end, End::Complete);
    assert!(r.events.contains(&Event::Results {
        uri: CREDENTIAL.into(),
        data: vec![7; 3000]
    }));
    assert!(r.sizes.iter().all(|s| *s <= 1400), "{:?}", r.sizes);
    assert_eq!(r.tree.ran, [INSTALL]);
}

#[test]
fn a_device_that_lost_its_nonce_is_challenged_and_believed_then() {
    let mut c = client_config();
    c.client.nonce = b"old".to_vec();
    c.server.nonce = b"older".to_vec();
    let r = run(c, server_config(), roomy(), download(100), vec![]);
    assert_eq!(r.end, End::Complete);
    assert_eq!(r.tree.ran, [INSTALL]);
    let header = |m: &Message| match &m.commands[0] {
        Command::Status(s) => s.code,
        _ => 0,
    };
    assert_eq!((header(&r.messages[1]), header(&r.messages[3])), (401, 212));
}

#[test]
fn a_device_with_a_wrong_secret_gets_no_command() {
    let mut c = client_config();
    c.client.secret = "wrong".into();
    let r = run(c, server_config(), roomy(), download(100), vec![]);
    assert_eq!(r.end, End::Refused(Code::Unauthorized));
    assert_eq!(r.events, [Event::Ended(End::Refused(Code::Unauthorized))]);
    assert!(r.tree.leaves.is_empty() && r.tree.ran.is_empty());
    let any = r.messages.iter().flat_map(|m| &m.commands);
    assert!(
        !any.clone()
            .any(|c| matches!(c, Command::Request(q) if q.verb != Verb::Replace))
    );
}

#[test]
fn a_server_with_a_wrong_secret_changes_nothing() {
    let mut s = server_config();
    s.server.secret = "forged".into();
    let r = run(client_config(), s, roomy(), download(100), vec![]);
    assert_eq!(r.end, End::Refused(Code::Unauthorized));
    assert!(r.tree.leaves.is_empty() && r.tree.ran.is_empty());
    assert!(
        r.events
            .contains(&Event::Ended(End::Refused(Code::Unauthorized)))
    );
}

#[test]
fn objects_that_do_not_fit_are_refused_with_their_code() {
    let r = run(
        client_config(),
        server_config(),
        roomy(),
        download(70_000),
        vec![],
    );
    assert_eq!(r.codes(PACKAGE), [Code::TooBig]);
    let tree = Leaves {
        room: 10,
        ..Leaves::default()
    };
    let r = run(
        client_config(),
        server_config(),
        tree,
        download(5000),
        vec![],
    );
    assert_eq!(r.codes(PACKAGE), [Code::DeviceFull]);
    assert!(!r.tree.leaves.contains_key(PACKAGE));
    assert_eq!(r.end, End::Complete);
    // a size that is not the sum of the pieces
    let mut wrong = Request::on(Verb::Add, PACKAGE).data("bin", Data::Octets(vec![1; 10]));
    wrong.items[0].meta.size = Some(11);
    let r = run(
        client_config(),
        server_config(),
        roomy(),
        vec![Command::Request(wrong)],
        vec![],
    );
    assert_eq!(r.codes(PACKAGE), [Code::SizeMismatch]);
    // a piece without size; a piece whose end never comes
    let mut open = Request::on(Verb::Add, PACKAGE).data("bin", Data::Octets(vec![1; 10]));
    open.items[0].more_data = true;
    let r = run(
        client_config(),
        server_config(),
        roomy(),
        vec![Command::Request(open.clone())],
        vec![],
    );
    assert_eq!(r.codes(PACKAGE), [Code::SizeRequired]);
    open.items[0].meta.size = Some(20);
    let mut commands = vec![Command::Request(open)];
    commands.push(Command::Request(Request::on(Verb::Exec, INSTALL)));
    let r = run(client_config(), server_config(), roomy(), commands, vec![]);
    let missed = |c: &Command| matches!(c, Command::Alert(a) if a.code == alert::NO_END_OF_DATA);
    assert!(r.messages.iter().flat_map(|m| &m.commands).any(missed));
    assert!(!r.tree.leaves.contains_key(PACKAGE));
}

#[test]
fn an_atomic_is_all_or_nothing() {
    let add = |uri: &str| Command::Request(Request::on(Verb::Add, uri).data("chr", "x".into()));
    let group = |commands| {
        Command::Group(Group {
            atomic: true,
            cmd_id: 0,
            commands,
        })
    };
    let delete = Command::Request(Request::on(Verb::Delete, "./b"));
    let bad = vec![add("./a"), delete, add("./c")];
    let r = run(
        client_config(),
        server_config(),
        roomy(),
        vec![group(bad)],
        vec![],
    );
    assert_eq!(
        (r.codes("./a"), r.codes("./b")),
        (vec![Code::RolledBack], vec![Code::NotFound])
    );
    assert!(r.tree.leaves.is_empty());
    let codes: Vec<u16> = r.messages[2]
        .commands
        .iter()
        .filter_map(|c| match c {
            Command::Status(s) if s.cmd_ref != 0 => Some(s.code),
            _ => None,
        })
        .collect();
    assert_eq!(codes, [507, 216, 404, 215]);
    let r = run(
        client_config(),
        server_config(),
        roomy(),
        vec![group(vec![add("./a"), add("./b")])],
        vec![],
    );
    assert_eq!((r.codes("./a"), r.tree.leaves.len()), (vec![Code::Ok], 2));
}

#[test]
fn missing_nodes_and_unknown_commands_have_their_codes() {
    let mut commands = vec![
        Command::Request(Request::on(Verb::Get, "./no")),
        Command::Request(Request::on(Verb::Copy, "./no")),
    ];
    let search = Element::new(Tag::Search).with(Element::text(Tag::CmdID, "77"));
    commands.push(Command::Other(search));
    let r = run(client_config(), server_config(), roomy(), commands, vec![]);
    assert_eq!(r.end, End::Complete);
    let events: Vec<Code> = r.codes("./no");
    // a Copy without a source
    assert_eq!(events, [Code::NotFound, Code::Incomplete]);
    let refused = |c: &Command| matches!(c, Command::Status(s) if s.cmd == "Search" && s.code == 406 && s.cmd_ref == 77);
    assert!(r.messages[2].commands.iter().any(refused));
}

#[test]
fn an_abort_ends_the_session_on_both_sides() {
    let mut rng = Rng::seed(1);
    let mut tree = roomy();
    let (mut client, first) = Client::start(client_config(), "1", &mut tree);
    let mut server = Server::new(server_config(), "1", "urn:m2me:1");
    server.receive(&first, &mut rng);
    server.push(Command::Request(Request::on(Verb::Get, CREDENTIAL)));
    let reply = server.reply().unwrap();
    let step = client.receive(&reply, Now::default(), &mut rng, &mut tree);
    assert!(matches!(step, Step::Send(_)));
    let Step::Last(octets, End::Aborted) = client.abort() else {
        panic!("no abort");
    };
    assert_eq!(
        server.receive(&octets, &mut rng),
        [Event::Ended(End::Aborted)]
    );
    assert!(server.is_over() && server.reply().is_none());
    // and the other way round
    let (mut client, first) = Client::start(client_config(), "2", &mut tree);
    let mut server = Server::new(server_config(), "2", "urn:m2me:1");
    server.receive(&first, &mut rng);
    server.abort();
    let reply = server.reply().unwrap();
    let step = client.receive(&reply, Now::default(), &mut rng, &mut tree);
    assert_eq!(step, Step::Done(End::Aborted));
}

#[test]
fn a_repeated_message_gets_the_stored_answer_and_does_nothing_again() {
    let mut rng = Rng::seed(1);
    let (_, first) = Client::start(client_config(), "1", &mut roomy());
    let mut server = Server::new(server_config(), "1", "urn:m2me:1");
    server.receive(&first, &mut rng);
    let reply = server.reply();
    assert_eq!(server.receive(&first, &mut rng), [Event::Repeated]);
    assert_eq!(server.reply(), reply);
}

#[test]
fn wrong_versions_and_sessions_are_refused() {
    let mut rng = Rng::seed(1);
    let (_, first) = Client::start(client_config(), "1", &mut roomy());
    let mut m = Message::read(&first).unwrap();
    m.header.ver_proto = "DM/1.1".into();
    let mut server = Server::new(server_config(), "1", "urn:m2me:1");
    let e = server.receive(&m.write(), &mut rng);
    assert_eq!(e, [Event::Ended(End::Refused(Code::ProtocolNotSupported))]);
    let reply = Message::read(&server.reply().unwrap()).unwrap();
    assert!(matches!(&reply.commands[0], Command::Status(s) if s.code == 513));
    let mut server = Server::new(server_config(), "9", "urn:m2me:1");
    assert!(matches!(
        server.receive(&first, &mut rng)[..],
        [Event::Ended(End::Malformed(_))]
    ));
    assert!(matches!(
        server.receive(b"junk", &mut rng)[..],
        [Event::Ended(End::Malformed(_))]
    ));
    let code = |octets: &[u8]| dm::answer(&Message::read(octets).unwrap_err());
    assert_eq!(code(&[2, 0xa4]), Code::BadRequest);
    let headless = Document::new(Element::new(Tag::SyncML)).write();
    assert_eq!(code(&headless), Code::Incomplete);
}

#[test]
fn changed_messages_never_panic_either_side() {
    let r = run(
        client_config(),
        server_config(),
        roomy(),
        download(3000),
        vec![],
    );
    let mut rng = Rng::seed(9);
    for m in &r.messages {
        let whole = m.write();
        for _ in 0..300 {
            let mut bad = whole.clone();
            let at = rng.below(bad.len() as u64) as usize;
            bad[at] = rng.u32() as u8;
            let mut tree = roomy();
            let (mut client, first) = Client::start(client_config(), "1", &mut tree);
            let mut server = Server::new(server_config(), "1", "urn:m2me:1");
            server.receive(&first, &mut rng);
            server.reply();
            server.receive(&bad, &mut rng);
            server.reply();
            client.receive(&bad, Now::default(), &mut rng, &mut tree);
        }
    }
}

#[test]
fn md5_credential_and_hmac_header_are_those_of_the_specification() {
    // OMA-TS-DM-Security and SyncML authentication: the example of user Bruce2, password OhBehave, nonce Nonce
    let a = Account::new("Bruce2", "OhBehave", b"Nonce");
    assert_eq!(
        a.cred().unwrap().data,
        Data::Text("Zz6EivR3yeaaENcRN6lpAQ==".into())
    );
    assert!(a.accepts(&a.cred().unwrap()));
    let header = a.hmac_header(b"body");
    assert!(header.starts_with("algorithm=MD5, username=\"Bruce2\", mac="));
    assert!(a.accepts_hmac(&header, b"body"));
    assert!(!a.accepts_hmac(&header, b"Body"));
    assert!(!a.accepts_hmac("algorithm=SHA1, username=\"Bruce2\"", b"body"));
    assert!(!format!("{a:?}").contains("OhBehave"));
}

#[test]
fn messages_of_a_session_are_canonical_wbxml() {
    let r = run(
        client_config(),
        server_config(),
        roomy(),
        download(2000),
        vec![],
    );
    let alert_1201 = |c: &Command| matches!(c, Command::Alert(Alert { code: 1201, .. }));
    assert!(r.messages[0].commands.iter().any(alert_1201));
    for m in &r.messages {
        let d = Document::read(&m.write()).unwrap();
        assert!(
            d.root
                .children
                .iter()
                .all(|n| matches!(n, Node::Element(_)))
        );
        assert_eq!(d.write(), m.write());
    }
}

#[test]
fn each_method_authenticates_both_sides_and_refuses_strangers() {
    for method in [AuthType::Basic, AuthType::Md5, AuthType::Hmac] {
        let client = || {
            let mut c = client_config();
            (c.client, c.server) = (c.client.by(method), c.server.by(method));
            c
        };
        let server = || {
            let mut s = server_config();
            (s.client, s.server) = (s.client.by(method), s.server.by(method));
            s
        };
        let r = run(client(), server(), roomy(), download(5000), vec![]);
        assert_eq!((r.end, r.tree.ran.len()), (End::Complete, 1), "{method:?}");
        let creds = r.messages.iter().filter(|m| m.header.cred.is_some());
        assert_eq!(creds.count() > 0, method != AuthType::Hmac);
        assert_eq!(r.client.hmac().is_some(), method == AuthType::Hmac);
        // an old nonce is challenged and made good, but where there is none
        let mut old = client();
        (old.client.nonce, old.server.nonce) = (b"old".to_vec(), b"older".to_vec());
        let r = run(old, server(), roomy(), download(100), vec![]);
        assert_eq!(r.end, End::Complete, "{method:?}");
        let mut forged = server();
        forged.server.secret = "forged".into();
        let r = run(client(), forged, roomy(), download(100), vec![]);
        assert_eq!(r.end, End::Refused(Code::Unauthorized), "{method:?}");
        assert!(r.tree.ran.is_empty());
        let mut liar = client();
        liar.client.secret = "wrong".into();
        let r = run(liar, server(), roomy(), download(100), vec![]);
        assert_eq!(r.end, End::Refused(Code::Unauthorized), "{method:?}");
        // who shows nothing is told that it is missing
        let mut silent = server();
        silent.server = silent.server.by(AuthType::Nothing);
        let r = run(client(), silent, roomy(), download(100), vec![]);
        assert_eq!(r.end, End::Refused(Code::CredentialsMissing), "{method:?}");
        assert!(r.tree.leaves.is_empty());
        // and one that shows something else as well
        let other = match method {
            AuthType::Md5 => AuthType::Basic,
            _ => AuthType::Md5,
        };
        let mut other_way = server();
        other_way.server = other_way.server.by(other);
        let r = run(client(), other_way, roomy(), download(100), vec![]);
        assert!(matches!(r.end, End::Refused(_)), "{method:?}");
    }
}

#[test]
fn a_session_in_xml_moves_the_same_octets_both_ways() {
    let mut tree = roomy();
    tree.leaves.insert(CREDENTIAL.into(), vec![0xf7; 3000]);
    let get = vec![Command::Request(Request::on(Verb::Get, CREDENTIAL))];
    let (mut c, mut s) = (client_config(), server_config());
    (c.form, s.form) = (Form::Xml, Form::Xml);
    (c.max_msg_size, s.max_msg_size) = (2500, 2500);
    let r = run(c, s, tree, get, download(4000));
    assert_eq!(r.end, End::Complete);
    assert!(r.sizes.iter().all(|s| *s <= 2500), "{:?}", r.sizes);
    assert!(r.events.contains(&Event::Results {
        uri: CREDENTIAL.into(),
        data: vec![0xf7; 3000]
    }));
    let wanted: Vec<u8> = (0..4000).map(|i| i as u8).collect();
    assert_eq!(r.tree.leaves[PACKAGE], wanted);
    assert_eq!(r.tree.ran, [INSTALL]);
}

#[test]
fn a_message_longer_than_the_device_takes_is_refused() {
    let mut c = client_config();
    c.max_msg_size = 1400;
    let mut tree = roomy();
    let (mut client, octets) = Client::start(c, "1", &mut tree);
    let mut rng = Rng::seed(1);
    let mut server = Server::new(server_config(), "1", "urn:m2me:1");
    server.receive(&octets, &mut rng);
    let reply = server.reply().unwrap();
    let mut long = Message::read(&reply).unwrap();
    long.commands.push(Command::Request(
        Request::on(Verb::Add, PACKAGE).data("bin", Data::Octets(vec![1; 2000])),
    ));
    let now = Now::virtually(Time(0));
    let step = client.receive(&long.write(), now, &mut rng, &mut tree);
    assert!(matches!(step, Step::Last(_, End::Refused(Code::TooLarge))));
    assert!(tree.leaves.is_empty());
}

#[test]
fn a_copy_is_an_add_or_a_replace_of_what_is_there() {
    let mut tree = roomy();
    tree.leaves.insert("./a".into(), vec![7; 9]);
    let copy = |from: &str, to: &str| {
        let mut r = Request::on(Verb::Copy, to);
        r.items[0].source = Some(from.into());
        Command::Request(r)
    };
    let commands = vec![
        copy("./a", "./b"),
        copy("./a", "./b"),
        copy("./none", "./c"),
    ];
    let r = run(client_config(), server_config(), tree, commands, vec![]);
    assert_eq!(r.codes("./b"), [Code::Ok, Code::Ok]);
    assert_eq!(r.codes("./c"), [Code::NotFound]);
    assert_eq!(r.tree.leaves["./b"], vec![7; 9]);
}
