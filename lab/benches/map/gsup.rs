//! SendAuthInfo against osmo-hlr and against our HLR as a daemon: the same client, the same
//! subscribers, both with their records on disk.
use crate::{
    load::{Measured, Nothing, TIME, Until, WARM},
    rivals::{self, Running},
};
use engine::{
    Attach, Event, Framing, Input, Link, Node, Now, Outputs, Placed, Port, PortSpec, Time,
};
use gsup::{
    frame_len,
    machine::{Endpoint, Output, Settings},
    msg::{CnDomain, Name, Pdu, SendAuthInfoRequest},
};
use std::{
    cell::RefCell,
    convert::Infallible,
    fmt::Write as _,
    fs,
    net::SocketAddr,
    path::Path,
    rc::Rc,
    sync::{Arc, atomic::AtomicBool},
    time::Duration,
};
use transport::{Driver, Options};
use wire::Imsi;

const SUBSCRIBERS: u64 = 2000;
/// K and OPc of TS 35.208 set 1, which all subscribers of osmo-hlr's database have.
const KEYS: [&str; 2] = [
    "465b5ce8b199b49faa5f0a2ee238a6bc",
    "cd63cb71954a9f4e48a5994e37a02baf",
];

fn imsi(n: u64) -> Imsi {
    format!("99942{n:010}").parse().unwrap()
}

struct Asker {
    to: SocketAddr,
    endpoint: Endpoint<()>,
    link: Option<Link>,
    window: usize,
    sent: u64,
    answered: usize,
    begun: Option<Time>,
    over: bool,
    result: Rc<RefCell<Measured>>,
}

const PORTS: &[PortSpec] = &[PortSpec {
    port: Port(0),
    name: "gsup",
    framing: Framing::By(frame_len),
}];

impl Asker {
    fn act(
        &mut self,
        now: Now,
        out: &mut Outputs<Infallible>,
        act: impl FnOnce(&mut Endpoint<()>, &mut Vec<Output<()>>),
    ) {
        let mut wants = Vec::new();
        act(&mut self.endpoint, &mut wants);
        let mut more = 0;
        for w in wants {
            match w {
                Output::Connect => self.link = Some(out.connect(Port(0), self.to)),
                Output::Send(frame) => self.say(frame, out),
                Output::Opened(_) => more = self.window,
                Output::Answer { answer, .. } => {
                    self.answered += 1;
                    let good = matches!(answer, Pdu::SendAuthInfoResult(_));
                    more += usize::from(self.count(now, good, out));
                }
                Output::Unanswered { .. } if !self.over => self.result.borrow_mut().refused += 1,
                _ => {}
            }
        }
        for _ in 0..more {
            self.sent += 1;
            let request = SendAuthInfoRequest {
                cn_domain: Some(CnDomain::Ps),
                ..SendAuthInfoRequest::new(imsi(self.sent % SUBSCRIBERS + 1))
            };
            let mut wants = Vec::new();
            let patience = Duration::from_secs(5);
            let _full = self
                .endpoint
                .request(now, (), request, patience, &mut wants);
            for w in wants {
                if let Output::Send(frame) = w {
                    self.say(frame, out);
                }
            }
        }
    }

    fn say(&self, frame: wire::Bytes, out: &mut Outputs<Infallible>) {
        if let Some(link) = self.link {
            out.message(link, frame);
        }
    }

    fn count(&mut self, now: Now, good: bool, out: &mut Outputs<Infallible>) -> bool {
        if self.over {
            return false;
        }
        let mut r = self.result.borrow_mut();
        r.refused += usize::from(!good);
        if self.answered < WARM {
            return true;
        }
        let begun = *self.begun.get_or_insert(now.mono);
        r.answers += 1;
        r.took = now.mono - begun;
        self.over = r.took >= TIME;
        if self.over {
            out.trace(Event::new("load.done"));
        }
        !self.over
    }
}

impl Node for Asker {
    type Ask = Infallible;
    type Answer = Infallible;
    type Command = Infallible;

    fn ports(&self) -> &[PortSpec] {
        PORTS
    }

    fn handle(
        &mut self,
        now: Now,
        input: Input<Infallible, Infallible>,
        out: &mut Outputs<Infallible>,
    ) {
        match input {
            Input::Start => self.act(now, out, |e, w| e.start(now, w)),
            Input::Up { .. } => self.act(now, out, |e, w| e.up(now, w)),
            Input::Recv { bytes, .. } => self.act(now, out, |e, w| e.received(now, &bytes, w)),
            Input::Timer => self.act(now, out, |e, w| e.timer(now, w)),
            _ => {}
        }
    }

    fn due(&self) -> Option<Time> {
        self.endpoint.due()
    }
}

