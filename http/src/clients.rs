//! A node's HTTP client: requests to many servers over connections of its own.
use crate::{Error, Limits, Request, Response, client::Connection};
use bytes::BytesMut;
use engine::{Input, Link, Now, Outputs, Port, Time, Why};
use std::{
    collections::{BTreeMap, VecDeque},
    fmt,
    net::SocketAddr,
    time::Duration,
};

/// How long a connection is kept for the next request.
const IDLE_TIME: Duration = Duration::from_secs(60);
/// Connections to one server at a time; more requests wait.
const CONNECTIONS: usize = 8;
/// Requests that wait for one server; more fail at once.
const QUEUE: usize = 4096;

/// Why a request got no response.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    /// The connection could not be made, or ended before the response.
    Down(Why),
    /// No response in time.
    Timeout,
    /// What came is no response.
    Http(Error),
    /// Too many requests wait for this server.
    Busy,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down(w) => w.fmt(f),
            Self::Timeout => f.write_str("no response in time"),
            Self::Http(e) => e.fmt(f),
            Self::Busy => f.write_str("too many requests wait"),
        }
    }
}

/// The client of a node on one dialling port. Each request carries a `T` of the node's, which
/// comes back with the response: what the node meant to do with it.
#[derive(Debug)]
pub struct Clients<T> {
    port: Port,
    limits: Limits,
    connections: BTreeMap<Link, Dialled<T>>,
    queues: BTreeMap<SocketAddr, VecDeque<Asked<T>>>,
    results: VecDeque<(T, Result<Response, Failure>)>,
}

#[derive(Debug)]
struct Dialled<T> {
    to: SocketAddr,
    up: bool,
    /// It has carried a whole exchange: it may have been closed under the next one.
    used: bool,
    connection: Connection,
    asked: Option<Asked<T>>,
    idle_until: Time,
}

#[derive(Debug)]
struct Asked<T> {
    tag: T,
    request: Request,
    until: Time,
    again: bool,
}

impl<T> Clients<T> {
    /// A client that dials by `port`.
    pub fn new(port: Port, limits: Limits) -> Self {
        Self {
            port,
            limits,
            connections: BTreeMap::new(),
            queues: BTreeMap::new(),
            results: VecDeque::new(),
        }
    }

    /// Sends a request to the server at `to`; within `time` the result is at [`Clients::poll`].
    pub fn ask<A>(
        &mut self,
        now: Now,
        to: SocketAddr,
        request: Request,
        time: Duration,
        tag: T,
        out: &mut Outputs<A>,
    ) {
        let queue = self.queues.entry(to).or_default();
        if queue.len() >= QUEUE {
            self.results.push_back((tag, Err(Failure::Busy)));
            return;
        }
        queue.push_back(Asked {
            tag,
            request,
            until: now.mono + time,
            again: false,
        });
        self.serve(now, to, out);
    }

    /// The next result: the request's tag, and what came of it.
    pub fn poll(&mut self) -> Option<(T, Result<Response, Failure>)> {
        self.results.pop_front()
    }

    /// Takes an input where it concerns a connection of ours; true where it did. Timers are looked
    /// at in any case.
    pub fn handle<A, R, C>(&mut self, now: Now, input: &Input<R, C>, out: &mut Outputs<A>) -> bool {
        match input {
            Input::Up { link, .. } if self.has(*link) => {
                if let Some(d) = self.connections.get_mut(link) {
                    d.up = true;
                    d.idle_until = now.mono + IDLE_TIME;
                    let to = d.to;
                    if d.asked.is_some() {
                        self.send(*link, out);
                    } else {
                        self.serve(now, to, out);
                    }
                }
            }
            Input::Down { link, why } if self.has(*link) => self.down(now, *link, *why, out),
            Input::Recv { link, bytes, .. } if self.has(*link) => {
                self.recv(now, *link, bytes, out);
            }
            Input::Full(link) | Input::Room(link) => return self.has(*link),
            Input::Timer => {
                self.timer(now, out);
                return false;
            }
            Input::Stop => {
                self.leave(out);
                return false;
            }
            _ => return false,
        }
        true
    }

    /// Closes what is idle; what is asked may still be answered.
    fn leave<A>(&mut self, out: &mut Outputs<A>) {
        self.connections.retain(|link, d| {
            if d.asked.is_none() {
                out.close(*link);
            }
            d.asked.is_some()
        });
    }

    /// When [`Input::Timer`] is wanted.
    pub fn due(&self) -> Option<Time> {
        let queued = self.queues.values().flatten().map(|a| a.until);
        let dialled = self.connections.values();
        let dialled = dialled.map(|d| d.asked.as_ref().map_or(d.idle_until, |a| a.until));
        queued.chain(dialled).min()
    }

