//! Heads of messages: first line, fields, and what they say of the body's length.
use crate::{Error, Headers, Method, Request, Response, Status};
use bytes::Bytes;

/// What a peer may send.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of first line and fields.
    pub head: usize,
    /// Octets of a request target.
    pub target: usize,
    /// Fields.
    pub fields: usize,
    /// Octets of a body.
    pub body: usize,
    /// Requests that wait for their answers on one connection.
    pub pipeline: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            head: 16 << 10,
            target: 8 << 10,
            fields: 64,
            body: 1 << 20,
            pipeline: 16,
        }
    }
}

/// How the end of a body is found (RFC 9112 6.3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many octets.
    Fixed(usize),
    /// Chunks, the last one empty.
    Chunked,
    /// The end of the connection.
    UntilClose,
}

/// A head that was read.
#[derive(Debug)]
pub(crate) struct Head<M> {
    /// The message, its body still empty.
    pub message: M,
    /// Octets of the head.
    pub octets: usize,
    /// How its body ends.
    pub length: Length,
    /// The sender will send no more behind it.
    pub close: bool,
    /// The sender waits for 100 (Continue).
    pub expects: bool,
}

/// Reads the head of a request.
pub(crate) fn request(b: &[u8], limits: &Limits) -> Result<Option<Head<Request>>, Error> {
    let mut fields = vec![httparse::EMPTY_HEADER; limits.fields];
    let mut r = httparse::Request::new(&mut fields);
    let octets = match r.parse(b) {
        Ok(httparse::Status::Complete(n)) if n <= limits.head => n,
        Ok(httparse::Status::Complete(_)) => return Err(Error::HeadTooLarge),
        Ok(httparse::Status::Partial) => {
            let line = b.iter().position(|b| *b == b'\n').unwrap_or(b.len());
            return match () {
                () if line > limits.target.saturating_add(32) => Err(Error::TargetTooLong),
                () if b.len() > limits.head => Err(Error::HeadTooLarge),
                () => Ok(None),
            };
        }
        Err(e) => return Err(error(e)),
    };
    let method = Method(r.method.unwrap_or_default().to_owned().into());
    let target = r.path.unwrap_or_default().to_owned();
    let old = r.version == Some(0);
    let headers = take(r.headers);
    if target.len() > limits.target {
        return Err(Error::TargetTooLong);
    }
    if !Method::KNOWN.contains(&method) {
        return Err(Error::UnknownMethod);
    }
    let hosts = headers.all("Host").count();
    if hosts > 1 || hosts == 0 && !old {
        return Err(Error::BadHost);
    }
    let length = match length(&headers, old)? {
        Some(l) => l,
        None if method.has_body() => return Err(Error::LengthRequired),
        None => Length::Fixed(0),
    };
    let expects = match headers.get("Expect") {
        None => false,
        Some(e) if e.eq_ignore_ascii_case("100-continue") => !old,
        Some(_) => return Err(Error::Expectation),
    };
    Ok(Some(Head {
        octets,
        length,
        close: old || headers.has("Connection", "close"),
        expects: expects && length != Length::Fixed(0),
        message: Request {
            method,
            target,
            headers,
            body: Bytes::new(),
        },
    }))
}

/// Reads the head of a response to a request of the method `to`.
pub(crate) fn response(
    b: &[u8],
    limits: &Limits,
    to: &Method,
) -> Result<Option<Head<Response>>, Error> {
    let mut fields = vec![httparse::EMPTY_HEADER; limits.fields];
    let mut r = httparse::Response::new(&mut fields);
    let octets = match r.parse(b) {
        Ok(httparse::Status::Complete(n)) if n <= limits.head => n,
        Ok(httparse::Status::Partial) if b.len() <= limits.head => return Ok(None),
        Ok(_) => return Err(Error::HeadTooLarge),
        Err(e) => return Err(error(e)),
    };
    let status = Status(r.code.unwrap_or_default());
    let old = r.version == Some(0);
    let headers = take(r.headers);
    let length = length(&headers, old)?.unwrap_or(Length::UntilClose);
    let bodiless = status.is_bodiless() || *to == Method::HEAD;
    let length = if bodiless { Length::Fixed(0) } else { length };
    if status.0 < 100 || status.0 == 101 {
        return Err(Error::Syntax);
    }
    Ok(Some(Head {
        octets,
        length,
        close: old || headers.has("Connection", "close") || length == Length::UntilClose,
        expects: false,
        message: Response {
            status,
            headers,
            body: Bytes::new(),
        },
    }))
}

/// What the fields say of the body's length.
fn length(h: &Headers, old: bool) -> Result<Option<Length>, Error> {
    let mut fixed = None;
    for v in h.all("Content-Length") {
        let digits = !v.is_empty() && v.len() <= 15 && v.iter().all(u8::is_ascii_digit);
        let n: Option<usize> = std::str::from_utf8(v).ok().and_then(|v| v.parse().ok());
        let n = n.filter(|_| digits).ok_or(Error::BadLength)?;
        if fixed.is_some_and(|f| f != n) {
            return Err(Error::BadLength);
        }
        fixed = Some(n);
    }
    let mut codings = h.all("Transfer-Encoding");
    match (codings.next(), codings.next()) {
        (None, _) => Ok(fixed.map(Length::Fixed)),
        (Some(_), _) if fixed.is_some() || old => Err(Error::BothLengths),
        (Some(v), None) if v.eq_ignore_ascii_case(b"chunked") => Ok(Some(Length::Chunked)),
        _ => Err(Error::TransferCoding),
    }
}

fn take(fields: &[httparse::Header<'_>]) -> Headers {
    let mut h = Headers::default();
    for f in fields {
        h.push(f.name, f.value);
    }
    h
}

fn error(e: httparse::Error) -> Error {
    match e {
        httparse::Error::TooManyHeaders => Error::TooManyFields,
        httparse::Error::Version => Error::Version,
        _ => Error::Syntax,
    }
}
