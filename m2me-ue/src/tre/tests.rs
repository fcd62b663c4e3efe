//! The TRE against an SHO that is genuine, and against many that are not.
use super::{
    tree::{Device, DeviceTree, ShownAccount},
    *,
};
use engine::{Now, Rng};
use provisioning::{
    credential::{Credential, TreInfo},
    dm::{Code, Tree},
    json::Entry,
    mcim::{Mcim, Policy},
    pki::{Identity, Pki},
    syncml::Data,
    text::{Secret16, Sha256, Stamp},
    token::Token,
};

const NOW: Utc = Now::VIRTUAL_EPOCH;
const M2ME: &str = "urn:m2me:00a0b1c2d3e4f501";
const TRE: &str = "tre-00a0b1c2d3e4f501";
const PCID: &str = "999010000000001";
pub(super) const DPF: &str = "dpf.epc.mnc001.mcc999.3gppnetwork.org";
const SESSION: Session<'_> = Session { dpf: DPF, now: NOW };

pub(super) struct World {
    pki: Pki,
    rng: Rng,
    sho: Identity,
    count: u32,
}

impl World {
    pub(super) fn new() -> Self {
        let rng = Rng::seed(33);
        let pki = Pki::new(&rng, NOW).unwrap();
        let sho = pki.operator("99902", "sho.example").unwrap();
        Self {
            pki,
            rng,
            sho,
            count: 0,
        }
    }

    pub(super) fn tre(&self, faults: Vec<Fault>) -> Tre {
        let key = self.pki.platform_key(TRE);
        let info = TreInfo {
            tre_id: TRE.into(),
            m2me_id: M2ME.into(),
            device_type: "meter-1".into(),
            version: "1.0".into(),
        };
        let credential = self
            .pki
            .pva
            .credential(&info, &key.public(), "http://pva/ocsp");
        let mut tre = Tre::new(Config {
            id: TRE.into(),
            version: "1.0".into(),
            m2me_id: M2ME.into(),
            key,
            credential: credential.unwrap().cert.der().to_vec(),
            operators: self.pki.operators.cert.clone(),
            images: images(),
            pcid: Entry {
                pcid: PCID.into(),
                k: Secret16([0x11; 16]),
                opc: Secret16([0x22; 16]),
                algorithm: "milenage".into(),
                dm: None,
                pin: None,
            },
            capacity: 8192,
            faults,
            usim_fault: usim::Fault::None,
        })
        .unwrap();
        tre.boot();
        tre
    }

    pub(super) fn mcim(&self, id: &str) -> Mcim {
        Mcim {
            id: id.into(),
            application: "usim".into(),
            version: 1,
            imsi: "999020000000001".into(),
            k: Secret16([0x46; 16]),
            opc: Secret16([0xcd; 16]),
            algorithm: "milenage".into(),
            access_class: 7,
            hplmn: "99902".into(),
            plmns: vec!["99902".into()],
            forbidden_plmns: vec![],
            apn: "internet.sho".into(),
            smsc: None,
            policy: Policy {
                m2me_id: M2ME.into(),
                replaces: None,
                fallback: "pcid".into(),
                not_after: None,
            },
        }
    }

    pub(super) fn seal(&mut self, mcim: &Mcim) -> Vec<u8> {
        let to = self.pki.platform_key(TRE).public();
        mcim.seal(&self.sho.key, &self.sho.chain, &to, NOW, &mut self.rng)
            .unwrap()
    }

    pub(super) fn token(&mut self, sealed: &[u8], ops: &[&str]) -> Token {
        self.count += 1;
        Token {
            iss: "99902".into(),
            aud: DPF.into(),
            sub: M2ME.into(),
            pcid: PCID.into(),
            tre: TRE.into(),
            jti: format!("jti-{}", self.count),
            iat: NOW.secs(),
            exp: NOW.secs() + 3600,
            mcim: Sha256::of(sealed),
            ops: ops.iter().map(|o| (*o).to_owned()).collect(),
        }
    }

    pub(super) fn sign(&self, token: &Token) -> String {
        token.sign(&self.sho.key, &self.sho.chain).unwrap()
    }

