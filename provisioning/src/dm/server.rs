//! The server's side of a session: told of what the device says, given commands to send.
use super::{
    Account, AuthType, Code, End, GenericAlert, alert,
    client::status,
    pack::{Assembly, Piece, Waiting, pack},
};
use crate::syncml::{
    Alert, Command, Data, Form, Header, Item, Message, Meta, Request, Status, Verb,
};
use engine::Rng;
use std::collections::{BTreeMap, VecDeque};

/// What a session needs to know.
#[derive(Debug, Clone)]
pub struct ServerConfig {
    /// The own address: `Source` of every message.
    pub uri: String,
    /// The device's account.
    pub client: Account,
    /// The own account at the device.
    pub server: Account,
    /// Octets of a message that the server takes.
    pub max_msg_size: u32,
    /// Octets of an object that the server takes.
    pub max_obj_size: u64,
    /// How messages are written.
    pub form: Form,
}

/// What the device said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Event {
    /// It opened the session, by itself (1201) or asked to (1200), and is who it says.
    Opened {
        /// True for 1201.
        client_initiated: bool,
    },
    /// A leaf of its tree that it sent unasked: `./DevInfo/...`.
    Leaf {
        /// The node.
        uri: String,
        /// Its value.
        value: String,
    },
    /// How one of our commands ended.
    Status {
        /// What was asked.
        verb: Verb,
        /// Of which node.
        target: String,
        /// The device's answer.
        code: Code,
    },
    /// What a Get found.
    Results {
        /// The node.
        uri: String,
        /// Its value.
        data: Vec<u8>,
    },
    /// A result that came later.
    Alert(GenericAlert),
    /// The message was seen before: [`Server::reply`] gives the stored answer.
    Repeated,
    /// The session is over.
    Ended(End),
}

/// A session of the server.
#[derive(Debug)]
pub struct Server {
    config: ServerConfig,
    session_id: String,
    device: String,
    msg_id: u32,
    last: u32,
    stored: Vec<u8>,
    known_to_device: bool,
    device_known: bool,
    opened: bool,
    failures: u8,
    refused: u8,
    answers: Vec<Command>,
    device_final: bool,
    device_limit: usize,
    queue: VecDeque<Waiting>,
    sent: BTreeMap<(u32, u32), (Verb, String)>,
    package: Vec<Waiting>,
    large: Assembly,
    end: Option<End>,
    /// The headers beside the last message, and beside the one that comes.
    hmac: Option<String>,
    heard: Option<String>,
}

impl Server {
    /// Session, device and name that a message says it comes from: to find the session or the account.
    pub fn peek(form: Form, octets: &[u8]) -> wire::Result<(String, String, Option<String>)> {
        let h = Message::read_as(form, octets)?.header;
        Ok((h.session_id, h.source, h.source_name))
    }

    /// A session that a device opens.
    pub fn new(config: ServerConfig, session_id: &str, device: &str) -> Self {
        Self {
            config,
            session_id: session_id.to_owned(),
            device: device.to_owned(),
            msg_id: 0,
            last: 0,
            stored: Vec::new(),
            known_to_device: false,
            device_known: false,
            opened: false,
            failures: 0,
            refused: 0,
            answers: Vec::new(),
            device_final: false,
            device_limit: usize::MAX,
            queue: VecDeque::new(),
            sent: BTreeMap::new(),
            package: Vec::new(),
            large: Assembly::default(),
            end: None,
            hmac: None,
            heard: None,
        }
    }

    /// The `x-syncml-hmac` header beside the last message.
    pub fn hmac(&self) -> Option<&str> {
        self.hmac.as_deref()
    }

    /// The `x-syncml-hmac` header beside the message that [`Server::receive`] takes next.
    pub fn set_hmac(&mut self, header: Option<&str>) {
        self.heard = header.map(str::to_owned);
    }

