//! Runs a scenario: builds its world, watches it, says what it showed.
mod all;
pub mod cut;
mod facts;
pub mod labels;
pub mod ladder;
mod lead;
pub mod observe;
pub mod out;
mod report;
mod rogue;
pub mod secrets;
pub mod verdict;

pub use facts::{Subject, Witness, counted};
pub use lead::{Lead, Order};

use crate::{
    carriers,
    cli::args::RunArgs,
    exit::Exit,
    nodes::AnyNode,
    places,
    scenarios::{self, Mode, Scenario, Signalling, Twist},
    stock::Stock,
    topology::{Layout, file::Plan},
    world::{self, World},
};
use engine::{Carrier, Placed, Rng};
use observe::Observer;
use out::{Out, OutError};
use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
};
use transport::{BindError, Driver};

/// Where a run stands and what carries its signalling.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Setting {
    /// Second octet of every loopback address.
    pub net: u8,
    /// What carries Diameter.
    pub carrier: Carrier,
    /// Whether captures hold the secrets of TLS.
    pub secrets: bool,
    /// How home networks are asked.
    pub signalling: Signalling,
    /// The threat whose countermeasure is switched off, by its number.
    pub weaken: Option<u8>,
    /// Where somebody else's Diameter agent stands, through which the SGSN reaches the others.
    pub relay: Option<SocketAddr>,
    /// Where somebody else's transfer point of SS7 signalling stands, in place of ours.
    pub stp: Option<SocketAddr>,
    /// Who hosts what, in place of the scenario's own.
    pub topology: Option<&'static Plan>,
}

impl From<u8> for Setting {
    /// The usual carrier, at `net`.
    fn from(net: u8) -> Self {
        Self {
            net,
            carrier: Carrier::SctpUdp,
            secrets: false,
            signalling: Signalling::S6d,
            weaken: None,
            relay: None,
            stp: None,
            topology: None,
        }
    }
}

impl Setting {
    /// What the command line asks for; where it leaves the carrier open, it is told which is taken.
    fn of(args: &RunArgs) -> Self {
        let carrier = args.transport.unwrap_or_else(|| {
            let taken = carriers::auto();
            eprintln!("fosterling: --transport auto takes {}", taken.name());
            taken
        });
        Self {
            net: args.net,
            carrier,
            secrets: args.tls_secrets,
            signalling: args.signalling,
            weaken: args.weaken,
            relay: args.relay,
            stp: args.stp,
            // one per process, for as long as it runs
            topology: args.topology.clone().map(|p| &*Box::leak(Box::new(p))),
        }
    }
}