    /// Brings an object and a token that was changed by `edit`, and installs.
    fn install(&mut self, tre: &mut Tre, mcim: &Mcim, edit: impl FnOnce(&mut Token)) -> Outcome {
        let sealed = self.seal(mcim);
        let mut token = self.token(&sealed, &["install", "activate"]);
        edit(&mut token);
        let token = self.sign(&token);
        load(tre, &mcim.id, &sealed, &token);
        tre.install(&mcim.id, &SESSION)
    }
}

fn images() -> Vec<Image> {
    vec![
        Image::new("boot", "1.0", &b"boot code"[..]),
        Image::new("os", "2.1", &b"kernel"[..]),
        Image::new("app", "3.0", &b"meter"[..]),
    ]
}

pub(super) fn load(tre: &mut Tre, id: &str, sealed: &[u8], token: &str) {
    if !tre.apps().contains_key(id) || tre.apps()[id].state() == State::Failed {
        tre.create(id).unwrap();
    }
    tre.set_package(id, sealed.to_vec()).unwrap();
    tre.set_token(id, token).unwrap();
}

fn state(tre: &Tre, id: &str) -> (State, Option<Outcome>) {
    let app = &tre.apps()[id];
    (app.state(), app.result())
}

/// The application in use.
fn in_use(tre: &mut Tre) -> &mut Usim {
    let active = tre.active().map(|a| a.0.to_owned());
    tre.usim(active.as_deref())
}

#[test]
fn an_authorised_object_becomes_the_usim_in_use() {
    let (mut world, mcim) = (World::new(), World::new().mcim("m-1"));
    let mut tre = world.tre(vec![]);
    assert_eq!(in_use(&mut tre).imsi().to_string(), PCID);
    assert_eq!(tre.active(), None);
    assert_eq!(world.install(&mut tre, &mcim, |_| ()), Outcome::Active);
    assert_eq!(in_use(&mut tre).imsi().to_string(), mcim.imsi);
    let (id, profile) = tre.active().unwrap();
    assert_eq!((id, profile.apn.as_str()), ("m-1", "internet.sho"));
    let steps: Vec<String> = std::iter::from_fn(|| tre.poll())
        .map(|c| format!("{} {}", c.operation, c.state))
        .collect();
    let expected = [
        "download downloaded",
        "install installed",
        "activate active",
    ];
    assert_eq!(steps, expected);
    assert!(!format!("{tre:?}{:?}", tre.apps()).contains("46, 46"));
}

#[test]
fn without_activate_in_ops_it_waits() {
    let mut world = World::new();
    let (mut tre, mcim) = (world.tre(vec![]), world.mcim("m-1"));
    let only = |t: &mut Token| t.ops = vec!["install".into()];
    assert_eq!(world.install(&mut tre, &mcim, only), Outcome::Installed);
    assert_eq!(in_use(&mut tre).imsi().to_string(), PCID);
    assert_eq!(tre.activate("m-1", &SESSION), Outcome::TokenMissing);
    // a later token for the same object allows it
    let sealed = tre.apps()["m-1"].object_for_tests();
    let later = world.token(&sealed, &["activate"]);
    tre.set_token("m-1", &world.sign(&later)).unwrap();
    assert_eq!(tre.activate("m-1", &SESSION), Outcome::Active);
    assert_eq!(in_use(&mut tre).imsi().to_string(), mcim.imsi);
}

#[test]
fn every_token_that_is_not_for_this_is_refused() {
    type Edit = fn(&mut Token);
    let cases: [(Edit, Outcome); 9] = [
        (|t| t.exp = NOW.secs(), Outcome::TokenExpired),
        (|t| t.iat = NOW.secs() + 61, Outcome::TokenRefused),
        (|t| t.aud = "dpf.elsewhere".into(), Outcome::WrongAudience),
        (|t| t.sub = "urn:m2me:other".into(), Outcome::WrongAudience),
        (|t| t.tre = "tre-other".into(), Outcome::WrongAudience),
        (
            |t| t.pcid = "999010000000002".into(),
            Outcome::WrongAudience,
        ),
        (|t| t.iss = "99903".into(), Outcome::TokenRefused),
        (|t| t.mcim = Sha256::of(b"another"), Outcome::HashDiffers),
        (|t| t.ops = vec!["activate".into()], Outcome::TokenRefused),
    ];
    let mut world = World::new();
    for (i, (edit, expected)) in cases.into_iter().enumerate() {
        let (mut tre, mcim) = (world.tre(vec![]), world.mcim("m-1"));
        assert_eq!(world.install(&mut tre, &mcim, edit), expected, "case {i}");
        assert_eq!(state(&tre, "m-1"), (State::Failed, Some(expected)));
        assert_eq!(in_use(&mut tre).imsi().to_string(), PCID);
        // nothing is left of it
        assert_eq!(tre.free(), 8192);
    }
}

