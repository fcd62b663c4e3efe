//! ICF, DRF, DPF, CCIF.
use super::{Who, addresses, host, images, inner, known, listen, plmn_text, realm, settings};
use crate::{
    config::roles::registration::{Ccif, Dpf, Drf, Icf, PackageRule, Receiver},
    nodes::{AnyCommand, AnyNode},
};
use aka::Op;
use engine::{Attach, Placed, Rng};
use hlr_auc::Roaming;
use ip::msg::radius::Secret;
use m2me_ue::tre;
use operators::{ccif, dpf, drf, icf};
use provisioning::{
    json::{Allowed, DpfAddress, TreId},
    key::PublicKey,
    pki::Identity,
    text::SecretText,
};
use std::net::SocketAddr;

/// An ICF.
pub fn icf(i: &Icf, who: &Who<'_>) -> Placed<AnyNode> {
    let realm = realm(&i.realm, i.plmn);
    let mut hlr = hlr_auc::Config::new(host(&i.host, "icf", &realm), realm);
    hlr.aliases = i.aliases.iter().map(|a| a.0.clone()).collect();
    hlr.settings = settings(false, i.watchdog.0);
    hlr.rules.concurrency = i.concurrency;
    hlr.rules.origin_must_match_peer = i.origin_must_match_peer;
    hlr.rules.realm_must_match_plmn = i.realm_must_match_plmn;
    hlr.identity.addresses = addresses(&i.listen);
    hlr.identity.known = known(&i.peers);
    hlr.rules.makes_vectors = i.makes_vectors;
    hlr.gsup = i.gsup.as_ref().map(super::hlr_gsup);
    hlr.map = i.map.as_ref().map(super::hlr_map);
    let port = hlr.port;
    let m3ua = super::hlr_map_port(i.map.as_ref(), i.http.0.ip());
    let node = icf::Icf::new(icf::Config {
        hlr,
        key: i.key.clone(),
        ccifs: icf_ccifs(i),
        plmn: plmn_text(i.plmn),
        drf: i.drf.0,
        quarantine: i.quarantine.map(|q| q.0),
        returns: i.returns.map(|r| r.0),
        validation: i
            .pva
            .zip(i.pva_verdicts.clone())
            .map(|(pva, verdicts)| icf::Validation {
                pva: pva.0,
                verdicts,
            }),
        roaming: roaming(i),
        rng: who.rng.clone(),
    });
    who.placed(
        node,
        [
            (port, listen(&i.listen)),
            (icf::HTTP, Attach::listen(i.http.0)),
            (icf::DIAL, Attach::dial(i.http.0.ip())),
        ]
        .into_iter()
        .chain(m3ua)
        .chain(super::hlr_gsup_port(i.gsup.as_ref()))
        .collect(),
    )
}

/// Where an ICF's PCIDs may be served.
pub fn roaming(i: &Icf) -> Roaming {
    match i.roaming.as_slice() {
        [] => Roaming::Anywhere,
        some => Roaming::Only(some.iter().copied().collect()),
    }
}

/// Whose manifests count at an ICF.
pub fn icf_ccifs(i: &Icf) -> Vec<PublicKey> {
    ccifs(&i.ccif, i.third_party_ccif.as_ref())
}

fn ccifs(own: &PublicKey, third_party: Option<&PublicKey>) -> Vec<PublicKey> {
    [Some(own), third_party]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
}

/// A DRF.
pub fn drf(d: &Drf, who: &Who<'_>) -> Placed<AnyNode> {
    let dpf = host(&d.dpf_host, "dpf", &d.plmn.realm());
    let node = drf::Drf::new(drf::Config {
        plmn: plmn_text(d.plmn),
        address: d.inner.address,
        port: d.inner.port,
        secret: Secret::new(d.secret.0.as_bytes()),
        platform: d.platform_root.clone(),
        without_icf: d.without_icf,
        dpf: DpfAddress {
            address: d.dpf_inner.v4().ip().to_string(),
            uri: dm_uri(d.dpf_inner.0),
            server_id: dpf.clone(),
            host: dpf,
        },
        dpf_api: format!("http://{}", d.dpf.0),
        relay: format!("http://{}", d.http.0),
        pva: d.pva.map(|p| p.0),
        mode: d.mode,
        shos: d
            .sho
            .iter()
            .map(|s| drf::Sho {
                plmn: plmn_text(s.plmn),
                name: s.name.clone(),
                api: s.api.0,
            })
            .collect(),
        table: d
            .rule
            .iter()
            .map(|r| drf::Rule {
                sho: plmn_text(r.sho),
                m2me_id: r.m2me_id.clone(),
                device_type: r.device_type.clone(),
            })
            .collect(),
        retry_after: u32::try_from(d.retry_after.secs()).unwrap_or(u32::MAX),
        rng: who.rng.clone(),
    });
    let ip = d.http.0.ip();
    let aaa = d.accounting.map_or(SocketAddr::new(ip, 1813), |a| a.0);
    who.placed(
        node,
        vec![
            (drf::HTTP, Attach::listen(d.http.0)),
            (drf::DIAL, Attach::dial(ip)),
            (drf::AAA, Attach::Udp(aaa)),
            (drf::GI, inner(&d.inner)),
        ],
    )
}

