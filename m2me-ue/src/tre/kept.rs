//! What outlives a loss of power: the memory of the TRE, in one piece, so that no moment of it is half
//! kept. An Atomic that runs counts only once it is done.
use super::{App, Tre};
use crate::usim::Unusable;
use provisioning::text::B64;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// The memory of a TRE. It holds keys: it is written down only sealed to the platform key.
#[derive(Serialize, Deserialize)]
pub(crate) struct Memory {
    counter: u64,
    first_nonce: Option<B64>,
    /// SEQ_MS of the provisional application.
    seq_ms: Vec<u64>,
    apps: BTreeMap<String, App>,
    active: Option<String>,
    previous: Option<String>,
    used_tokens: BTreeSet<String>,
}

impl Tre {
    /// Its memory; none while an Atomic runs.
    pub(crate) fn memory(&self) -> Option<Memory> {
        (!self.is_atomic()).then(|| Memory {
            counter: self.counter,
            first_nonce: self.first_nonce.clone().map(B64),
            seq_ms: self.pcid.seq_ms().to_vec(),
            apps: self.apps.clone(),
            active: self.active.clone(),
            previous: self.previous.clone(),
            used_tokens: self.used_tokens.clone(),
        })
    }

    /// Takes its memory back, before it is started.
    ///
    /// # Errors
    /// Numbers that no application of this TRE can have.
    pub(crate) fn remember(&mut self, m: Memory) -> Result<(), Unusable> {
        self.pcid.remember(m.seq_ms)?;
        self.counter = m.counter;
        self.first_nonce = m.first_nonce.map(|n| n.0);
        self.apps = m.apps;
        self.active = m.active;
        self.previous = m.previous;
        self.used_tokens = m.used_tokens;
        Ok(())
    }
}

/// [`bytes::Bytes`] as base64.
pub(super) mod octets {
    use bytes::Bytes;
    use provisioning::text::B64;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in crate::tre) fn serialize<S: Serializer>(b: &Bytes, s: S) -> Result<S::Ok, S::Error> {
        B64(b.to_vec()).serialize(s)
    }

    pub(in crate::tre) fn deserialize<'de, D: Deserializer<'de>>(d: D) -> Result<Bytes, D::Error> {
        B64::deserialize(d).map(|b| b.0.into())
    }
}

/// The number of an outcome.
pub(super) mod outcome {
    use provisioning::mcim::Outcome;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub(in crate::tre) fn serialize<S: Serializer>(
        o: &Option<Outcome>,
        s: S,
    ) -> Result<S::Ok, S::Error> {
        o.map(|o| o.0).serialize(s)
    }

    pub(in crate::tre) fn deserialize<'de, D: Deserializer<'de>>(
        d: D,
    ) -> Result<Option<Outcome>, D::Error> {
        Option::deserialize(d).map(|o| o.map(Outcome))
    }
}