/// Why a run could not be made.
#[derive(Debug)]
pub enum Trouble {
    /// No scenario of this name.
    Unknown(String),
    /// Virtual time does not have this carrier.
    Carrier(Carrier),
    /// The scenario is not for this mode.
    Mode(&'static Scenario),
    /// The scenario is about other signalling.
    Signalling(&'static Scenario, Signalling),
    /// The scenario has a topology of its own.
    Topology(&'static Scenario),
    /// A node that is to be cut is not there; those that are.
    Cut(String, Vec<String>),
    /// An address is taken.
    Bind(BindError),
    /// A file cannot be written.
    Out(OutError),
    /// This machine lacks what the scenario needs.
    Lack(String),
    /// The operating system.
    System(std::io::Error),
}

impl std::fmt::Display for Trouble {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Unknown(name) => {
                write!(f, "no scenario {name:?}")?;
                match nearest(name) {
                    Some(n) => write!(f, "; did you mean {n:?}?"),
                    None => write!(f, "; `fosterling scenarios` lists them"),
                }
            }
            Self::Carrier(c) => write!(
                f,
                "--transport {} is there on sockets only: virtual time has tcp, sctp-udp, sctp-raw",
                c.name()
            ),
            Self::Mode(s) => {
                let (where_, how) = match s.mode {
                    Mode::Virtual => ("in virtual time", "with"),
                    _ => ("on sockets", "without"),
                };
                write!(
                    f,
                    "{} is there {where_} only: run it {how} --virtual",
                    s.name
                )
            }
            Self::Signalling(s, asked) => {
                let spoken = Signalling::ALL.iter().filter(|r| s.speaks(r.1));
                let spoken: Vec<&str> = spoken.map(|r| r.0).collect();
                write!(
                    f,
                    "{} is not there with --signalling {}: it has {}",
                    s.name,
                    asked.name(),
                    spoken.join(", ")
                )
            }
            Self::Topology(s) => write!(
                f,
                "--topology: {} is about a topology or agents of its own; take another scenario, such as alt1",
                s.name
            ),
            Self::Cut(node, there) => {
                write!(
                    f,
                    "--cut {node}: there is no such node, but {}",
                    there.join(", ")
                )
            }
            Self::Bind(e) if e.why.kind() == std::io::ErrorKind::AddrInUse => {
                write!(f, "{e}; --net N moves the run to 127.N.x.y")
            }
            Self::Bind(e) => write!(f, "{e}"),
            Self::Out(e) => e.fmt(f),
            Self::Lack(what) => f.write_str(what),
            Self::System(e) => e.fmt(f),
        }
    }
}

impl std::error::Error for Trouble {}

impl Trouble {
    /// The exit code that it ends the program with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Unknown(_)
            | Self::Carrier(_)
            | Self::Mode(_)
            | Self::Signalling(..)
            | Self::Topology(_)
            | Self::Cut(..) => Exit::Usage,
            _ => Exit::Environment,
        }
    }
}

/// The scenario whose name is most like this one.
pub fn nearest(name: &str) -> Option<&'static str> {
    scenarios::all()
        .map(|s| (strsim::jaro_winkler(name, s.name), s.name))
        .filter(|s| s.0 > 0.7)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|s| s.1)
}

/// Runs the scenario that was asked for and says how it went.
pub fn execute(args: &RunArgs) -> Exit {
    if let Some(only) = &args.all {
        return all::run(args, only);
    }
    match run(args) {
        Ok(exit) => exit,
        Err(t) => {
            eprintln!("fosterling: {t}");
            t.exit()
        }
    }
}

fn run(args: &RunArgs) -> Result<Exit, Trouble> {
    let unknown = || Trouble::Unknown(args.scenario.clone());
    let scenario = scenarios::find(&args.scenario).ok_or_else(unknown)?;
    let unfit = match args.virtual_time {
        true => Mode::Sockets,
        false => Mode::Virtual,
    };
    if scenario.mode == unfit {
        return Err(Trouble::Mode(scenario));
    }
    if let Some(lack) = (scenario.lacks)() {
        return Err(Trouble::Lack(lack));
    }
    let dir = args
        .out
        .clone()
        .unwrap_or_else(|| default_dir(scenario, args.net));
    let asked = args.signalling;
    // a scenario about signalling has its own unless another is asked for
    let own = scenario.signalling.is_some() && asked == Signalling::default();
    if !own && !scenario.speaks(asked) {
        return Err(Trouble::Signalling(scenario, asked));
    }
    let plain = scenario.layout == Layout::USUAL && scenario.twist.agents() == 0;
    if args.topology.is_some() && !(plain && scenario.signalling.is_none()) {
        return Err(Trouble::Topology(scenario));
    }
    let setting = Setting::of(args);
    let lead = if args.virtual_time {
        let (seed, cut) = (args.seed, args.cut.clone());
        cut::virtually(scenario, setting, seed, cut, Some(&dir), !args.quiet)?.lead
    } else {
        on_sockets(scenario, setting, Some(&dir), !args.quiet)?
    };
    let outcome = lead.outcome();
    report::write(lead, &dir, args)?;
    Ok(outcome)
}

/// Where a run's files go when nobody says.
pub fn default_dir(scenario: &Scenario, net: u8) -> PathBuf {
    let name = match net {
        0 => scenario.name.to_owned(),
        n => format!("{}-net{n}", scenario.name),
    };
    Path::new("fosterling-out").join(name)
}

