//! A home operator's HLR and SHO, and the PVA.
use super::{Who, addresses, host, known, listen, plmn_text, realm, settings};
use crate::{
    config::roles::home::{Hlr, Partner, Pva, Sho},
    nodes::AnyNode,
    policy,
};
use aka::{Op, Opc};
use engine::{Attach, Placed, Rng};
use hlr_auc::Subscriber;
use operators::{home, pva, sho};
use provisioning::{
    ocsp::Responder,
    pki::{Identity, Platform},
    x509::Authority,
};

/// A home operator's HLR, and the subscribers that it has from the start.
pub fn hlr(h: &Hlr, who: &Who<'_>) -> (Placed<AnyNode>, Vec<Subscriber>) {
    let realm = realm(&h.realm, h.plmn);
    let mut hlr = hlr_auc::Config::new(host(&h.host, "hlr", &realm), realm);
    hlr.settings = settings(false, h.watchdog.0);
    hlr.rules.concurrency = h.concurrency;
    hlr.rules.realm_must_match_plmn = h.realm_must_match_plmn;
    hlr.rules.origin_must_match_peer = h.origin_must_match_peer;
    hlr.identity.addresses = addresses(&h.listen);
    hlr.identity.known = known(&h.peers);
    hlr.gsup = h.gsup.as_ref().map(super::hlr_gsup);
    hlr.map = h.map.as_ref().map(super::hlr_map);
    let port = hlr.port;
    let m3ua = super::hlr_map_port(h.map.as_ref(), h.http.0.ip());
    let node = home::Home::new(home::Config {
        hlr,
        key: h.key.clone(),
        rng: who.rng.clone(),
    });
    let placed = who.placed(
        node,
        [
            (port, listen(&h.listen)),
            (home::HTTP, Attach::listen(h.http.0)),
        ]
        .into_iter()
        .chain(m3ua)
        .chain(super::hlr_gsup_port(h.gsup.as_ref()))
        .collect(),
    );
    let subscriber = |s: &crate::config::roles::home::Subscriber| {
        let new = Subscriber::new(s.imsi, s.k.0.into(), Opc::from(s.opc.0).into());
        s.apns.iter().cloned().fold(new, Subscriber::with_apn)
    };
    (placed, h.subscriber.iter().map(subscriber).collect())
}

/// A SHO.
pub fn sho(s: &Sho, who: &Who<'_>) -> Placed<AnyNode> {
    // a file's rules after those of the configuration itself
    let rules = s.policy.iter().flat_map(|p| &p.0);
    let rules = s.rule.iter().map(policy::rule).chain(rules.cloned());
    let partner = |p: &Partner| sho::Partner {
        plmn: plmn_text(p.plmn),
        dpf_host: host(&p.dpf_host, "dpf", &p.plmn.realm()),
        dpf: p.dpf.0,
        relay: p.relay.0,
        icf: p.icf.map(|i| i.0),
        releases_early: p.releases_early,
    };
    let node = sho::Sho::new(sho::Config {
        plmn: plmn_text(s.plmn),
        api: format!("http://{}", s.http.0),
        identity: Identity {
            key: s.key.clone(),
            chain: s.certificate.0.clone(),
        },
        op: Op::from(s.op.0),
        pva_root: s.pva_root.clone(),
        pva_verdicts: s.pva_verdicts.clone(),
        pva: s.pva.0,
        relay: s.relay,
        hlr: s.hlr.0,
        hlr_key: s.hlr_key.clone(),
        apn: s.apn.to_string(),
        access_class: s.access_class,
        first_msin: s.first_msin,
        checks_identity: s.checks_identity,
        checks_ocsp: s.checks_ocsp,
        seals: s.seals,
        seals_to: s.seals_to.clone(),
        credentials: s.credentials,
        dpf_rule: s.dpf_rule.clone(),
        rules: rules.collect(),
        partners: s.partner.iter().map(partner).collect(),
        lifetime: s.lifetime.secs(),
        attach_within: s.attach_within.map(|t| t.0),
        rng: who.rng.clone(),
    });
    who.placed(
        node,
        vec![
            (sho::HTTP, Attach::listen(s.http.0)),
            (sho::DIAL, Attach::dial(s.http.0.ip())),
        ],
    )
}

/// A PVA.
pub fn pva(p: &Pva, who: &Who<'_>) -> Placed<AnyNode> {
    let platform = Platform {
        root: Authority {
            cert: p.root.clone(),
            key: p.root_key.clone(),
        },
        responder: Responder {
            cert: p.ocsp.clone(),
            key: p.ocsp_key.clone(),
            lifetime: 3600,
        },
        verdicts: Identity {
            key: p.verdicts_key.clone(),
            chain: vec![p.verdicts.clone()],
        },
        rng: Rng::from_seed(p.seed.0),
        validity: p.root.validity(),
    };
    let usual = || format!("http://{}/ocsp", p.http.0);
    let node = pva::Pva::new(pva::Config {
        platform,
        ocsp_uri: p.ocsp_uri.clone().unwrap_or_else(usual),
        verdict_lifetime: p.verdict_lifetime.secs(),
        report_age: p.report_age.secs(),
        checks_identity: p.checks_identity,
        checks_measurements: p.checks_measurements,
    });
    who.placed(node, vec![(pva::HTTP, Attach::listen(p.http.0))])
}
