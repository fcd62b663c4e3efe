//! The device's side of a session (OMA-TS-DM-Protocol 8).
use super::{
    Account, AuthType, Code, End, Found, GenericAlert, Tree, alert,
    pack::{Assembly, Piece, Waiting, pack},
};
use crate::syncml::{
    Alert, Command, Data, Form, Group, Header, Item, Message, Meta, Request, Results, Status, Verb,
};
use engine::{Now, Rng};
use std::collections::VecDeque;

/// What a session needs to know.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    /// The server's address, `http://10.32.0.3/dm`.
    pub server_uri: String,
    /// The device's id: `Source` of every message, `./DevInfo/DevId`.
    pub device_id: String,
    /// The device's account at the server.
    pub client: Account,
    /// The server's account at the device.
    pub server: Account,
    /// Octets of a message that the device takes; 0 for no limit.
    pub max_msg_size: u32,
    /// Octets of an object that the device takes.
    pub max_obj_size: u64,
    /// Whether the server has to prove who it is (T10).
    pub checks_server: bool,
    /// True where the server asked for the session (Alert 1200 instead of 1201).
    pub server_initiated: bool,
    /// `./DevInfo` leaves with their values.
    pub dev_info: Vec<(String, String)>,
    /// How messages are written.
    pub form: Form,
}

/// What comes next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Send this message and wait for the answer.
    Send(Vec<u8>),
    /// Send this message; the session is over.
    Last(Vec<u8>, End),
    /// The session is over.
    Done(End),
}

/// A session of the device.
#[derive(Debug)]
pub struct Client {
    config: ClientConfig,
    session_id: String,
    target: String,
    msg_id: u32,
    known_to_server: bool,
    /// Whether the last message was taken.
    accepted: bool,
    server_known: bool,
    failures: u8,
    refused: u8,
    peer_limit: usize,
    queue: VecDeque<Waiting>,
    first: Vec<Command>,
    large: Assembly,
    /// The headers beside the last message, and beside the one that comes.
    hmac: Option<String>,
    heard: Option<String>,
}

impl Client {
    /// Opens a session: the first message of package 1.
    pub fn start(config: ClientConfig, session_id: &str, tree: &mut impl Tree) -> (Self, Vec<u8>) {
        let opening = Alert {
            code: match config.server_initiated {
                true => alert::SERVER_INITIATED,
                false => alert::CLIENT_INITIATED,
            },
            ..Alert::default()
        };
        let mut first = vec![Command::Alert(opening)];
        first.extend(tree.alerts().into_iter().map(generic));
        let items = config.dev_info.iter().map(|(uri, value)| Item {
            source: Some(uri.clone()),
            data: Some(Data::Text(value.clone())),
            ..Item::default()
        });
        let mut info = Request::on(Verb::Replace, "");
        info.items = items.collect();
        first.push(Command::Request(info));
        let mut client = Self {
            session_id: session_id.to_owned(),
            target: config.server_uri.clone(),
            msg_id: 0,
            known_to_server: false,
            accepted: false,
            server_known: false,
            failures: 0,
            refused: 0,
            peer_limit: usize::MAX,
            queue: first.iter().cloned().map(Waiting::from).collect(),
            first,
            large: Assembly::default(),
            hmac: None,
            heard: None,
            config,
        };
        let octets = client.message(Vec::new(), true);
        (client, octets)
    }

