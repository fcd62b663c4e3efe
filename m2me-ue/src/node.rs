//! The node: ports, timers, and the ways between radio side, user plane, TRE and procedure.
use crate::{
    config::{Command, Config},
    life::{Phase, Step, Tag, Timer},
    networks::Networks,
    push::Called,
    radio::{self, Radio},
    tre::{Tre, tree::ShownAccount},
    user::UserPlane,
    usim::Unusable,
};
use engine::{Event, Framing, Input, Node, Now, Outputs, Port, PortSpec, Rng, Time, Timers};
use ip::machine::dhcp;
use provisioning::{
    dm::{Account, GenericAlert},
    json::DpfAddress,
    mcim::State,
};
use std::{
    collections::{BTreeMap, VecDeque},
    convert::Infallible,
    net::Ipv4Addr,
};

/// The port to the SGSN: UDP 2157.
pub const GB: Port = Port(1);

/// Cell broadcast, UDP 4729; it is there where the machine hears it.
pub const GSMTAP: Port = Port(2);

/// The line of a provider without 3GPP radio (R47), a raw-IP link; it is there where the machine has
/// one.
pub const LINE: Port = Port(3);

/// The ports of a machine that is configured so.
fn ports(config: &Config) -> Vec<PortSpec> {
    let spec = |port, name| PortSpec {
        port,
        name,
        framing: Framing::Datagram,
    };
    let hears = config.hears.then(|| spec(GSMTAP, "gsmtap"));
    let line = config.wired.map(|_| spec(LINE, "line"));
    [spec(GB, "gb")]
        .into_iter()
        .chain(hears)
        .chain(line)
        .collect()
}

/// What the node's outputs ask: nothing.
pub(crate) type Out = Outputs<Infallible>;

/// The machine.
pub struct M2me {
    pub(crate) config: Config,
    pub(crate) rng: Rng,
    pub(crate) tre: Tre,
    pub(crate) radio: Radio,
    pub(crate) networks: Networks,
    /// The interface to a provider without 3GPP radio.
    pub(crate) line: Option<dhcp::Client>,
    ports: Vec<PortSpec>,
    pub(crate) user: UserPlane<Tag>,
    /// The DM account with its chained nonces: the device's side, the server's.
    pub(crate) accounts: Option<(Account, Account)>,
    pub(crate) shown: ShownAccount,
    pub(crate) phase: Phase,
    pub(crate) timers: Timers<Timer>,
    /// What to do when [`Timer::Retry`] ends.
    pub(crate) retry: Option<Step>,
    /// What to go on with once there is a context again.
    pub(crate) resume: Option<Step>,
    /// Repetitions of the present step.
    pub(crate) failures: u32,
    /// Answers to older requests are nobody's.
    pub(crate) generation: u32,
    /// The package whose application is attached with; none for the PCID.
    pub(crate) using: Option<String>,
    /// The application in use has been attached with before.
    pub(crate) proved: bool,
    /// NSAPI of the procedure's own context.
    pub(crate) context: Option<u8>,
    /// The SHO to be named in the next registration.
    pub(crate) sho: Option<String>,
    pub(crate) referrals: u8,
    pub(crate) dpf: Option<DpfAddress>,
    /// Results that no message to the DPF has carried yet, and those that none has answered.
    pub(crate) alerts: VecDeque<GenericAlert>,
    pub(crate) carried: Vec<GenericAlert>,
    pub(crate) pings: BTreeMap<Ipv4Addr, u16>,
    /// Whether the DPF has called, and for which session.
    pub(crate) called: Called,
    /// What is kept, as it stands in the store before it is sealed.
    pub(crate) kept: Vec<u8>,
    /// Randomness of the seals: what is kept changes nothing of the procedure.
    pub(crate) seals: Rng,
    /// Something that is kept may have changed.
    pub(crate) touched: bool,
}