/// Runs a scenario in virtual time.
///
/// # Errors
/// A file that cannot be written.
pub fn virtually(
    scenario: &'static Scenario,
    setting: impl Into<Setting>,
    seed: u64,
    dir: Option<&Path>,
    live: bool,
) -> Result<Lead, Trouble> {
    cut::virtually(scenario, setting, seed, None, dir, live).map(|ended| ended.lead)
}

/// Runs a scenario on sockets.
///
/// # Errors
/// An address that is taken, a file that cannot be written.
pub fn on_sockets(
    scenario: &'static Scenario,
    setting: impl Into<Setting>,
    dir: Option<&Path>,
    live: bool,
) -> Result<Lead, Trouble> {
    let setting = setting.into();
    let rng = Rng::from_seed(transport::seed().map_err(Trouble::System)?);
    let wall = setting.weaken != Some(5);
    let world = World::build(scenario, setting, &rng, transport::calendar());
    let options = transport::Options {
        layers: Some(world.layers.clone()),
        ..Default::default()
    };
    let stranger = scenario
        .stock
        .then(|| Stranger::start(&world, wall, dir))
        .transpose();
    let mut stranger = stranger.map_err(Trouble::System)?;
    let (nodes, store, mut lead) = prepare(scenario, world, None, live);
    if stranger.is_some() {
        lead.observer.look_behind_the_gateway();
    }
    // no file is touched before all addresses are taken
    let driver = Driver::bind(nodes, store, options).map_err(Trouble::Bind)?;
    if let Some(d) = dir {
        lead.observer
            .write_to(Out::create(d, scenario.name).map_err(Trouble::Out)?);
    }
    if let Some(s) = &mut stranger {
        s.serve().map_err(Trouble::System)?;
    }
    driver.run(&mut lead).map_err(Trouble::System)?;
    lead.finish();
    Ok(lead)
}

/// A visited network of others, and where its files are.
struct Stranger {
    stock: Stock,
    name: String,
    /// A folder of its own where the run has none.
    _folder: Option<tempfile::TempDir>,
}

impl Stranger {
    fn start(world: &World, wall: bool, dir: Option<&Path>) -> std::io::Result<Self> {
        let own = match dir {
            Some(_) => None,
            None => Some(tempfile::tempdir()?),
        };
        let folder = match (dir, &own) {
            (Some(d), _) => d.join("stock"),
            (None, Some(t)) => t.path().to_owned(),
            (None, None) => PathBuf::new(),
        };
        let plmn = world.places.spot(places::Role::Sgsn.into());
        let plmn = plmn.and_then(|s| s.plmn);
        Ok(Self {
            stock: Stock::start(&world.places, wall, &folder)?,
            name: plmn.map_or_else(String::new, |p| world::host("sgsn", &p)),
            _folder: own,
        })
    }

    fn serve(&mut self) -> std::io::Result<()> {
        self.stock.serve(&self.name)
    }
}

fn prepare(
    scenario: &'static Scenario,
    world: World,
    out: Option<Out>,
    live: bool,
) -> (Vec<Placed<AnyNode>>, secrets::Noting, Lead) {
    let names = world.nodes.iter().map(|n| n.name.clone()).collect();
    let witness = Witness::new(world.subject.clone());
    let mut observer = Observer::new(world.places, names, witness, out);
    let mut store = secrets::Noting::new(world.store);
    if scenario.twist == Twist::Secrets {
        observer.search = Some(secrets::Search::new(world.secrets, store.note()));
    }
    observer.watch(rogue::Watch::new(world.subject.threat));
    if live {
        say(&ladder::head());
        observer.show(|line| say(&format!("{line}\n")));
    }
    let lead = Lead::new(scenario, observer, world.orders);
    (world.nodes, store, lead)
}

/// Writes to stdout. Whoever reads it may have gone: the run goes on.
fn say(text: &str) {
    use std::io::Write as _;
    let _ = std::io::stdout().lock().write_all(text.as_bytes());
}