/// Where device-management sessions are opened; the port is told where it is not HTTP's own.
fn dm_uri(dpf: SocketAddr) -> String {
    match dpf.port() {
        80 => format!("http://{}/dm", dpf.ip()),
        _ => format!("http://{dpf}/dm"),
    }
}

fn package_rule(r: &PackageRule) -> dpf::Rule {
    dpf::Rule {
        name: r.name.clone(),
        api: format!("http://{}", r.api.0),
        plmn: plmn_text(r.plmn),
        first: r.first_msin,
        size: r.size,
        op: Op::from(r.op.0),
        keys: Rng::from_seed(r.seed.0),
        apn: r.apn.to_string(),
        access_class: r.access_class,
        signer: Identity {
            key: r.key.clone(),
            chain: r.certificate.0.clone(),
        },
        sho: r.sho.clone(),
    }
}

/// A DPF.
pub fn dpf(d: &Dpf, who: &Who<'_>) -> Placed<AnyNode> {
    let shos = d.shos.iter().map(|s| (format!("http://{}", s.0), s.0));
    let at = SocketAddr::new(d.inner.address.into(), d.inner.port);
    let node = dpf::Dpf::new(dpf::Config {
        host: host(&d.host, "dpf", &d.plmn.realm()),
        address: d.inner.address,
        port: d.inner.port,
        uri: dm_uri(at),
        key: d.key.clone(),
        ccifs: ccifs(&d.ccif, d.third_party_ccif.as_ref()),
        shos: shos.collect(),
        rules: d.rule.iter().map(package_rule).collect(),
        max_msg_size: d.max_msg_size,
        auth: d.auth,
        proves_itself: d.proves_itself,
        atomic: d.atomic,
        insider: d.insider,
        calling: dpf::Calling {
            by: d.bootstrap,
            sec: d.bootstrap_security,
            pin: d.bootstrap_pin.as_ref().map(|p| SecretText(p.0.clone())),
        },
        rng: who.rng.clone(),
    });
    who.placed(
        node,
        vec![
            (dpf::HTTP, Attach::listen(d.http.0)),
            (dpf::DIAL, Attach::dial(d.http.0.ip())),
            (dpf::GI, inner(&d.inner)),
        ],
    )
}

/// A CCIF with its equipment supplier.
pub fn ccif(c: &Ccif, who: &Who<'_>) -> Placed<AnyNode> {
    let node = ccif::Ccif::new(ccif_config(c, who.rng.clone()));
    who.placed(
        node,
        vec![
            (ccif::HTTP, Attach::listen(c.http.0)),
            (ccif::DIAL, Attach::dial(c.http.0.ip())),
        ],
    )
}

/// What a CCIF is told.
pub fn ccif_config(c: &Ccif, rng: Rng) -> ccif::Config {
    let receiver = |r: &Receiver| ccif::Receiver {
        api: r.api.0,
        key: r.key.clone(),
    };
    let realm = c.plmn.realm();
    ccif::Config {
        host: host(&c.host, "ccif", &realm),
        key: c.key.clone(),
        issuer: ccif::Issuer {
            plmn: plmn_text(c.plmn),
            first: c.first,
            size: c.size,
            op: Op::from(c.op.0),
            server_id: host(&c.dpf_host, "dpf", &realm),
            rng: Rng::from_seed(c.seed.0),
        },
        allowed: Allowed {
            apn: c.apn.to_string(),
            lifetime: u32::try_from(c.lifetime.secs()).unwrap_or(u32::MAX),
        },
        validity: c.validity.secs(),
        icf: receiver(&c.icf),
        dpf: receiver(&c.dpf),
        pva: c.pva.0,
        orders_at: c.orders_at.map_or(c.http.0, |a| a.0),
        ordered_from: match &c.ordered_from {
            Some(key) => key.clone(),
            None => c.key.public(),
        },
        validates: c.validates,
        m2mes: c.m2mes.clone(),
        m2mes_key: c.m2mes_key.clone(),
        rng,
    }
}

/// The order that the supplier is given at the start: all devices, by this batch id.
pub fn ccif_order(c: &Ccif, batch: &str) -> AnyCommand {
    let reference = tre::reference(&images(&c.software));
    let mut changed = c.software.clone();
    if let Some(first) = changed.first_mut() {
        first.code.push_str(", changed");
    }
    let changed = images(&changed);
    let blank = |d: &crate::config::roles::registration::Blank| ccif::Blank {
        m2me_id: d.id.clone(),
        device_type: d.device_type.clone(),
        tre: TreId {
            id: d.tre.clone(),
            version: d.version.clone(),
        },
        key: d.key.clone(),
        reference: reference.clone(),
        measured: match d.sound {
            true => reference.clone(),
            false => tre::reference(&changed),
        },
    };
    AnyCommand::Ccif(ccif::Command::Make {
        batch: batch.to_owned(),
        devices: c.device.iter().map(blank).collect(),
    })
}