#[test]
fn a_token_is_good_once_and_none_is_none() {
    let mut world = World::new();
    let (mut tre, mcim) = (world.tre(vec![]), world.mcim("m-1"));
    let sealed = world.seal(&mcim);
    tre.create("m-1").unwrap();
    tre.set_package("m-1", sealed.clone()).unwrap();
    assert_eq!(tre.install("m-1", &SESSION), Outcome::TokenMissing);
    let token = world.token(&sealed, &["install", "delete"]);
    let token = world.sign(&token);
    load(&mut tre, "m-1", &sealed, &token);
    assert_eq!(tre.install("m-1", &SESSION), Outcome::Installed);
    tre.delete("m-1", &SESSION).unwrap();
    load(&mut tre, "m-1", &sealed, &token);
    assert_eq!(tre.install("m-1", &SESSION), Outcome::TokenReplayed);
    load(&mut tre, "m-1", &sealed, "no.token.at-all");
    assert_eq!(tre.install("m-1", &SESSION), Outcome::TokenRefused);
}

#[test]
fn the_same_installation_again_has_the_same_result() {
    let mut world = World::new();
    let (mut tre, mcim) = (world.tre(vec![]), world.mcim("m-1"));
    let sealed = world.seal(&mcim);
    let token = world.token(&sealed, &["install", "activate"]);
    let token = world.sign(&token);
    load(&mut tre, "m-1", &sealed, &token);
    assert_eq!(tre.install("m-1", &SESSION), Outcome::Active);
    let free = tre.free();
    load(&mut tre, "m-1", &sealed, &token);
    assert_eq!(tre.install("m-1", &SESSION), Outcome::Active);
    assert_eq!((tre.free(), state(&tre, "m-1").0), (free, State::Active));
    // another object under the spent token is not the same
    let other = world.seal(&mcim);
    load(&mut tre, "m-1", &other, &token);
    assert_eq!(tre.install("m-1", &SESSION), Outcome::HashDiffers);
    assert_eq!((tre.free(), state(&tre, "m-1").0), (free, State::Active));
}

#[test]
fn a_token_of_a_forged_root_is_refused() {
    let mut world = World::new();
    let (mut tre, mcim) = (world.tre(vec![]), world.mcim("m-1"));
    let sealed = world.seal(&mcim);
    let token = world.token(&sealed, &["install"]);
    let forged = Pki::new(&Rng::seed(34), NOW).unwrap();
    let forger = forged.operator("99902", "sho.example").unwrap();
    let token = token.sign(&forger.key, &forger.chain).unwrap();
    load(&mut tre, "m-1", &sealed, &token);
    assert_eq!(tre.install("m-1", &SESSION), Outcome::TokenRefused);
}

