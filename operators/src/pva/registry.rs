//! The TREs that a PVA has certified, and what it thinks of their reports.
use super::Config;
use crate::web;
use engine::{Outputs, Utc};
use provisioning::{
    Error,
    credential::{Credential, TreInfo},
    json::{IssueRequest, Kind, Problem, ValidationRequest, Verdict},
    kept::{Recall, Table},
    key::PublicKey,
    measurement::{Component, Failing, Report},
    ocsp::{Id, Status},
    text::{B64, Stamp},
};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// Nonces that are remembered; the oldest are forgotten, and their reports are stale by then.
const NONCES: usize = 100_000;

#[derive(Debug)]
pub(super) struct Registry {
    tres: Table<Tre>,
    by_serial: BTreeMap<String, String>,
    /// What was validated under which id, and the answer.
    verdicts: Table<(ValidationRequest, Verdict)>,
    order: VecDeque<(String, Vec<u8>)>,
    nonces: BTreeSet<Vec<u8>>,
}

impl Default for Registry {
    fn default() -> Self {
        Self {
            tres: Table::new("tre"),
            by_serial: BTreeMap::new(),
            verdicts: Table::new("verdict"),
            order: VecDeque::new(),
            nonces: BTreeSet::new(),
        }
    }
}

/// A TRE with its credential.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Tre {
    pub(super) credential: Credential,
    reference: Vec<Component>,
    /// The highest start counter seen.
    counter: u64,
    revoked: Option<(Stamp, u8)>,
}

impl Registry {
    /// For [`engine::Node::recall`].
    pub(super) fn tables(&mut self) -> [&mut dyn Recall; 2] {
        [&mut self.tres, &mut self.verdicts]
    }

    /// As [`Table::keep`].
    pub(super) fn keep<A>(&mut self, out: &mut Outputs<A>) {
        self.tres.keep(out);
        self.verdicts.keep(out);
    }

    /// After all was recalled: what is found by other names than the tables'.
    pub(super) fn start(&mut self) {
        for (id, tre) in self.tres.iter() {
            self.by_serial
                .insert(tre.credential.cert.serial(), id.clone());
        }
        let mut all: Vec<_> = self.verdicts.iter().collect();
        all.sort_by_key(|(_, (_, verdict))| verdict.checked_at.0);
        for (id, (request, _)) in all {
            let nonce = request.nonce.0.clone();
            self.nonces.insert(nonce.clone());
            self.order.push_back((id.clone(), nonce));
        }
    }

    pub(super) fn get(&self, tre_id: &str) -> Option<&Tre> {
        self.tres.get(tre_id)
    }

    /// Issues a credential; false where the TRE has the very same already.
    pub(super) fn issue(
        &mut self,
        config: &Config,
        now: Utc,
        request: &IssueRequest,
        key: &PublicKey,
    ) -> Result<bool, Problem> {
        let info = TreInfo {
            tre_id: request.tre.id.clone(),
            m2me_id: request.m2me_id.clone(),
            device_type: request.device_type.clone(),
            version: request.tre.version.clone(),
        };
        if let Some(old) = self.tres.get(&info.tre_id) {
            let same = old.credential.tre == info
                && old.credential.key == *key
                && old.reference == request.reference;
            return match same {
                true => Ok(false),
                false => Err(Problem::new(Kind::Duplicate, &info.tre_id)),
            };
        }
        let credential = config.platform.credential(&info, key, &config.ocsp_uri);
        let credential = credential.map_err(web::bad)?;
        credential
            .verify(&config.platform.root.cert, now)
            .map_err(web::bad)?;
        self.by_serial
            .insert(credential.cert.serial(), info.tre_id.clone());
        let tre = Tre {
            credential,
            reference: request.reference.clone(),
            counter: 0,
            revoked: None,
        };
        self.tres.insert(info.tre_id, tre);
        Ok(true)
    }