fn measure(to: SocketAddr, window: usize) -> Measured {
    let result = Rc::new(RefCell::new(Measured::default()));
    let asker = Asker {
        to,
        endpoint: Endpoint::new(Name::new("SGSN-BENCH"), Settings::client()),
        link: None,
        window,
        sent: 0,
        answered: 0,
        begun: None,
        over: false,
        result: result.clone(),
    };
    let at = Attach::dial([127, 0, 0, 3].into());
    let node = Placed::new("load", asker, vec![(Port(0), at)]);
    let driver = Driver::bind(vec![node], Nothing, Options::default()).unwrap();
    let (stop, now) = (Arc::new(AtomicBool::new(false)), Now::default());
    driver.run(&mut Until { stop, now }).unwrap();
    result.take()
}

/// Open questions of each measurement.
const WINDOWS: [usize; 2] = [1, 32];

/// For each of [`WINDOWS`] the rate, and microseconds of CPU time of an answer.
fn figure(name: &str, server: &Running, to: SocketAddr) -> [(f64, f64); 2] {
    WINDOWS.map(|window| {
        let before = server.cpu();
        let m = measure(to, window);
        let cpu = server.cpu() - before;
        assert_eq!(m.refused, 0, "{name}: answers that are no vectors");
        // the warm-up is in the CPU time
        let each = cpu.as_secs_f64() * 1e6 / (m.answers + WARM) as f64;
        println!(
            "figure GSUP SendAuthInfo, {name}, {window} outstanding: {:.0} /s, {each:.0} us CPU each",
            m.rate()
        );
        (m.rate(), each)
    })
}

pub fn figures(dir: &Path) {
    let name = "GSUP beside osmo-hlr";
    let made = oracle::shared(name, "peers/clients/mkhlr.py");
    let conf = oracle::shared(name, "peers/cfg/osmo-hlr-quiet.cfg");
    let mut by = None;
    if let (Some(made), Some(conf)) = (made, conf)
        && oracle::program(name, "osmo-hlr").is_some()
    {
        let run = dir.to_str().unwrap();
        fs::create_dir_all(dir.join("hlr")).unwrap();
        let text = fs::read_to_string(conf).unwrap().replace("@RUN@", run);
        let file = dir.join("osmo-hlr.cfg");
        fs::write(&file, text).unwrap();
        let (file, db) = (file.to_str().unwrap(), dir.join("hlr/hlr.db"));
        let db = db.to_str().unwrap();
        rivals::done("osmo-hlr", &["-c", file, "-l", db, "--db-check"]);
        let count = (SUBSCRIBERS + 1).to_string();
        rivals::done("python3", &[made.to_str().unwrap(), db, &count]);
        let to = SocketAddr::from(([127, 0, 0, 1], gsup::PORT));
        let theirs = Running::start("osmo-hlr", &["-c", file, "-l", db], dir).ready(to);
        by = Some(figure("osmo-hlr", &theirs, to));
    }
    let keys = dir.join("keys");
    let own = env!("CARGO_BIN_EXE_fosterling");
    rivals::done(own, &["config", "keys", "--out", keys.to_str().unwrap()]);
    let to = SocketAddr::from(([127, 0, 0, 50], gsup::PORT));
    let mut text = format!(
        "[log]\nlevel = \"warn\"\n\n[hlr]\nplmn = \"999-42\"\nhttp = \"127.0.0.50\"\n\
         key_file = \"keys/hlr.key\"\nstore = \"hlr.redb\"\n\n[hlr.gsup]\nlisten = \"{}\"\n\
         plmn = \"001-01\"\n\n[[hlr.listen]]\naddress = \"127.0.0.50\"\n\n",
        to.ip()
    );
    for n in 1..=SUBSCRIBERS {
        let [k, opc] = KEYS;
        let _ = write!(
            text,
            "[[hlr.subscriber]]\nimsi = \"{}\"\nk = \"{k}\"\nopc = \"{opc}\"\napns = [\"internet\"]\n",
            imsi(n)
        );
    }
    let file = dir.join("hlr.toml");
    fs::write(&file, text).unwrap();
    let args = ["node", "hlr", "--config", file.to_str().unwrap()];
    let ours = Running::start(own, &args, dir).ready(to);
    let measured = figure("our hlr", &ours, to);
    for (window, ((rate, each), (their_rate, their_each))) in WINDOWS
        .iter()
        .zip(measured.into_iter().zip(by.into_iter().flatten()))
    {
        let what = format!("GSUP, {window} outstanding");
        rivals::ratio(&format!("{what}, rate by osmo-hlr's"), rate, their_rate);
        rivals::ratio(&format!("{what}, CPU by osmo-hlr's"), each, their_each);
    }
}