#[test]
fn every_object_that_is_not_sound_is_refused() {
    let mut world = World::new();
    let mut outcome = |edit: &dyn Fn(&mut World, &mut Mcim) -> Option<Vec<u8>>| {
        let (mut tre, mut mcim) = (world.tre(vec![]), world.mcim("m-1"));
        let sealed = edit(&mut world, &mut mcim);
        let sealed = sealed.unwrap_or_else(|| world.seal(&mcim));
        let token = world.token(&sealed, &["install", "activate"]);
        let token = world.sign(&token);
        load(&mut tre, "m-1", &sealed, &token);
        let outcome = tre.install("m-1", &SESSION);
        assert_eq!(state(&tre, "m-1"), (State::Failed, Some(outcome)));
        assert_eq!(in_use(&mut tre).imsi().to_string(), PCID);
        outcome
    };
    // sealed to another TRE; changed on its way; no CMS at all
    let other = outcome(&|w, m| {
        let to = w.pki.platform_key("tre-other").public();
        m.seal(&w.sho.key, &w.sho.chain, &to, NOW, &mut w.rng).ok()
    });
    let changed = outcome(&|w, m| {
        let mut sealed = w.seal(m);
        *sealed.last_mut()? ^= 1;
        Some(sealed)
    });
    let none = outcome(&|_, _| Some(b"nothing".to_vec()));
    assert_eq!([other, changed, none], [Outcome::NotForThisTre; 3]);
    // signed by a forger; by a second SHO, with the first one's token
    let forged = outcome(&|w, m| {
        let forged = Pki::new(&Rng::seed(34), NOW).ok()?;
        let forger = forged.operator("99902", "sho.example").ok()?;
        let to = w.pki.platform_key(TRE).public();
        m.seal(&forger.key, &forger.chain, &to, NOW, &mut w.rng)
            .ok()
    });
    let second = outcome(&|w, m| {
        let second = w.pki.operator("99903", "sho2.example").ok()?;
        let to = w.pki.platform_key(TRE).public();
        (m.hplmn, m.imsi) = ("99903".into(), "999030000000001".into());
        m.seal(&second.key, &second.chain, &to, NOW, &mut w.rng)
            .ok()
    });
    assert_eq!([forged, second], [Outcome::BadSignature; 2]);
    let contents: [fn(&mut Mcim); 7] = [
        |m| m.id = "m-2".into(),
        |m| m.application = "wallet".into(),
        |m| m.algorithm = "comp128".into(),
        |m| m.imsi = "999030000000001".into(),
        |m| m.policy.m2me_id = "urn:m2me:other".into(),
        |m| m.access_class = 16,
        |m| m.policy.not_after = Some(Stamp(NOW.secs() - 1)),
    ];
    for (i, edit) in contents.into_iter().enumerate() {
        let got = outcome(&|_, m| {
            edit(m);
            None
        });
        assert_eq!(got, Outcome::BadContents, "case {i}");
    }
}

#[test]
fn an_update_takes_the_place_or_leaves_all_as_it_was() {
    let mut world = World::new();
    let (mut tre, mut mcim) = (world.tre(vec![]), world.mcim("m-1"));
    world.install(&mut tre, &mcim, |_| ());
    // the same version again is no update
    assert_eq!(world.install(&mut tre, &mcim, |_| ()), Outcome::BadContents);
    assert_eq!(state(&tre, "m-1").0, State::Active);
    assert_eq!(in_use(&mut tre).imsi().to_string(), mcim.imsi);
    let free = tre.free();
    (mcim.version, mcim.apn) = (2, "other.sho".into());
    let expired = |t: &mut Token| t.exp = 0;
    let refused = world.install(&mut tre, &mcim, expired);
    assert_eq!((refused, tre.free()), (Outcome::TokenExpired, free));
    assert_eq!(tre.active().unwrap().1.apn, "internet.sho");
    assert_eq!(world.install(&mut tre, &mcim, |_| ()), Outcome::Active);
    assert_eq!(tre.active().unwrap().1.apn, "other.sho");
}

#[test]
fn a_second_application_takes_over_and_gives_back() {
    for (fallback, expected) in [("previous", "999020000000001"), ("pcid", PCID)] {
        let mut world = World::new();
        let (mut tre, first) = (world.tre(vec![]), world.mcim("m-1"));
        let mut second = world.mcim("m-2");
        second.imsi = "999020000000002".into();
        second.policy.fallback = fallback.into();
        world.install(&mut tre, &first, |_| ());
        tre.confirm();
        assert_eq!(world.install(&mut tre, &second, |_| ()), Outcome::Active);
        assert_eq!(state(&tre, "m-1").0, State::Inactive);
        assert_eq!(in_use(&mut tre).imsi().to_string(), second.imsi);
        assert_eq!(tre.roll_back().as_deref(), Some("m-2"));
        assert_eq!(in_use(&mut tre).imsi().to_string(), expected);
        let failed = (State::Failed, Some(Outcome::Failed));
        assert_eq!(state(&tre, "m-2"), failed);
        assert_eq!(tre.apps()["m-2"].profile(), None);
    }
}