    /// Takes the device's message. Afterwards [`Server::push`] what is to be sent and [`Server::reply`].
    pub fn receive(&mut self, octets: &[u8], rng: &mut Rng) -> Vec<Event> {
        let heard = self.heard.take();
        let message = match Message::read_as(self.config.form, octets) {
            Ok(m) => m,
            Err(e) => return self.ended(End::Malformed(e.to_string())),
        };
        let h = message.header.clone();
        if h.session_id != self.session_id || h.source != self.device {
            return vec![Event::Ended(End::Malformed(format!(
                "session {}",
                h.session_id
            )))];
        }
        if h.msg_id == self.last {
            return vec![Event::Repeated];
        }
        self.last = h.msg_id;
        self.device_final = message.is_final;
        if let Some(size) = h.meta.max_msg_size {
            self.device_limit = size as usize;
        }
        let (code, chal) = self.believe(&h, octets, heard.as_deref(), rng);
        let mut header = Status {
            msg_ref: h.msg_id,
            cmd: "SyncHdr".to_owned(),
            target_ref: vec![h.target.clone()],
            source_ref: vec![h.source.clone()],
            code: code.0,
            ..Status::default()
        };
        header.chal = chal;
        self.answers = vec![Command::Status(header)];
        if octets.len() > self.config.max_msg_size as usize {
            if let Some(Command::Status(s)) = self.answers.first_mut() {
                s.code = Code::TooLarge.0;
            }
            return self.ended(End::Refused(Code::TooLarge));
        }
        if !code.is_success() {
            for c in &message.commands {
                if !matches!(c, Command::Status(_)) {
                    self.answers.push(status(h.msg_id, c, code, &[]));
                }
            }
            if self.failures > 1 {
                return self.ended(End::Refused(code));
            }
            return Vec::new();
        }
        let mut events = Vec::new();
        for c in &message.commands {
            self.command(h.msg_id, c, &mut events);
        }
        events
    }

    /// Queues a command for the device.
    pub fn push(&mut self, command: Command) {
        let waiting = Waiting::in_form(command, self.config.form);
        self.queue.push_back(waiting);
    }

    /// True where the session is over once the last reply is sent.
    pub fn is_over(&self) -> bool {
        self.end.is_some()
    }

    /// Both accounts with the nonces for the next session: the device's, the own.
    pub fn accounts(&self) -> (&Account, &Account) {
        (&self.config.client, &self.config.server)
    }

    /// Ends the session with the next reply: Alert 1223.
    pub fn abort(&mut self) {
        self.queue.clear();
        let a = Alert {
            code: alert::ABORT,
            ..Alert::default()
        };
        self.answers.push(Command::Alert(a));
        self.end = Some(End::Aborted);
    }

    /// The answer to the last message. `None` where the device wants none (it aborted).
    pub fn reply(&mut self) -> Option<Vec<u8>> {
        if self.answers.is_empty() {
            return (!self.stored.is_empty()).then(|| self.stored.clone());
        }
        self.msg_id = self.msg_id.saturating_add(1);
        let form = self.config.form;
        let mut answers = std::mem::take(&mut self.answers);
        let sends = self.device_known && self.device_final && self.end.is_none();
        if !self.device_final && self.end.is_none() {
            let next = Alert {
                code: alert::NEXT_MESSAGE,
                ..Alert::default()
            };
            answers.push(Command::Alert(next));
        }
        let mut m = Message {
            header: Header {
                ver_dtd: "1.2".to_owned(),
                ver_proto: "DM/1.2".to_owned(),
                session_id: self.session_id.clone(),
                msg_id: self.msg_id,
                target: self.device.clone(),
                source: self.config.uri.clone(),
                source_name: Some(self.config.server.name.clone()),
                cred: self.config.server.cred().filter(|_| !self.known_to_device),
                meta: Meta {
                    max_msg_size: Some(self.config.max_msg_size),
                    max_obj_size: Some(self.config.max_obj_size),
                    ..Meta::default()
                },
                ..Header::default()
            },
            commands: answers,
            is_final: false,
        };
        let fixed = m.commands.len();
        if sends {
            self.package = self.queue.iter().cloned().collect();
            pack(&mut m, &mut self.queue, self.device_limit, form);
        } else {
            pack(&mut m, &mut VecDeque::new(), self.device_limit, form);
            m.is_final = self.device_final;
        }
        for c in m.commands.iter().skip(fixed) {
            self.remember(c);
        }
        // package 4 without commands ends the session
        if sends && m.commands.len() == fixed && self.queue.is_empty() && self.end.is_none() {
            self.end = Some(End::Complete);
        }
        self.stored = m.write_as(form);
        self.hmac = self.config.server.header(&self.stored);
        Some(self.stored.clone())
    }

