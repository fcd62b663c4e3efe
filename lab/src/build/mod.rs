//! Makes nodes of their settings: the same for a run, whose world is in one process, and for
//! daemons.
mod home;
mod interconnect;
mod n3g;
mod registration;
mod visited;

pub use home::{hlr, pva, sho};
pub use interconnect::{dra, gsup_proxy, stp};
pub use n3g::{aaa, n3g};
pub use registration::{ccif, ccif_config, ccif_order, dpf, drf, icf, icf_ccifs, roaming};
pub use visited::{Health, ggsn, hardware, m2me, sgsn};

use crate::{
    carriers,
    config::{
        sections::{
            GsupDoor, HlrMap, Inner, Listen, Numbering, Peer, SignallingGateway, Translation,
            Tunnel,
        },
        types::{HostName, Transport},
    },
    nodes::AnyNode,
};
use diameter_s6a::machine::Known;
use engine::{Attach, Carrier, Placed, Port, Prefix, Rng, Ways};
use m2me_ue::tre::Image;
use sigtran_map::{
    map::msg::{Context, ContextName},
    point,
    sccp::machine,
};
use std::{collections::BTreeMap, net::IpAddr, time::Duration};
use wire::Plmn;

/// Who a node is: its name in captures and ladders, and its source of randomness.
#[derive(Debug, Clone)]
pub struct Who<'a> {
    /// Its name.
    pub name: &'a str,
    /// Randomness of its own.
    pub rng: Rng,
}

impl Who<'_> {
    fn placed(&self, node: impl Into<AnyNode>, ports: Vec<(Port, Attach)>) -> Placed<AnyNode> {
        Placed::new(self.name, node.into(), ports)
    }
}

/// A PLMN as JSON bodies write it: its digits.
pub fn plmn_text(p: Plmn) -> String {
    p.to_string().replace('-', "")
}

/// A function's host name: the given one, or one in its operator's realm (R3).
fn host(given: &Option<HostName>, function: &str, realm: &str) -> String {
    match given {
        Some(h) => h.0.clone(),
        None => format!("{function}.{realm}"),
    }
}

fn realm(given: &Option<HostName>, plmn: Plmn) -> String {
    given.as_ref().map_or_else(|| plmn.realm(), |r| r.0.clone())
}

/// How Diameter connections behave.
fn settings(dials: bool, watchdog: Duration) -> diameter_s6a::machine::Settings {
    use diameter_s6a::machine::Settings;
    let usual = match dials {
        true => Settings::client(),
        false => Settings::server(),
    };
    Settings {
        tw: watchdog,
        ..usual
    }
}

/// Which Diameter peers are let in: all where none is named.
fn known(peers: &[HostName]) -> Known {
    match peers {
        [] => Known::Anyone,
        some => Known::Hosts(some.iter().map(|h| h.0.to_ascii_lowercase()).collect()),
    }
}

/// Host-IP-Address of a Diameter node (RFC 6733 5.3.5): where it listens, each once.
fn addresses(all: &[Listen]) -> Vec<IpAddr> {
    let mut list: Vec<IpAddr> = Vec::new();
    for ip in all.iter().map(|l| l.address.0.ip()) {
        if !list.contains(&ip) {
            list.push(ip);
        }
    }
    list
}

fn listen(all: &[Listen]) -> Attach {
    let each = |l: &Listen| (carrier(l.transport), l.address.0);
    Attach::Listen(all.iter().map(each).collect())
}

fn dial(from: IpAddr, peers: &[Peer]) -> Attach {
    let to: BTreeMap<_, _> = peers
        .iter()
        .map(|p| (p.address.0, carrier(p.transport)))
        .collect();
    let usual = Carrier::Tcp;
    Attach::Dial(from, Ways { usual, to })
}

/// Signalling gateways as a signalling point dials them.
fn gateways(all: &[SignallingGateway]) -> Vec<point::Gateway> {
    let each = |g: &SignallingGateway| {
        let gateway = point::Gateway::new(&g.name, g.address.0, g.point_code);
        point::Gateway {
            contexts: g.context.into_iter().collect(),
            ..gateway
        }
    };
    all.iter().map(each).collect()
}

