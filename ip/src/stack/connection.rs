//! One TCP connection of the stack.
use super::{Conn, Event, Options};
use bytes::{Buf, Bytes, BytesMut};
use engine::Why;
use smoltcp::{iface::SocketHandle, socket::tcp, time::Duration};
use std::{collections::VecDeque, net::SocketAddrV4};

#[derive(Debug)]
pub(super) struct Tcp {
    pub(super) handle: SocketHandle,
    pub(super) local: SocketAddrV4,
    pub(super) peer: SocketAddrV4,
    /// What does not fit the window yet.
    pub(super) queue: BytesMut,
    /// The user was told that the queue is full.
    pub(super) full: bool,
    /// What comes stays in the window.
    pub(super) paused: bool,
    /// A RST came for it.
    pub(super) reset: bool,
    phase: Phase,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// Our SYN is on its way.
    Opening,
    Open,
    /// The user knows it as gone: what is queued is sent, then it is closed.
    Leaving,
    /// Our FIN is on its way or beyond.
    Left,
}

/// What serving a connection did.
pub(super) struct Served {
    pub(super) moved: bool,
    pub(super) gone: bool,
}

impl Tcp {
    pub(super) fn new(
        handle: SocketHandle,
        local: SocketAddrV4,
        peer: SocketAddrV4,
        opening: bool,
    ) -> Self {
        Self {
            handle,
            local,
            peer,
            queue: BytesMut::new(),
            full: false,
            paused: false,
            reset: false,
            phase: if opening { Phase::Opening } else { Phase::Open },
        }
    }

    /// The user knows it as gone.
    pub(super) fn is_told(&self) -> bool {
        matches!(self.phase, Phase::Leaving | Phase::Left)
    }

    pub(super) fn leave(&mut self) {
        if !self.is_told() {
            self.phase = Phase::Leaving;
        }
    }

    pub(super) fn serve(
        &mut self,
        conn: Conn,
        socket: &mut tcp::Socket<'static>,
        options: &Options,
        events: &mut VecDeque<Event>,
    ) -> Served {
        let mut moved = false;
        if self.phase == Phase::Opening && socket.may_send() {
            self.phase = Phase::Open;
            events.push_back(Event::Connected(conn));
            moved = true;
        }
        // nobody reads what comes after leaving, but its end is to be seen
        while socket.can_recv() && (!self.paused || self.is_told()) {
            let got = socket.recv(|b| (b.len(), Bytes::copy_from_slice(b)));
            match got {
                Ok(b) if !b.is_empty() => {
                    moved = true;
                    if !self.is_told() {
                        events.push_back(Event::Recv(conn, b));
                    }
                }
                _ => break,
            }
        }
        while !self.queue.is_empty() && socket.can_send() {
            match socket.send_slice(&self.queue) {
                Ok(n) if n > 0 => {
                    self.queue.advance(n);
                    moved = true;
                }
                _ => break,
            }
        }
        if self.full && self.queue.is_empty() {
            self.full = false;
            if !self.is_told() {
                events.push_back(Event::Room(conn));
            }
        }
        let state = socket.state();
        let ended = state == tcp::State::CloseWait && socket.recv_queue() == 0;
        if ended && self.phase == Phase::Open {
            self.phase = Phase::Leaving;
            events.push_back(Event::Closed(conn, Why::Closed));
            moved = true;
        }
        if self.phase == Phase::Leaving && self.queue.is_empty() && state != tcp::State::Closed {
            socket.close();
            self.phase = Phase::Left;
            moved = true;
        }
        // one that is being closed has its time from whoever closed it
        let opening = matches!(
            socket.state(),
            tcp::State::SynSent | tcp::State::SynReceived
        );
        let waits = opening || socket.send_queue() > 0;
        let limit = if waits {
            Some(options.timeout)
        } else {
            options.idle
        };
        socket.set_timeout(limit.map(micros));
        let gone = socket.state() == tcp::State::Closed && !self.last_word(socket);
        if gone && !self.is_told() {
            let why = match (self.phase, self.reset) {
                (Phase::Opening, true) => Why::Refused,
                (_, true) => Why::Reset,
                (_, false) => Why::Unreachable,
            };
            events.push_back(Event::Closed(conn, why));
        }
        Served { moved, gone }
    }

    /// A RST that an aborted socket has yet to send: it keeps its ends until then.
    fn last_word(&self, socket: &tcp::Socket<'static>) -> bool {
        !self.reset && self.is_told() && socket.remote_endpoint().is_some()
    }
}

/// A socket with its windows.
pub(super) fn socket(options: &Options) -> tcp::Socket<'static> {
    let window = || tcp::SocketBuffer::new(vec![0; options.window]);
    let mut s = tcp::Socket::new(window(), window());
    // answers are whole messages: waiting for more of them gains nothing
    s.set_nagle_enabled(false);
    s.set_timeout(Some(micros(options.timeout)));
    s
}

fn micros(d: std::time::Duration) -> Duration {
    Duration::from_micros(u64::try_from(d.as_micros()).unwrap_or(u64::MAX))
}
