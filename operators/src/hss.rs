//! An [`Hlr`] as a part of another node, which sees what it asks its store and puts questions of its
//! own to the same store.
use aka::{K, Opc, OperatorCode, Secret};
use engine::{AskId, Input, Link, Node, Now, Outputs, PortSpec, Time};
use hlr_auc::{Answer, Ask, Command, Hlr, ServingNode, Subscriber};
use provisioning::json::{Entry, Kind, Problem};
use std::collections::BTreeMap;
use wire::{Apn, Imsi};

/// What the HLR did with a subscriber, once its store has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Change {
    /// Served from now on.
    Served(Imsi, ServingNode),
    /// Served no longer.
    Left(Imsi),
}

#[derive(Debug)]
pub(crate) struct Part {
    hlr: Hlr,
    /// What the HLR has asked, and what it has changed once that is done.
    asked: BTreeMap<AskId, Option<Change>>,
}

impl Part {
    pub(crate) fn new(hlr: Hlr) -> Self {
        Self {
            hlr,
            asked: BTreeMap::new(),
        }
    }

    /// The ports that serving nodes connect to.
    pub(crate) fn ports(&self) -> &[PortSpec] {
        self.hlr.ports()
    }

    pub(crate) fn owns(&self, link: Link) -> bool {
        self.hlr.owns(link)
    }

    /// Gives the HLR an input that concerns it; tells what it has changed.
    pub(crate) fn handle<C>(
        &mut self,
        now: Now,
        input: Input<Answer, C>,
        out: &mut Outputs<Ask>,
    ) -> Option<Change> {
        let mine = |port| self.ports().iter().any(|p| p.port == port);
        let mut change = None;
        let input = match input {
            Input::Start => Input::Start,
            Input::Stop => Input::Stop,
            Input::Timer => Input::Timer,
            Input::Up {
                link,
                port: p,
                peer,
            } if mine(p) => Input::Up {
                link,
                port: p,
                peer,
            },
            Input::Down { link, why } if self.owns(link) => Input::Down { link, why },
            Input::Full(link) if self.owns(link) => Input::Full(link),
            Input::Room(link) if self.owns(link) => Input::Room(link),
            Input::Recv {
                link,
                from,
                stream,
                ppid,
                bytes,
            } if self.owns(link) => Input::Recv {
                link,
                from,
                stream,
                ppid,
                bytes,
            },
            Input::Answer(id, answer) => {
                let meant = self.asked.remove(&id)?;
                let done = match (&answer, &meant) {
                    // nobody leaves who was not there
                    (Answer::Moved { previous, .. }, Some(Change::Left(_))) => previous.is_some(),
                    (Answer::Moved { known, .. }, _) => *known,
                    (Answer::Purged(p), _) => *p == hlr_auc::records::Purged::Here,
                    _ => false,
                };
                change = meant.filter(|_| done);
                Input::Answer(id, answer)
            }
            _ => return None,
        };
        self.run(now, input, out);
        change
    }

    /// Tells the HLR what its operator wants.
    pub(crate) fn command(&mut self, now: Now, command: Command, out: &mut Outputs<Ask>) {
        self.run(now, Input::Command(command), out);
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.hlr.due()
    }

    fn run(&mut self, now: Now, input: Input<Answer, Command>, out: &mut Outputs<Ask>) {
        let Self { hlr, asked } = self;
        out.scope(
            |ask| ask,
            |out| {
                hlr.handle(now, input, out);
                for (id, ask) in out.asks() {
                    let meant = match ask {
                        Ask::UpdateServing { imsi, node } => {
                            Some(Change::Served(*imsi, node.clone()))
                        }
                        Ask::Release(imsi) | Ask::Delete(imsi) | Ask::Purge { imsi, .. } => {
                            Some(Change::Left(*imsi))
                        }
                        _ => None,
                    };
                    asked.insert(*id, meant);
                }
            },
        );
    }
}

/// A record from a credential and the one APN that it may use.
pub(crate) fn subscriber(e: &Entry, apn: &str) -> Result<Subscriber, Problem> {
    let bad = |what: &str| Problem::new(Kind::Malformed, format!("{what} of {}", e.pcid));
    let imsi: Imsi = e.pcid.parse().map_err(|_| bad("IMSI"))?;
    let apn = Apn::new(apn).ok_or_else(|| bad("APN"))?;
    if e.algorithm != "milenage" {
        return Err(bad("algorithm"));
    }
    let k = K::Bits128(Secret::new(e.k.0));
    let opc = OperatorCode::Opc(Opc::from(e.opc.0));
    Ok(Subscriber::new(imsi, k, opc).with_apn(apn))
}

/// The same subscription, whatever became of it since.
pub(crate) fn same(a: &Subscriber, b: &Subscriber) -> bool {
    (&a.k, &a.operator_code, &a.contexts, &a.msisdn)
        == (&b.k, &b.operator_code, &b.contexts, &b.msisdn)
}