    fn remember(&mut self, c: &Command) {
        match c {
            Command::Request(r) => {
                let target = r.items.first().and_then(|i| i.target.clone());
                let about = (r.verb, target.unwrap_or_default());
                self.sent.insert((self.msg_id, r.cmd_id), about);
            }
            Command::Group(g) => g.commands.iter().for_each(|c| self.remember(c)),
            _ => {}
        }
    }

    fn ended(&mut self, end: End) -> Vec<Event> {
        self.end = Some(end.clone());
        vec![Event::Ended(end)]
    }

    /// Status for the header: versions, and whether the device is who it says.
    fn believe(
        &mut self,
        h: &Header,
        octets: &[u8],
        hmac: Option<&str>,
        rng: &mut Rng,
    ) -> (Code, Option<crate::syncml::Chal>) {
        if h.ver_dtd != "1.2" {
            self.failures = 2;
            return (Code::VersionNotSupported, None);
        }
        if h.ver_proto != "DM/1.2" {
            self.failures = 2;
            return (Code::ProtocolNotSupported, None);
        }
        let named = h
            .source_name
            .as_ref()
            .is_none_or(|n| *n == self.config.client.name);
        if self.config.client.method == AuthType::Hmac {
            // for this message alone
            let client = &self.config.client;
            self.device_known = named && hmac.is_some_and(|h| client.accepts_hmac(h, octets));
            let code = match (self.device_known, hmac) {
                (true, _) => Code::Ok,
                (false, Some(_)) => Code::Unauthorized,
                (false, None) => Code::CredentialsMissing,
            };
            if !self.device_known {
                self.failures = self.failures.saturating_add(1);
            }
            return (code, Some(self.config.client.challenge(rng)));
        }
        match &h.cred {
            Some(c) if named && self.config.client.accepts(c) => {
                self.device_known = true;
                (Code::Authenticated, Some(self.config.client.challenge(rng)))
            }
            None if self.device_known => (Code::Authenticated, None),
            cred => {
                self.failures = self.failures.saturating_add(1);
                self.device_known = false;
                let code = match cred {
                    Some(_) => Code::Unauthorized,
                    None => Code::CredentialsMissing,
                };
                (code, Some(self.config.client.challenge(rng)))
            }
        }
    }

