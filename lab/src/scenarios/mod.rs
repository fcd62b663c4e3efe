//! The scenarios: what each changes, what it promises to show, when it is over.
mod access;
mod bootstrap;
mod collocated;
mod download;
mod failures;
mod life;
mod lines;
mod networks;
mod number;
mod pcid;
mod procedure;
mod routing;
mod several;
mod signalling;
mod threats;
mod validation;
mod ways;

/// A scenario.
#[derive(Debug)]
pub struct Scenario {
    /// Its name on the command line.
    pub name: &'static str,
    /// What it shows, in a line.
    pub text: &'static str,
    /// The requirements that it is about.
    pub requirements: &'static [u8],
    /// The threats whose countermeasure it shows.
    pub threats: &'static [u8],
    /// Rights it needs; empty for none.
    pub rights: &'static str,
    /// What this machine lacks for it, in words that say how to come by it.
    pub lacks: fn() -> Option<String>,
    /// Where it can be run.
    pub mode: Mode,
    /// How home networks are asked, where it is about that; else as the command line says.
    pub signalling: Option<Signalling>,
    /// What is changed against the run without failure.
    pub twist: Twist,
    /// Who hosts what, and how many there are of each.
    pub layout: Layout,
    /// Whether the visited network is one of others: osmo-sgsn and osmo-ggsn.
    pub stock: bool,
    /// Facts that its requirements do without.
    pub spared: &'static [&'static str],
    /// Requirements that it does not have.
    pub not_here: &'static [u8],
    /// Facts that end the run, any of them.
    pub until: &'static [&'static str],
    /// Facts that end the run once all of them are seen.
    pub until_all: &'static [&'static str],
    /// Facts that must be seen.
    pub promise: &'static [&'static str],
    /// Facts that must not be seen.
    pub never: &'static [&'static str],
    /// Display filters of Wireshark, and the frames that each finds in the merged capture.
    pub frames: &'static [(&'static str, Frames)],
    /// It has failed where it is not over after this many seconds.
    pub seconds: u64,
}

use crate::topology::Layout;
use gb_gmm::gmm::Cause;
pub use number::{Number, about};
use operators::sho::Outcome;
use provisioning::dm::AuthType;

impl Scenario {
    /// Who hosts what, and how many there are of each, with the agents that its twist takes and the
    /// transfer point that the signalling takes.
    pub fn layout(&self, signalling: Signalling) -> Layout {
        let mut layout = self.layout;
        layout.agents = layout.agents.max(self.twist.agents());
        layout.lines = layout.lines.max(self.twist.lines());
        layout.rogues = layout.rogues.max(self.twist.rogues());
        match signalling {
            Signalling::S6d => {}
            Signalling::Map => layout.stps = layout.stps.max(1),
            Signalling::Gsup => layout.proxies = layout.proxies.max(layout.vnos),
        }
        layout
    }

    /// Whether it can be run so: some are about Diameter itself, or about what only Diameter says.
    pub fn speaks(&self, signalling: Signalling) -> bool {
        let of_diameter = self.layout(Signalling::S6d).agents > 0
            || matches!(self.twist, Twist::RogueVno | Twist::RoguePeer);
        match self.signalling {
            Some(only) => only == signalling,
            None => signalling == Signalling::S6d || !of_diameter,
        }
    }
}

/// How many frames a display filter finds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frames {
    /// None at all.
    None,
    /// One or more.
    Some,
    /// This many.
    Exactly(u64),
}

impl Frames {
    /// Whether `found` is what is meant.
    pub fn fits(self, found: u64) -> bool {
        match self {
            Self::None => found == 0,
            Self::Some => found > 0,
            Self::Exactly(n) => found == n,
        }
    }
}

/// What most scenarios have in common: no rights, both modes, a minute.
pub const USUAL: Scenario = Scenario {
    name: "",
    text: "",
    requirements: &[],
    threats: &[],
    rights: "",
    lacks: || None,
    mode: Mode::Both,
    signalling: None,
    twist: Twist::None,
    layout: Layout::USUAL,
    stock: false,
    spared: &[],
    // the visited network is an operator of its own
    not_here: &[14],
    until: &[],
    until_all: &[],
    promise: &[],
    never: &[],
    frames: &[],
    seconds: 60,
};

