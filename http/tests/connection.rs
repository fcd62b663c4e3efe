//! One connection: what is read, what is refused, in which order answers go.
use bytes::BytesMut;
use engine::Time;
use http::{Error, Limits, Method, Request, Response, Status, client, server};
use std::time::Duration;

const NOW: Time = Time(0);

/// What a server makes of octets: its requests, and what it says unasked.
fn server(octets: &[u8]) -> (Vec<Request>, String) {
    let mut c = server::Connection::new(NOW, Limits::default());
    let mut w = BytesMut::new();
    let requests = c.feed(NOW, octets, &mut w);
    let requests = requests.into_iter().map(|r| r.1).collect();
    (requests, String::from_utf8(w.to_vec()).unwrap())
}

fn status(octets: &[u8]) -> u16 {
    let (requests, said) = server(octets);
    assert!(requests.is_empty(), "{requests:?}");
    assert!(said.contains("Connection: close"), "{said}");
    said[9..12].parse().unwrap()
}

const CHUNKED: &[u8] = b"POST /a HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n\
    3;x=y\r\nabc\r\n0a\r\n0123456789\r\n0\r\nTrailer: x\r\n\r\n";

#[test]
fn pipelined_requests_are_answered_in_their_order() {
    let mut octets = BytesMut::new();
    let get = Request::get("/1").header("Host", "h");
    get.write(&mut octets, false);
    octets.extend_from_slice(CHUNKED);
    let delete = Request::delete("/2").header("Host", "h");
    delete.write(&mut octets, true);
    // after "close" nothing is taken
    get.write(&mut octets, false);
    let whole = server(&octets);
    assert_eq!(whole.1, "");
    let paths: Vec<&str> = whole.0.iter().map(Request::path).collect();
    assert_eq!(paths, ["/1", "/a", "/2"]);
    assert_eq!(whole.0[1].body, "abc0123456789");

    // the same, octet by octet and in two pieces at each place
    for cut in 0..octets.len() {
        let mut c = server::Connection::new(NOW, Limits::default());
        let mut w = BytesMut::new();
        let mut all = c.feed(NOW, &octets[..cut], &mut w);
        all.extend(c.feed(NOW, &octets[cut..], &mut w));
        let all: Vec<Request> = all.into_iter().map(|r| r.1).collect();
        assert_eq!((all, w.len()), (whole.0.clone(), 0), "cut at {cut}");
    }
    let mut c = server::Connection::new(NOW, Limits::default());
    let mut w = BytesMut::new();
    let mut places = Vec::new();
    for b in &octets[..] {
        places.extend(c.feed(NOW, &[*b], &mut w));
    }
    assert_eq!(places.len(), 3);
    let say = |s: &'static str| Response::new(Status::Ok).content("text/plain", s);
    c.answer(NOW, places[2].0, say("three"), &mut w);
    c.answer(NOW, places[1].0, say("two"), &mut w);
    assert!(w.is_empty() && !c.is_done());
    c.answer(NOW, places[0].0, say("one"), &mut w);
    c.answer(NOW, places[0].0, say("again"), &mut w);
    assert!(c.is_done());

    let mut client = client::Connection::new("h", Limits::default());
    let mut asked = BytesMut::new();
    for r in &whole.0 {
        client.send(r, &mut asked);
    }
    let mut got = Vec::new();
    for b in &w[..] {
        got.extend(client.feed(&[*b]).unwrap());
    }
    let bodies: Vec<_> = got.iter().map(|r| &r.body[..]).collect();
    assert_eq!(bodies, [&b"one"[..], b"two", b"three"]);
    assert!(client.is_closed() && !client.is_free());
}