    /// Takes the server's message.
    pub fn receive(
        &mut self,
        octets: &[u8],
        now: Now,
        rng: &mut Rng,
        tree: &mut impl Tree,
    ) -> Step {
        let heard = self.heard.take();
        let message = match Message::read_as(self.config.form, octets) {
            Ok(m) => m,
            Err(e) => return Step::Done(End::Malformed(e.to_string())),
        };
        let h = &message.header;
        if h.session_id != self.session_id {
            return Step::Done(End::Malformed(format!("session {}", h.session_id)));
        }
        if let Some(uri) = &h.resp_uri {
            self.target.clone_from(uri);
        }
        if let Some(size) = h.meta.max_msg_size {
            self.peer_limit = size as usize;
        }
        if let Some(step) = self.heard(&message) {
            return step;
        }
        let header = heard.as_deref();
        let (mut code, chal) = self.believe(&message, octets, header, rng);
        if self.config.max_msg_size > 0 && octets.len() > self.config.max_msg_size as usize {
            code = Code::TooLarge;
            self.failures = 2;
        }
        let mut answers = Vec::new();
        let header = Status {
            msg_ref: h.msg_id,
            cmd: "SyncHdr".to_owned(),
            target_ref: vec![h.target.clone()],
            source_ref: vec![h.source.clone()],
            chal,
            code: code.0,
            ..Status::default()
        };
        answers.push(Command::Status(header));
        if !code.is_success() {
            for c in &message.commands {
                if !matches!(c, Command::Status(_)) {
                    answers.push(status(h.msg_id, c, code, &[]));
                }
            }
            if self.failures > 1 {
                let last = self.message(answers, true);
                return Step::Last(last, End::Refused(code));
            }
            return Step::Send(self.message(answers, true));
        }
        let mut asked = false;
        for c in &message.commands {
            match c {
                Command::Alert(a) if a.code == alert::ABORT => return Step::Done(End::Aborted),
                Command::Status(_) => {}
                c => {
                    // asking for our next message alone keeps no session open
                    asked |= !matches!(c, Command::Alert(_)) || !self.queue.is_empty();
                    self.execute(h.msg_id, c, now, tree, &mut answers);
                }
            }
        }
        for a in tree.alerts() {
            self.queue.push_back(generic(a).into());
        }
        if message.is_final && !asked && self.queue.is_empty() {
            return Step::Done(End::Complete);
        }
        // the server wants the rest of our package, or we the rest of its
        let wanted = message
            .commands
            .iter()
            .any(|c| matches!(c, Command::Alert(a) if a.code == alert::NEXT_MESSAGE));
        if !message.is_final && !wanted {
            let next = Alert {
                code: alert::NEXT_MESSAGE,
                ..Alert::default()
            };
            answers.push(Command::Alert(next));
        }
        Step::Send(self.message(answers, message.is_final || wanted))
    }

    /// Ends the session at once: the message that says so.
    pub fn abort(&mut self) -> Step {
        self.queue.clear();
        let a = Alert {
            code: alert::ABORT,
            ..Alert::default()
        };
        Step::Last(self.message(vec![Command::Alert(a)], true), End::Aborted)
    }

    /// Both accounts with the nonces for the next session: the device's, the server's.
    pub fn accounts(&self) -> (&Account, &Account) {
        (&self.config.client, &self.config.server)
    }

    /// The `x-syncml-hmac` header beside the last message.
    pub fn hmac(&self) -> Option<&str> {
        self.hmac.as_deref()
    }

    /// The `x-syncml-hmac` header beside the message that [`Client::receive`] takes next.
    pub fn set_hmac(&mut self, header: Option<&str>) {
        self.heard = header.map(str::to_owned);
    }

    /// True where the server has taken the last message, with all that it carried.
    pub fn was_accepted(&self) -> bool {
        self.accepted
    }

    /// True where the server has proved who it is.
    pub fn server_is_known(&self) -> bool {
        self.server_known
    }

    /// What the server says of us: nonces, 212; a refusal that ends or repeats package 1.
    fn heard(&mut self, message: &Message) -> Option<Step> {
        let about_header = message.commands.iter().find_map(|c| match c {
            Command::Status(s) if s.cmd_ref == 0 => Some(s),
            _ => None,
        })?;
        let code = Code(about_header.code);
        self.accepted = code.is_success();
        let told = about_header
            .chal
            .as_ref()
            .is_some_and(|c| self.config.client.follow(c));
        match code {
            Code::Authenticated => self.known_to_server = true,
            // it knew us before: it has begun anew, and nothing of this session is there any more
            Code::Unauthorized | Code::CredentialsMissing if self.known_to_server => {
                return Some(Step::Done(End::Aborted));
            }
            Code::Unauthorized | Code::CredentialsMissing => {
                self.refused = self.refused.saturating_add(1);
                if !told || self.refused > 1 {
                    return Some(Step::Done(End::Refused(code)));
                }
                self.queue = self.first.iter().cloned().map(Waiting::from).collect();
                return Some(Step::Send(self.message(Vec::new(), true)));
            }
            c if !c.is_success() => return Some(Step::Done(End::Refused(c))),
            _ => {}
        }
        None
    }

