//! One peer, from capabilities exchange to leave-taking: the state machine of RFC 6733 5.6, election
//! (5.6.4) included. The rows of its table stand over the arms.
//!
//! A peer has up to two connections until one of them is chosen: the one that we dialled (initiator,
//! events I-) and the one that it dialled (responder, R-).
use super::identity::{Identity, Known, Remote, same};
use crate::msg::{
    CapabilitiesExchangeRequest, DisconnectCause, DisconnectPeerAnswer, DisconnectPeerRequest,
    ErrorAnswer, Header, InbandSecurityId, Message, Pdu, ResultCode,
};
use wire::Text;

/// One of the two connections of a peer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Side {
    /// Initiator: we dialled.
    I,
    /// Responder: the peer dialled.
    R,
}

/// Where the peer stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// No connection; the responder's also before its CER has come.
    Closed,
    /// Dialled, not yet connected.
    WaitConnAck,
    /// CER sent.
    WaitICea,
    /// Dialled, not yet connected, while the peer's CER waits for its answer.
    WaitConnAckElect,
    /// Both connections are up, both CERs sent, and the peer decides.
    WaitReturns,
    /// In use; the peer dialled.
    ROpen,
    /// In use; we dialled.
    IOpen,
    /// Leave was taken.
    Closing,
}

/// What happens to the machine.
#[derive(Debug)]
pub enum Input<'a> {
    /// The initiator is to connect.
    Start,
    /// The transport connection that we dialled is up.
    RcvConnAck,
    /// It could not be made.
    RcvConnNack,
    /// A CER, CEA, DPR or DPA has come; before a connection is open, whatever comes. A CER on the
    /// responder's connection is R-Conn-CER, given only where [`Peer::accepts`] holds.
    Receive(Side, &'a Message),
    /// A transport connection is gone.
    PeerDisc(Side),
    /// The present state has lasted too long.
    Timeout,
    /// We want to leave.
    Stop(DisconnectCause),
}

/// What the machine wants done.
#[derive(Debug, Clone, PartialEq)]
#[allow(clippy::large_enum_variant)] // short-lived: made, looked at, dropped
pub enum Output {
    /// Dial (I-Snd-Conn-Req).
    Connect,
    /// Send; a request still lacks its identifiers.
    Send(Side, Message),
    /// Close a transport connection after what was sent.
    Disconnect(Side),
    /// The peer may now be used.
    Opened(Remote),
    /// It may no longer be used, or not as it tried.
    Closed(Reason),
    /// A message that has no place in this state was dropped.
    Dropped(&'static str),
}

/// Why a peer is not, or no longer, of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// The connection could not be made, or was lost.
    Transport,
    /// We refused the peer's capabilities.
    Refused(ResultCode),
    /// The peer refused ours.
    RefusedByPeer(ResultCode),
    /// We left.
    Left(DisconnectCause),
    /// The peer left.
    PeerLeft(DisconnectCause),
    /// The peer did not answer in time.
    Timeout,
    /// Something else than a capabilities exchange came first.
    Unexpected,
}

/// The machine.
#[derive(Debug, Clone)]
pub struct Peer {
    state: State,
    /// The name that the peer must have.
    name: Option<String>,
    /// The CER that waits for its answer until it is clear which connection stays.
    held: Option<(Header, Remote)>,
}

impl Default for Peer {
    fn default() -> Self {
        Self::new(None)
    }
}

