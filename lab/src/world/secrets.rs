//! The secrets of a run, as far as they are made before it begins.
use super::makings::Makings;
use crate::{places::Role, run::secrets::Secret};
use provisioning::key::Key;

impl Makings {
    /// All of them; keys of subscribers who come later are in the HLRs' store.
    pub fn secrets(&self) -> Vec<Secret> {
        let mut all = vec![
            Secret::new("secret of the accounting", self.secret.0.as_bytes()),
            Secret::new("OP of the PCIDs", self.op),
        ];
        let mut key = |what: String, key: &Key| {
            let octets = key.to_pkcs8().ok();
            all.extend(octets.and_then(|k| Secret::key(what, &k)));
        };
        key("key of the operators' root".into(), &self.pki.operators.key);
        let pva = &self.pki.pva;
        for (what, k) in [
            ("root", &pva.root.key),
            ("OCSP responder", &pva.responder.key),
            ("verdicts", &pva.verdicts.key),
        ] {
            key(format!("key of the PVA's {what}"), k);
        }
        key("key of the M2MES".into(), &self.m2mes.key);
        for (site, identity) in self.identities() {
            key(format!("key of {site}"), &identity.key);
        }
        for n in self.places.all(Role::M2me) {
            let tre = self.machine(n).tre;
            key(
                format!("platform key of {tre}"),
                &self.pki.platform_key(&tre),
            );
        }
        for n in self.places.all(Role::Sho) {
            all.push(Secret::new("OP of the SHO", self.sho(n).op.0.to_vec()));
        }
        for n in self.places.all(Role::M2me) {
            let e = self.entry(n);
            let of = |what: &str| format!("{what} of {}", e.pcid);
            all.push(Secret::new(of("K"), e.k.0));
            all.push(Secret::new(of("OPc"), e.opc.0));
            if let Some(dm) = &e.dm {
                for (what, s) in [
                    ("device's secret", &dm.client_secret),
                    ("server's secret", &dm.server_secret),
                ] {
                    all.push(Secret::new(of(what), s.0.as_bytes()));
                }
            }
        }
        all
    }
}
