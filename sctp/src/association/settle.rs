//! What a socket has to give after each call, and what becomes possible by it.
use super::{Association, Context, Fate, Made};
use crate::packet::{ChunkType, HEADER, Writer, cause, u32_at};
use dcsctp::api::{DcSctpSocket, ErrorKind, SocketEvent, SocketState};
use engine::{LayerOutput, Why};
use std::net::SocketAddr;

impl Association {
    /// Gives away all that the socket has, and does what has become possible by it. INIT ACKs go
    /// to the UDP port `reply`.
    pub(super) fn settle(&mut self, cx: &mut Context<'_>, reply: u16) -> Fate {
        loop {
            let fate = self.events(cx, reply);
            // what came behind the COOKIE ECHO of a peer that begins anew is the next one's
            if fate != Fate::Restarted {
                self.messages(cx);
            }
            if fate != Fate::Lives {
                return fate;
            }
            if self.full && self.unacknowledged <= cx.config.send_buffer / 2 {
                self.full = false;
                cx.out.push(LayerOutput::Room(self.flow));
            }
            if !self.progress(cx) {
                return Fate::Lives;
            }
        }
    }

    /// Does the next thing that was waiting; false where nothing was.
    fn progress(&mut self, cx: &mut Context<'_>) -> bool {
        if !self.up {
            return false;
        }
        if let Some((to, message)) = self.early.pop_front() {
            self.transmit(cx, to, message);
            return true;
        }
        if self.unacknowledged > 0 || self.socket.state() != SocketState::Connected {
            return false;
        }
        if self.kept {
            self.kept = false;
            let shutdown = Writer::new(self.key.remote, self.key.local, self.tag());
            let shutdown = shutdown.chunk(ChunkType::Shutdown, 0, &[&[0; 4]]);
            self.socket.handle_input(&shutdown.seal());
            return true;
        }
        if self.closing {
            self.socket.shutdown();
            return true;
        }
        false
    }

    pub(super) fn events(&mut self, cx: &mut Context<'_>, reply: u16) -> Fate {
        let mut fate = Fate::Lives;
        while let Some(event) = self.socket.poll_event() {
            match event {
                SocketEvent::SendPacket(octets) => self.packet_out(cx, octets, reply),
                SocketEvent::OnConnected() if !self.up => self.came_up(cx),
                // what the socket has queued was for the association before: it ends with it
                SocketEvent::OnConnected() | SocketEvent::OnConnectionRestarted() => {
                    return Fate::Restarted;
                }
                SocketEvent::OnClosed() => fate = Fate::Ended(Why::Closed),
                SocketEvent::OnAborted(kind, _) => fate = Fate::Ended(self.why(kind)),
                SocketEvent::OnError(kind, _) => cx.counters.count(reason(kind)),
                SocketEvent::OnLifecycleEnd(id) => {
                    let length = usize::try_from(id.value()).unwrap_or(usize::MAX);
                    self.unacknowledged = self.unacknowledged.saturating_sub(length);
                }
                _ => {}
            }
        }
        fate
    }

    fn came_up(&mut self, cx: &mut Context<'_>) {
        self.up = true;
        self.deadline = None;
        if self.closing {
            self.guard(cx);
        }
        if let Some(metrics) = self.socket.get_metrics() {
            self.outgoing = metrics.negotiated_maximum_outgoing_streams;
            self.incoming = metrics.negotiated_maximum_incoming_streams;
            self.window = metrics.peer_rwnd_bytes;
        }
        let peer = SocketAddr::new(self.key.peer, self.key.remote);
        let (flow, port) = (self.flow, self.key.local);
        match self.made {
            _ if self.closing => {}
            Made::ByUs => cx.out.push(LayerOutput::Up { flow, port, peer }),
            Made::ByPeer => cx.out.push(LayerOutput::Accepted { flow, port, peer }),
        }
    }

    fn why(&self, kind: ErrorKind) -> Why {
        match kind {
            ErrorKind::PeerReported if !self.up => Why::Refused,
            ErrorKind::TooManyRetries => Why::Unreachable,
            _ => Why::Reset,
        }
    }

    fn packet_out(&mut self, cx: &mut Context<'_>, octets: Vec<u8>, reply: u16) {
        match octets.get(HEADER).copied().map(ChunkType) {
            Some(ChunkType::InitAck) => {
                if let Some(signed) = cx.signer.sign(cx.now, self.key, &octets) {
                    self.below(cx, signed, reply);
                }
            }
            kind => {
                if kind != Some(ChunkType::Init) {
                    self.peer_tag = u32_at(&octets, 4);
                }
                self.below(cx, octets, self.udp);
            }
        }
    }

    pub(super) fn below(&self, cx: &mut Context<'_>, octets: Vec<u8>, udp: u16) {
        let to = SocketAddr::new(self.key.peer, udp);
        let octets = octets.into();
        cx.out.push(LayerOutput::Below { to, octets });
    }

    fn messages(&mut self, cx: &mut Context<'_>) {
        while let Some(message) = self.socket.get_next_message() {
            let (flow, stream) = (self.flow, message.stream_id.0);
            if stream >= self.incoming {
                cx.counters.count("stream of the peer not negotiated");
                // RFC 9260 6.5
                let [high, low] = stream.to_be_bytes();
                let error = Writer::new(self.key.local, self.key.remote, self.peer_tag);
                let error =
                    error.cause(ChunkType::Error, cause::INVALID_STREAM, &[high, low, 0, 0]);
                self.below(cx, error.seal(), self.udp);
            } else {
                cx.out.push(LayerOutput::Above {
                    flow,
                    stream,
                    ppid: message.ppid.0,
                    message: message.payload.into(),
                });
            }
        }
    }
}

/// The counter of an error that an association survives.
fn reason(kind: ErrorKind) -> &'static str {
    match kind {
        ErrorKind::PeerReported => "peer reported an error",
        ErrorKind::ProtocolViolation => "protocol violated",
        ErrorKind::ResourceExhaustion => "buffer full",
        ErrorKind::WrongSequence => "out of sequence",
        ErrorKind::NotConnected => "not connected",
        _ => "packet malformed",
    }
}
