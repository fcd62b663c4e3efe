//! One OMA-DM session of the DPF: what is asked of the device, and what its answers mean.
//!
//! | device says | DPF does |
//! |---|---|
//! | opened, credential not known (R39) | Get ./MCIM/TRE/PlatformCredential |
//! | the credential | fetches the package from the SHO |
//! | opened, package there | Add Application, Token, Package; Exec Install |
//! | a refusal of one of these, and no success of Install | the result is failure |
//! | an Atomic undone | Delete the application |
//! | Generic Alert on Install | the result is its data |
//! | opened, and its MCIM is withdrawn (R65) | Replace Token, Exec Deactivate, Replace Token, Delete |
//! | its success, and an insider is at work (T13) | Replace Token by the one that is spent, Exec Deactivate, Delete |
use super::{Config, Grant};
use engine::{Event, Outputs, Rng};
use provisioning::{
    dm::{self, Account, AuthType, Server, ServerConfig},
    json::Withdrawal,
    mcim::Outcome,
    syncml::{Command, Data, Form, Group, Request, Verb},
};

/// The device's platform credential.
const CREDENTIAL: &str = "./MCIM/TRE/PlatformCredential";
/// The largest object that the DPF takes: a certificate.
const MAX_OBJECT: u64 = 16 << 10;

#[derive(Debug)]
pub(super) struct Session {
    id: String,
    grant: String,
    form: Form,
    atomic: bool,
    insider: bool,
    server: Server,
    asked: bool,
    sent: bool,
    /// What a refused node comes to, should the installation fail: the device has the last word,
    /// for a node that is refused may be there already, by a session that was cut.
    refusal: Option<u16>,
    /// What is in the device goes (R65).
    withdraws: bool,
    result: Option<u16>,
}

/// What follows a message of the device.
#[derive(Debug)]
pub(super) enum Want {
    /// This is the answer.
    Reply(Option<Vec<u8>>),
    /// The SHO has to make the package for this credential first.
    Package(Vec<u8>),
}

impl Session {
    pub(super) fn new(
        config: &Config,
        device: &Account,
        own: &Account,
        id: &str,
        m2me: &str,
        grant: &str,
        form: Form,
    ) -> Self {
        let (atomic, insider) = (config.atomic, config.insider);
        let config = ServerConfig {
            uri: config.uri.clone(),
            client: device.clone().by(config.auth),
            server: own.clone().by(match config.proves_itself {
                true => config.auth,
                false => AuthType::Nothing,
            }),
            max_msg_size: config.max_msg_size,
            max_obj_size: MAX_OBJECT,
            form,
        };
        Self {
            id: id.to_owned(),
            grant: grant.to_owned(),
            form,
            atomic,
            insider,
            server: Server::new(config, id, m2me),
            asked: false,
            sent: false,
            refusal: None,
            withdraws: false,
            result: None,
        }
    }

    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn form(&self) -> Form {
        self.form
    }

    /// The header beside the last message.
    pub(super) fn hmac(&self) -> Option<&str> {
        self.server.hmac()
    }

    pub(super) fn grant(&self) -> &str {
        &self.grant
    }

    /// Both accounts with the nonces that came about.
    pub(super) fn accounts(&self) -> (&Account, &Account) {
        self.server.accounts()
    }

    /// How it ended, once that is known.
    pub(super) fn take_result(&mut self) -> Option<u16> {
        self.result.take()
    }

    /// Takes a message of the device.
    pub(super) fn receive<A>(
        &mut self,
        octets: &[u8],
        hmac: Option<&str>,
        grant: &Grant,
        rng: &mut Rng,
        out: &mut Outputs<A>,
    ) -> Want {
        let mut credential = None;
        self.server.set_hmac(hmac);
        for event in self.server.receive(octets, rng) {
            match event {
                dm::Event::Opened { .. } => self.open(grant),
                dm::Event::Results { uri, data } if uri == CREDENTIAL => credential = Some(data),
                dm::Event::Status { verb, target, code } => self.status(verb, &target, code, out),
                dm::Event::Alert(a) => self.alert(&a, grant),
                dm::Event::Ended(end) => {
                    let e = Event::new("dpf.session_end").with("session", &self.id);
                    out.trace(e.with("why", format!("{end:?}")));
                }
                dm::Event::Results { .. } | dm::Event::Leaf { .. } | dm::Event::Repeated => {}
            }
        }
        match credential {
            Some(c) if !self.sent => Want::Package(c),
            _ => Want::Reply(self.server.reply()),
        }
    }

    /// The package has come: it goes with the next message.
    pub(super) fn send_package(&mut self, grant: &Grant) -> Option<Vec<u8>> {
        self.push_package(grant);
        self.server.reply()
    }

    /// There is no package: Alert 1223.
    pub(super) fn abort(&mut self) -> Option<Vec<u8>> {
        self.server.abort();
        self.server.reply()
    }

