//! What a device has that a DM server works on.
use super::Code;
use crate::syncml::Data;
use engine::Now;
use serde::{Deserialize, Serialize};

/// What a Get finds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// `chr`, `int`, `bool`, `bin`, `node`.
    pub format: &'static str,
    /// The value; for a node the names of its children with `/` between.
    pub data: Data,
}

/// A generic alert (OMA-TS-DM-Protocol 8.7): a result that came later.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct GenericAlert {
    /// As in the Exec that it reports on.
    pub correlator: Option<String>,
    /// The node it is about.
    pub source: String,
    /// Its type, `urn:fosterling:at:mcim`.
    pub kind: String,
    /// `fatal`, `critical`, `minor`, `warning`, `informational`, `harmless`, `indeterminate`.
    pub mark: String,
    /// Its data: a result code.
    pub data: String,
}

/// The management tree. URIs are relative to the root, `./MCIM/TRE/Id`.
pub trait Tree {
    /// Reads a node, or says why not (404, 405, 425).
    fn get(&mut self, uri: &str) -> Result<Found, Code>;
    /// Adds a node: 200, 404, 405, 418, 420.
    fn add(&mut self, uri: &str, format: &str, data: &[u8]) -> Code;
    /// Replaces a value: 200, 404, 405, 420.
    fn replace(&mut self, uri: &str, format: &str, data: &[u8]) -> Code;
    /// Deletes a node with all below it: 200, 404, 405, 425.
    fn delete(&mut self, now: Now, uri: &str) -> Code;
    /// Runs a node: a final status, or 202 and a [`GenericAlert`] later.
    fn exec(&mut self, now: Now, uri: &str, correlator: Option<&str>, data: &[u8]) -> Code;
    /// Asked before the first piece of a large object: 200, 420, or what an Add would say.
    fn room(&mut self, uri: &str, size: u64) -> Code;
    /// Takes the results that have become known.
    fn alerts(&mut self) -> Vec<GenericAlert>;
    /// An Atomic begins: remember what is there.
    fn begin(&mut self) {}
    /// All of it was done.
    fn commit(&mut self) {}
    /// Back to what was remembered; false where that cannot be done.
    fn roll_back(&mut self) -> bool {
        false
    }
}
