//! What others have to be told until they have heard it: kept over a restart, repeated with growing
//! pauses. A word in the place of an earlier one that was not heard yet makes that one void.
use engine::{Now, Outputs, Time, Timers};
use http::{Clients, Failure, Method, Request, Response};
use provisioning::kept::{Recall, Table};
use serde::{Deserialize, Serialize};
use std::{net::SocketAddr, time::Duration};

/// How long the other party may take.
const ASK_TIME: Duration = Duration::from_secs(5);
/// The first pause; each further one is twice as long, up to [`LONGEST`].
const AGAIN: Duration = Duration::from_secs(2);
const LONGEST: Duration = Duration::from_secs(60);
/// A word that nobody has heard is given up after so many tries.
const TIMES: u32 = 20;

/// One word to somebody.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Errand {
    to: SocketAddr,
    path: String,
    /// The JSON body of a POST; none for a DELETE.
    body: Option<String>,
    sent: u32,
    /// Tells it from those that had its place before.
    number: u64,
}

impl Errand {
    /// A POST of this body.
    pub(crate) fn post(to: SocketAddr, path: &str, body: &impl Serialize) -> Self {
        let body = provisioning::json::write(body);
        Self::new(to, path, String::from_utf8(body).ok())
    }

    /// A DELETE.
    pub(crate) fn delete(to: SocketAddr, path: &str) -> Self {
        Self::new(to, path, None)
    }

    fn new(to: SocketAddr, path: &str, body: Option<String>) -> Self {
        Self {
            to,
            path: path.to_owned(),
            body,
            sent: 0,
            number: 0,
        }
    }

    /// True for a POST.
    pub(crate) fn is_post(&self) -> bool {
        self.body.is_some()
    }

    fn request(&self) -> Request {
        match &self.body {
            Some(body) => Request::post(&self.path).json(body.clone()),
            None => Request::new(Method::DELETE, &self.path),
        }
    }
}

/// Names an errand in an answer: the place, and which of those in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Tag(String, u64);

/// How an errand ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Heard {
    /// 2xx.
    Taken,
    /// 4xx: the other party knows it and does not want it.
    Refused,
    /// Nobody has heard it, however often it was said.
    Never,
}

/// All errands of a node.
#[derive(Debug)]
pub(crate) struct Errands {
    waiting: Table<Errand>,
    timers: Timers<String>,
    next: u64,
}

impl Default for Errands {
    fn default() -> Self {
        Self {
            waiting: Table::new("errand"),
            timers: Timers::default(),
            next: 0,
        }
    }
}

impl Errands {
    /// Says it, in the place of what has this name and was not heard yet.
    pub(crate) fn tell<A, T: From<Tag>>(
        &mut self,
        now: Now,
        name: &str,
        mut errand: Errand,
        clients: &mut Clients<T>,
        out: &mut Outputs<A>,
    ) {
        self.next = self.next.saturating_add(1);
        errand.number = self.next;
        self.waiting.insert(name, errand);
        self.timers.stop(&name.to_owned());
        self.say(now, name, clients, out);
    }

    /// An answer: how the errand ended, once it has.
    pub(crate) fn answered(
        &mut self,
        now: Now,
        tag: Tag,
        result: &Result<Response, Failure>,
    ) -> Option<(String, Errand, Heard)> {
        let Tag(name, number) = tag;
        let errand = self.waiting.get(&name).filter(|e| e.number == number)?;
        let heard = match result {
            Ok(r) if r.status.is_success() => Heard::Taken,
            Ok(r) if r.status.0 < 500 => Heard::Refused,
            _ if errand.sent >= TIMES => Heard::Never,
            _ => {
                let doubled = AGAIN.saturating_mul(1 << errand.sent.saturating_sub(1).min(5));
                self.timers.start(name, now.mono + doubled.min(LONGEST));
                return None;
            }
        };
        let errand = self.waiting.remove(&name)?;
        Some((name, errand, heard))
    }

    /// Says again what is due.
    pub(crate) fn timer<A, T: From<Tag>>(
        &mut self,
        now: Now,
        clients: &mut Clients<T>,
        out: &mut Outputs<A>,
    ) {
        while let Some(name) = self.timers.pop(now.mono) {
            self.say(now, &name, clients, out);
        }
    }

