//! Requests and responses, and how they are written.
use crate::{Headers, headers};
use bytes::{Bytes, BytesMut};
use engine::Utc;
use std::{borrow::Cow, fmt};

/// A method (RFC 9110 9).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Method(pub Cow<'static, str>);

#[allow(missing_docs)]
impl Method {
    pub const GET: Self = Self(Cow::Borrowed("GET"));
    pub const HEAD: Self = Self(Cow::Borrowed("HEAD"));
    pub const POST: Self = Self(Cow::Borrowed("POST"));
    pub const PUT: Self = Self(Cow::Borrowed("PUT"));
    pub const DELETE: Self = Self(Cow::Borrowed("DELETE"));
    pub const OPTIONS: Self = Self(Cow::Borrowed("OPTIONS"));

    /// The methods that a server here knows; another is answered 501.
    pub const KNOWN: [Self; 6] = [
        Self::GET,
        Self::HEAD,
        Self::POST,
        Self::PUT,
        Self::DELETE,
        Self::OPTIONS,
    ];

    /// Its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// True where a request of this method always says how long its body is (RFC 9110 8.6).
    pub(crate) fn has_body(&self) -> bool {
        *self == Self::POST || *self == Self::PUT
    }
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

wire::code_points! {
    /// A status code (RFC 9110 15); its name is the reason phrase that is written.
    pub struct Status(u16) {
        Continue = 100, "Continue";
        Ok = 200, "OK";
        Created = 201, "Created";
        Accepted = 202, "Accepted";
        NoContent = 204, "No Content";
        MultipleChoices = 300, "Multiple Choices";
        NotModified = 304, "Not Modified";
        BadRequest = 400, "Bad Request";
        Unauthorized = 401, "Unauthorized";
        Forbidden = 403, "Forbidden";
        NotFound = 404, "Not Found";
        MethodNotAllowed = 405, "Method Not Allowed";
        RequestTimeout = 408, "Request Timeout";
        Conflict = 409, "Conflict";
        LengthRequired = 411, "Length Required";
        ContentTooLarge = 413, "Content Too Large";
        UriTooLong = 414, "URI Too Long";
        UnsupportedMediaType = 415, "Unsupported Media Type";
        ExpectationFailed = 417, "Expectation Failed";
        RequestHeaderFieldsTooLarge = 431, "Request Header Fields Too Large";
        InternalServerError = 500, "Internal Server Error";
        NotImplemented = 501, "Not Implemented";
        ServiceUnavailable = 503, "Service Unavailable";
        GatewayTimeout = 504, "Gateway Timeout";
        HttpVersionNotSupported = 505, "HTTP Version Not Supported";
    }
}

impl Status {
    /// True for 2xx.
    pub fn is_success(self) -> bool {
        (200..300).contains(&self.0)
    }

    /// True where a response of this status never has a body (RFC 9110 6.4.1).
    pub(crate) fn is_bodiless(self) -> bool {
        self.0 < 200 || self == Self::NoContent || self == Self::NotModified
    }
}

/// A request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// What is to be done.
    pub method: Method,
    /// To what: origin form, `/path?query`.
    pub target: String,
    /// Its fields. Content-Length, Transfer-Encoding and Connection are the writer's business.
    pub headers: Headers,
    /// Its content; a chunked one put together.
    pub body: Bytes,
}

impl Request {
    /// A request without content. What may not stand in a target is percent-encoded.
    pub fn new(method: Method, target: &str) -> Self {
        Self {
            method,
            target: visible(target),
            headers: Headers::default(),
            body: Bytes::new(),
        }
    }

    /// `GET target`.
    pub fn get(target: &str) -> Self {
        Self::new(Method::GET, target)
    }

    /// `POST target`.
    pub fn post(target: &str) -> Self {
        Self::new(Method::POST, target)
    }

    /// `PUT target`.
    pub fn put(target: &str) -> Self {
        Self::new(Method::PUT, target)
    }

    /// `DELETE target`.
    pub fn delete(target: &str) -> Self {
        Self::new(Method::DELETE, target)
    }

    /// With content of the type `application/json`.
    #[must_use]
    pub fn json(self, body: impl Into<Bytes>) -> Self {
        self.content("application/json", body)
    }

    /// With content of this media type.
    #[must_use]
    pub fn content(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    /// With one more field, see [`Headers::set`].
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.set(name, value);
        self
    }

