//! What of a machine outlives a loss of power (R59): the memory of its TRE, the nonces of its DM
//! account, results that the DPF has not heard. One row, sealed to the platform key: whoever reads
//! the store learns no key of it.
use crate::{
    node::{M2me, Out},
    tre::kept::Memory,
};
use provisioning::{
    cms,
    dm::{Account, GenericAlert},
    json::{self, DpfAddress},
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The row.
const KEY: &str = "memory";

#[derive(Serialize, Deserialize)]
struct Kept {
    tre: Memory,
    /// Whether the application in use has been attached with.
    proved: bool,
    accounts: Option<(Account, Account)>,
    dpf: Option<DpfAddress>,
    /// Where the server of a bootstrapped account is.
    #[serde(default)]
    uri: Option<String>,
    /// Forbidden networks of each application (EF_FPLMN, TS 31.102 4.2.16).
    #[serde(default)]
    forbidden: BTreeMap<String, Vec<String>>,
    /// Results that are still to be told.
    alerts: Vec<GenericAlert>,
}

impl M2me {
    /// Keeps what has changed; at the end of an input that may have changed something of it.
    pub(crate) fn keep(&mut self, out: &mut Out) {
        let Some(tre) = self.tre.memory() else {
            return;
        };
        let alerts = self.carried.iter().chain(&self.alerts);
        let kept = Kept {
            tre,
            proved: self.proved,
            accounts: self.accounts.clone(),
            dpf: self.dpf.clone(),
            uri: self.called.uri.clone(),
            forbidden: self.networks.kept(),
            alerts: alerts.cloned().collect(),
        };
        let octets = json::write(&kept);
        if octets == self.kept {
            return;
        }
        let to = self.tre.memory_key().public();
        // sealing fails for no content of this size
        if let Ok(sealed) = cms::seal(&octets, &to, &mut self.seals) {
            out.keep(KEY, sealed);
            self.kept = octets;
        }
    }

    /// Takes the row back.
    pub(crate) fn remember(&mut self, key: &str, sealed: &[u8]) -> Result<(), String> {
        if key != KEY {
            return Err("not a row of this role".into());
        }
        let octets = cms::open(sealed, self.tre.memory_key()).map_err(|e| e.to_string())?;
        let kept: Kept = json::parse(&octets).map_err(|e| e.to_string())?;
        self.tre.remember(kept.tre).map_err(|e| e.to_string())?;
        self.proved = kept.proved;
        if let Some((client, server)) = &kept.accounts {
            self.shown.client_name.clone_from(&client.name);
            self.shown.server_id.clone_from(&server.name);
        }
        self.accounts = kept.accounts;
        self.called.uri = kept.uri;
        self.networks.remember(&kept.forbidden);
        self.dpf = kept.dpf;
        self.alerts = kept.alerts.into();
        self.kept = octets;
        Ok(())
    }
}