    /// At the start: says what an earlier life has not seen heard.
    pub(crate) fn start<A, T: From<Tag>>(
        &mut self,
        now: Now,
        clients: &mut Clients<T>,
        out: &mut Outputs<A>,
    ) {
        let all: Vec<String> = self.waiting.iter().map(|(name, _)| name.clone()).collect();
        let numbers = self.waiting.values().map(|e| e.number);
        self.next = numbers.max().unwrap_or(0);
        for name in all {
            self.say(now, &name, clients, out);
        }
    }

    pub(crate) fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    /// For [`engine::Node::recall`].
    pub(crate) fn table(&mut self) -> &mut dyn Recall {
        &mut self.waiting
    }

    /// As [`Table::keep`].
    pub(crate) fn keep<A>(&mut self, out: &mut Outputs<A>) {
        self.waiting.keep(out);
    }

    fn say<A, T: From<Tag>>(
        &mut self,
        now: Now,
        name: &str,
        clients: &mut Clients<T>,
        out: &mut Outputs<A>,
    ) {
        if let Some(e) = self.waiting.get_mut(name) {
            e.sent = e.sent.saturating_add(1);
            let tag = Tag(name.to_owned(), e.number).into();
            clients.ask(now, e.to, e.request(), ASK_TIME, tag, out);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use engine::Port;
    use http::{Limits, Status};

    impl From<Tag> for (u8, Tag) {
        fn from(tag: Tag) -> Self {
            (0, tag)
        }
    }

    #[test]
    fn a_word_is_said_until_it_is_heard_and_a_newer_one_takes_its_place() {
        let mut clients: Clients<(u8, Tag)> = Clients::new(Port(1), Limits::default());
        let (mut e, mut out) = (Errands::default(), Outputs::<()>::default());
        let to: SocketAddr = "127.0.0.1:80".parse().unwrap();
        let now = Now::default();
        let tag = |n| Tag("a".into(), n);
        let down = || Err(Failure::Busy);
        let answer = |s| Ok(Response::new(Status(s)));
        e.tell(now, "a", Errand::post(to, "/x", &1), &mut clients, &mut out);
        assert_eq!(e.due(), None);
        assert!(e.answered(now, tag(1), &down()).is_none());
        assert_eq!(e.due(), Some(now.mono + AGAIN));
        // the newer word: answers to the older one say nothing any more
        e.tell(now, "a", Errand::delete(to, "/x"), &mut clients, &mut out);
        assert!(e.answered(now, tag(1), &answer(204)).is_none());
        assert!(e.answered(now, tag(2), &answer(503)).is_none());
        let mut late = now;
        late.mono = now.mono + AGAIN;
        e.timer(late, &mut clients, &mut out);
        assert_eq!((e.due(), clients.pending()), (None, 3));

        // another life says it again
        e.keep(&mut out);
        let kept: Vec<_> = out.drain_kept().collect();
        let mut again = Errands::default();
        for (key, octets) in kept {
            let octets = octets.unwrap();
            assert!(again.table().recall(&key, &octets).unwrap().is_ok());
        }
        again.start(now, &mut clients, &mut out);
        assert_eq!(clients.pending(), 4);
        let (name, errand, heard) = again.answered(now, tag(2), &answer(404)).unwrap();
        assert_eq!(
            (&*name, errand.is_post(), heard),
            ("a", false, Heard::Refused)
        );
        again.keep(&mut out);
        assert_eq!(
            out.drain_kept().collect::<Vec<_>>(),
            [("errand/a".to_owned(), None)]
        );

        // and one that nobody hears ends
        e.tell(now, "b", Errand::post(to, "/y", &1), &mut clients, &mut out);
        let mut ended = None;
        for n in 1..=TIMES {
            assert!(ended.is_none(), "{n}");
            ended = e.answered(late, Tag("b".into(), 3), &down());
            late.mono = late.mono + LONGEST;
            e.timer(late, &mut clients, &mut out);
        }
        assert_eq!(ended.unwrap().2, Heard::Never);
    }
}