#[test]
fn what_has_proved_itself_supersedes() {
    let mut world = World::new();
    let (mut tre, first, second) = (world.tre(vec![]), world.mcim("m-1"), world.mcim("m-2"));
    world.install(&mut tre, &first, |_| ());
    world.install(&mut tre, &second, |_| ());
    tre.confirm();
    assert_eq!(state(&tre, "m-1").0, State::Updated);
    assert_eq!(tre.delete("m-2", &SESSION), Err(app::Refused::Token));
    // superseded, it serves nobody
    assert_eq!(tre.delete("m-1", &SESSION), Ok(()));
    assert_eq!(tre.deactivate("m-2", &SESSION), Outcome::TokenMissing);
    let sealed = tre.apps()["m-2"].object_for_tests();
    let token = world.token(&sealed, &["deactivate"]);
    tre.set_token("m-2", &world.sign(&token)).unwrap();
    assert_eq!(tre.deactivate("m-2", &SESSION), Outcome::Installed);
    assert_eq!(in_use(&mut tre).imsi().to_string(), PCID);
    // T13: neither without a token of its own, nor by one for something else, nor by a spent one
    assert_eq!(tre.delete("m-2", &SESSION), Err(app::Refused::Token));
    let other = world.token(&sealed, &["activate"]);
    for token in [world.sign(&other), world.sign(&token)] {
        tre.set_token("m-2", &token).unwrap();
        assert_eq!(tre.delete("m-2", &SESSION), Err(app::Refused::Token));
    }
    let token = world.token(&sealed, &["delete"]);
    tre.set_token("m-2", &world.sign(&token)).unwrap();
    assert_eq!(tre.delete("m-2", &SESSION), Ok(()));
    assert!(tre.apps().is_empty());
    assert_eq!(tre.delete("m-2", &SESSION), Err(app::Refused::Unknown));
}

/// T13: an insider of another home operator has a token that is valid in itself.
#[test]
fn what_one_home_operator_has_installed_no_other_one_locks_or_replaces() {
    let mut world = World::new();
    let (mut tre, mcim) = (world.tre(vec![]), world.mcim("m-1"));
    assert_eq!(world.install(&mut tre, &mcim, |_| ()), Outcome::Active);
    let other = world.pki.operator("99903", "sho.other").unwrap();
    let foreign = |world: &mut World, sealed: &[u8], op: &str| {
        let mut token = world.token(sealed, &[op]);
        token.iss = "99903".into();
        token.sign(&other.key, &other.chain).unwrap()
    };
    let sealed = tre.apps()["m-1"].object_for_tests();
    let token = foreign(&mut world, &sealed, "deactivate");
    tre.set_token("m-1", &token).unwrap();
    assert_eq!(tre.deactivate("m-1", &SESSION), Outcome::TokenRefused);
    let mut newer = world.mcim("m-1");
    newer.version += 1;
    let update = world.seal(&newer);
    tre.set_package("m-1", update.clone()).unwrap();
    let token = foreign(&mut world, &update, "install");
    tre.set_token("m-1", &token).unwrap();
    assert_eq!(tre.install("m-1", &SESSION), Outcome::TokenRefused);
    assert_eq!(in_use(&mut tre).imsi().to_string(), mcim.imsi);
    let sealed = tre.apps()["m-1"].object_for_tests();
    let token = foreign(&mut world, &sealed, "delete");
    tre.set_token("m-1", &token).unwrap();
    assert_eq!(tre.delete("m-1", &SESSION), Err(app::Refused::Token));
    // its own may
    let token = world.token(&sealed, &["deactivate"]);
    tre.set_token("m-1", &world.sign(&token)).unwrap();
    assert_eq!(tre.deactivate("m-1", &SESSION), Outcome::Installed);
}

#[test]
fn room_is_counted_and_given_back() {
    let mut world = World::new();
    let mut tre = world.tre(vec![]);
    tre.create("m-1").unwrap();
    assert_eq!(tre.create("m-1"), Err(app::Refused::Exists));
    let full = tre.set_package("m-1", vec![0; 8193]);
    assert_eq!(full, Err(app::Refused::Full));
    tre.set_package("m-1", vec![0; 8192]).unwrap();
    assert_eq!(tre.free(), 0);
    // another one in its place
    tre.set_package("m-1", vec![0; 8000]).unwrap();
    assert_eq!(tre.free(), 192);
    tre.delete("m-1", &SESSION).unwrap();
    assert_eq!(tre.free(), 8192);
    let mcim = world.mcim("m-2");
    let mut broken = world.tre(vec![Fault::InstallFails]);
    assert_eq!(world.install(&mut broken, &mcim, |_| ()), Outcome::Failed);
    assert_eq!(
        (broken.free(), state(&broken, "m-2").0),
        (8192, State::Failed)
    );
}

