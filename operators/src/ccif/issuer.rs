//! Makes PCIDs and what belongs to each (R50 to R52).
use super::Number;
use aka::{Op, Secret, milenage::Milenage};
use engine::Rng;
use provisioning::{
    json::{DmAccount, Entry},
    text::{B64, Secret16, SecretText, base64url},
};

/// A range of PCIDs and where their secrets come from. One seed gives one PCID the same secrets,
/// whenever it is issued; one that was somebody else's before has others (R53).
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
    /// How many PCIDs the range has: no more than MSINs have digits for.
    pub fn capacity(&self) -> u64 {
        let digits = 15usize.saturating_sub(self.plmn.len());
        let msins = 10u64.saturating_pow(u32::try_from(digits).unwrap_or(u32::MAX));
        self.size.min(msins.saturating_sub(self.first))
    }

    /// Which number of the range a PCID is.
    pub fn number(&self, pcid: &str) -> Option<u64> {
        let msin: u64 = pcid.strip_prefix(&self.plmn)?.parse().ok()?;
        let n = msin.checked_sub(self.first)?;
        (pcid.len() == 15 && n < self.capacity()).then_some(n)
    }

    /// A PCID of the range with its credentials: K at random, OPc from it and OP, a
    /// device-management account, a PIN for bootstraps. `None` beyond the range.
    pub fn entry(&self, number: Number) -> Option<Entry> {
        let digits = 15usize.saturating_sub(self.plmn.len());
        if number.n >= self.capacity() {
            return None;
        }
        let msin = self.first.checked_add(number.n)?;
        let pcid = format!("{}{msin:0digits$}", self.plmn);
        // who had it before knows nothing of what it has now
        let name = match number.generation {
            0 => pcid.clone(),
            again => format!("{pcid} again {again}"),
        };
        let mut rng = self.rng.stream(&name);
        let k: [u8; 16] = rng.array();
        let opc = Milenage::opc(&Secret::new(k), &self.op);
        let mut text = || SecretText(base64url(&rng.array::<16>()));
        let (client_secret, server_secret) = (text(), text());
        let pin = self
            .rng
            .stream(&format!("pin of {name}"))
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
        let number = |n, generation| Number { n, generation };
        let of = |seed, n| issuer(seed).entry(number(n, 0));
        let a = of(1, 1).unwrap();
        assert_eq!(a.pcid, "999019999999999");
        assert_eq!(of(1, 1), Some(a.clone()));
        assert_ne!(of(2, 1).unwrap().k, a.k);
        assert_ne!(of(1, 0).unwrap().k, a.k);
        // whoever has it next has other secrets
        let next = issuer(1).entry(number(1, 1)).unwrap();
        assert_eq!(next.pcid, a.pcid);
        assert!(next.k != a.k && next.opc != a.opc && next.pin != a.pin && next.dm != a.dm);
        // the eleventh digit is none, and the sixth PCID neither
        assert_eq!((of(1, 2), of(1, 5)), (None, None));
        assert_eq!(issuer(1).number("999019999999999"), Some(1));
        for none in ["999019999999997", "99901999999999", "99902999999999", "x"] {
            assert_eq!(issuer(1).number(none), None, "{none}");
        }
        assert!(!format!("{a:?}").contains(&provisioning::text::hex(&a.k.0)));
    }
}
