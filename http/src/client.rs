//! The client's side of one connection.
use crate::{Error, Limits, Method, Request, Response, head, parser::Parser};
use bytes::BytesMut;
use std::collections::VecDeque;

/// The client's side of one connection. Responses come in the order of the requests.
#[derive(Debug)]
pub struct Connection {
    limits: Limits,
    host: String,
    parser: Parser<Response>,
    asked: VecDeque<Method>,
    closed: bool,
}

impl Connection {
    /// A connection to `host`, which every request names unless it names another.
    pub fn new(host: &str, limits: Limits) -> Self {
        Self {
            limits,
            host: host.to_owned(),
            parser: Parser::default(),
            asked: VecDeque::new(),
            closed: false,
        }
    }

    /// Appends a request to `w`.
    pub fn send(&mut self, request: &Request, w: &mut BytesMut) {
        self.asked.push_back(request.method.clone());
        if request.headers.get("Host").is_some() {
            request.write(w, false);
        } else {
            let named = request.clone().header("Host", &self.host);
            named.write(w, false);
        }
    }

    /// Takes octets; gives the responses that are whole now. Interim ones (1xx) are dropped.
    pub fn feed(&mut self, octets: &[u8]) -> Result<Vec<Response>, Error> {
        let mut responses = Vec::new();
        if self.closed && !octets.is_empty() {
            return Err(Error::Unasked);
        }
        self.parser.push(octets);
        let limits = self.limits;
        loop {
            let Some(method) = self.asked.front().cloned() else {
                return match self.parser.is_idle() {
                    true => Ok(responses),
                    false => Err(Error::Unasked),
                };
            };
            let read = |b: &[u8]| head::response(b, &limits, &method);
            let Some(mut whole) = self.parser.next(&limits, read)? else {
                return Ok(responses);
            };
            if whole.message.status.0 >= 200 {
                self.asked.pop_front();
                self.closed = whole.close;
                whole.message.body = whole.body;
                responses.push(whole.message);
            }
        }
    }

    /// The server has closed: the response that ends with it, if there is one.
    pub fn end(&mut self) -> Result<Option<Response>, Error> {
        self.closed = true;
        match self.parser.end()? {
            Some(whole) => {
                self.asked.pop_front();
                let mut response = whole.message;
                response.body = whole.body;
                Ok(Some(response))
            }
            None if self.asked.is_empty() => Ok(None),
            None => Err(Error::Truncated),
        }
    }

    /// True where nothing of the next response has come.
    pub fn is_untouched(&self) -> bool {
        self.parser.is_idle()
    }

    /// True where all is answered and another request may follow.
    pub fn is_free(&self) -> bool {
        !self.closed && self.asked.is_empty() && self.parser.is_idle()
    }

    /// True where the server has said that it sends no more.
    pub fn is_closed(&self) -> bool {
        self.closed
    }
}