    /// Requests without a result.
    pub fn pending(&self) -> usize {
        let asked = self.connections.values().filter(|d| d.asked.is_some());
        let queued: usize = self.queues.values().map(VecDeque::len).sum();
        asked.count().saturating_add(queued)
    }

    fn has(&self, link: Link) -> bool {
        self.connections.contains_key(&link)
    }

    /// Gives waiting requests to free connections, or dials.
    fn serve<A>(&mut self, now: Now, to: SocketAddr, out: &mut Outputs<A>) {
        while self.queues.get(&to).is_some_and(|q| !q.is_empty()) {
            let mine = || self.connections.iter().filter(|(_, d)| d.to == to);
            let free = |d: &Dialled<T>| d.asked.is_none() && d.connection.is_free();
            let link = match mine().find(|(_, d)| free(d)) {
                Some((link, _)) => *link,
                None if mine().count() >= CONNECTIONS => return,
                None => {
                    let link = out.connect(self.port, to);
                    let host = match to.port() {
                        80 => to.ip().to_string(),
                        _ => to.to_string(),
                    };
                    let dialled = Dialled {
                        to,
                        up: false,
                        used: false,
                        connection: Connection::new(&host, self.limits),
                        asked: None,
                        idle_until: now.mono + IDLE_TIME,
                    };
                    self.connections.insert(link, dialled);
                    link
                }
            };
            let next = self.queues.get_mut(&to).and_then(VecDeque::pop_front);
            if let Some(d) = self.connections.get_mut(&link) {
                d.asked = next;
                if d.up {
                    self.send(link, out);
                }
            }
        }
        self.queues.retain(|_, q| !q.is_empty());
    }

    fn send<A>(&mut self, link: Link, out: &mut Outputs<A>) {
        if let Some(d) = self.connections.get_mut(&link)
            && let Some(a) = &d.asked
        {
            let bytes = out.write(|w: &mut BytesMut| d.connection.send(&a.request, w));
            out.message(link, bytes);
        }
    }

    fn recv<A>(&mut self, now: Now, link: Link, octets: &[u8], out: &mut Outputs<A>) {
        let Some(d) = self.connections.get_mut(&link) else {
            return;
        };
        let to = d.to;
        let fed = d.connection.feed(octets);
        let broken = fed.is_err() || d.connection.is_closed();
        let result = match fed {
            Ok(mut r) => r.pop().map(Ok),
            Err(e) => Some(Err(Failure::Http(e))),
        };
        if let Some(result) = result {
            d.used = true;
            d.idle_until = now.mono + IDLE_TIME;
            if let Some(a) = d.asked.take() {
                self.results.push_back((a.tag, result));
            }
        }
        if broken {
            self.connections.remove(&link);
            out.close(link);
        }
        self.serve(now, to, out);
    }

    fn down<A>(&mut self, now: Now, link: Link, why: Why, out: &mut Outputs<A>) {
        let Some(mut d) = self.connections.remove(&link) else {
            return;
        };
        if let Some(mut a) = d.asked.take() {
            if d.used && d.connection.is_untouched() && !a.again {
                // closed while idle, seen only now: once more on another connection (RFC 9112 9.3.1)
                a.again = true;
                self.queues.entry(d.to).or_default().push_front(a);
            } else {
                let result = match d.connection.end() {
                    Ok(Some(r)) if why == Why::Closed => Ok(r),
                    _ => Err(Failure::Down(why)),
                };
                self.results.push_back((a.tag, result));
            }
        }
        self.serve(now, d.to, out);
    }

    fn timer<A>(&mut self, now: Now, out: &mut Outputs<A>) {
        for q in self.queues.values_mut() {
            while let Some(n) = q.iter().position(|a| a.until <= now.mono) {
                if let Some(a) = q.remove(n) {
                    self.results.push_back((a.tag, Err(Failure::Timeout)));
                }
            }
        }
        let over = |d: &Dialled<T>| d.asked.as_ref().map_or(d.idle_until, |a| a.until) <= now.mono;
        let late: Vec<Link> = self
            .connections
            .iter()
            .filter_map(|(l, d)| over(d).then_some(*l))
            .collect();
        for link in late {
            let Some(d) = self.connections.remove(&link) else {
                continue;
            };
            match d.asked {
                Some(a) => {
                    out.abort(link);
                    self.results.push_back((a.tag, Err(Failure::Timeout)));
                }
                None => out.close(link),
            }
            self.serve(now, d.to, out);
        }
        self.queues.retain(|_, q| !q.is_empty());
    }
}