    fn command(&mut self, msg_ref: u32, c: &Command, events: &mut Vec<Event>) {
        let code = match c {
            Command::Status(s) => return self.status(s, events),
            Command::Alert(a) => match a.code {
                alert::SERVER_INITIATED | alert::CLIENT_INITIATED => {
                    if !std::mem::replace(&mut self.opened, true) {
                        events.push(Event::Opened {
                            client_initiated: a.code == alert::CLIENT_INITIATED,
                        });
                    }
                    Code::Ok
                }
                // the device misses the end of an object, or asks for the next message
                alert::NEXT_MESSAGE | alert::NO_END_OF_DATA => {
                    self.device_final |= a.code == alert::NEXT_MESSAGE;
                    Code::Ok
                }
                alert::ABORT => {
                    self.answers.clear();
                    self.stored.clear();
                    events.extend(self.ended(End::Aborted));
                    return;
                }
                alert::GENERIC => {
                    for item in &a.items {
                        events.push(Event::Alert(read_alert(a, item)));
                    }
                    Code::Ok
                }
                _ => Code::NotSupported,
            },
            Command::Results(r) => {
                let mut code = Code::Ok;
                for item in &r.items {
                    let uri = item.source.clone().unwrap_or_default();
                    self.large.interrupted(&uri);
                    let size = item.meta.size.or(r.meta.size);
                    let max = self.config.max_obj_size;
                    match self.large.take(&uri, item, size, max, |_| Code::Ok) {
                        Piece::More => code = Code::ItemAccepted,
                        Piece::Refused(c) => code = c,
                        Piece::Whole(data) => match decoded(item, data) {
                            Some(data) => events.push(Event::Results { uri, data }),
                            None => code = Code::UnsupportedFormat,
                        },
                    }
                }
                code
            }
            Command::Request(r) if r.verb == Verb::Replace => self.leaves(r, events),
            Command::Request(_) | Command::Group(_) => Code::NotAllowed,
            Command::Other(_) => Code::NotSupported,
        };
        self.answers.push(status(msg_ref, c, code, &[]));
    }

    fn leaves(&mut self, r: &Request, events: &mut Vec<Event>) -> Code {
        let mut code = Code::Ok;
        for item in &r.items {
            match item.source.clone().or(item.target.clone()) {
                Some(uri) if uri.starts_with("./DevInfo/") => {
                    let octets = item.data.as_ref().map_or(&[][..], Data::octets);
                    events.push(Event::Leaf {
                        uri,
                        value: String::from_utf8_lossy(octets).into_owned(),
                    });
                }
                _ => code = Code::NotAllowed,
            }
        }
        code
    }

    fn status(&mut self, s: &Status, events: &mut Vec<Event>) {
        let code = Code(s.code);
        if s.cmd_ref == 0 {
            let told = match &s.chal {
                Some(c) => self.config.server.follow(c),
                None => false,
            };
            match code {
                Code::Authenticated => self.known_to_device = true,
                Code::Unauthorized | Code::CredentialsMissing => {
                    self.refused = self.refused.saturating_add(1);
                    if !told || self.refused > 1 {
                        events.extend(self.ended(End::Refused(code)));
                    } else {
                        // nothing of the package was done: again, with the new nonce
                        self.sent.clear();
                        self.queue = std::mem::take(&mut self.package).into();
                    }
                }
                c if !c.is_success() => events.extend(self.ended(End::Refused(c))),
                _ => {}
            }
            return;
        }
        if code == Code::ItemAccepted {
            return;
        }
        if let Some((verb, target)) = self.sent.remove(&(s.msg_ref, s.cmd_ref)) {
            if !code.is_success() {
                // the rest of an object that was refused is not sent
                self.queue.retain(|w| match &w.command {
                    Command::Request(r) if w.is_rest() => {
                        r.items.first().and_then(|i| i.target.as_ref()) != Some(&target)
                    }
                    _ => true,
                });
            }
            events.push(Event::Status { verb, target, code });
        }
    }
}

/// The octets of a value that came as base64.
fn decoded(item: &Item, data: Vec<u8>) -> Option<Vec<u8>> {
    match item.meta.format.as_deref() {
        Some("b64") => crate::text::from_base64(&String::from_utf8_lossy(&data)),
        _ => Some(data),
    }
}

fn read_alert(a: &Alert, item: &Item) -> GenericAlert {
    let octets = item.data.as_ref().map_or(&[][..], Data::octets);
    GenericAlert {
        correlator: a.correlator.clone(),
        source: item.source.clone().unwrap_or_default(),
        kind: item.meta.kind.clone().unwrap_or_default(),
        mark: item.meta.mark.clone().unwrap_or_default(),
        data: String::from_utf8_lossy(octets).into_owned(),
    }
}
