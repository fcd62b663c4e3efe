//! The home operator, who validates for it, and who relays: `hlr`, `sho`, `pva`, `dra`, `stp`,
//! `gsup_proxy`.
use crate::config::{
    declare::{choices, settings},
    sections::{GsupDoor, GsupPeer, HlrMap, Listen, Numbering, Peer, Store, Translation},
    types::{At, Chain, Hex, HostName, Mcc, Span, Transport},
};
use crate::policy::PolicyFile;
use hlr_auc::Concurrency;
use operators::sho::{Credentials, Outcome, Validation};
use provisioning::{
    key::{Key, PublicKey},
    x509::Cert,
};
use sigtran_map::m3ua::msg::TrafficMode;
use std::net::IpAddr;
use wire::{Apn, Imsi, Plmn};

settings! {
    /// HLR/AuC of a home operator.
    Hlr {
        /// The network whose subscribers it holds.
        req plmn: Plmn;
        /// Its Diameter identity; without it hlr.REALM.
        opt host: HostName;
        /// Its realm; without it that of the PLMN (TS 23.003 19.2).
        opt realm: HostName;
        /// Where Diameter peers connect.
        rep listen: Listen;
        /// The only Diameter peers that it lets in, by their names; others are told 3010. None for all.
        def peers: Vec<HostName> = [];
        /// Where the operator's SHO puts subscribers in.
        req http: At<8080>;
        /// The key that credentials are sealed to.
        req [secret] key: Key;
        /// Tw of the Diameter watchdog (RFC 3539).
        def watchdog: Span = "30s";
        /// What becomes of a second serving node.
        def concurrency: Concurrency = "last-wins";
        /// Whether a node's realm must be that of the network that it names (T3).
        def realm_must_match_plmn: bool = true;
        /// Whether a peer may ask in its own name only, unless it is a relay (T4).
        def origin_must_match_peer: bool = true;
        /// Where subscribers are kept.
        def store: Store = "memory";
        /// Its door for nodes that speak GSUP.
        opt gsup: GsupDoor;
        /// Its door for SGSNs that speak MAP.
        opt map: HlrMap;
        /// Subscribers that are there from the start.
        rep subscriber: Subscriber;
    }

    /// A subscriber, of MILENAGE.
    Subscriber {
        /// Who it is.
        req imsi: Imsi;
        /// K.
        req [secret] k: Hex<16>;
        /// OPc.
        req [secret] opc: Hex<16>;
        /// The access point names that it may use.
        req apns: Vec<Apn>;
    }

    /// SHO: policy and subscriptions of a home operator.
    Sho {
        /// The operator.
        req plmn: Plmn;
        /// Its API; others are dialled from the same IP address.
        req http: At<8080>;
        /// The key that it signs with.
        req [secret] key: Key;
        /// The certificates that lead from that key to the operators' root.
        req [file] certificate: Chain;
        /// OP of its MILENAGE.
        req [secret] op: Hex<16>;
        /// The PVA's root: what platform credentials and OCSP answers lead to.
        req [file] pva_root: Cert;
        /// Who signs the PVA's verdicts.
        req [file] pva_verdicts: PublicKey;
        /// The PVA's API.
        req pva: At<8080>;
        /// Whether validation is asked through the registration operator.
        def relay: bool = false;
        /// Its HLR's door.
        req hlr: At<8080>;
        /// The key that its HLR opens credentials with.
        req [file] hlr_key: PublicKey;
        /// The operational access point name.
        req apn: Apn;
        /// Access class of new subscribers, 0 to 15.
        def access_class: u8 = 7;
        /// MSIN of the first subscriber that it makes.
        def first_msin: u64 = 1;
        /// Whether a machine has to be the one that its TRE's credential names (T7).
        def checks_identity: bool = true;
        /// Whether nothing goes on without a fresh good answer of OCSP (T9).
        def checks_ocsp: bool = true;
        /// Whether a package is sealed to the TRE; off, it is signed alone, and shows its keys (T19).
        def seals: bool = true;
        /// The key that packages are sealed to in place of the TRE's: to try devices' defences (T11).
        opt [file] seals_to: PublicKey;
        /// Where platform credentials are.
        def credentials: Credentials = "known";
        /// By which of the DPF's rules packages are made (R31); without it they are made here.
        opt dpf_rule: String;
        /// Its policy: the first rule that fits counts, and where none does the device is denied.
        rep rule: Rule;
        /// A file of rules, which come after those; `fosterling policy check` knows what is wrong with it.
        opt policy: PolicyFile;
        /// The registration operators that it knows.
        rep partner: Partner;
        /// For how long an authorisation is good.
        def lifetime: Span = "1h";
        /// How long after the end of its authorisation a subscriber may take to attach; then the HLR is
        /// asked, and a subscription that nobody has used is taken back. Without it it stays.
        opt attach_within: Span;
        /// Where it keeps what it has to know after a restart.
        def store: Store = "memory";
    }

    /// A rule of a home operator.
    Rule {
        /// Its name, for the log.
        req name: String;
        /// What it says.
        req outcome: Outcome;
        /// Only machines of this type.
        opt device_type: String;
        /// Only in these visited networks.
        opt visited: Vec<Plmn>;
        /// Only in these countries: MCCs of visited networks.
        opt location: Vec<Mcc>;
        /// Only after these results of validation; without it after a good one.
        opt validation: Vec<Validation>;
        /// Only TREs of this version or a later one.
        opt tre_version: String;
        /// Only machines that were provisioned at most so often before.
        opt at_most: u32;
        /// Only PCIDs attached since at most so long.
        opt pcid_age: Span;
    }

    /// A registration operator that a home operator has an agreement with.
    Partner {
        /// Its PLMN.
        req plmn: Plmn;
        /// Its DPF's host name; without it dpf.REALM.
        opt dpf_host: HostName;
        /// Its DPF's API.
        req dpf: At<8080>;
        /// Its DRF's API, where validations are relayed.
        req relay: At<8080>;
        /// Its ICF's API, where PCIDs are released; without it that is not agreed.
        opt icf: At<8080>;
        /// Whether that is as soon as a machine is provisioned (R28); else when it is decommissioned
        /// (R65).
        def releases_early: bool = true;
    }

    /// PVA: platform validation authority.
    Pva {
        /// Its API.
        req http: At<8080>;
        /// The root certificate that its credentials lead to.
        req [file] root: Cert;
        /// The key of that root.
        req [secret] root_key: Key;
        /// The OCSP responder's certificate.
        req [file] ocsp: Cert;
        /// The OCSP responder's key.
        req [secret] ocsp_key: Key;
        /// The certificate of the signer of verdicts.
        req [file] verdicts: Cert;
        /// That signer's key.
        req [secret] verdicts_key: Key;
        /// Where serial numbers come from: the same seed gives a TRE the same credential.
        req [secret] seed: Hex<32>;
        /// Where the status of its credentials is asked; without it http://HTTP/ocsp.
        opt ocsp_uri: String;
        /// For how long a verdict may be used.
        def verdict_lifetime: Span = "5min";
        /// The oldest measurement report that it takes.
        def report_age: Span = "2min";
        /// Whether a machine has to be the one that its TRE's credential names (T7).
        def checks_identity: bool = true;
        /// Whether measurements have to be those of the reference (T8).
        def checks_measurements: bool = true;
        /// Where it keeps what it has to know after a restart.
        def store: Store = "memory";
    }

    /// DRA: a Diameter agent between networks.
    Dra {
        /// Its Diameter identity.
        req host: HostName;
        /// Its realm.
        req realm: HostName;
        /// Where peers connect.
        rep listen: Listen;
        /// Where peers are dialled from.
        req address: IpAddr;
        /// Peers that it dials, and the realms that they serve.
        rep peer: Peer;
        /// Whether it sends requests on or tells the sender whom to ask.
        def mode: Agent = "relay";
        /// Tw of the Diameter watchdog (RFC 3539).
        def watchdog: Span = "30s";
        /// Requests without an answer at most, of one peer; more are answered with 3004.
        def most_pending: u32 = 10000;
    }

    /// GSUP proxy: serving nodes that know one HLR reach many through it.
    GsupProxy {
        /// Its name on its connections.
        def name: String = "PROXY";
        /// Where serving nodes connect.
        req listen: At<4222>;
        /// The HLRs behind it: the first that fits is asked.
        rep home: GsupPeer;
        /// How long an answer may take.
        def patience: Span = "10s";
    }

    /// STP: a transfer point of SS7 signalling, whose signalling points connect by M3UA.
    Stp {
        /// Its signalling point code: messages to it are translated by their global titles.
        req point_code: u32;
        /// Where processes connect.
        rep listen: SignallingListen;
        /// The signalling points behind it.
        rep server: SignallingServer;
        /// Which global titles lead where; the longest beginning that fits counts.
        rep translation: Translation;
        /// Which mobile global titles stand for which IMSIs.
        rep numbering: Numbering;
    }

    /// Where M3UA comes in.
    SignallingListen {
        /// The address.
        req address: At<2905>;
        /// What carries the connections.
        def transport: Transport = "sctp-udp";
    }

    /// A signalling point, and who serves it.
    SignallingServer {
        /// Its name.
        req name: String;
        /// Its signalling point code.
        req point_code: u32;
        /// Its routing context, where processes have to name one.
        opt context: u32;
        /// How its processes share the traffic.
        def mode: TrafficMode = "loadshare";
        /// Where its processes connect from.
        req processes: Vec<IpAddr>;
    }
}

/// What a Diameter agent does with requests.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agent {
    /// It sends them on.
    Relay,
    /// It tells the sender whom to ask.
    Redirect,
}

choices! {
    TrafficMode, "a traffic mode (RFC 4666 3.7.1)" {
        "override" => TrafficMode::Override,
        "loadshare" => TrafficMode::Loadshare,
        "broadcast" => TrafficMode::Broadcast,
    }
    Agent, "a kind of agent" {
        "relay" => Agent::Relay,
        "redirect" => Agent::Redirect,
    }
    Credentials, "a place of credentials" {
        "known" => Credentials::Known,
        "on-device" => Credentials::OnDevice,
    }
    Validation, "a result of validation" {
        "good" => Validation::Good,
        "integrity" => Validation::Integrity,
        "revoked" => Validation::Revoked,
        "not-authentic" => Validation::NotAuthentic,
    }
    Outcome, "an outcome" {
        "allow" => Outcome::Allow,
        "limited" => Outcome::Limited,
        "deny" => Outcome::Deny,
        "remediate" => Outcome::Remediate,
    }
}
