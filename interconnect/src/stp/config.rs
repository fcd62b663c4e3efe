//! How a transfer point is set up.
use sigtran_map::{m3ua::msg::TrafficMode, sccp::machine::Translations};
use std::net::IpAddr;

/// An application server: a signalling point behind the gateway, and how its processes share its
/// traffic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerConfig {
    /// Its name.
    pub name: String,
    /// Its signalling point code.
    pub pc: u32,
    /// Its routing context, where processes have to name one.
    pub context: Option<u32>,
    /// How its processes share the traffic.
    pub mode: TrafficMode,
}

impl ServerConfig {
    /// One whose processes share the load, without routing context.
    pub fn new(name: impl Into<String>, pc: u32) -> Self {
        Self {
            name: name.into(),
            pc,
            context: None,
            mode: TrafficMode::Loadshare,
        }
    }
}

/// A process that may connect: known by its IP address, and by its identifier where it is given
/// one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessConfig {
    /// Where it connects from.
    pub address: IpAddr,
    /// Its ASP identifier, where it must say one.
    pub identifier: Option<u32>,
    /// The application servers that it serves, by name.
    pub servers: Vec<String>,
}

/// What a transfer point is told at its start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Config {
    /// Its own signalling point code: messages to it are translated.
    pub pc: u32,
    /// Network indicator (Q.704 14.2.2).
    pub network: u8,
    /// The signalling points behind it.
    pub servers: Vec<ServerConfig>,
    /// Who serves them.
    pub processes: Vec<ProcessConfig>,
    /// Which global titles lead where.
    pub translations: Translations,
}

impl Config {
    /// A transfer point of a national network that knows nobody.
    pub fn new(pc: u32) -> Self {
        Self {
            pc,
            network: 2,
            servers: Vec::new(),
            processes: Vec::new(),
            translations: Translations::default(),
        }
    }

    /// With a server that one process serves, from this address.
    #[must_use]
    pub fn serving(mut self, server: ServerConfig, address: IpAddr) -> Self {
        let name = server.name.clone();
        let known = self.processes.iter_mut().find(|p| p.address == address);
        match known {
            Some(p) => p.servers.push(name),
            None => self.processes.push(ProcessConfig {
                address,
                identifier: None,
                servers: vec![name],
            }),
        }
        if !self.servers.iter().any(|s| s.name == server.name) {
            self.servers.push(server);
        }
        self
    }
}
