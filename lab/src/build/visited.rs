//! The machine, SGSN, GGSN.
use super::{
    Who, dial, dial_gateways, gateways, host, images, network, numbering, realm, settings,
    translations,
};
use crate::{
    config::roles::visited::{Device, Ggsn, M2me, Sgsn},
    nodes::AnyNode,
};
use diameter_s6a::{
    machine::{Identity, Routes, route::Action},
    msg::application,
};
use engine::{Attach, Placed};
use gb_gmm::{broadcast::gsmtap, bssgp::value::CellId};
use ip::{machine::radius::Retry, msg::radius::Secret};
use m2me_ue::{
    radio,
    tre::{self, Fault},
};
use sgsn_ggsn::{ggsn, sgsn};
use std::{net::SocketAddr, time::Duration};
use wire::{MncLengths, QosProfile, Rai};

/// What is wrong with a machine, for scenarios.
#[derive(Debug, Clone, Default)]
pub struct Health {
    /// With its platform.
    pub faults: Vec<Fault>,
    /// With its provisional application.
    pub usim: m2me_ue::usim::Fault,
    /// How long it waits for an answer of whoever is probed.
    pub probe: Option<Duration>,
    /// How often it tries again what failed for no lasting reason.
    pub attempts: Option<u32>,
}

/// The `n`th machine of its settings.
pub fn m2me(c: &M2me, n: u16, d: &Device, health: Health, who: &Who<'_>) -> Placed<AnyNode> {
    let radio = radio::Config {
        sgsn: c.sgsn.0,
        ns: (c.nsei.wrapping_add(n), c.nsei.wrapping_add(n)),
        bvci: c.bvci,
        cell: CellId {
            rai: Rai::new(c.plmn, c.lac, c.rac),
            ci: c.cell.wrapping_add(n),
        },
        ns_timers: Default::default(),
        imei: d.imei,
        imeisv: d.imeisv,
        qos: QosProfile::subscribed(),
    };
    let images = images(&c.software);
    let version = images
        .first()
        .map_or_else(String::new, |i| i.version.clone());
    let device = tre::tree::Device {
        man: "Fosterling".into(),
        model: "M2ME".into(),
        lang: "en".into(),
        device_type: d.device_type.clone(),
        oem: "Fosterling".into(),
        firmware: version.clone(),
        software: version.clone(),
        hardware: version.clone(),
    };
    let tre = tre::Config {
        id: d.tre.clone(),
        version,
        m2me_id: d.id.clone(),
        credential: d.credential.der().to_vec(),
        key: d.key.clone(),
        operators: c.operators.clone(),
        images,
        pcid: d.pcid.clone(),
        capacity: c.capacity as usize,
        faults: health.faults,
        usim_fault: health.usim,
    };
    let (apn, drf) = (c.registration_apn.clone(), c.drf.v4());
    let mut config = m2me_ue::Config::new(tre, radio, device, apn, drf, who.rng.clone());
    config.goal = c.goal;
    config.checks_server = c.checks_server;
    config.waits_for_call = c.waits_for_call;
    config.max_msg_size = c.max_msg_size;
    config.max_obj_size = c.max_obj_size.into();
    config.auth = c.auth;
    config.form = c.syncml;
    config.credential_goes = c.credential_goes;
    config.times.spread = c.spread.0;
    config.times.scan = c.scan.0;
    config.hears = c.hears.is_some();
    // the check of the configuration has seen that it is one
    config.wired = d.line.as_ref().and_then(|l| hardware(&l.hardware));
    if let Some(attempts) = health.attempts {
        config.times.attempts = attempts;
    }
    if let Some(probe) = health.probe {
        config.times.probe = probe;
    }
    let node = m2me_ue::M2me::new(config).expect("a PCID that is an application");
    let port = c.gb.0.port().wrapping_add(n);
    let gb = SocketAddr::new(c.gb.0.ip(), port);
    let hears = c.hears.map(|h| {
        let port = h.0.port().wrapping_add(n);
        let at = SocketAddr::new(h.0.ip(), port);
        (m2me_ue::GSMTAP, Attach::Udp(at))
    });
    let line = d.line.as_ref().map(|l| {
        let net = network(l.network.name(), vec![super::n3g::ANYBODY], &l.tunnel);
        (m2me_ue::LINE, net)
    });
    let gb = (m2me_ue::GB, Attach::Udp(gb));
    who.placed(node, [gb].into_iter().chain(hears).chain(line).collect())
}

/// A hardware address as it is written.
pub fn hardware(text: &str) -> Option<[u8; 6]> {
    let octets: Option<Vec<u8>> = text
        .split(':')
        .map(|o| u8::from_str_radix(o, 16).ok().filter(|_| o.len() == 2))
        .collect();
    octets?.try_into().ok()
}