    /// Status for the header: versions, and whether the server is who it says.
    fn believe(
        &mut self,
        message: &Message,
        octets: &[u8],
        hmac: Option<&str>,
        rng: &mut Rng,
    ) -> (Code, Option<crate::syncml::Chal>) {
        let h = &message.header;
        if h.ver_dtd != "1.2" {
            return (Code::VersionNotSupported, None);
        }
        if h.ver_proto != "DM/1.2" {
            return (Code::ProtocolNotSupported, None);
        }
        if self.config.server.method == AuthType::Hmac {
            // for this message alone
            let server = &self.config.server;
            self.server_known = match hmac {
                Some(header) => server.accepts_hmac(header, octets) || !self.config.checks_server,
                None => !self.config.checks_server,
            };
            let code = match (self.server_known, hmac) {
                (true, _) => Code::Ok,
                (false, Some(_)) => Code::Unauthorized,
                (false, None) => Code::CredentialsMissing,
            };
            if !self.server_known {
                self.failures = self.failures.saturating_add(1);
            }
            return (code, Some(self.config.server.challenge(rng)));
        }
        match &h.cred {
            Some(c) if self.config.server.accepts(c) => {
                self.server_known = true;
                (Code::Authenticated, Some(self.config.server.challenge(rng)))
            }
            None if self.server_known => (Code::Authenticated, None),
            _ if !self.config.checks_server => {
                self.server_known = true;
                (Code::Authenticated, Some(self.config.server.challenge(rng)))
            }
            cred => {
                self.failures = self.failures.saturating_add(1);
                self.server_known = false;
                let code = match cred {
                    Some(_) => Code::Unauthorized,
                    None => Code::CredentialsMissing,
                };
                (code, Some(self.config.server.challenge(rng)))
            }
        }
    }

    fn execute(
        &mut self,
        msg_ref: u32,
        command: &Command,
        now: Now,
        tree: &mut impl Tree,
        answers: &mut Vec<Command>,
    ) {
        match command {
            Command::Request(r) => {
                for item in &r.items {
                    let uri = item.target.clone().unwrap_or_default();
                    let code = self.request(msg_ref, r, item, &uri, now, tree, answers);
                    if !r.no_resp {
                        answers.push(status(msg_ref, command, code, &[uri]));
                    }
                }
                if r.items.is_empty() {
                    answers.push(status(msg_ref, command, Code::Incomplete, &[]));
                }
            }
            Command::Group(g) if g.atomic => self.atomic(msg_ref, g, now, tree, answers),
            Command::Group(g) => {
                answers.push(status(msg_ref, command, Code::Ok, &[]));
                for c in &g.commands {
                    self.execute(msg_ref, c, now, tree, answers);
                }
            }
            Command::Alert(_) => answers.push(status(msg_ref, command, Code::Ok, &[])),
            Command::Status(_) => {}
            Command::Results(_) | Command::Other(_) => {
                answers.push(status(msg_ref, command, Code::NotSupported, &[]));
            }
        }
    }

    fn atomic(
        &mut self,
        msg_ref: u32,
        group: &Group,
        now: Now,
        tree: &mut impl Tree,
        answers: &mut Vec<Command>,
    ) {
        tree.begin();
        let whole = Command::Group(group.clone());
        let from = answers.len();
        let mut failed = false;
        for c in &group.commands {
            if failed {
                answers.push(status(msg_ref, c, Code::NotExecuted, &[]));
                continue;
            }
            // a Get inside Atomic is not allowed (OMA-TS-DM-RepPro 6.6.2)
            if matches!(c, Command::Request(r) if r.verb == Verb::Get) {
                answers.push(status(msg_ref, c, Code::CommandFailed, &[]));
            } else {
                self.execute(msg_ref, c, now, tree, answers);
            }
            failed = answers.iter().skip(from).any(|a| match a {
                Command::Status(s) => !Code(s.code).is_success(),
                _ => false,
            });
        }
        let code = if failed {
            let back = match tree.roll_back() {
                true => Code::RolledBack,
                false => Code::RollBackFailed,
            };
            for a in answers.iter_mut().skip(from) {
                if let Command::Status(s) = a
                    && Code(s.code).is_success()
                    && s.code != Code::NotExecuted.0
                {
                    s.code = back.0;
                }
            }
            Code::AtomicFailed
        } else {
            tree.commit();
            Code::Ok
        };
        answers.insert(from, status(msg_ref, &whole, code, &[]));
    }