#[test]
fn reports_are_signed_over_the_nonce_and_show_each_fault() {
    let world = World::new();
    let reference = reference(&images());
    let credential = |tre: &Tre| Credential::parse(tre.credential()).unwrap();
    let check = |faults: Vec<Fault>| {
        let mut tre = world.tre(faults);
        let key = credential(&tre).key;
        let first = tre.report(&[1; 32], NOW).unwrap();
        let second = tre.report(&[2; 32], NOW).unwrap();
        Report::verify(&first, &key, &[1; 32], TRE, M2ME)?;
        let report = Report::verify(&second, &key, &[2; 32], TRE, M2ME)?;
        let failing = report.compare(&reference, 1);
        Ok::<_, provisioning::Error>(failing.first().map(|f| f.reason.clone()))
    };
    use provisioning::Error as E;
    let why = |reason: &str| Ok(Some(reason.to_owned()));
    assert_eq!(check(vec![]), Ok(None));
    assert_eq!(
        check(vec![Fault::Changed("boot".into())]),
        why("measurement")
    );
    assert_eq!(check(vec![Fault::CounterBack]), why("rollback"));
    let replayed = Err(E::Replayed("measurement report"));
    assert_eq!(check(vec![Fault::Replay]), replayed);
    let edited = Err(E::Malformed("measurement log"));
    assert_eq!(check(vec![Fault::LogEdited("os".into())]), edited);
    let other = Key::generate(&mut Rng::seed(1));
    let signed = check(vec![Fault::OtherKey(other)]);
    assert!(matches!(signed, Err(E::Signature(_))), "{signed:?}");
}

#[test]
fn tampering_shows_after_the_next_start() {
    let world = World::new();
    let mut tre = world.tre(vec![]);
    tre.tamper("app");
    assert_eq!(tre.measurements().log, reference(&images()));
    tre.boot();
    assert_ne!(tre.measurements().log, reference(&images()));
    assert_eq!(tre.starts(), 2);
}

pub(super) fn device() -> Device {
    Device {
        man: "Fosterling".into(),
        model: "Meter".into(),
        lang: "en".into(),
        device_type: "meter-1".into(),
        oem: "Fosterling".into(),
        firmware: "1.0".into(),
        software: "1.0".into(),
        hardware: "1.0".into(),
    }
}

pub(super) fn account() -> ShownAccount {
    ShownAccount {
        server_id: DPF.into(),
        client_name: "meter-1".into(),
        uri: "http://10.32.0.3/dm".into(),
        auth: Default::default(),
    }
}