impl M2me {
    /// A machine that is switched off.
    ///
    /// # Errors
    /// Where its provisional identity cannot be an application.
    pub fn new(config: Config) -> Result<Self, Unusable> {
        let mut tre = Tre::new(config.tre.clone())?;
        let imsi = tre.usim(None).imsi();
        let rng = config.rng.clone();
        let account = config.tre.pcid.dm.as_ref();
        let shown = ShownAccount {
            server_id: account.map(|a| a.server_id.clone()).unwrap_or_default(),
            client_name: account.map(|a| a.client_name.clone()).unwrap_or_default(),
            uri: String::new(),
            auth: config.auth,
        };
        Ok(Self {
            radio: Radio::new(config.radio.clone(), GB, imsi, rng.stream("radio")),
            networks: Networks::default(),
            line: config
                .wired
                .map(|own| dhcp::Client::new(own, rng.stream("line"))),
            ports: ports(&config),
            user: UserPlane::new(Now::default(), rng.stream("user plane")),
            accounts: account.map(|a| a.accounts()),
            shown,
            phase: Phase::Off,
            timers: Timers::default(),
            retry: None,
            resume: None,
            failures: 0,
            generation: 0,
            using: None,
            proved: false,
            context: None,
            sho: config.sho.clone(),
            referrals: 0,
            dpf: None,
            alerts: VecDeque::new(),
            carried: Vec::new(),
            pings: BTreeMap::new(),
            called: Called::default(),
            kept: Vec::new(),
            seals: rng.stream("seals"),
            touched: false,
            rng: rng.stream("procedure"),
            tre,
            config,
        })
    }

    /// The TRE.
    pub fn tre(&self) -> &Tre {
        &self.tre
    }

    /// The inner addresses.
    pub fn addresses(&self) -> Vec<Ipv4Addr> {
        let line = self.line.as_ref().and_then(dhcp::Client::address);
        self.radio.addresses().into_iter().chain(line).collect()
    }

    fn command(&mut self, now: Now, command: Command, out: &mut Out) {
        match command {
            Command::PowerOn => self.power_on(now, out),
            Command::PowerOff => self.power_off(now, out),
            Command::LoseContext => {
                if let Some(nsapi) = self.context {
                    self.radio.deactivate(now, nsapi, out);
                }
            }
            Command::Detach => {
                self.rest();
                self.say_goodbye(now, out);
                self.leave_line(out);
                self.radio.detach(now, false, out);
            }
            Command::Attach => self.step(now, Step::Attach, out),
            Command::Call => {
                self.called.once = true;
                self.step(now, Step::Session, out);
            }
            Command::Register => self.step(now, Step::Register, out),
            Command::ActivateApn(apn) => {
                if self.radio.activate(now, &apn, out).is_none() {
                    out.trace(Event::new("m2me.pdp-refused").with("cause", "no NSAPI is free"));
                }
            }
            Command::SendTo(to) => self.probe(now, to, out),
            Command::Ping(to) => self.ping(now, to, out),
            Command::SendPacket(packet) => self.send_packet(now, &packet, out),
            Command::Tamper(component) => {
                self.tre.tamper(&component);
                out.trace(Event::new("m2me.tampered").with("component", component));
            }
        }
    }

