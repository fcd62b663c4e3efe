//! What a machine is told when it is made, and what it can be told later.
use crate::{
    radio,
    tre::{self, tree::Device},
};
use bytes::Bytes;
use engine::Rng;
use provisioning::{dm::AuthType, syncml::Form};
use std::{
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};
use wire::Apn;

/// How far the procedure goes by itself after [`Command::PowerOn`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Goal {
    /// Attached (step 3).
    Attach,
    /// With a PDP context (step 4).
    Connect,
    /// Registered, provisioned and attached with the SHO's identity (all steps).
    #[default]
    Provision,
}

/// How long the machine waits, and how often it tries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Times {
    /// For an answer of DRF or DPF.
    pub answer: Duration,
    /// Before the first repetition; each further one doubles it. A random part of up to a half
    /// comes on top (R56).
    pub retry: Duration,
    /// The longest wait before a repetition.
    pub retry_most: Duration,
    /// How often a step that fails for no lasting reason is repeated before the procedure fails.
    pub attempts: u32,
    /// For the DPF's call, where the machine waits for one.
    pub call: Duration,
    /// For the answer to a packet of [`Command::SendTo`] or [`Command::Ping`].
    pub probe: Duration,
    /// For the other side to close its half of the connections, before the context is ended.
    pub hang_up: Duration,
    /// For the last acknowledgements to arrive, which nobody acknowledges (RFC 9293 3.6.1,
    /// TIME-WAIT), before the context is ended.
    pub time_wait: Duration,
    /// For cell broadcast, before a network is picked.
    pub scan: Duration,
    /// The first attach waits a random time of up to this (R56, R66).
    pub spread: Duration,
}

impl Default for Times {
    fn default() -> Self {
        Self {
            answer: Duration::from_secs(20),
            retry: Duration::from_secs(5),
            retry_most: Duration::from_secs(300),
            attempts: 5,
            call: Duration::from_secs(60),
            probe: Duration::from_secs(10),
            hang_up: Duration::from_secs(5),
            time_wait: Duration::from_millis(200),
            scan: Duration::from_secs(1),
            spread: Duration::ZERO,
        }
    }
}

/// A machine.
#[derive(Debug, Clone)]
pub struct Config {
    /// The TRE: identities, keys, software, and what is wrong with them.
    pub tre: tre::Config,
    /// Radio side.
    pub radio: radio::Config,
    /// What it says of itself.
    pub device: Device,
    /// The only APN that the PCID is good for.
    pub registration_apn: Apn,
    /// The DRF's inner address.
    pub drf: SocketAddrV4,
    /// The SHO that the subscriber has set (R9): PLMN.
    pub sho: Option<String>,
    /// Whether the platform credential goes with the registration; else it is read by OMA-DM (R39).
    pub credential_goes: bool,
    /// Whether a DM server has to prove who it is (T10).
    pub checks_server: bool,
    /// Whether it waits until the DPF calls it (R29), rather than call in by itself.
    pub waits_for_call: bool,
    /// Whether it hears cell broadcast, and looks for a network by that (R11); else it knows its cell.
    /// The SGSN of a cell that it hears is at the address that broadcasts it, with the port of
    /// [`radio::Config::sgsn`].
    pub hears: bool,
    /// The hardware address of its other interface, where its first connectivity is a provider's
    /// without 3GPP radio (R47): there the PCID attaches to nothing.
    pub wired: Option<[u8; 6]>,
    /// How far to go.
    pub goal: Goal,
    /// How long to wait.
    pub times: Times,
    /// Octets of a DM message that the machine takes.
    pub max_msg_size: u32,
    /// Octets of an object that it takes by device management.
    pub max_obj_size: u64,
    /// How it and the DM server authenticate.
    pub auth: AuthType,
    /// How it writes DM messages.
    pub form: Form,
    /// Its chance.
    pub rng: Rng,
}

impl Config {
    /// A machine that goes all the way, with the waits of [`Times::default`].
    pub fn new(
        tre: tre::Config,
        radio: radio::Config,
        device: Device,
        registration_apn: Apn,
        drf: SocketAddrV4,
        rng: Rng,
    ) -> Self {
        Self {
            tre,
            radio,
            device,
            registration_apn,
            drf,
            sho: None,
            credential_goes: true,
            checks_server: true,
            waits_for_call: false,
            hears: false,
            wired: None,
            goal: Goal::default(),
            times: Times::default(),
            max_msg_size: 1400,
            max_obj_size: 65_536,
            auth: AuthType::default(),
            form: Form::default(),
            rng,
        }
    }
}

/// What a machine can be told.
#[derive(Debug, Clone)]
pub enum Command {
    /// Start: secure boot, attach, and on to the goal.
    PowerOn,
    /// Lose the context in the middle of whatever runs: its address and connections are gone.
    LoseContext,
    /// Take leave and be silent.
    PowerOff,
    /// Take leave; nothing follows by itself.
    Detach,
    /// Attach again with the application in use, and on to the goal.
    Attach,
    /// Register at the DRF now, over the context that is there.
    Register,
    /// Call the DPF now: it may have something for a machine in operation, too.
    Call,
    /// Ask for a PDP context, whatever the subscription says.
    ActivateApn(Apn),
    /// Ask an inner address for `/` by HTTP: `m2me.answered` or `m2me.unanswered` follows.
    SendTo(SocketAddrV4),
    /// Send an ICMP echo to an inner address: `m2me.answered` or `m2me.unanswered` follows.
    Ping(Ipv4Addr),
    /// Send these octets as a user packet.
    SendPacket(Bytes),
    /// Somebody changes the code of a component; the next start measures it.
    Tamper(String),
}