/// An SGSN at its `restart`th start.
pub fn sgsn(s: &Sgsn, restart: u8, who: &Who<'_>) -> Placed<AnyNode> {
    let realm = realm(&s.realm, s.plmn);
    let host = host(&s.host, "sgsn", &realm);
    let mut c = sgsn::Config::new(s.plmn, &host, s.address);
    c.claims = s.claims.as_ref().map(|h| {
        let realm = h.0.split_once('.').map_or("", |(_, realm)| realm);
        Identity::s6a(h.0.clone(), realm.to_owned())
    });
    c.identity = Identity::s6a(host, realm);
    c.identity.addresses = vec![s.address.into()];
    c.settings = settings(true, s.watchdog.0);
    c.settings.tc = s.redial.0;
    let mut routes = Routes::default();
    for p in &s.peer {
        c.peers.push(sgsn::Peer {
            host: p.host.0.clone(),
            address: p.address.0,
        });
    }
    let names = |serves: &dyn Fn(&crate::config::sections::Peer) -> bool| -> Vec<String> {
        s.peer
            .iter()
            .filter(|p| serves(p))
            .map(|p| p.host.0.clone())
            .collect()
    };
    for realm in s.peer.iter().flat_map(|p| &p.realms) {
        let peers = names(&|p| p.realms.contains(realm));
        routes = routes.with(&realm.0, application::S6A, Action::Peers(peers));
    }
    let agents = names(&|p| p.default);
    if !agents.is_empty() {
        routes = routes.or_else(Action::Peers(agents));
    }
    c.routes = routes;
    for g in &s.gateway {
        c.gateways.push(sgsn::Gateway {
            realm: g.plmn.map(|p| p.realm()),
            network_id: g.apn.as_ref().and_then(|a| a.network_id()),
            address: g.address,
        });
    }
    c.patience = s.patience.0;
    c.lengths = MncLengths::test_networks();
    c.restart_counter = restart;
    c.t3 = s.t3.0;
    c.n3 = s.n3;
    c.guards_tunnels = s.guards_tunnels;
    c.unknown_user = s.unknown_user;
    c.cell = s.cell.as_ref().map(|cell| sgsn::cell::Cell {
        id: CellId {
            rai: Rai::new(s.plmn, cell.lac, cell.rac),
            ci: cell.cell,
        },
        arfcn: cell.arfcn,
        signal: cell.signal.unwrap_or(-70),
        every: cell.every.0,
        hearers: cell.hearers.iter().map(|h| h.0).collect(),
    });
    c.barred = s
        .barred
        .iter()
        .map(|b| sgsn::cell::Barred {
            plmn: b.plmn,
            cause: b.cause,
        })
        .collect();
    c.gmm.check_res = s.check_res;
    c.most = s.most as usize;
    c.attaching = s.attaching as usize;
    c.back_off = s.back_off.0;
    for g in &s.gsup {
        c.gsup.peers.push(sgsn::gsup::Peer {
            name: g.name.clone(),
            address: g.address.0,
            plmns: g.plmns.clone(),
        });
    }
    let gsup = (!s.gsup.is_empty()).then(|| (sgsn::GSUP, Attach::dial(s.address.into())));
    c.map = s.map.as_ref().map(|m| {
        let mut map = sgsn::map::Config::new(m.point_code, m.number);
        map.point.gateways = gateways(&m.gateway);
        map.point.translations = translations(&m.translation, Default::default());
        map.numbering = numbering(&m.numbering);
        map.plmns = m.plmns.clone();
        map.vectors = m.vectors;
        map
    });
    let m3ua = s.map.iter().filter(|m| !m.gateway.is_empty());
    let m3ua = m3ua.map(|m| (sgsn::M3UA, dial_gateways(s.address.into(), &m.gateway)));
    let udp = |port| Attach::Udp(SocketAddr::new(s.address.into(), port));
    let gb = s.gb.map_or_else(|| udp(2157), |g| Attach::Udp(g.0));
    let gsmtap = s.cell.iter().map(|_| (sgsn::GSMTAP, udp(gsmtap::PORT)));
    let node = sgsn::Sgsn::new(c, who.rng.clone());
    who.placed(
        node,
        [
            (sgsn::GB, gb),
            (sgsn::S6D, dial(s.address.into(), &s.peer)),
            (sgsn::GTP_C, udp(gtp::CONTROL_PORT)),
            (sgsn::GTP_U, udp(gtp::USER_PORT)),
        ]
        .into_iter()
        .chain(gsup)
        .chain(m3ua)
        .chain(gsmtap)
        .collect(),
    )
}

/// A GGSN at its `restart`th start.
pub fn ggsn(g: &Ggsn, restart: u8, who: &Who<'_>) -> Placed<AnyNode> {
    let mut c = ggsn::Config::new(g.address, restart);
    c.t3 = g.t3.0;
    c.n3 = g.n3;
    c.echo = g.echo.0.map(|s| s.0);
    c.peers = g.peers.clone();
    c.handover = g.handover.clone();
    c.guards_tunnels = g.guards_tunnels;
    for a in &g.apn {
        let name = a.name.network_id().unwrap_or_default();
        let mut apn = ggsn::ApnConfig::new(&name, a.pool, a.allowed.clone());
        apn.selection_modes = a.selection_modes.clone();
        apn.report = a.report;
        c.apns.push(apn);
    }
    c.accounting = g.accounting.as_ref().map(|a| ggsn::Accounting {
        server: a.server.0,
        secret: Secret::new(a.secret.0.as_bytes()),
        retry: Retry::default(),
    });
    let udp = |port| Attach::Udp(SocketAddr::new(g.address.into(), port));
    // an ephemeral port of the kernel's would differ from run to run
    let aaa = g.accounting.as_ref().map_or(20_000, |a| a.port);
    let pools: Vec<_> = g.apn.iter().map(|a| a.pool).collect();
    let net = g.network.name();
    let gi = match &g.tun {
        Some(t) => Attach::Tun(net, t.attached()),
        None => network(net, pools, &g.tunnel),
    };
    let node = ggsn::Ggsn::new(c, &who.rng);
    who.placed(
        node,
        vec![
            (ggsn::GTP_C, udp(gtp::CONTROL_PORT)),
            (ggsn::GTP_U, udp(gtp::USER_PORT)),
            (ggsn::GI, gi),
            (ggsn::AAA, udp(aaa)),
        ],
    )
}
