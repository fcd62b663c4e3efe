//! A node's HTTP server: many connections, whatever carries them.
use crate::{
    Limits, Request, Response,
    server::{Connection, Place},
};
use bytes::{Bytes, BytesMut};
use engine::{Input, Link, Now, Outputs, Port, Time};
use std::{
    collections::{BTreeMap, VecDeque},
    net::SocketAddr,
};

/// Which request an answer is for: connection and place in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exchange<K>(K, Place);

/// A request that waits for [`Servers::answer`].
#[derive(Debug)]
pub struct Asked<K> {
    /// What to answer to.
    pub exchange: Exchange<K>,
    /// Who asks.
    pub peer: SocketAddr,
    /// What is asked.
    pub request: Request,
}

/// What a server wants done with a connection.
#[derive(Debug, PartialEq, Eq)]
pub enum Do<K> {
    /// Send these octets.
    Send(K, Bytes),
    /// Close it once all is sent.
    Close(K),
}

/// The connections of a server, each by a key `K`: [`Link`] on a stream port, a connection number
/// of a node's own IP stack inside a tunnel.
#[derive(Debug)]
pub struct Servers<K> {
    limits: Limits,
    connections: BTreeMap<K, (SocketAddr, Connection)>,
    asked: VecDeque<Asked<K>>,
    todo: VecDeque<Do<K>>,
    dropped: VecDeque<&'static str>,
    dated: bool,
}

impl<K: Ord + Copy> Servers<K> {
    /// A server without connections, whose answers carry no Date.
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            connections: BTreeMap::new(),
            asked: VecDeque::new(),
            todo: VecDeque::new(),
            dropped: VecDeque::new(),
            dated: false,
        }
    }

    /// The same with a Date in every answer.
    #[must_use]
    pub fn dated(mut self) -> Self {
        self.dated = true;
        self
    }

    /// A connection was accepted.
    pub fn up(&mut self, now: Now, key: K, peer: SocketAddr) {
        let c = Connection::new(now.mono, self.limits);
        self.connections.insert(key, (peer, c));
    }

    /// A connection is gone.
    pub fn down(&mut self, key: K) {
        self.connections.remove(&key);
        self.asked.retain(|a| a.exchange.0 != key);
    }

    /// True where the connection is one of ours.
    pub fn has(&self, key: K) -> bool {
        self.connections.contains_key(&key)
    }

    /// Octets came.
    pub fn recv(&mut self, now: Now, key: K, octets: &[u8]) {
        let Some((peer, c)) = self.connections.get_mut(&key) else {
            return;
        };
        let mut w = BytesMut::new();
        let peer = *peer;
        for (place, request) in c.feed(now.mono, octets, &mut w) {
            let exchange = Exchange(key, place);
            self.asked.push_back(Asked {
                exchange,
                peer,
                request,
            });
        }
        self.written(key, w);
    }

    /// The next request.
    pub fn poll(&mut self) -> Option<Asked<K>> {
        self.asked.pop_front()
    }

    /// Answers a request. Where its connection is gone the answer goes nowhere.
    pub fn answer(&mut self, now: Now, to: Exchange<K>, mut response: Response) {
        if self.dated {
            response = response.dated(now.utc);
        }
        if let Some((_, c)) = self.connections.get_mut(&to.0) {
            let mut w = BytesMut::new();
            c.answer(now.mono, to.1, response, &mut w);
            self.written(to.0, w);
        }
    }

    /// When [`Servers::timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        self.connections.values().filter_map(|c| c.1.due()).min()
    }

    /// Ends what takes too long.
    pub fn timer(&mut self, now: Now) {
        let late = |c: &(SocketAddr, Connection)| c.1.due().is_some_and(|d| d <= now.mono);
        let keys: Vec<K> = self
            .connections
            .iter()
            .filter_map(|(k, c)| late(c).then_some(*k))
            .collect();
        for key in keys {
            let mut w = BytesMut::new();
            if let Some((_, c)) = self.connections.get_mut(&key) {
                c.timeout(now.mono, &mut w);
            }
            self.written(key, w);
        }
    }

    /// What is to be done, in order.
    pub fn transmit(&mut self) -> Option<Do<K>> {
        self.todo.pop_front()
    }

    /// Why something that came was dropped, for the node's counters.
    pub fn dropped(&mut self) -> Option<&'static str> {
        self.dropped.pop_front()
    }

    fn written(&mut self, key: K, w: BytesMut) {
        let refused = self.connections.get_mut(&key).and_then(|c| c.1.refused());
        self.dropped.extend(refused.map(|e| e.counter()));
        if !w.is_empty() {
            self.todo.push_back(Do::Send(key, w.freeze()));
        }
        if self.connections.get(&key).is_some_and(|c| c.1.is_done()) {
            self.connections.remove(&key);
            self.todo.push_back(Do::Close(key));
        }
    }
}

impl Servers<Link> {
    /// Takes an input where it concerns a connection accepted on `port`; true where it did. Timers
    /// are looked at in any case.
    pub fn handle<A, R, C>(
        &mut self,
        now: Now,
        port: Port,
        input: &Input<R, C>,
        out: &mut Outputs<A>,
    ) -> bool {
        let mine = match input {
            Input::Up {
                link,
                port: p,
                peer,
            } if *p == port => {
                self.up(now, *link, *peer);
                true
            }
            Input::Down { link, .. } if self.has(*link) => {
                self.down(*link);
                true
            }
            Input::Recv { link, bytes, .. } if self.has(*link) => {
                self.recv(now, *link, bytes);
                true
            }
            Input::Timer => {
                self.timer(now);
                false
            }
            Input::Full(link) | Input::Room(link) => self.has(*link),
            _ => false,
        };
        self.flush(out);
        mine
    }

    /// Does what is to be done, and counts what was dropped.
    pub fn flush<A>(&mut self, out: &mut Outputs<A>) {
        while let Some(why) = self.dropped() {
            out.count(why);
        }
        while let Some(todo) = self.transmit() {
            match todo {
                Do::Send(link, bytes) => out.message(link, bytes),
                Do::Close(link) => out.close(link),
            }
        }
    }
}
