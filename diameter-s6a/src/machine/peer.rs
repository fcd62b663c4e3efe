//! One connection to one peer, from capabilities exchange to leave-taking: the state machine of
//! RFC 6733 5.6 without election. The rows of its table stand over the arms.
//!
//! Who dials is the initiator (events I-), who accepts the responder (R-).
use super::identity::{Identity, Known};
use crate::msg::{
    CapabilitiesExchangeRequest, DisconnectCause, DisconnectPeerAnswer, DisconnectPeerRequest,
    ErrorAnswer, Header, InbandSecurityId, Message, Pdu, ResultCode,
};
use wire::Text;

/// Where the connection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// No connection; the responder also before the CER has come.
    Closed,
    /// Dialled, not yet connected.
    WaitConnAck,
    /// CER sent.
    WaitICea,
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
    /// A CER, CEA, DPR or DPA has come.
    Receive(&'a Message),
    /// The transport connection is gone.
    PeerDisc,
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
    Send(Message),
    /// Close the transport connection after what was sent.
    Disconnect,
    /// The peer with this name may now be used.
    Opened(Text),
    /// It may no longer be used.
    Closed(Reason),
    /// A message that has no place in this state was dropped.
    Dropped(&'static str),
}

/// Why a connection is not, or no longer, of use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reason {
    /// It could not be made, or was lost.
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
    leaving: Reason,
}

impl Default for Peer {
    fn default() -> Self {
        Self::new()
    }
}

impl Peer {
    /// A connection that is not there yet.
    pub fn new() -> Self {
        Self {
            state: State::Closed,
            leaving: Reason::Transport,
        }
    }

    /// Where it stands.
    pub fn state(&self) -> State {
        self.state
    }

    /// True where requests may be sent.
    pub fn is_open(&self) -> bool {
        matches!(self.state, State::IOpen | State::ROpen)
    }

    /// True where the state may not last: the caller runs a timer and gives
    /// [`Input::Timeout`] at its end.
    pub fn is_waiting(&self) -> bool {
        matches!(
            self.state,
            State::WaitConnAck | State::WaitICea | State::Closing
        )
    }

    /// Takes one input.
    pub fn handle(&mut self, local: &Identity, input: Input<'_>, out: &mut Vec<Output>) {
        let next = match (self.state, input) {
            // Closed: Start -> I-Snd-Conn-Req, Wait-Conn-Ack
            (State::Closed, Input::Start) => {
                out.push(Output::Connect);
                State::WaitConnAck
            }
            // Closed: R-Conn-CER -> R-Accept, Process-CER, R-Snd-CEA, R-Open
            (State::Closed, Input::Receive(m)) => match &m.pdu {
                Pdu::CapabilitiesExchangeRequest(cer) => accept(local, &m.header, cer, out),
                _ => {
                    out.push(Output::Closed(Reason::Unexpected));
                    out.push(Output::Disconnect);
                    State::Closed
                }
            },
            // Wait-Conn-Ack: I-Rcv-Conn-Ack -> I-Snd-CER, Wait-I-CEA
            (State::WaitConnAck, Input::RcvConnAck) => {
                out.push(Output::Send(Message::request(0, local.cer())));
                State::WaitICea
            }
            // Wait-Conn-Ack: I-Rcv-Conn-Nack -> Cleanup, Closed
            (State::WaitConnAck, Input::RcvConnNack | Input::PeerDisc) => {
                out.push(Output::Closed(Reason::Transport));
                State::Closed
            }
            // Wait-I-CEA: I-Rcv-CEA -> Process-CEA, I-Open
            // Wait-I-CEA: I-Rcv-Non-CEA -> Error, Closed
            (State::WaitICea, Input::Receive(m)) => process_cea(local, m, out),
            // R-Open, I-Open: Rcv-DPR -> Snd-DPA, Closing
            // R-Open, I-Open: messages of applications and watchdogs do not pass this machine
            (s @ (State::ROpen | State::IOpen), Input::Receive(m)) => match &m.pdu {
                Pdu::DisconnectPeerRequest(dpr) => {
                    let dpa = DisconnectPeerAnswer {
                        result_code: ResultCode::Success,
                        origin_host: local.origin_host(),
                        origin_realm: local.origin_realm(),
                        error_message: None,
                        failed_avp: vec![],
                        other: Default::default(),
                    };
                    out.push(Output::Send(Message::answer(&m.header, dpa)));
                    self.leaving = Reason::PeerLeft(dpr.disconnect_cause);
                    out.push(Output::Closed(self.leaving));
                    State::Closing
                }
                _ => {
                    out.push(Output::Dropped(
                        "message out of place on an open connection",
                    ));
                    s
                }
            },
            // R-Open, I-Open: Stop -> Snd-DPR, Closing
            (State::ROpen | State::IOpen, Input::Stop(cause)) => {
                let dpr = DisconnectPeerRequest {
                    origin_host: local.origin_host(),
                    origin_realm: local.origin_realm(),
                    disconnect_cause: cause,
                    other: Default::default(),
                };
                out.push(Output::Send(Message::request(0, dpr)));
                self.leaving = Reason::Left(cause);
                out.push(Output::Closed(self.leaving));
                State::Closing
            }
            // R-Open, I-Open: Peer-Disc -> Disc, Closed
            (State::ROpen | State::IOpen, Input::PeerDisc) => {
                out.push(Output::Closed(Reason::Transport));
                State::Closed
            }
            // Closing: Rcv-DPA -> Disc, Closed
            // Closing: a DPR that crossed ours is answered too
            (State::Closing, Input::Receive(m)) => match &m.pdu {
                Pdu::DisconnectPeerAnswer(_) => {
                    out.push(Output::Disconnect);
                    State::Closed
                }
                Pdu::DisconnectPeerRequest(_) => {
                    let dpa = DisconnectPeerAnswer {
                        result_code: ResultCode::Success,
                        origin_host: local.origin_host(),
                        origin_realm: local.origin_realm(),
                        error_message: None,
                        failed_avp: vec![],
                        other: Default::default(),
                    };
                    out.push(Output::Send(Message::answer(&m.header, dpa)));
                    State::Closing
                }
                _ => {
                    out.push(Output::Dropped("message after leave was taken"));
                    State::Closing
                }
            },
            // Closing: Timeout -> Error, Closed; Peer-Disc -> Disc, Closed
            (State::Closing, Input::Timeout) => {
                out.push(Output::Disconnect);
                State::Closed
            }
            (State::Closing, Input::PeerDisc) => State::Closed,
            // Wait-Conn-Ack, Wait-I-CEA: Timeout -> Error, Closed; I-Peer-Disc -> I-Disc, Closed
            (State::WaitConnAck | State::WaitICea, Input::Timeout) => {
                out.push(Output::Closed(Reason::Timeout));
                out.push(Output::Disconnect);
                State::Closed
            }
            (State::WaitICea, Input::PeerDisc) => {
                out.push(Output::Closed(Reason::Transport));
                State::Closed
            }
            // Stop before the connection is open: nothing was agreed, nothing is said
            (State::WaitConnAck | State::WaitICea, Input::Stop(cause)) => {
                out.push(Output::Closed(Reason::Left(cause)));
                out.push(Output::Disconnect);
                State::Closed
            }
            (State::WaitConnAck, Input::Receive(_)) => {
                out.push(Output::Dropped("message before the connection is up"));
                State::WaitConnAck
            }
            (State::Closed, Input::Stop(_)) => {
                out.push(Output::Disconnect);
                State::Closed
            }
            (s, Input::Start | Input::RcvConnAck | Input::RcvConnNack) => s,
            (s, Input::PeerDisc | Input::Timeout | Input::Stop(_)) => s,
        };
        self.state = next;
    }
}