#[test]
fn the_tree_is_the_one_of_the_interfaces() {
    let mut world = World::new();
    let mut tre = world.tre(vec![]);
    let credential = tre.credential().to_vec();
    let (device, account) = (device(), account());
    let (mut waiting, mut carried) = (VecDeque::new(), Vec::new());
    let mut tree = DeviceTree {
        tre: &mut tre,
        device: &device,
        account: &account,
        dpf: DPF,
        waiting: &mut waiting,
        carried: &mut carried,
    };
    let value = |t: &mut DeviceTree<'_>, uri: &str| {
        let found = t.get(uri).map(|f| f.data.octets().to_vec());
        found.map(|o| String::from_utf8_lossy(&o).into_owned())
    };
    for (uri, expected) in [
        ("./DevInfo/DevId", M2ME),
        ("./DevInfo/DmV", "1.2"),
        ("./DevDetail/LrgObj", "true"),
        ("./DMAcc/DPF/AppID", "w7"),
        (".", "DevInfo/DevDetail/DMAcc/MCIM"),
        ("./DevDetail/URI/MaxDepth", "0"),
        ("./DMAcc/DPF/AppAuth", "ClCred/SrvCred"),
        ("./DMAcc/DPF/AppAuth/SrvCred/AAuthType", "DIGEST"),
        ("./DMAcc/DPF/AppAuth/ClCred/AAuthName", "meter-1"),
        ("./MCIM/TRE/Id", TRE),
        ("./MCIM/TRE/Free", "8192"),
        ("./MCIM/App", ""),
    ] {
        assert_eq!(value(&mut tree, uri).as_deref(), Ok(expected), "{uri}");
    }
    let found = tree.get("./MCIM/TRE/PlatformCredential").unwrap();
    assert_eq!(found.data, Data::Octets(credential));
    let secret = "./DMAcc/DPF/AppAuth/ClCred/AAuthSecret";
    assert_eq!(tree.get(secret).err(), Some(Code::PermissionDenied));
    assert_eq!(tree.get("./MCIM/App/m-1").err(), Some(Code::NotFound));
    assert_eq!(
        tree.replace("./DevInfo/DevId", "chr", b"x"),
        Code::NotAllowed
    );
    assert_eq!(tree.replace("./Nowhere", "chr", b"x"), Code::NotFound);
    assert_eq!(
        tree.delete(Now::virtually(engine::Time(0)), "./MCIM/TRE"),
        Code::NotAllowed
    );

    let mcim = world.mcim("m-1");
    let sealed = world.seal(&mcim);
    let token = world.token(&sealed, &["install", "activate"]);
    let token = world.sign(&token);
    let app = "./MCIM/App/m-1";
    let at = |leaf: &str| format!("{app}/{leaf}");
    assert_eq!(tree.room(&at("Package"), 9000), Code::DeviceFull);
    assert_eq!(tree.add(&at("Application"), "chr", b"usim"), Code::Ok);
    assert_eq!(tree.add(&at("Token"), "chr", token.as_bytes()), Code::Ok);
    assert_eq!(tree.add(&at("Package"), "bin", &sealed), Code::Ok);
    assert_eq!(value(&mut tree, &at("State")).as_deref(), Ok("downloaded"));
    for hidden in ["Token", "Package"] {
        assert_eq!(tree.get(&at(hidden)).err(), Some(Code::PermissionDenied));
    }
    let now = Now::virtually(engine::Time(0));
    let install = at("Operations/Install");
    assert_eq!(tree.exec(now, &install, Some("a-1"), b""), Code::Accepted);
    let alerts = tree.alerts();
    let said: Vec<&str> = alerts.iter().map(|a| a.data.as_str()).collect();
    assert_eq!((said, alerts[0].source.as_str()), (vec!["201"], &*install));
    assert_eq!(alerts[0].correlator.as_deref(), Some("a-1"));
    assert_eq!(value(&mut tree, &at("State")).as_deref(), Ok("active"));
    assert_eq!(value(&mut tree, &at("Result")).as_deref(), Ok("201"));
    assert_eq!(value(&mut tree, "./MCIM/App").as_deref(), Ok("m-1"));
    // T13: not without a token
    assert_eq!(tree.delete(now, app), Code::PermissionDenied);
    let unknown = "./MCIM/App/m-2/Operations/Install";
    assert_eq!(tree.exec(now, unknown, None, b""), Code::NotFound);
}

#[test]
fn an_atomic_that_fails_leaves_nothing() {
    let mut world = World::new();
    let mut tre = world.tre(vec![]);
    let mcim = world.mcim("m-1");
    let sealed = world.seal(&mcim);
    let (device, account) = (device(), account());
    let (mut waiting, mut carried) = (VecDeque::new(), Vec::new());
    let mut tree = DeviceTree {
        tre: &mut tre,
        device: &device,
        account: &account,
        dpf: DPF,
        waiting: &mut waiting,
        carried: &mut carried,
    };
    tree.begin();
    assert_eq!(tree.add("./MCIM/App/m-1/Package", "bin", &sealed), Code::Ok);
    let install = "./MCIM/App/m-1/Operations/Install";
    let now = Now::virtually(engine::Time(0));
    assert_eq!(tree.exec(now, install, None, b""), Code::AtomicFailed);
    assert!(tree.roll_back());
    assert!(tree.tre.apps().is_empty());
    let alerts = tree.alerts();
    assert_eq!(
        (alerts[0].data.as_str(), &*alerts[0].mark),
        ("401", "critical")
    );
}