    #[allow(clippy::too_many_arguments)]
    fn request(
        &mut self,
        msg_ref: u32,
        r: &Request,
        item: &Item,
        uri: &str,
        now: Now,
        tree: &mut impl Tree,
        answers: &mut Vec<Command>,
    ) -> Code {
        if self.large.interrupted(uri) {
            let a = Alert {
                code: alert::NO_END_OF_DATA,
                ..Alert::default()
            };
            answers.push(Command::Alert(a));
        }
        let format = item.meta.format.as_deref().or(r.meta.format.as_deref());
        let format = format.unwrap_or("chr");
        let data = item.data.as_ref().map_or(&[][..], Data::octets);
        match r.verb {
            Verb::Get => match tree.get(uri) {
                Ok(found) => {
                    let results = Results {
                        msg_ref: Some(msg_ref),
                        cmd_ref: r.cmd_id,
                        items: vec![Item {
                            source: Some(uri.to_owned()),
                            meta: Meta {
                                format: Some(found.format.to_owned()),
                                ..Meta::default()
                            },
                            data: Some(found.data),
                            ..Item::default()
                        }],
                        ..Results::default()
                    };
                    let results = Command::Results(results);
                    let form = self.config.form;
                    self.queue.push_back(Waiting::in_form(results, form));
                    Code::Ok
                }
                Err(code) => code,
            },
            Verb::Add | Verb::Replace => {
                let size = item.meta.size.or(r.meta.size);
                let max = self.config.max_obj_size;
                match self.large.take(uri, item, size, max, |n| tree.room(uri, n)) {
                    Piece::More => Code::ItemAccepted,
                    Piece::Refused(c) => c,
                    Piece::Whole(octets) => {
                        let octets = match format {
                            "b64" => crate::text::from_base64(&String::from_utf8_lossy(&octets)),
                            _ => Some(octets),
                        };
                        match octets {
                            None => Code::UnsupportedFormat,
                            Some(o) if r.verb == Verb::Add => tree.add(uri, format, &o),
                            Some(o) => tree.replace(uri, format, &o),
                        }
                    }
                }
            }
            Verb::Delete => tree.delete(now, uri),
            Verb::Exec => tree.exec(now, uri, r.correlator.as_deref(), data),
            Verb::Copy => match item.source.as_deref().map(|s| tree.get(s)) {
                Some(Ok(found)) => copy(tree, uri, &found),
                Some(Err(code)) => code,
                None => Code::Incomplete,
            },
        }
    }

    fn message(&mut self, answers: Vec<Command>, may_send: bool) -> Vec<u8> {
        self.msg_id = self.msg_id.saturating_add(1);
        let form = self.config.form;
        let limit = |n: u32| if n == 0 { None } else { Some(n) };
        let mut m = Message {
            header: Header {
                ver_dtd: "1.2".to_owned(),
                ver_proto: "DM/1.2".to_owned(),
                session_id: self.session_id.clone(),
                msg_id: self.msg_id,
                target: self.target.clone(),
                source: self.config.device_id.clone(),
                source_name: Some(self.config.client.name.clone()),
                cred: self.config.client.cred().filter(|_| !self.known_to_server),
                meta: Meta {
                    max_msg_size: limit(self.config.max_msg_size),
                    max_obj_size: Some(self.config.max_obj_size),
                    ..Meta::default()
                },
                ..Header::default()
            },
            commands: answers,
            is_final: false,
        };
        if may_send {
            pack(&mut m, &mut self.queue, self.peer_limit, form);
        } else {
            let mut none = VecDeque::new();
            pack(&mut m, &mut none, self.peer_limit, form);
            m.is_final = false;
        }
        let octets = m.write_as(form);
        self.hmac = self.config.client.header(&octets);
        octets
    }
}

/// What was found becomes the value of another node, a new one or one that is there.
fn copy(tree: &mut impl Tree, to: &str, found: &Found) -> Code {
    match tree.add(to, found.format, found.data.octets()) {
        Code::AlreadyExists => tree.replace(to, found.format, found.data.octets()),
        code => code,
    }
}

fn generic(a: GenericAlert) -> Command {
    Command::Alert(Alert {
        cmd_id: 0,
        code: alert::GENERIC,
        correlator: a.correlator,
        items: vec![Item {
            source: Some(a.source),
            meta: Meta {
                kind: Some(a.kind),
                format: Some("int".to_owned()),
                mark: Some(a.mark),
                ..Meta::default()
            },
            data: Some(Data::Text(a.data)),
            ..Item::default()
        }],
    })
}

/// The Status for a command.
pub(super) fn status(msg_ref: u32, c: &Command, code: Code, targets: &[String]) -> Command {
    Command::Status(Status {
        msg_ref,
        cmd_ref: c.cmd_id(),
        cmd: c.name(),
        target_ref: targets.iter().filter(|t| !t.is_empty()).cloned().collect(),
        code: code.0,
        ..Status::default()
    })
}