    /// The target without its query.
    pub fn path(&self) -> &str {
        self.target.split_once('?').map_or(&self.target, |p| p.0)
    }

    /// The media type of the content, without parameters.
    pub fn media_type(&self) -> Option<&str> {
        media_type(&self.headers)
    }

    /// Appends the request; `close` asks the server to close after its answer.
    pub fn write(&self, w: &mut BytesMut, close: bool) {
        for part in [self.method.as_str(), " ", &self.target, " HTTP/1.1\r\n"] {
            w.extend_from_slice(part.as_bytes());
        }
        self.headers.write(w);
        let length = self.method.has_body() || !self.body.is_empty();
        end(w, close, length.then_some(self.body.len()));
        w.extend_from_slice(&self.body);
    }
}

/// A response.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Response {
    /// How it went.
    pub status: Status,
    /// Its fields. Content-Length, Transfer-Encoding and Connection are the writer's business.
    pub headers: Headers,
    /// Its content; a chunked one put together.
    pub body: Bytes,
}

impl Response {
    /// A response without content.
    pub fn new(status: Status) -> Self {
        Self {
            status,
            headers: Headers::default(),
            body: Bytes::new(),
        }
    }

    /// With content of the type `application/json`.
    #[must_use]
    pub fn json(self, body: impl Into<Bytes>) -> Self {
        self.content("application/json", body)
    }

    /// With content of this media type.
    #[must_use]
    pub fn content(mut self, media_type: &str, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self.header("Content-Type", media_type)
    }

    /// With one more field, see [`Headers::set`].
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.set(name, value);
        self
    }

    /// With a Date (RFC 9110 6.6.1).
    #[must_use]
    pub fn dated(self, at: Utc) -> Self {
        self.header("Date", &crate::date::fixdate(at))
    }

    /// The media type of the content, without parameters.
    pub fn media_type(&self) -> Option<&str> {
        media_type(&self.headers)
    }

    /// Appends the response to a request of the method `to`; `close` announces the end.
    pub fn write(&self, w: &mut BytesMut, to: &Method, close: bool) {
        let reason = self.status.name().unwrap_or("Status");
        w.extend_from_slice(format!("HTTP/1.1 {:03} {reason}\r\n", self.status.0).as_bytes());
        self.headers.write(w);
        let length = (!self.status.is_bodiless()).then_some(self.body.len());
        end(w, close, length);
        if !self.status.is_bodiless() && *to != Method::HEAD {
            w.extend_from_slice(&self.body);
        }
    }
}

/// Appends the fields that are ours, and the empty line.
fn end(w: &mut BytesMut, close: bool, length: Option<usize>) {
    if let Some(n) = length {
        headers::field(w, "Content-Length", n.to_string().as_bytes());
    }
    if close {
        headers::field(w, "Connection", b"close");
    }
    w.extend_from_slice(b"\r\n");
}

fn media_type(h: &Headers) -> Option<&str> {
    let value = h.get("Content-Type")?;
    Some(value.split(';').next().unwrap_or(value).trim())
}

/// A target that is one word of visible ASCII.
fn visible(target: &str) -> String {
    let mut out = String::with_capacity(target.len());
    for b in target.bytes() {
        match b {
            b'!'..=b'~' => out.push(b.into()),
            b => out.push_str(&format!("%{b:02X}")),
        }
    }
    if out.is_empty() { "/".into() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn written_requests_and_responses() {
        let mut w = BytesMut::new();
        let r = Request::post("/sho/registrations?x=a b").json("{}");
        r.header("Host", "127.0.4.2").write(&mut w, false);
        let expected = "POST /sho/registrations?x=a%20b HTTP/1.1\r\nContent-Type: application/json\r\nHost: 127.0.4.2\r\nContent-Length: 2\r\n\r\n{}";
        assert_eq!(w, expected);
        w.clear();
        let r = Response::new(Status::Ok).content("text/plain; charset=utf-8", "hi");
        assert_eq!(r.media_type(), Some("text/plain"));
        r.write(&mut w, &Method::HEAD, true);
        let expected = "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 2\r\nConnection: close\r\n\r\n";
        assert_eq!(w, expected);
        w.clear();
        Response::new(Status::NoContent).write(&mut w, &Method::GET, false);
        assert_eq!(w, "HTTP/1.1 204 No Content\r\n\r\n");
    }
}
