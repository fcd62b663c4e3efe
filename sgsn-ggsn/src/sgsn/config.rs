//! What an SGSN is told before it starts.
use super::{cell, gsup, map};
use diameter_s6a::machine::{Identity, Routes, Settings};
use gb_gmm::{
    gmm::{Cause, machine::net},
    stack::SgsnConfig,
};
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    time::Duration,
};
use wire::{MncLengths, Plmn};

/// A Diameter peer that the SGSN dials: a home network's HLR, or an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// Its host name, as [`Routes`] name it.
    pub host: String,
    /// Where it listens.
    pub address: SocketAddr,
}

/// A row of the table that leads from an APN to its GGSN. The first row that fits decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gateway {
    /// Only for subscribers of this realm; all where there is none.
    pub realm: Option<String>,
    /// Only for this network identifier; all where there is none.
    pub network_id: Option<String>,
    /// The GGSN's address for signalling.
    pub address: IpAddr,
}

/// An SGSN's configuration.
#[derive(Debug, Clone)]
pub struct Config {
    /// The network that it serves.
    pub plmn: Plmn,
    /// Its Diameter identity.
    pub identity: Identity,
    /// In whose name it asks, where that is not its own: what a rogue does (T3, T4).
    pub claims: Option<Identity>,
    /// How its Diameter connections behave.
    pub settings: Settings,
    /// The peers that it dials.
    pub peers: Vec<Peer>,
    /// Which peers serve which realm.
    pub routes: Routes,
    /// The home networks that are asked by GSUP instead.
    pub gsup: gsup::Config,
    /// The home networks that are asked by MAP instead.
    pub map: Option<map::Config>,
    /// How long the home network may take to answer.
    pub patience: Duration,
    /// How long MNCs are: for the realm of an IMSI.
    pub lengths: MncLengths,
    /// Its cell, where that broadcasts.
    pub cell: Option<cell::Cell>,
    /// Home networks whose subscribers are not served.
    pub barred: Vec<cell::Barred>,
    /// Its address on Gn and Gp, for signalling and user traffic.
    pub address: Ipv4Addr,
    /// Restart counter of this start, TS 23.007 18.
    pub restart_counter: u8,
    /// T3-RESPONSE of GTP.
    pub t3: Duration,
    /// N3-REQUESTS of GTP.
    pub n3: u8,
    /// Whether TEIDs are random, and signalling, Error Indications and packets of a tunnel are held
    /// against its gateway (T16).
    pub guards_tunnels: bool,
    /// Which GGSN serves which APN.
    pub gateways: Vec<Gateway>,
    /// How mobility management is done.
    pub gmm: net::Config,
    /// Timers of NS and BSSGP.
    pub gb: SgsnConfig,
    /// What a mobile is told whose home network does not know it (8, or 2).
    pub unknown_user: Cause,
    /// Mobiles known at most.
    pub most: usize,
    /// Attaches under way at most: one more is told congestion, and when to come again.
    pub attaching: usize,
    /// T3346 of those: drawn from this to twice this, so that they do not come back together.
    pub back_off: Duration,
}

impl Config {
    /// An SGSN of `plmn` without peers and gateways.
    pub fn new(plmn: Plmn, host: &str, address: Ipv4Addr) -> Self {
        Self {
            plmn,
            identity: Identity::s6a(host, plmn.realm()),
            claims: None,
            cell: None,
            barred: Vec::new(),
            settings: Settings::client(),
            peers: Vec::new(),
            routes: Routes::default(),
            gsup: gsup::Config::new(host),
            map: None,
            patience: Duration::from_secs(5),
            lengths: MncLengths::test_networks(),
            address,
            restart_counter: 0,
            t3: Duration::from_secs(5),
            n3: 3,
            guards_tunnels: true,
            gateways: Vec::new(),
            gmm: net::Config::default(),
            gb: SgsnConfig::default(),
            unknown_user: Cause::GprsAndNonGprsNotAllowed,
            most: 100_000,
            attaching: 1000,
            back_off: Duration::from_secs(16),
        }
    }

    /// In whose name it asks.
    pub(super) fn claimed(&self) -> &Identity {
        self.claims.as_ref().unwrap_or(&self.identity)
    }

    /// The GGSN of an APN for a subscriber of `realm`.
    pub(super) fn gateway(&self, realm: &str, network_id: &str) -> Option<IpAddr> {
        let fits = |want: &Option<String>, is: &str| {
            want.as_ref().is_none_or(|w| w.eq_ignore_ascii_case(is))
        };
        let row = self
            .gateways
            .iter()
            .find(|g| fits(&g.realm, realm) && fits(&g.network_id, network_id));
        row.map(|g| g.address)
    }
}
