//! The registration operator and who supplies it: `icf`, `drf`, `dpf`, `ccif`.
use crate::config::{
    declare::{choices, settings},
    sections::{GsupDoor, HlrMap, HomeOperator, Inner, Listen, Store},
    types::{At, Chain, Hex, HostName, Span, Word},
};
use hlr_auc::Concurrency;
use operators::{dpf::Call, drf::Mode};
use provisioning::{
    bootstrap::Sec,
    dm::AuthType,
    key::{Key, PublicKey},
    x509::Cert,
};
use wire::{Apn, Plmn};

use super::visited::Component;

settings! {
    /// ICF: the HLR/AuC of PCIDs.
    Icf {
        /// The network whose PCIDs it holds.
        req plmn: Plmn;
        /// Its Diameter identity; without it icf.REALM.
        opt host: HostName;
        /// Its realm; without it that of the PLMN (TS 23.003 19.2).
        opt realm: HostName;
        /// Other host names in its realm under which it may be asked.
        def aliases: Vec<HostName> = [];
        /// Where Diameter peers connect.
        rep listen: Listen;
        /// The only Diameter peers that it lets in, by their names; others are told 3010. None for all.
        def peers: Vec<HostName> = [];
        /// Its API; others are dialled from the same IP address.
        req http: At<8080>;
        /// The DRF's API.
        req drf: At<8080>;
        /// The key that credentials are sealed to.
        req [secret] key: Key;
        /// The CCIF's public key: it signs manifests.
        req [file] ccif: PublicKey;
        /// A third party's CCIF, whose batches count as well (R52): its public key.
        opt [file] third_party_ccif: PublicKey;
        /// For how long a PCID that was given back, or whose validity has ended, is nobody's before
        /// it is free again (R53). Without it it stays its device's, and is only withdrawn.
        opt quarantine: Span;
        /// The CCIF's API, where it is told which PCIDs are free again.
        opt returns: At<8080>;
        /// The PVA's API, where there are no vectors for a PCID before the PVA has validated its device
        /// (R61).
        opt pva: At<8080>;
        /// Who signs the PVA's verdicts; with `pva`.
        opt [file] pva_verdicts: PublicKey;
        /// Tw of the Diameter watchdog (RFC 3539).
        def watchdog: Span = "30s";
        /// What becomes of a second serving node, where machines share a PCID (R55): the first is
        /// cancelled; or the second is refused for good; or it is told to come again later.
        def concurrency: Concurrency = "last-wins";
        /// Whether a node's realm must be that of the network that it names (T3).
        def realm_must_match_plmn: bool = true;
        /// Whether a peer may ask in its own name only, unless it is a relay (T4).
        def origin_must_match_peer: bool = true;
        /// The networks that its PCIDs may roam into; none for all.
        def roaming: Vec<Plmn> = [];
        /// Whether its authentication centre makes vectors.
        def makes_vectors: bool = true;
        /// Its door for nodes that speak GSUP.
        opt gsup: GsupDoor;
        /// Its door for SGSNs that speak MAP.
        opt map: HlrMap;
        /// Where subscribers are kept.
        def store: Store = "memory";
    }

    /// DRF: discovery and registration.
    Drf {
        /// The registration operator.
        req plmn: Plmn;
        /// Its API.
        req http: At<8080>;
        /// Where the GGSN's accounting comes in.
        opt accounting: At<1813>;
        /// What it shares with the GGSN.
        req [secret] secret: Word;
        /// The PVA's root: where no gateway tells who has which address, a device proves itself by its
        /// platform key (R47).
        opt [file] platform_root: Cert;
        /// Whether devices come without an ICF's word, too: by a provider without 3GPP radio.
        def without_icf: bool = false;
        /// Its place on Gi.
        req inner: Inner;
        /// The DPF's host name: the audience of tokens; without it dpf.REALM.
        opt dpf_host: HostName;
        /// The DPF's inner address.
        req dpf_inner: At<80>;
        /// The DPF's API.
        req dpf: At<8080>;
        /// The PVA's API, where validations are relayed.
        opt pva: At<8080>;
        /// Whether it finds the home operator or shows all to the device.
        def mode: Mode = "resolve";
        /// The home operators that it knows.
        rep sho: HomeOperator;
        /// Which device belongs to which; the claims of all rows that fit count.
        rep rule: Claim;
        /// When a device that nobody claims may ask again.
        def retry_after: Span = "30s";
        /// Where it keeps what it has to know after a restart.
        def store: Store = "memory";
    }

    /// A row of the table of devices.
    Claim {
        /// PLMN of the home operator.
        req sho: Plmn;
        /// Only machines whose id begins so.
        opt m2me_id: String;
        /// Only machines of this type.
        opt device_type: String;
    }

    /// DPF: download and provisioning.
    Dpf {
        /// The registration operator.
        req plmn: Plmn;
        /// Its host name: the audience of tokens; without it dpf.REALM.
        opt host: HostName;
        /// Its API.
        req http: At<8080>;
        /// Its place on Gi.
        req inner: Inner;
        /// The key that accounts are sealed to.
        req [secret] key: Key;
        /// The CCIF's public key: it signs manifests.
        req [file] ccif: PublicKey;
        /// A third party's CCIF, whose batches count as well (R52): its public key.
        opt [file] third_party_ccif: PublicKey;
        /// The APIs of home operators that may authorise.
        req shos: Vec<At<8080>>;
        /// The longest device-management message that it takes.
        def max_msg_size: u32 = 1400;
        /// How device and DPF authenticate in a session (OMA-TS-DM-Security 5.3, 5.4).
        def auth: AuthType = "md5";
        /// Whether it shows a credential of its own; off, to try devices' defences (T10).
        def proves_itself: bool = true;
        /// Whether token and installation go in one Atomic: all or nothing.
        def atomic: bool = false;
        /// Whether somebody inside takes away what was installed, without the home operator's leave;
        /// to try devices' defences (T13).
        def insider: bool = false;
        /// How a device is made to call in (R29): not at all, it has an account from its factory; by
        /// package 0 of OMA DM; by a bootstrap, of client provisioning or of the DM profile.
        def bootstrap: Call = "factory";
        /// How a bootstrap proves whom it comes from (OMA-WAP-TS-ProvCont 4.3). NETWPIN is made of the
        /// PCID: devices refuse it.
        def bootstrap_security: Sec = "user-netw-pin";
        /// The PIN of all bootstraps, where it is not that of the device's account: to try devices'
        /// defences (T10).
        opt [secret] bootstrap_pin: Word;
        /// How it makes packages itself, by rules that home operators have given it (R31).
        rep rule: PackageRule;
        /// Where it keeps what it has to know after a restart.
        def store: Store = "memory";
    }

    /// A rule by which a DPF makes a home operator's packages.
    PackageRule {
        /// Its name: home operators call for it.
        req name: String;
        /// The home operator.
        req plmn: Plmn;
        /// Its API, one of `shos`: nobody else may call for the rule.
        req api: At<8080>;
        /// MSIN of the first subscriber.
        def first_msin: u64 = 1;
        /// How many there are.
        def size: u64 = 1000;
        /// The home operator's OP.
        req [secret] op: Hex<16>;
        /// Where the subscribers' K come from: the same seed gives the same keys.
        req [secret] seed: Hex<32>;
        /// The operational access point name.
        req apn: Apn;
        /// Access class of new subscribers, 0 to 15.
        def access_class: u8 = 7;
        /// The key that packages are signed with.
        req [secret] key: Key;
        /// The certificates that lead from that key, in the home operator's name, to the operators' root.
        req [file] certificate: Chain;
        /// The home operator's key: what it is told of a subscriber is sealed to it.
        req [file] sho: PublicKey;
    }

    /// CCIF: issues PCIDs; with it the equipment supplier that makes the devices.
    Ccif {
        /// The registration operator whose PCIDs it issues.
        req plmn: Plmn;
        /// Its name: the issuer of manifests; without it ccif.REALM.
        opt host: HostName;
        /// Its API; others are dialled from the same IP address.
        req http: At<8080>;
        /// The key that it signs manifests with.
        req [secret] key: Key;
        /// The supplier's name.
        def m2mes: String = "m2mes.example";
        /// The supplier's key.
        req [secret] m2mes_key: Key;
        /// The CCIF's API that the supplier orders at, where it is a third party's (R52).
        opt orders_at: At<8080>;
        /// That CCIF's public key: it signs what is ordered.
        opt [file] ordered_from: PublicKey;
        /// MSIN of the first PCID.
        def first: u64 = 1;
        /// How many PCIDs there are.
        def size: u64 = 1000;
        /// OP of all M2MEs.
        req [secret] op: Hex<16>;
        /// Where the PCIDs' secrets come from: the same seed gives the same secrets.
        req [secret] seed: Hex<32>;
        /// The only access point name that a PCID is good for.
        req apn: Apn;
        /// For how long after an attach a PCID may be used.
        def lifetime: Span = "1h";
        /// For how long PCIDs are valid.
        def validity: Span = "365d";
        /// The ICF.
        req icf: Receiver;
        /// The DPF.
        req dpf: Receiver;
        /// The DPF's host name in the devices' accounts; without it dpf.REALM.
        opt dpf_host: HostName;
        /// The PVA's API.
        req pva: At<8080>;
        /// Whether the ICF is shown what each device measured at its first start (R61).
        def validates: bool = false;
        /// An order that fails is given again after this time.
        def again: Span = "2s";
        /// Where it keeps what it has to know after a restart.
        def store: Store = "memory";
        /// What a sound device runs, in the order of the boot.
        def software: Vec<Component> = [{ name = "boot", code = "boot loader" }, { name = "os", code = "operating system" }, { name = "app", code = "metering" }];
        /// The devices that are made at the start: the first gets the first PCID, and so on.
        rep device: Blank;
    }

    /// Somebody whom batches of PCIDs are handed to.
    Receiver {
        /// Its API.
        req api: At<8080>;
        /// The key that credentials are sealed to.
        req [file] key: PublicKey;
    }

    /// A device to be made.
    Blank {
        /// Its id.
        req id: String;
        /// Its TRE's id.
        req tre: String;
        /// Its TRE's version.
        def version: String = "1.0";
        /// What kind of machine it is.
        def device_type: String = "meter-1";
        /// Whether its first start measures what a sound one does; off, to try what comes of it (R61).
        def sound: bool = true;
        /// The platform key that was made in the TRE.
        req [secret] key: Key;
    }
}

choices! {
    Call, "a way to make a device call in" {
        "factory" => Call::Nothing,
        "notification" => Call::Notification,
        "client-provisioning" => Call::ClientProvisioning,
        "dm-profile" => Call::Profile,
    }
    Sec, "a security method of bootstraps" {
        "user-netw-pin" => Sec::UserNetwPin,
        "user-pin" => Sec::UserPin,
        "netw-pin" => Sec::NetwPin,
    }
    Concurrency, "a rule for second serving nodes" {
        "last-wins" => Concurrency::LastWins,
        "first-wins" => Concurrency::FirstWins,
        "queue" => Concurrency::Queue,
    }
    Mode, "a mode" {
        "resolve" => Mode::Resolve,
        "referral" => Mode::Referral,
    }
}