/// How home networks are asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Signalling {
    /// By Diameter (TS 29.272).
    #[default]
    S6d,
    /// By MAP over M3UA (TS 29.002), through a transfer point.
    Map,
    /// By GSUP, the protocol of Osmocom's HLR, through a proxy.
    Gsup,
}

impl Signalling {
    /// All, by their names on the command line.
    pub const ALL: &'static [(&'static str, Self)] =
        &[("s6d", Self::S6d), ("map", Self::Map), ("gsup", Self::Gsup)];

    /// Its name.
    pub fn name(self) -> &'static str {
        let row = Self::ALL.iter().find(|r| r.1 == self);
        row.map_or("", |r| r.0)
    }
}

/// Where a scenario can be run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// On sockets and in virtual time.
    Both,
    /// On sockets alone.
    Sockets,
    /// In virtual time alone.
    Virtual,
}

/// How a provider without 3GPP radio lets machines in (R47).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// Everybody: unauthenticated access.
    Open,
    /// By RADIUS, and the machine's line is served.
    Authenticated,
    /// By RADIUS, and it is not.
    Refused,
}

/// What a scenario changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Twist {
    /// Nothing.
    None,
    /// Cells broadcast and machines look for a network by that; the first network bars the PCID's
    /// home with a cause, where there is one.
    Broadcast(Option<Cause>),
    /// Machines get their first connectivity by a line, so.
    Line(Line),
    /// The registration operator has never heard of the PCID.
    UnknownPcid,
    /// The K in the device is not the one in the ICF.
    WrongKey,
    /// Somebody has guessed a PCID: without its key, but with an answer to every challenge.
    GuessedPcid,
    /// The device's sequence number is far ahead of the ICF's.
    SqnAhead,
    /// The device asks for an APN that it has no subscription for.
    ForeignApn,
    /// The device sends packets beyond the registration operator.
    WalledGarden,
    /// The device measures something else than the PVA expects.
    WrongMeasurement,
    /// The PVA has revoked the device's credential.
    RevokedCredential,
    /// A Diameter agent stands between the visited network and the others.
    Agent,
    /// The agent knows no way to the registration operator.
    NoRoute,
    /// The agent's connection to the registration operator is down.
    PeerDown,
    /// The agent names whom to ask.
    Redirect,
    /// Agents send what is for the registration operator round and round.
    Loop,
    /// The visited network asks in the name of another one.
    RogueVno,
    /// A peer pulls a subscription in the name of a visited network.
    RoguePeer,
    /// The registration operator does not let its PCIDs roam into the visited network.
    NoRoaming,
    /// The registration operator's authentication centre makes no vectors.
    NoVectors,
    /// HLRs know no application context that an SGSN asks in.
    NoContext,
    /// HLRs are older than UMTS: version 2 of MAP, triplets.
    OldHlr,
    /// The device says that it is another machine than its credential says.
    Liar,
    /// The OCSP responder answers tryLater.
    OcspDown,
    /// The DPF that answers is not the one that the device has an account of.
    ForgedDpf,
    /// The SHO's signatures lead to an authority that no device knows.
    ForgedSho,
    /// The TRE has no room for an MCIM.
    FullTre,
    /// Two machines share a PCID.
    SharedPcid,
    /// The same, and the registration operator lets the later one in.
    SharedPcidLast,
    /// The same, and the later one is told to come again.
    SharedPcidQueue,
    /// Machines that share a PCID have used it for longer, each than the one before.
    ResyncStorm,
    /// The validity of the PCID has ended.
    ExpiredPcid,
    /// Two CCIFs issue the same PCID.
    DuplicateBatch,
    /// The CCIF has one PCID, and two are ordered.
    ExhaustedRange,
    /// The supplier orders PCIDs at a third party's CCIF.
    ThirdPartyCcif,
    /// A machine is provisioned and never attaches with what it has got.
    NeverAttached,
    /// There are vectors only after the PVA has validated a device.
    ValidatedFirst,
    /// A PCID is given back, and issued to another machine.
    ReissuedPcid,
    /// Many machines attach at once, and the SGSN takes one at a time.
    Storm,
    /// The PCID is in quarantine.
    Quarantine,
    /// The access of a PCID ends soon.
    ShortAccess,
    /// No gateway is where the visited network looks for the registration operator's.
    NoGateway,
    /// Nobody listens at the DRF's port.
    DrfClosed,
    /// The DRF knows no home operator of the device.
    NoSho,
    /// Every home operator claims the device.
    TwoClaims,
    /// The home operator takes no registrations.
    ShoDown,
    /// The PVA is down.
    PvaDown,
    /// The home operator's policy says this.
    Policy(Outcome),
    /// The device measures something else than the PVA expects, and the home operator's policy wants
    /// that repaired.
    Repair,
    /// The DRF names another DPF than the registration operator's.
    SpoofedDrf,
    /// The DRF shows the home operators, and the device chooses.
    Referral,
    /// The home operator asks for validation through the registration operator.
    Relayed,
    /// The platform credential is read from the device by device management.
    OnDevice,
    /// The DPF makes the package by the home operator's rule (R31).
    DpfRule,
    /// The same, and all subscribers of the rule are made.
    DpfRuleUsedUp,
    /// The home operator has the PCID released.
    Release,
    /// The home operator takes its MCIM out of a machine in operation, and the PCID goes back.
    Decommission,
    /// The transfer point has no row for the registration operator's numbers.
    NoTranslation,
    /// HLRs send each of their operations twice.
    DuplicateComponent,
    /// The registration operator's HLR is gone once it has been given the answer to its subscriber
    /// data: it owes the SGSN the result of the update.
    HlrGone,
    /// Two strangers try to get into the device's tunnel: one whom the gateway does not know, one
    /// that is a serving node of another network.
    TunnelHijack,
    /// Machine and DPF take short messages alone, and the credential is read from the device.
    LargeMcim,
    /// The device takes no object of the package's size.
    ObjectTooBig,
    /// The DPF takes no message of the length of the device's first.
    MessageTooBig,
    /// The device loses its context in the middle of the download.
    SessionCut,
    /// The DPF shows no credential.
    NoCredential,
    /// The SHO seals the MCIM to another TRE's key.
    WrongSealingKey,
    /// The TRE cannot write what it has checked.
    InstallFails,
    /// Somebody inside the registration operator takes away what its DPF has installed.
    Insider,
    /// Device and DPF authenticate so.
    Auth(AuthType),
    /// The device writes SyncML in XML.
    Xml,
    /// The DPF calls the device by package 0.
    Called,
    /// The device has no account until the DPF bootstraps it by client provisioning.
    BootstrapCp,
    /// The same by the profile of OMA DM.
    BootstrapDm,
    /// The bootstrap proves no more than that its sender knows the PCID.
    NetwPinOnly,
    /// Who bootstraps the device does not know its PIN.
    ForgedBootstrap,
    /// A stranger sends everybody what nobody can read.
    Malformed,
    /// Nothing: what the run leaves behind is searched for secrets.
    Secrets,
}

