//! Makes PCIDs and what belongs to each (R50 to R52).
use aka::{Op, Secret, milenage::Milenage};
use engine::Rng;
use provisioning::{
    json::{DmAccount, Entry},
    text::{B64, Secret16, SecretText, base64url},
};

/// A range of PCIDs and where their secrets come from. One seed gives one PCID the same secrets,
/// whenever it is issued.
#[derive(Debug, Clone)]
pub struct Issuer {
    /// PLMN of the registration operator.
    pub plmn: String,
    /// MSIN of the first PCID.
    pub first: u64,
    /// How many there are.
    pub size: u64,
    /// OP of all M2MEs (R12).
    pub op: Op,
    /// Name of the DPF in the devices' accounts.
    pub server_id: String,
    /// Where secrets come from.
    pub rng: Rng,
}

impl Issuer {
    /// The `n`th PCID of the range with its credentials: K at random, OPc from it and OP, a
    /// device-management account, a PIN for bootstraps. `None` beyond the range.
    pub fn entry(&self, n: u64) -> Option<Entry> {
        let digits = 15usize.saturating_sub(self.plmn.len());
        let msin = self.first.checked_add(n).filter(|_| n < self.size)?;
        let pcid = format!("{}{msin:0digits$}", self.plmn);
        if pcid.len() > 15 {
            return None;
        }
        let mut rng = self.rng.stream(&pcid);
        let k: [u8; 16] = rng.array();
        let opc = Milenage::opc(&Secret::new(k), &self.op);
        let mut text = || SecretText(base64url(&rng.array::<16>()));
        let (client_secret, server_secret) = (text(), text());
        let pin = self
            .rng
            .stream(&format!("pin of {pcid}"))
            .below(100_000_000);
        let pin = format!("{pin:08}");
        Some(Entry {
            k: Secret16(k),
            opc: Secret16(*opc.0.expose()),
            algorithm: "milenage".into(),
            dm: Some(DmAccount {
                client_name: format!("dm-{pcid}"),
                client_secret,
                client_nonce: B64(rng.array::<16>().to_vec()),
                server_id: self.server_id.clone(),
                server_secret,
                server_nonce: B64(rng.array::<16>().to_vec()),
            }),
            pin: Some(SecretText(pin)),
            pcid,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_seed_one_pcid_one_secret_and_the_range_ends() {
        let issuer = |seed| Issuer {
            plmn: "99901".into(),
            first: 9_999_999_998,
            size: 5,
            op: Op::from([1; 16]),
            server_id: "dpf".into(),
            rng: Rng::seed(seed),
        };
        let a = issuer(1).entry(1).unwrap();
        assert_eq!(a.pcid, "999019999999999");
        assert_eq!(issuer(1).entry(1), Some(a.clone()));
        assert_ne!(issuer(2).entry(1).unwrap().k, a.k);
        assert_ne!(issuer(1).entry(0).unwrap().k, a.k);
        // the eleventh digit is none, and the sixth PCID neither
        assert_eq!((issuer(1).entry(2), issuer(1).entry(5)), (None, None));
        assert!(!format!("{a:?}").contains(&provisioning::text::hex(&a.k.0)));
    }
}