    /// Lets all parts hear each other until all are silent.
    fn settle(&mut self, now: Now, out: &mut Out) {
        loop {
            let mut moved = false;
            while let Some(e) = self.radio.poll() {
                moved = true;
                self.heard(now, e, out);
            }
            while let Some(event) = self.line.as_mut().and_then(dhcp::Client::poll) {
                moved = true;
                self.touched = true;
                self.addressed(now);
                self.lined(now, event, out);
            }
            while let Some(packet) = self.line.as_mut().and_then(dhcp::Client::packet) {
                out.packet(LINE, packet);
            }
            while let Some(packet) = self.user.packet() {
                moved = true;
                self.send_packet(now, &packet, out);
            }
            while let Some((tag, result)) = self.user.answer() {
                moved = true;
                self.touched = true;
                self.answered(now, tag, result, out);
            }
            while let Some((from, octets)) = self.user.push() {
                moved = true;
                self.touched = true;
                self.pushed(now, from, &octets, out);
            }
            while let Some(from) = self.user.pong() {
                moved = true;
                self.pong(from, out);
            }
            while let Some(change) = self.tre.poll() {
                let name = match change.state {
                    State::Downloaded => "tre.downloaded",
                    State::Installed => "tre.installed",
                    State::Active => "tre.active",
                    State::Inactive => "tre.inactive",
                    State::Updated => "tre.updated",
                    State::Deleted => "tre.deleted",
                    State::Failed => "tre.failed",
                    State::Created | State::Sealed => "tre.created",
                };
                let event = Event::new(name)
                    .with("package", change.id)
                    .with("by", change.operation);
                out.trace(match change.outcome {
                    Some(outcome) => event.with("result", outcome.0),
                    None => event,
                });
            }
            self.hung_up(now);
            if !moved {
                return;
            }
        }
    }

    fn heard(&mut self, now: Now, event: radio::Event, out: &mut Out) {
        match event {
            radio::Event::Packet(packet) => self.user.feed(now, packet),
            radio::Event::Challenge { rand, autn } => {
                self.touched = true;
                let answer = autn.map(|autn| {
                    let usim = self.tre.usim(self.using.as_deref());
                    usim.authenticate(&rand, &autn)
                });
                self.challenged(answer.as_ref(), out);
                self.radio.answer(now, answer, out);
            }
            other => {
                self.touched = true;
                self.addressed(now);
                self.learned(now, other, out);
                self.addressed(now);
            }
        }
    }

    /// The stack has the addresses that the contexts gave, the procedure's first.
    fn addressed(&mut self, now: Now) {
        self.user.set_addresses(now, &self.addresses());
    }
}

impl Node for M2me {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Command;

    fn ports(&self) -> &[PortSpec] {
        &self.ports
    }

    fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        self.remember(key, octets)
    }

    fn handle(&mut self, now: Now, input: Input<Infallible, Command>, out: &mut Out) {
        match input {
            // a machine that looks for a network meets its SGSN when it has found one
            Input::Start if self.config.hears => {}
            Input::Start => self.radio.start(now, out),
            Input::Stop => self.power_off(now, out),
            Input::Recv {
                link, from, bytes, ..
            } if link == GSMTAP.into() => {
                if !self.networks.hear(from, &bytes) {
                    out.count("gsmtap: nothing of a cell");
                }
            }
            Input::Recv { link, bytes, .. } if link == LINE.into() => {
                self.line_packet(now, &bytes, out);
            }
            Input::Recv { from, bytes, .. } => self.radio.datagram(now, from, &bytes, out),
            Input::Timer => {
                while let Some(timer) = self.timers.pop(now.mono) {
                    self.touched = true;
                    self.expired(now, timer, out);
                }
                if self.radio.due().is_some_and(|t| t <= now.mono) {
                    self.radio.timeout(now, out);
                }
                if let Some(line) = &mut self.line {
                    line.timer(now.mono);
                }
                if self.user.due().is_some_and(|t| t <= now.mono) {
                    self.user.timeout(now);
                }
            }
            Input::Command(command) => {
                self.touched = true;
                self.command(now, command, out);
            }
            Input::Up { .. }
            | Input::Down { .. }
            | Input::Full(_)
            | Input::Room(_)
            | Input::Answer(..) => {}
        }
        self.settle(now, out);
        if std::mem::take(&mut self.touched) {
            self.keep(out);
        }
    }

    fn due(&self) -> Option<Time> {
        let line = self.line.as_ref().and_then(dhcp::Client::due);
        let all = [self.radio.due(), self.user.due(), self.timers.due(), line];
        all.into_iter().flatten().min()
    }
}