impl Twist {
    /// Whether the device comes by its account over the air.
    pub fn bootstraps(self) -> bool {
        matches!(
            self,
            Self::BootstrapCp | Self::BootstrapDm | Self::NetwPinOnly | Self::ForgedBootstrap
        )
    }

    /// How many Diameter agents it takes; the SGSN is connected to the first.
    pub fn agents(self) -> u8 {
        match self {
            // none sends a request back to who sent it: a loop takes three
            Self::Loop => 3,
            Self::Agent | Self::NoRoute | Self::PeerDown | Self::Redirect => 1,
            _ => 0,
        }
    }

    /// How many providers without 3GPP radio it takes.
    pub fn lines(self) -> u8 {
        u8::from(matches!(self, Self::Line(_)))
    }

    /// How many there are who have no part in the procedure.
    pub fn rogues(self) -> u8 {
        match self {
            Self::TunnelHijack => 2,
            Self::Malformed => 1,
            _ => 0,
        }
    }
}

/// By what they are about.
static GROUPS: &[&[Scenario]] = &[
    procedure::PROCEDURE,
    access::ACCESS,
    collocated::COLLOCATED,
    networks::NETWORKS,
    lines::LINES,
    life::LIFE,
    several::SEVERAL,
    pcid::PCID,
    routing::ROUTING,
    validation::VALIDATION,
    bootstrap::BOOTSTRAP,
    download::DOWNLOAD,
    failures::FAILURES,
    ways::WAYS,
    threats::THREATS,
    signalling::SIGNALLING,
];

/// All scenarios; the first is the default.
pub fn all() -> impl Iterator<Item = &'static Scenario> {
    GROUPS.iter().copied().flatten()
}

/// The scenario of this name.
pub fn find(name: &str) -> Option<&'static Scenario> {
    all().find(|s| s.name == name)
}
