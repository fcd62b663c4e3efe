//! The provider of first connectivity without 3GPP radio (R47).
use super::makings::{Makings, secs};
use crate::{
    config::{
        roles::{n3g, visited},
        sections::Network,
        types::Word,
    },
    places::{Inner, Role},
    scenarios::{Line, Twist},
};
use engine::Prefix;

/// The name of a machine's line.
fn line(n: u8) -> String {
    format!("line-{}", u16::from(n) + 1)
}

impl Makings {
    /// How machines get their first connectivity, where that is no visited network.
    pub fn access(&self) -> Option<Line> {
        match self.twist {
            Twist::Line(access) => Some(access),
            _ => None,
        }
    }

    fn password(&self) -> Word {
        Word(format!(
            "of-the-lines-{}",
            self.secret.0.get(..8).unwrap_or_default()
        ))
    }

    /// A machine's end of its line.
    pub fn line(&self, n: u8) -> Option<visited::MachineLine> {
        self.access().map(|_| visited::MachineLine {
            hardware: format!("02:00:00:00:00:{:02x}", u16::from(n) + 1),
            network: Network::Line(n),
            tunnel: None,
        })
    }

    pub fn n3g(&self) -> n3g::N3g {
        let wall = [Role::Drf, Role::Dpf].map(|r| Prefix::host(self.inner(r, 0).into()));
        n3g::N3g {
            address: Inner(0).line_gateway(),
            pool: Inner(0).line_pool(),
            lease: secs(3600),
            allowed: wall.to_vec(),
            line: self
                .places
                .all(Role::M2me)
                .map(|n| n3g::Line {
                    name: line(n),
                    network: Network::Line(n),
                    tunnel: None,
                })
                .collect(),
            radius: (self.access() != Some(Line::Open)).then(|| n3g::LineRadius {
                server: self.at(Role::Aaa, 0),
                address: self.v4(Role::N3g, 0),
                port: 20_001,
                secret: self.secret.clone(),
                password: self.password(),
            }),
            network: Network::Ro(0),
            tunnel: None,
        }
    }

    pub fn aaa(&self) -> n3g::Aaa {
        let served = self.access() == Some(Line::Authenticated);
        n3g::Aaa {
            listen: self.at(Role::Aaa, 0),
            secret: self.secret.clone(),
            user: self
                .places
                .all(Role::M2me)
                .filter(|_| served)
                .map(|n| n3g::LineUser {
                    name: line(n),
                    password: self.password(),
                })
                .collect(),
            session: Some(secs(3600)),
        }
    }
}