impl Peer {
    /// A peer without connections; where `name` is given, nobody else is taken for it.
    pub fn new(name: Option<String>) -> Self {
        Self {
            state: State::Closed,
            name,
            held: None,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// The connection on which requests may be sent.
    pub fn open(&self) -> Option<Side> {
        match self.state {
            State::IOpen => Some(Side::I),
            State::ROpen => Some(Side::R),
            _ => None,
        }
    }

    /// R-Conn-CER: whether a connection that the peer dialled is accepted now (R-Accept) or to be
    /// closed (R-Reject).
    pub fn accepts(&self) -> bool {
        use State as S;
        matches!(self.state, S::Closed | S::WaitConnAck | S::WaitICea)
    }

    /// True where the state may not last: the caller runs a timer and gives
    /// [`Input::Timeout`] at its end.
    pub fn is_waiting(&self) -> bool {
        use State as S;
        !matches!(self.state, S::Closed | S::IOpen | S::ROpen)
    }

    /// Takes one input.
    pub fn handle(&mut self, local: &Identity, input: Input<'_>, out: &mut Vec<Output>) {
        use {Input as I, Output as O, Side as Si, State as S};
        self.state = match (self.state, input) {
            // Closed: Start -> I-Snd-Conn-Req, Wait-Conn-Ack
            (S::Closed, I::Start) => {
                out.push(O::Connect);
                S::WaitConnAck
            }
            // Closed: R-Conn-CER -> R-Accept, Process-CER, R-Snd-CEA, R-Open
            (S::Closed, I::Receive(Si::R, m)) => match self.process_cer(local, m, out) {
                Some((header, remote)) => accept(local, &header, remote, out),
                None => S::Closed,
            },
            // Wait-Conn-Ack: I-Rcv-Conn-Ack -> I-Snd-CER, Wait-I-CEA
            (S::WaitConnAck, I::RcvConnAck) => {
                out.push(O::Send(Si::I, Message::request(0, local.cer())));
                S::WaitICea
            }
            // Wait-Conn-Ack: I-Rcv-Conn-Nack -> Cleanup, Closed
            (S::WaitConnAck, I::RcvConnNack | I::PeerDisc(Si::I)) => {
                out.push(O::Closed(Reason::Transport));
                S::Closed
            }
            // Wait-Conn-Ack: R-Conn-CER -> R-Accept, Process-CER, Wait-Conn-Ack/Elect
            (S::WaitConnAck, I::Receive(Si::R, m)) => {
                self.held = self.process_cer(local, m, out);
                match self.held {
                    Some(_) => S::WaitConnAckElect,
                    None => S::WaitConnAck,
                }
            }
            // Wait-I-CEA: I-Rcv-CEA -> Process-CEA, I-Open
            // Wait-I-CEA: I-Rcv-Non-CEA -> Error, Closed
            (S::WaitICea, I::Receive(Si::I, m)) => match self.process_cea(local, m) {
                Ok(remote) => {
                    out.push(O::Opened(remote));
                    S::IOpen
                }
                Err(why) => {
                    out.push(O::Closed(why));
                    out.push(O::Disconnect(Si::I));
                    S::Closed
                }
            },
            // Wait-I-CEA: R-Conn-CER -> R-Accept, Process-CER, Elect, Wait-Returns
            (S::WaitICea, I::Receive(Si::R, m)) => {
                self.held = self.process_cer(local, m, out);
                match self.held {
                    Some(_) => self.elect(local, out),
                    None => S::WaitICea,
                }
            }
            // Wait-I-CEA: I-Peer-Disc -> I-Disc, Closed
            (S::WaitICea, I::PeerDisc(Si::I)) => {
                out.push(O::Closed(Reason::Transport));
                S::Closed
            }
            // Wait-Conn-Ack/Elect: I-Rcv-Conn-Ack -> I-Snd-CER, Elect, Wait-Returns
            (S::WaitConnAckElect, I::RcvConnAck) => {
                out.push(O::Send(Si::I, Message::request(0, local.cer())));
                self.elect(local, out)
            }
            // Wait-Conn-Ack/Elect: I-Rcv-Conn-Nack -> R-Snd-CEA, R-Open
            (S::WaitConnAckElect, I::RcvConnNack | I::PeerDisc(Si::I)) => {
                self.take_held(local, out)
            }
            // Wait-Conn-Ack/Elect: R-Peer-Disc -> R-Disc, Wait-Conn-Ack
            (S::WaitConnAckElect, I::PeerDisc(Si::R)) => {
                self.held = None;
                S::WaitConnAck
            }
            // Wait-Returns: I-Peer-Disc -> I-Disc, R-Snd-CEA, R-Open
            (S::WaitReturns, I::PeerDisc(Si::I)) => self.take_held(local, out),
            // Wait-Returns: I-Rcv-CEA -> R-Disc, I-Open
            // Wait-Returns: a CEA that refuses (DIAMETER_ELECTION_LOST) is as I-Peer-Disc
            (S::WaitReturns, I::Receive(Si::I, m)) => match self.process_cea(local, m) {
                Ok(remote) => {
                    self.held = None;
                    out.push(O::Disconnect(Si::R));
                    out.push(O::Opened(remote));
                    S::IOpen
                }
                Err(_) => {
                    out.push(O::Disconnect(Si::I));
                    self.take_held(local, out)
                }
            },
            // Wait-Returns: R-Peer-Disc -> R-Disc, Wait-I-CEA
            (S::WaitReturns, I::PeerDisc(Si::R)) => {
                self.held = None;
                S::WaitICea
            }
            // R-Open, I-Open: Rcv-DPR -> Snd-DPA, Closing
            // R-Open, I-Open: messages of applications and watchdogs do not pass this machine
            // what is still under way on the connection that lost the election ends nothing
            (S::ROpen, I::Receive(Si::I, _)) | (S::IOpen, I::Receive(Si::R, _)) => {
                out.push(O::Dropped(
                    "message on the connection that lost the election",
                ));
                self.state
            }
            (s @ (S::ROpen | S::IOpen), I::Receive(side, m)) => match &m.pdu {
                Pdu::DisconnectPeerRequest(dpr) => {
                    out.push(O::Send(side, dpa(local, &m.header)));
                    out.push(O::Closed(Reason::PeerLeft(dpr.disconnect_cause)));
                    S::Closing
                }
                // capabilities are exchanged once per connection
                Pdu::CapabilitiesExchangeRequest(_) => {
                    let cea = local.cea(ResultCode::UnableToComply);
                    out.push(O::Send(side, Message::answer(&m.header, cea)));
                    s
                }
                _ => {
                    let why = "message out of place on an open connection";
                    out.push(O::Dropped(why));
                    s
                }
            },
            // R-Open, I-Open: Stop -> Snd-DPR, Closing
            (s @ (S::ROpen | S::IOpen), I::Stop(cause)) => {
                let dpr = DisconnectPeerRequest {
                    origin_host: local.origin_host(),
                    origin_realm: local.origin_realm(),
                    disconnect_cause: cause,
                    other: Default::default(),
                };
                let side = if s == S::IOpen { Si::I } else { Si::R };
                out.push(O::Send(side, Message::request(0, dpr)));
                out.push(O::Closed(Reason::Left(cause)));
                S::Closing
            }
            // R-Open, I-Open: Peer-Disc -> Disc, Closed; the other connection was closed by us
            (S::ROpen, I::PeerDisc(Si::R)) | (S::IOpen, I::PeerDisc(Si::I)) => {
                out.push(O::Closed(Reason::Transport));
                S::Closed
            }
            // Closing: Rcv-DPA -> Disc, Closed
            // Closing: a DPR that crossed ours is answered too
            (S::Closing, I::Receive(side, m)) => match &m.pdu {
                Pdu::DisconnectPeerAnswer(_) => {
                    out.push(O::Disconnect(side));
                    S::Closed
                }
                Pdu::DisconnectPeerRequest(_) => {
                    out.push(O::Send(side, dpa(local, &m.header)));
                    S::Closing
                }
                _ => {
                    out.push(O::Dropped("message after leave was taken"));
                    S::Closing
                }
            },
            // Closing: Timeout -> Error, Closed; Peer-Disc -> Disc, Closed
            (S::Closing, I::Timeout) => {
                out.push(O::Disconnect(Si::I));
                out.push(O::Disconnect(Si::R));
                S::Closed
            }
            (S::Closing, I::PeerDisc(_)) => S::Closed,
            // Wait-Conn-Ack, Wait-I-CEA, Wait-Conn-Ack/Elect, Wait-Returns:
            // Timeout -> Error, Closed
            // Stop: nothing was agreed, nothing is said
            (
                S::WaitConnAck | S::WaitICea | S::WaitConnAckElect | S::WaitReturns,
                i @ (I::Timeout | I::Stop(_)),
            ) => {
                out.push(O::Closed(match i {
                    I::Stop(cause) => Reason::Left(cause),
                    _ => Reason::Timeout,
                }));
                out.push(O::Disconnect(Si::I));
                if self.held.take().is_some() {
                    out.push(O::Disconnect(Si::R));
                }
                S::Closed
            }
            (S::Closed, I::Stop(_)) => {
                out.push(O::Disconnect(Si::I));
                out.push(O::Disconnect(Si::R));
                S::Closed
            }
            (
                s @ (S::Closed | S::WaitConnAck | S::WaitConnAckElect | S::WaitReturns),
                I::Receive(..),
            ) => {
                out.push(O::Dropped("message before the connection is open"));
                s
            }
            (s, I::Start | I::RcvConnAck | I::RcvConnNack) => s,
            (s, I::PeerDisc(_) | I::Timeout | I::Stop(_)) => s,
        };
    }

    /// Process-CER: what a peer says of itself, if we take it; if not, it is told why and the
    /// connection is closed.
    fn process_cer(
        &self,
        local: &Identity,
        m: &Message,
        out: &mut Vec<Output>,
    ) -> Option<(Header, Remote)> {
        let side = Side::R;
        let Pdu::CapabilitiesExchangeRequest(cer) = &m.pdu else {
            out.push(Output::Closed(Reason::Unexpected));
            out.push(Output::Disconnect(side));
            return None;
        };
        let code = match &self.name {
            Some(name) if !same(&cer.origin_host, name) => ResultCode::UnknownPeer,
            _ => judge(local, cer),
        };
        if code == ResultCode::Success {
            return Some((m.header, Remote::from(cer)));
        }
        out.push(Output::Send(side, refusal(local, &m.header, code)));
        out.push(Output::Closed(Reason::Refused(code)));
        out.push(Output::Disconnect(side));
        None
    }

    /// Process-CEA.
    fn process_cea(&self, local: &Identity, m: &Message) -> Result<Remote, Reason> {
        match &m.pdu {
            Pdu::CapabilitiesExchangeAnswer(cea) if cea.result_code.is_success() => {
                let remote = Remote::from(cea);
                if self.name.as_ref().is_some_and(|n| !same(&remote.host, n)) {
                    Err(Reason::Refused(ResultCode::UnknownPeer))
                } else if !local.common(&remote) {
                    Err(Reason::Refused(ResultCode::NoCommonApplication))
                } else {
                    Ok(remote)
                }
            }
            Pdu::CapabilitiesExchangeAnswer(cea) => Err(Reason::RefusedByPeer(cea.result_code)),
            Pdu::ErrorAnswer(e) => Err(Reason::RefusedByPeer(e.result_code)),
            _ => Err(Reason::Unexpected),
        }
    }

    /// Elect, on the responder's connection (RFC 6733 5.6.4): whose name comes later closes the
    /// connection that it dialled. The other side waits for what the winner does.
    fn elect(&mut self, local: &Identity, out: &mut Vec<Output>) -> State {
        let held = self.held.as_ref();
        if !held.is_some_and(|(_, remote)| succeeds(&local.host, &remote.host)) {
            return State::WaitReturns;
        }
        // Wait-Returns: Win-Election -> I-Disc, R-Snd-CEA, R-Open
        out.push(Output::Disconnect(Side::I));
        self.take_held(local, out)
    }

    /// R-Snd-CEA to the CER that was held.
    fn take_held(&mut self, local: &Identity, out: &mut Vec<Output>) -> State {
        match self.held.take() {
            Some((header, remote)) => accept(local, &header, remote, out),
            None => State::Closed,
        }
    }
}

/// R-Snd-CEA, R-Open.
fn accept(local: &Identity, to: &Header, remote: Remote, out: &mut Vec<Output>) -> State {
    let cea = local.cea(ResultCode::Success);
    out.push(Output::Send(Side::R, Message::answer(to, cea)));
    out.push(Output::Opened(remote));
    State::ROpen
}

/// Whether `ours` comes after `theirs`: octet by octet, without case.
fn succeeds(ours: &str, theirs: &Text) -> bool {
    let theirs = theirs.0.iter().map(u8::to_ascii_lowercase);
    ours.bytes().map(|b| b.to_ascii_lowercase()).gt(theirs)
}

fn dpa(local: &Identity, to: &Header) -> Message {
    let dpa = DisconnectPeerAnswer {
        result_code: ResultCode::Success,
        origin_host: local.origin_host(),
        origin_realm: local.origin_realm(),
        error_message: None,
        failed_avp: vec![],
        other: Default::default(),
    };
    Message::answer(to, dpa)
}

/// The answer to a CER that is refused: with the E bit where the result code is a protocol error.
pub(super) fn refusal(local: &Identity, to: &Header, code: ResultCode) -> Message {
    if code.is_protocol_error() {
        Message::answer(to, error_answer(local, code, None))
    } else {
        Message::answer(to, local.cea(code))
    }
}

/// Which result a CER gets, RFC 6733 5.3.
pub(super) fn judge(local: &Identity, cer: &CapabilitiesExchangeRequest) -> ResultCode {
    let security = &cer.inband_security_id;
    if local.is_host(&cer.origin_host) {
        // a peer of our own name: we cannot be two
        return ResultCode::UnableToComply;
    }
    if let Known::Hosts(known) = &local.known {
        let name = cer.origin_host.to_string().to_ascii_lowercase();
        if !known.contains(&name) {
            return ResultCode::UnknownPeer;
        }
    }
    if !local.common(&Remote::from(cer)) {
        return ResultCode::NoCommonApplication;
    }
    if !security.is_empty() && !security.contains(&InbandSecurityId::NoInbandSecurity) {
        return ResultCode::NoCommonSecurity;
    }
    ResultCode::Success
}

/// An answer with the E bit, RFC 6733 7.2.
pub fn error_answer(local: &Identity, code: ResultCode, session_id: Option<Text>) -> ErrorAnswer {
    ErrorAnswer {
        session_id,
        origin_host: local.origin_host(),
        origin_realm: local.origin_realm(),
        result_code: code,
        origin_state_id: None,
        error_message: None,
        error_reporting_host: None,
        failed_avp: vec![],
        experimental_result: None,
        redirect_host: vec![],
        redirect_host_usage: None,
        redirect_max_cache_time: None,
        proxy_info: vec![],
        other: Default::default(),
    }
}