    fn open(&mut self, grant: &Grant) {
        if grant.outcome.is_some() {
            // nothing is left to be done
        } else if let Some(w) = &grant.body.withdrawal {
            self.withdraw(w);
        } else if grant.package.is_some() {
            self.push_package(grant);
        } else if !std::mem::replace(&mut self.asked, true) {
            let get = Request::on(Verb::Get, CREDENTIAL);
            self.server.push(Command::Request(get));
        }
    }

    /// R65: put out of use, then gone, each by a token of its own.
    fn withdraw(&mut self, w: &Withdrawal) {
        if std::mem::replace(&mut self.withdraws, true) {
            return;
        }
        let node = format!("./MCIM/App/{}", w.mcim);
        let token = |text: &str| {
            let target = format!("{node}/Token");
            Request::on(Verb::Replace, &target).data("chr", Data::Text(text.to_owned()))
        };
        for r in [
            token(&w.deactivate),
            Request::on(Verb::Exec, &format!("{node}/Operations/Deactivate")),
            token(&w.delete),
            Request::on(Verb::Delete, &node),
        ] {
            self.server.push(Command::Request(r));
        }
    }

    fn push_package(&mut self, grant: &Grant) {
        let Some(made) = &grant.package else {
            return;
        };
        if std::mem::replace(&mut self.sent, true) {
            return;
        }
        let node = format!("./MCIM/App/{}", made.package.id);
        let add = |leaf: &str, format: &str, data: Data| {
            let target = format!("{node}/{leaf}");
            Request::on(Verb::Add, &target).data(format, data)
        };
        let application = Data::Text(made.package.application.clone());
        let mut install = Request::on(Verb::Exec, &format!("{node}/Operations/Install"));
        install.correlator = Some(grant.body.authorisation.clone());
        let token = add("Token", "chr", Data::Text(made.token.clone()));
        let sealed = Data::Octets(made.package.sealed.0.clone());
        self.server
            .push(Command::Request(add("Application", "chr", application)));
        if self.atomic {
            // the package is a large object, which no Atomic takes in pieces; what stands and falls
            // together is the token, good once, and what it is spent on
            self.server
                .push(Command::Request(add("Package", "bin", sealed)));
            self.server.push(Command::Group(Group {
                atomic: true,
                cmd_id: 0,
                commands: [token, install].map(Command::Request).into(),
            }));
        } else {
            for r in [token, add("Package", "bin", sealed), install] {
                self.server.push(Command::Request(r));
            }
        }
    }

    fn status<A>(&mut self, verb: Verb, target: &str, code: dm::Code, out: &mut Outputs<A>) {
        let e = Event::new("dpf.status").with("verb", verb.name());
        out.trace(e.with("target", target).with("code", code));
        let failed = match code {
            dm::Code::DeviceFull | dm::Code::TooBig => Outcome::NoRoom,
            _ => Outcome::Failed,
        };
        match verb {
            Verb::Delete if self.withdraws && code.is_success() => {
                self.result.get_or_insert(Outcome::Deleted.0);
            }
            _ if self.withdraws && !code.is_success() && !target.is_empty() => {
                self.result.get_or_insert(failed.0);
            }
            _ if self.withdraws => {}
            Verb::Exec if code == dm::Code::Ok => self.result = Some(Outcome::Installed.0),
            Verb::Exec if !code.is_success() => {
                self.result = Some(self.refusal.unwrap_or(failed.0));
                // the Atomic is undone, and what came before it serves nobody
                if let Some((node, _)) = target.split_once("/Operations/").filter(|_| self.atomic) {
                    self.server
                        .push(Command::Request(Request::on(Verb::Delete, node)));
                }
            }
            // without the credential there is no package
            Verb::Get if target == CREDENTIAL && !code.is_success() => {
                self.result = Some(failed.0);
            }
            Verb::Add if !code.is_success() => {
                self.refusal.get_or_insert(failed.0);
            }
            _ => {}
        }
    }

    /// The result of Install: its word counts more than the status before it.
    fn alert(&mut self, a: &dm::GenericAlert, grant: &Grant) {
        let ours = a.correlator.as_deref() == Some(&grant.body.authorisation);
        if ours && let Ok(result) = a.data.trim().parse() {
            let fails = !Outcome(result).is_success();
            self.result = self.refusal.filter(|_| fails).or(Some(result));
            if !fails && std::mem::take(&mut self.insider) {
                self.take_away(grant);
            }
        }
    }

    /// What an insider can do whom no SHO gives a token: show the one that he has.
    fn take_away(&mut self, grant: &Grant) {
        let Some(made) = &grant.package else {
            return;
        };
        let node = format!("./MCIM/App/{}", made.package.id);
        let token = Request::on(Verb::Replace, &format!("{node}/Token"));
        let deactivate = format!("{node}/Operations/Deactivate");
        for r in [
            token.data("chr", Data::Text(made.token.clone())),
            Request::on(Verb::Exec, &deactivate),
            Request::on(Verb::Delete, &node),
        ] {
            self.server.push(Command::Request(r));
        }
    }
}