/// Each right of a token is for one machine, TRE, PCID, server and operation, from one issuer: of all
/// combinations of these the TRE takes the one that is its own, and nothing of the others stays.
#[test]
fn a_token_of_anything_else_installs_nothing() {
    let mut world = World::new();
    let mcim = world.mcim("m-1");
    let sealed = world.seal(&mcim);
    let strangers = world.pki.operator("99903", "sho.other").unwrap();
    let (mut denied, mut granted) = (0, 0);
    let all = |own: &str, other: &str| [own.to_owned(), other.to_owned()];
    for sub in all(M2ME, "urn:m2me:another") {
        for tre_id in all(TRE, "tre-another") {
            for pcid in all(PCID, "999010000000002") {
                for aud in all(DPF, "dpf.another") {
                    for ops in [vec!["install"], vec!["activate"], vec![]] {
                        for iss in all("99902", "99903") {
                            for own_object in [true, false] {
                                for late in [false, true] {
                                    let mut tre = world.tre(vec![]);
                                    let mut token = world.token(&sealed, &ops);
                                    (token.sub, token.tre) = (sub.clone(), tre_id.clone());
                                    (token.pcid, token.aud) = (pcid.clone(), aud.clone());
                                    token.iss.clone_from(&iss);
                                    if !own_object {
                                        token.mcim = Sha256::of(b"another");
                                    }
                                    if late {
                                        token.exp = NOW.secs() - 1;
                                    }
                                    // each operator signs in its own name
                                    let text = match iss == "99902" {
                                        true => world.sign(&token),
                                        false => {
                                            token.sign(&strangers.key, &strangers.chain).unwrap()
                                        }
                                    };
                                    load(&mut tre, "m-1", &sealed, &text);
                                    let allowed = (&*sub, &*tre_id, &*pcid, &*aud, &*iss)
                                        == (M2ME, TRE, PCID, DPF, "99902")
                                        && ops == ["install"]
                                        && own_object
                                        && !late;
                                    let outcome = tre.install("m-1", &SESSION);
                                    let got = outcome.is_success()
                                        || tre.active().is_some()
                                        || tre.apps()["m-1"].profile().is_some();
                                    assert_eq!(got, allowed, "{token:?}: {outcome}");
                                    match allowed {
                                        true => granted += 1,
                                        false => denied += 1,
                                    }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
    assert_eq!((granted, denied), (1, 383));
}

/// What a TRE remembers over a loss of power: all of it, or what was there before an Atomic.
#[test]
fn its_memory_outlives_its_power() {
    use super::kept::Memory;
    use provisioning::json;
    let mut world = World::new();
    let (mut tre, mcim) = (world.tre(vec![]), world.mcim("m-1"));
    assert_eq!(world.install(&mut tre, &mcim, |_| ()), Outcome::Active);
    let written = json::write(&tre.memory().unwrap());
    let used = tre.apps()["m-1"].clone();
    let mut again = world.tre(vec![]);
    again
        .remember(json::parse::<Memory>(&written).unwrap())
        .unwrap();
    again.boot();
    assert_eq!(again.starts(), 2);
    assert_eq!(again.active().unwrap().0, "m-1");
    assert_eq!(in_use(&mut again).imsi().to_string(), mcim.imsi);
    assert_eq!(again.apps()["m-1"].profile(), used.profile());
    // the token that was spent stays spent
    let sealed = used.object_for_tests();
    let mut token = world.token(&sealed, &["install"]);
    token.jti = "jti-1".into();
    let text = world.sign(&token);
    again.set_token("m-1", &text).unwrap();
    assert!(!again.install("m-1", &SESSION).is_success());
    // in the midst of an Atomic nothing is written down
    again.begin();
    again.create("m-2").unwrap();
    assert!(again.memory().is_none());
    again.undo();
    assert!(again.memory().is_some());
    // another card's numbers are not this one's
    let text = String::from_utf8(written).unwrap();
    let short = text.replacen("\"seq_ms\":[0,", "\"seq_ms\":[", 1);
    assert_ne!(short, text);
    let other = json::parse::<Memory>(short.as_bytes());
    assert!(other.is_err() || world.tre(vec![]).remember(other.unwrap()).is_err());
}