/// Process-CER: the answer, and whether the connection opens.
fn accept(
    local: &Identity,
    header: &Header,
    cer: &CapabilitiesExchangeRequest,
    out: &mut Vec<Output>,
) -> State {
    let code = judge(local, cer);
    if code == ResultCode::Success {
        out.push(Output::Send(Message::answer(header, local.cea(code))));
        out.push(Output::Opened(cer.origin_host.clone()));
        return State::ROpen;
    }
    out.push(Output::Send(if code.is_protocol_error() {
        Message::answer(header, error_answer(local, code, None))
    } else {
        Message::answer(header, local.cea(code))
    }));
    out.push(Output::Closed(Reason::Refused(code)));
    out.push(Output::Disconnect);
    State::Closed
}

/// Which result a CER gets, RFC 6733 5.3.
fn judge(local: &Identity, cer: &CapabilitiesExchangeRequest) -> ResultCode {
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
    if !local.common(
        &cer.auth_application_id,
        &cer.vendor_specific_application_id,
    ) {
        return ResultCode::NoCommonApplication;
    }
    if !security.is_empty() && !security.contains(&InbandSecurityId::NoInbandSecurity) {
        return ResultCode::NoCommonSecurity;
    }
    ResultCode::Success
}

/// Process-CEA.
fn process_cea(local: &Identity, m: &Message, out: &mut Vec<Output>) -> State {
    let refused = match &m.pdu {
        Pdu::CapabilitiesExchangeAnswer(cea) if cea.result_code.is_success() => {
            if local.common(
                &cea.auth_application_id,
                &cea.vendor_specific_application_id,
            ) {
                out.push(Output::Opened(cea.origin_host.clone()));
                return State::IOpen;
            }
            Reason::Refused(ResultCode::NoCommonApplication)
        }
        Pdu::CapabilitiesExchangeAnswer(cea) => Reason::RefusedByPeer(cea.result_code),
        Pdu::ErrorAnswer(e) => Reason::RefusedByPeer(e.result_code),
        _ => Reason::Unexpected,
    };
    out.push(Output::Closed(refused));
    out.push(Output::Disconnect);
    State::Closed
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
