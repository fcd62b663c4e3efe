//! A CCIF's books without its node: what a person issues by hand goes into them, and the node goes on
//! from there.
use super::{Config, Issuing, MOST, Numbers, exhausted};
use engine::{Outputs, Utc};
use provisioning::{
    json::{Batch, BatchRequest, Import, Kind, Problem},
    kept::{self, Table},
    text::B64,
};

/// The books.
#[derive(Debug)]
pub struct Books {
    config: Config,
    numbers: Numbers,
    batches: Table<Issuing>,
}

/// A batch for each of its receivers.
#[derive(Debug)]
pub struct Handed {
    /// To the ICF.
    pub icf: Import,
    /// To the DPF.
    pub dpf: Import,
    /// To the supplier.
    pub m2mes: Batch,
    /// Its PCIDs.
    pub pcids: Vec<String>,
}

impl Books {
    /// Books in which nothing stands yet.
    pub fn new(config: Config) -> Self {
        Self {
            numbers: Numbers::new(config.issuer.capacity()),
            batches: Table::new("batch"),
            config,
        }
    }

    /// Takes back what was kept: all of it before anything is issued.
    ///
    /// # Errors
    /// It is no row of a CCIF.
    pub fn recall(&mut self, key: &str, octets: &[u8]) -> Result<(), String> {
        let tables: &mut [&mut dyn kept::Recall] = &mut [&mut self.batches, self.numbers.table()];
        kept::recall(key, octets, tables)
    }

    /// A new batch, as its receivers get it.
    ///
    /// # Errors
    /// There is one of this name, or it is too big, or there are not so many PCIDs left.
    pub fn issue(&mut self, utc: Utc, batch: &str, count: u32) -> Result<Handed, Problem> {
        for b in self.batches.values() {
            self.numbers.given(&b.numbers());
        }
        if self.batches.contains(batch) {
            return Err(Problem::new(Kind::Duplicate, batch));
        }
        if !(1..=MOST).contains(&count) {
            let detail = format!("a batch has 1 to {MOST} PCIDs, not {count}");
            return Err(Problem::new(Kind::Malformed, detail));
        }
        let plmn = self.config.issuer.plmn.clone();
        let numbers = self.numbers.take(count);
        let numbers = numbers.map_err(|free| exhausted(&plmn, count, free))?;
        let c = &mut self.config;
        let credentials = c.entries(&numbers)?;
        let (to_icf, to_dpf) = (c.icf.key.clone(), c.dpf.key.clone());
        let to_m2mes = c.m2mes_key.public();
        let import = |batch, allowed| Import { batch, allowed };
        let allowed = Some(c.allowed.clone());
        let handed = Handed {
            icf: import(c.seal(utc, batch, &credentials, &to_icf)?, allowed),
            dpf: import(c.seal(utc, batch, &credentials, &to_dpf)?, None),
            m2mes: c.seal(utc, batch, &credentials, &to_m2mes)?,
            pcids: credentials.entries.iter().map(|e| e.pcid.clone()).collect(),
        };
        let issuing = Issuing {
            request: BatchRequest {
                batch: batch.to_owned(),
                m2mes: c.m2mes.clone(),
                count,
                plmn,
                seal_to: B64(to_m2mes.spki_der()),
            },
            answer: handed.m2mes.clone(),
            first: 0,
            numbers,
            // whoever issues by hand carries the files
            handed_out: true,
            waiting: Vec::new(),
            left: 0,
            failed: None,
        };
        self.batches.insert(batch, issuing);
        Ok(handed)
    }

    /// Keeps what was changed.
    pub fn keep<A>(&mut self, out: &mut Outputs<A>) {
        self.batches.keep(out);
        self.numbers.keep(out);
    }
}
