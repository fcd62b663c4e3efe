//! What the operators' JSON doors have in common.
use bytes::Bytes;
use http::{Request, Response, Status};
use provisioning::json::{self, Kind, Problem};
use serde::{Serialize, de::DeserializeOwned};

/// The longest body that a door reads.
pub(crate) const LONGEST: usize = 64 << 10;

/// Reads a JSON body, or says what is wrong with it.
pub(crate) fn body<T: DeserializeOwned>(r: &Request) -> Result<T, Problem> {
    typed(r, json::TYPE)?;
    json::parse(&r.body).map_err(bad)
}

/// Checks media type and length of a body.
pub(crate) fn typed(r: &Request, wanted: &str) -> Result<(), Problem> {
    let found = r.media_type().unwrap_or("");
    if !found.eq_ignore_ascii_case(wanted) {
        let detail = format!("{found:?}, expected {wanted}");
        return Err(Problem::new(Kind::MediaType, detail));
    }
    if r.body.len() > LONGEST {
        return Err(Problem::new(
            Kind::Large,
            format!("{} octets", r.body.len()),
        ));
    }
    Ok(())
}

/// An answer with a JSON body.
pub(crate) fn answer<T: Serialize>(status: Status, body: &T) -> Response {
    Response::new(status).json(json::write(body))
}

/// An error body, with Retry-After where it says when.
pub(crate) fn problem(p: &Problem) -> Response {
    let r = Response::new(Status(p.status)).content(json::PROBLEM_TYPE, json::write(p));
    match p.retry_after {
        Some(s) => r.header("Retry-After", &s.to_string()),
        None => r,
    }
}

/// What a body that cannot be read or believed is answered with.
pub(crate) fn bad(e: provisioning::Error) -> Problem {
    Problem::from(&e)
}

/// Either.
pub(crate) fn either(r: Result<Response, Problem>) -> Response {
    r.unwrap_or_else(|p| problem(&p))
}

/// Nobody has these PCIDs; where somebody has, whoever brings them is told all that clash.
pub(crate) fn none_taken(mut pcids: Vec<String>) -> Result<(), Problem> {
    pcids.sort_unstable();
    match pcids.first() {
        None => Ok(()),
        Some(first) => {
            let mut p = Problem::new(Kind::Duplicate, first);
            p.pcids = pcids;
            Err(p)
        }
    }
}

/// The next party is down or talks nonsense.
pub(crate) fn unavailable(detail: impl Into<String>, retry_after: u32) -> Problem {
    let mut p = Problem::new(Kind::Unavailable, detail);
    p.retry_after = Some(retry_after);
    p
}

/// A door that is not there.
pub(crate) fn no_door(r: &Request) -> Problem {
    Problem::new(Kind::Unknown, format!("{} {}", r.method, r.path()))
}

/// A JSON answer as it came: what one party passes on unchanged.
pub(crate) fn passed_on(r: Response) -> Response {
    let media_type = r.media_type().unwrap_or(json::TYPE).to_owned();
    let retry = r.headers.get("Retry-After").map(str::to_owned);
    let out = Response::new(r.status).content(&media_type, r.body);
    match retry {
        Some(s) => out.header("Retry-After", &s),
        None => out,
    }
}

/// A POST with a JSON body.
pub(crate) fn post<T: Serialize>(path: &str, body: &T) -> Request {
    Request::post(path).json(Bytes::from(json::write(body)))
}

/// What a question came to: its JSON body on the status wanted, else why not.
pub(crate) fn read<T: DeserializeOwned>(
    result: Result<Response, http::Failure>,
    wanted: &[Status],
    who: &str,
) -> Result<T, Problem> {
    match result {
        Err(f) => Err(unavailable(format!("{who}: {f}"), 30)),
        Ok(r) if wanted.contains(&r.status) => json::parse(&r.body)
            .map_err(|e| unavailable(format!("{who} answers nonsense: {e}"), 30)),
        Ok(r) => Err(match json::parse::<Problem>(&r.body) {
            Ok(p) if p.status == r.status.0 => p,
            _ => unavailable(format!("{who} answers {}", r.status), 30),
        }),
    }
}