/// Where they are dialled from, each by its carrier.
fn dial_gateways(from: IpAddr, all: &[SignallingGateway]) -> Attach {
    let to = |g: &SignallingGateway| (g.address.0, carrier(g.transport));
    Attach::Dial(
        from,
        Ways {
            usual: Carrier::SctpUdp,
            to: all.iter().map(to).collect(),
        },
    )
}

/// The table of global titles.
fn translations(rows: &[Translation], numbering: machine::Numbering) -> machine::Translations {
    let row = |t: &Translation| machine::Row {
        plan: t.plan,
        prefix: t.prefix,
        to: t
            .to
            .iter()
            .map(|pc| machine::Target {
                pc: *pc,
                ssn: t.ssn,
            })
            .collect(),
        share: t.share,
    };
    machine::Translations {
        numbering,
        rows: rows.iter().map(row).collect(),
    }
}

fn numbering(all: &[Numbering]) -> machine::Numbering {
    let none = machine::Numbering::default();
    all.iter().fold(none, |n, row| n.with(row.imsi, row.number))
}

/// Where nodes that speak GSUP come in at an HLR.
const HLR_GSUP: Port = Port(4);

/// The GSUP door of an HLR.
fn hlr_gsup(d: &GsupDoor) -> hlr_auc::gsup::Config {
    let mut c = hlr_auc::gsup::Config::new(d.name.clone(), HLR_GSUP);
    c.networks = d.node.iter().map(|n| (n.name.clone(), n.plmn)).collect();
    c.network = d.plmn;
    c
}

/// Where that is attached.
fn hlr_gsup_port(d: Option<&GsupDoor>) -> Option<(Port, Attach)> {
    d.map(|d| (HLR_GSUP, Attach::listen(d.listen.0)))
}

/// Where an HLR dials signalling gateways from.
const HLR_M3UA: Port = Port(5);

/// The MAP door of an HLR.
fn hlr_map(m: &HlrMap) -> hlr_auc::map::Config {
    let mut c = hlr_auc::map::Config::new(m.point_code, m.number, HLR_M3UA);
    c.point.gateways = gateways(&m.gateway);
    c.point.translations = translations(&m.translation, Default::default());
    c.networks = m.network.iter().map(|n| (n.number, n.plmn)).collect();
    c.doubled = m.doubled;
    c.contexts = match m.version {
        0 => Some(Vec::new()),
        // what an HLR had before UMTS: vectors in version 2; the others have no version 2 for an SGSN
        1 | 2 => Some(vec![
            Context::new(ContextName::InfoRetrieval, 2),
            Context::new(ContextName::GprsLocationUpdate, 3),
            Context::new(ContextName::MsPurging, 3),
        ]),
        _ => None,
    };
    c
}

/// Where an HLR's MAP is attached, where it has some.
fn hlr_map_port(m: Option<&HlrMap>, from: IpAddr) -> Option<(Port, Attach)> {
    let m = m.filter(|m| !m.gateway.is_empty())?;
    Some((HLR_M3UA, dial_gateways(from, &m.gateway)))
}

/// A raw-IP network: between hosts where a tunnel leads there, else inside the process.
fn network(name: &'static str, prefixes: Vec<Prefix>, tunnel: &Option<Tunnel>) -> Attach {
    match tunnel {
        Some(t) => Attach::Tunnel(name, t.address.0, t.routes()),
        None => Attach::Net(name, prefixes),
    }
}

/// A function's place on the RO's Gi network.
fn inner(i: &Inner) -> Attach {
    network(
        i.network.name(),
        vec![Prefix::host(i.address.into())],
        &i.tunnel,
    )
}

/// What carries a connection: where nobody has chosen, what this machine has.
pub fn carrier(t: Transport) -> Carrier {
    match t {
        Transport::Fixed(c) => c,
        Transport::Auto => carriers::auto(),
    }
}

/// Software as the TRE measures it.
fn images(all: &[crate::config::roles::visited::Component]) -> Vec<Image> {
    let image = |c: &crate::config::roles::visited::Component| {
        Image::new(&c.name, &c.version, c.code.clone().into_bytes())
    };
    all.iter().map(image).collect()
}