    pub(super) fn revoke(&mut self, tre_id: &str, now: Utc, reason: u8) -> bool {
        match self.tres.get_mut(tre_id) {
            Some(t) if t.revoked.is_none() => {
                t.revoked = Some((now.into(), reason));
                true
            }
            _ => false,
        }
    }

    /// The status of a certificate (RFC 6960 2.2): unknown where it is not ours.
    pub(super) fn status(&self, config: &Config, id: &Id) -> Status {
        let tre = self
            .by_serial
            .get(&id.serial)
            .and_then(|t| self.tres.get(t));
        match tre {
            Some(t) if Id::of(&t.credential.cert, &config.platform.root.cert) == *id => {
                match t.revoked {
                    None => Status::Good,
                    Some((at, reason)) => Status::Revoked {
                        at: Utc::from_secs(at.0),
                        reason: Some(reason),
                    },
                }
            }
            _ => Status::Unknown,
        }
    }

    /// A signed verdict, and whether it is a new one: the same request again gets the same answer.
    pub(super) fn validate(
        &mut self,
        config: &Config,
        now: Utc,
        request: &ValidationRequest,
    ) -> Result<(Verdict, bool), Problem> {
        if let Some((asked, verdict)) = self.verdicts.get(&request.validation) {
            return match asked == request {
                true => Ok((verdict.clone(), false)),
                false => Err(Problem::new(Kind::Duplicate, &request.validation)),
            };
        }
        let (authentic, failing) = self.judge(config, now, request);
        let credential = self
            .tres
            .get(&request.tre_id)
            .filter(|_| request.want_credential);
        let until = now.secs().saturating_add(config.verdict_lifetime);
        let verdict = Verdict {
            validation: request.validation.clone(),
            m2me_id: request.m2me_id.clone(),
            tre_id: request.tre_id.clone(),
            authentic,
            integrity: authentic && failing.is_empty(),
            failing,
            checked_at: now.into(),
            valid_until: Stamp(until),
            credential: credential.map(|t| B64(t.credential.cert.der().to_vec())),
            statement: String::new(),
        };
        let verdict = verdict
            .signed(&config.platform.verdicts)
            .map_err(web::bad)?;
        self.remember(request, &verdict);
        Ok((verdict, true))
    }

    /// Authenticity first, then integrity: a report that is not authentic says nothing.
    fn judge(&mut self, config: &Config, now: Utc, r: &ValidationRequest) -> (bool, Vec<Failing>) {
        let no = |reason| (false, vec![Failing::new("report", reason)]);
        let Some(tre) = self.tres.get_mut(&r.tre_id) else {
            return no("unknown-tre");
        };
        let known = &tre.credential;
        if config.checks_identity && known.tre.m2me_id != r.m2me_id {
            return no("unknown-tre");
        }
        if tre.revoked.is_some() {
            return no("revoked");
        }
        let report = Report::verify(&r.report, &known.key, &r.nonce.0, &r.tre_id, &r.m2me_id);
        let report = match report {
            Ok(report) => report,
            Err(Error::Replayed(_)) => return no("replayed"),
            Err(_) => return no("signature"),
        };
        if self.nonces.contains(&r.nonce.0) {
            return no("replayed");
        }
        let age = now.secs().abs_diff(report.iat);
        if age > config.report_age {
            return no("stale");
        }
        let failing = match config.checks_measurements {
            true => report.compare(&tre.reference, tre.counter),
            false => Vec::new(),
        };
        tre.counter = tre.counter.max(report.counter);
        (true, failing)
    }

    fn remember(&mut self, request: &ValidationRequest, verdict: &Verdict) {
        let id = request.validation.clone();
        self.nonces.insert(request.nonce.0.clone());
        self.order.push_back((id.clone(), request.nonce.0.clone()));
        self.verdicts.insert(id, (request.clone(), verdict.clone()));
        if self.order.len() > NONCES
            && let Some((id, nonce)) = self.order.pop_front()
        {
            self.verdicts.remove(&id);
            self.nonces.remove(&nonce);
        }
    }
}
