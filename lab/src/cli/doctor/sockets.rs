//! Whether the addresses of a run are free: tried one by one.
use super::probe::Finding;
use crate::{run::Setting, scenarios, world::World};
use engine::{Attach, Now, Rng};
use socket2::{Domain, Socket, Type};
use std::{
    io,
    net::{IpAddr, SocketAddr},
};

/// An address that the run takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    Udp(SocketAddr),
    Tcp(SocketAddr),
    /// To dial from: any port.
    From(IpAddr),
}

/// What a run in this net finds: a line in all, and one per address that it cannot have.
pub(super) fn findings(net: u8) -> Vec<Finding> {
    let wanted = wanted(net);
    let refused: Vec<_> = wanted
        .iter()
        .filter_map(|(who, w)| attempt(*w).err().map(|e| (who, *w, e)))
        .collect();
    let range = format!("127.{net}.x.y");
    let mut all = vec![Finding {
        thing: "addresses of the run".into(),
        there: refused.is_empty(),
        needed: true,
        detail: format!(
            "{range}: {} of {} free",
            wanted.len() - refused.len(),
            wanted.len()
        ),
        advice: match refused.is_empty() {
            true => "another run beside it: --net N".into(),
            false => "run with --net N, on 127.N.x.y".into(),
        },
    }];
    all.extend(refused.iter().map(|(who, w, e)| {
        let (thing, transport) = match w {
            Wanted::Udp(a) => (a.to_string(), "UDP"),
            Wanted::Tcp(a) => (a.to_string(), "TCP"),
            Wanted::From(a) => (a.to_string(), "TCP from here"),
        };
        Finding {
            thing: format!("  {thing}"),
            there: false,
            needed: true,
            detail: format!("{transport} for {who}"),
            advice: e.to_string(),
        }
    }));
    all
}

/// Every address that the default scenario takes, and for whom.
fn wanted(net: u8) -> Vec<(String, Wanted)> {
    let Some(default) = scenarios::all().next() else {
        return Vec::new();
    };
    // only where the nodes stand matters here: any randomness and any day will do
    let world = World::build(
        default,
        Setting::from(net),
        &Rng::seed(0),
        Now::default().utc,
    );
    let mut all: Vec<(String, Wanted)> = Vec::new();
    for node in &world.nodes {
        for (_, attach) in &node.ports {
            let wanted = match attach {
                Attach::Udp(a) | Attach::Tunnel(_, a, _) => vec![Wanted::Udp(*a)],
                Attach::Listen(ways) => ways.iter().map(|(_, a)| Wanted::Tcp(*a)).collect(),
                Attach::Dial(ip, _) => vec![Wanted::From(*ip)],
                Attach::Net(..) | Attach::Tun(..) => continue,
            };
            for w in wanted {
                if !all.iter().any(|(_, other)| *other == w) {
                    all.push((node.name.clone(), w));
                }
            }
        }
    }
    all
}

/// Takes an address as the run would, and gives it back.
fn attempt(w: Wanted) -> io::Result<()> {
    let (at, kind) = match w {
        Wanted::Udp(a) => (a, Type::DGRAM),
        Wanted::Tcp(a) => (a, Type::STREAM),
        Wanted::From(ip) => (SocketAddr::new(ip, 0), Type::STREAM),
    };
    let socket = Socket::new(Domain::for_address(at), kind, None)?;
    if let Wanted::Tcp(_) = w {
        socket.set_reuse_address(true)?;
    }
    socket.bind(&at.into())?;
    if let Wanted::Tcp(_) = w {
        socket.listen(1)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_address_is_named_with_who_wants_it() {
        // no other test runs in this net
        let net = 213;
        let wanted = wanted(net);
        let mine = wanted.iter().find_map(|(who, w)| match w {
            Wanted::Udp(a) => Some((who.clone(), *a)),
            _ => None,
        });
        let (who, at) = mine.unwrap();
        assert!(findings(net).iter().all(|f| f.there));
        let _taken = std::net::UdpSocket::bind(at).unwrap();
        let all = findings(net);
        assert!(!all[0].there && all[0].needed);
        assert_eq!(all.len(), 2);
        assert!(all[1].thing.contains(&at.to_string()) && all[1].detail.contains(&who));
    }
}
