//! Nodes between networks.
use super::{Who, addresses, dial, listen, numbering, translations};
use crate::{
    config::{
        roles::home::{Agent, Dra, GsupProxy, Stp},
        sections::Peer,
    },
    nodes::AnyNode,
};
use diameter_s6a::{
    machine::{peers::PeerConfig, route::Action},
    msg::{RedirectHostUsage, application},
};
use engine::{Attach, Placed};
use interconnect::{dra, gsup_proxy, stp};
use wire::MncLengths;

/// For how long whoever is told whom to ask may remember it.
const REDIRECTED: u32 = 3600;
/// Peers that are not named and may connect.
const OTHERS: usize = 256;

/// A Diameter agent.
pub fn dra(d: &Dra, who: &Who<'_>) -> Placed<AnyNode> {
    let mut c = dra::Config::new(d.host.0.clone(), d.realm.0.clone());
    c.peers.identity.addresses = addresses(&d.listen);
    c.peers.others = OTHERS;
    c.peers.tw = d.watchdog.0;
    c.peers.pending = d.most_pending as usize;
    for p in &d.peer {
        let peer = PeerConfig::new(p.host.0.clone()).at(p.address.0);
        c.peers.peers.push(PeerConfig {
            pending: d.most_pending as usize,
            ..peer
        });
    }
    let of = |serves: &dyn Fn(&Peer) -> bool| -> Vec<&Peer> {
        d.peer.iter().filter(|p| serves(p)).collect()
    };
    // a realm that has no row is looked for by the network of the IMSI
    let mut routes = c.peers.routes.or_by_imsi(MncLengths::test_networks());
    for realm in d.peer.iter().flat_map(|p| &p.realms) {
        let action = action(d.mode, &of(&|p| p.realms.contains(realm)));
        routes = routes.with(&realm.0, application::S6A, action);
    }
    let rest = of(&|p| p.default);
    if !rest.is_empty() {
        routes = routes.or_else(action(d.mode, &rest));
    }
    c.peers.routes = routes;
    let node = dra::Dra::new(c, who.rng.clone());
    who.placed(
        node,
        vec![
            (dra::DIAMETER, listen(&d.listen)),
            (dra::DIAL, dial(d.address, &d.peer)),
        ],
    )
}

/// A proxy of GSUP.
pub fn gsup_proxy(p: &GsupProxy, who: &Who<'_>) -> Placed<AnyNode> {
    let mut c = gsup_proxy::Config::new(&p.name);
    c.patience = p.patience.0;
    c.homes = p
        .home
        .iter()
        .map(|h| gsup_proxy::HomeConfig {
            name: h.name.clone(),
            address: h.address.0,
            plmns: h.plmns.clone(),
        })
        .collect();
    let node = gsup_proxy::GsupProxy::new(c);
    who.placed(
        node,
        vec![
            (gsup_proxy::NODES, Attach::listen(p.listen.0)),
            (gsup_proxy::HOMES, Attach::dial(p.listen.0.ip())),
        ],
    )
}

/// A transfer point.
pub fn stp(s: &Stp, who: &Who<'_>) -> Placed<AnyNode> {
    let mut c = stp::Config::new(s.point_code);
    for server in &s.server {
        for address in &server.processes {
            let one = stp::ServerConfig {
                name: server.name.clone(),
                pc: server.point_code,
                context: server.context,
                mode: server.mode,
            };
            c = c.serving(one, *address);
        }
    }
    c.translations = translations(&s.translation, numbering(&s.numbering));
    let each = |l: &crate::config::roles::home::SignallingListen| {
        (super::carrier(l.transport), l.address.0)
    };
    let listen = s.listen.iter().map(each).collect();
    let node = stp::Stp::new(c);
    who.placed(node, vec![(stp::M3UA, Attach::Listen(listen))])
}

/// What is done with requests for a realm that these peers serve.
fn action(mode: Agent, peers: &[&Peer]) -> Action {
    match mode {
        Agent::Relay => Action::Peers(peers.iter().map(|p| p.host.0.clone()).collect()),
        Agent::Redirect => Action::Redirect {
            hosts: peers.iter().map(|p| uri(p)).collect(),
            usage: RedirectHostUsage::AllRealm,
            max_cache: REDIRECTED,
        },
    }
}

/// A Diameter URI, RFC 6733 4.3.1.
fn uri(p: &Peer) -> String {
    let (scheme, transport) = match super::carrier(p.transport) {
        engine::Carrier::Tls => ("aaas", "tcp"),
        c if c.is_sctp() => ("aaa", "sctp"),
        _ => ("aaa", "tcp"),
    };
    format!(
        "{scheme}://{}:{};transport={transport}",
        p.host.0,
        p.address.0.port()
    )
}
