//! Access without 3GPP radio.
use super::{Who, network};
use crate::{
    config::roles::n3g::{Aaa, N3g},
    nodes::AnyNode,
};
use engine::{Attach, Placed, Prefix};
use ip::msg::radius::Secret;
use operators::n3g::{self, aaa};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// Everything: a line has one other end.
pub(super) const ANYBODY: Prefix = Prefix {
    address: IpAddr::V4(Ipv4Addr::UNSPECIFIED),
    len: 0,
};

/// An access gateway.
pub fn n3g(c: &N3g, who: &Who<'_>) -> Placed<AnyNode> {
    let secret = |w: &crate::config::types::Word| Secret::new(w.0.as_bytes());
    let node = n3g::Gateway::new(n3g::Config {
        address: c.address,
        pool: c.pool,
        lease: c.lease.0,
        allowed: c.allowed.clone(),
        lines: c.line.iter().map(|l| l.name.clone()).collect(),
        radius: c.radius.as_ref().map(|r| n3g::Radius {
            server: r.server.0,
            own: r.address,
            secret: secret(&r.secret),
            password: secret(&r.password),
        }),
        rng: who.rng.clone(),
    });
    let gi = network(c.network.name(), vec![c.pool], &c.tunnel);
    let radius = c.radius.as_ref().map(|r| {
        let at = SocketAddr::new(r.address.into(), r.port);
        (n3g::AAA, Attach::Udp(at))
    });
    let lines = (0u16..).zip(&c.line).map(|(n, l)| {
        let net = network(l.network.name(), vec![ANYBODY], &l.tunnel);
        (n3g::line(n), net)
    });
    let ports = [(n3g::GI, gi)].into_iter().chain(radius).chain(lines);
    who.placed(node, ports.collect())
}

/// Its AAA server.
pub fn aaa(c: &Aaa, who: &Who<'_>) -> Placed<AnyNode> {
    let user = |u: &crate::config::roles::n3g::LineUser| {
        (u.name.clone(), aaa::Password(u.password.0.clone()))
    };
    let node = aaa::Aaa::new(aaa::Config {
        secret: Secret::new(c.secret.0.as_bytes()),
        users: c.user.iter().map(user).collect(),
        session_timeout: c
            .session
            .map(|s| u32::try_from(s.0.as_secs()).unwrap_or(u32::MAX)),
    });
    who.placed(node, vec![(aaa::RADIUS, Attach::Udp(c.listen.0))])
}