#[test]
fn what_could_be_read_in_two_ways_is_refused() {
    let post = |fields: &str, body: &str| {
        let text = format!("POST / HTTP/1.1\r\nHost: h\r\n{fields}\r\n{body}");
        status(text.as_bytes())
    };
    let both = "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n";
    assert_eq!(post(both, "0\r\n\r\nG"), 400);
    let swapped = "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n";
    assert_eq!(post(swapped, "0\r\n\r\nG"), 400);
    assert_eq!(
        post("Content-Length: 5\r\nContent-Length: 6\r\n", "abcde"),
        400
    );
    for bad in ["+5", "5, 6", "0x5", "-1", "5 5", "", "99999999999999999999"] {
        assert_eq!(
            post(&format!("Content-Length: {bad}\r\n"), "abcde"),
            400,
            "{bad}"
        );
    }
    for coding in [
        "gzip, chunked",
        "xchunked",
        "chunked, chunked",
        "\x0bchunked",
    ] {
        let s = post(&format!("Transfer-Encoding: {coding}\r\n"), "0\r\n\r\n");
        assert!(s == 501 || s == 400, "{coding}: {s}");
    }
    let twice = "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n";
    assert_eq!(post(twice, "0\r\n\r\n"), 501);
    assert_eq!(post("Transfer-Encoding : chunked\r\n", "0\r\n\r\n"), 400);
    assert_eq!(post(" Transfer-Encoding: chunked\r\n", "0\r\n\r\n"), 400);
    let te = "Transfer-Encoding: chunked\r\n";
    for body in [
        "\n",
        "5\nabcde\r\n",
        "-1\r\n",
        "1 2\r\n",
        "5\r\nabcdeX",
        "g\r\n",
        "123456789\r\n",
    ] {
        assert_eq!(post(te, body), 400, "{body:?}");
    }
    assert_eq!(post("Host: other\r\nContent-Length: 0\r\n", ""), 400);
    // HTTP/1.0 knows no chunks
    assert_eq!(
        status(b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        400
    );
}

#[test]
fn statuses_of_refusals() {
    assert_eq!(status(b"nonsense\r\n\r\n"), 400);
    assert_eq!(status(b"GET / HTTP/1.1\r\n\r\n"), 400);
    assert_eq!(status(b"POST / HTTP/1.1\r\nHost: h\r\n\r\n"), 411);
    assert_eq!(
        status(b"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1048577\r\n\r\n"),
        413
    );
    let big = b"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n100001\r\n";
    assert_eq!(status(big), 413);
    let long = format!("GET /{} HTTP/1.1\r\nHost: h\r\n\r\n", "a".repeat(9000));
    assert_eq!(status(long.as_bytes()), 414);
    assert_eq!(status(&long.as_bytes()[..8500]), 414);
    let long = format!(
        "GET / HTTP/1.1\r\nHost: h\r\nX: {}\r\n\r\n",
        "a".repeat(17_000)
    );
    assert_eq!(status(long.as_bytes()), 431);
    assert_eq!(status(&long.as_bytes()[..16_500]), 431);
    let many = format!("GET / HTTP/1.1\r\nHost: h\r\n{}\r\n", "A: b\r\n".repeat(64));
    assert_eq!(status(many.as_bytes()), 431);
    assert_eq!(status(b"BREW / HTTP/1.1\r\nHost: h\r\n\r\n"), 501);
    assert_eq!(status(b"GET / HTTP/3.0\r\nHost: h\r\n\r\n"), 505);
    assert_eq!(
        status(b"GET / HTTP/1.1\r\nHost: h\r\nExpect: tea\r\n\r\n"),
        417
    );
}

#[test]
fn too_many_in_a_row() {
    let mut c = server::Connection::new(NOW, Limits::default());
    let mut w = BytesMut::new();
    let r = b"GET / HTTP/1.1\r\nHost: h\r\n\r\n".repeat(30);
    let got = c.feed(NOW, &r, &mut w);
    assert_eq!((got.len(), w.len()), (16, 0));
    for (place, _) in got {
        c.answer(NOW, place, Response::new(Status::NoContent), &mut w);
    }
    let text = String::from_utf8(w.to_vec()).unwrap();
    assert_eq!(
        (text.matches(" 204 ").count(), text.matches(" 503 ").count()),
        (16, 1)
    );
    assert!(c.is_done());
}

#[test]
fn slow_and_idle_clients() {
    let late = |t: u64| NOW + Duration::from_secs(t);
    let mut c = server::Connection::new(NOW, Limits::default());
    let mut w = BytesMut::new();
    assert_eq!(c.due(), Some(late(120)));
    assert!(c.feed(late(1), b"GET / HT", &mut w).is_empty());
    assert!(c.feed(late(15), b"TP/1.1\r\n", &mut w).is_empty());
    // more octets give no more time
    assert_eq!(c.due(), Some(late(21)));
    c.timeout(late(20), &mut w);
    assert!(w.is_empty());
    c.timeout(late(21), &mut w);
    assert!(w.starts_with(b"HTTP/1.1 408 Request Timeout\r\n") && c.is_done());

    let mut c = server::Connection::new(NOW, Limits::default());
    let mut w = BytesMut::new();
    let got = c.feed(late(1), b"GET / HTTP/1.1\r\nHost: h\r\n\r\n", &mut w);
    assert_eq!(c.due(), None);
    c.answer(late(100), got[0].0, Response::new(Status::Ok), &mut w);
    assert_eq!(c.due(), Some(late(220)));
    w.clear();
    c.timeout(late(220), &mut w);
    assert!(w.is_empty() && c.is_done());
}

#[test]
fn expect_100_continue() {
    let mut c = server::Connection::new(NOW, Limits::default());
    let mut w = BytesMut::new();
    let head = b"POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\n";
    assert!(c.feed(NOW, head, &mut w).is_empty());
    assert_eq!(w, "HTTP/1.1 100 Continue\r\n\r\n");
    assert!(c.feed(NOW, b"a", &mut w).is_empty());
    let got = c.feed(NOW, b"b", &mut w);
    c.answer(NOW, got[0].0, Response::new(Status::NoContent), &mut w);
    assert_eq!(got[0].1.body, "ab");
    // the client drops the interim answer
    let mut client = client::Connection::new("h", Limits::default());
    client.send(&got[0].1, &mut BytesMut::new());
    let r = client.feed(&w).unwrap();
    assert_eq!((r.len(), r[0].status), (1, Status::NoContent));
    assert!(client.is_free());
    // with the body there already nothing is to be waited for
    let (got, said) = server(&[&head[..], b"ab"].concat());
    assert_eq!((got.len(), said.as_str()), (1, ""));
}

fn responses(method: Method, octets: &[u8]) -> Result<Vec<Response>, Error> {
    let mut c = client::Connection::new("h", Limits::default());
    c.send(&Request::new(method, "/"), &mut BytesMut::new());
    let mut got = c.feed(octets)?;
    got.extend(c.end()?);
    Ok(got)
}

#[test]
fn ends_of_response_bodies() {
    let body = |m, b: &[u8]| responses(m, b).map(|mut r| r.pop().unwrap().body);
    let until_close = b"HTTP/1.1 200 OK\r\n\r\nall of it";
    assert_eq!(body(Method::GET, until_close).unwrap(), "all of it");
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(body(Method::HEAD, head).unwrap(), "");
    assert_eq!(body(Method::GET, head), Err(Error::Truncated));
    let none = b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n";
    assert_eq!(body(Method::GET, none).unwrap(), "");
    let chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n";
    assert_eq!(body(Method::GET, chunked).unwrap(), "a");
    assert_eq!(body(Method::GET, &chunked[..55]), Err(Error::Truncated));
    let both = b"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n";
    assert_eq!(body(Method::GET, both), Err(Error::BothLengths));
    let more = b"HTTP/1.1 204 No Content\r\n\r\nHTTP/1.1 200 OK\r\n";
    assert_eq!(body(Method::GET, more), Err(Error::Unasked));
    assert_eq!(body(Method::GET, b""), Err(Error::Truncated));
    assert_eq!(
        body(Method::GET, b"HTTP/1.1 101 Switching\r\n\r\n"),
        Err(Error::Syntax)
    );
}

#[test]
fn mutated_and_cut_octets_lead_to_errors_only() {
    let mut request = BytesMut::from(CHUNKED);
    let r = Request::put("/b?c=d").json("{\"a\":1}").header("Host", "h");
    r.write(&mut request, false);
    let mut response = BytesMut::new();
    let r = Response::new(Status::Forbidden).json("{}");
    r.write(&mut response, &Method::GET, false);
    response.extend_from_slice(
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\na\r\n0\r\n\r\n",
    );
    let (mut taken, mut refused) = (0, 0);
    for bad in wire::mutations(&request, 1, 20_000) {
        let (requests, said) = server(&bad);
        taken += requests.len();
        refused += usize::from(said.starts_with("HTTP/1.1 4"));
    }
    for bad in wire::mutations(&response, 2, 20_000) {
        let mut c = client::Connection::new("h", Limits::default());
        for _ in 0..2 {
            c.send(&Request::get("/"), &mut BytesMut::new());
        }
        match c.feed(&bad) {
            Ok(r) => taken += r.len(),
            Err(_) => refused += 1,
        }
    }
    assert!(taken > 10_000 && refused > 5_000, "{taken} {refused}");
}
