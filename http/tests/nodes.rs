//! Clients and servers as nodes use them, in the virtual network; and what tshark makes of it.
use bytes::BytesMut;
use engine::{
    Attach, Directive, Director, Event, Framing, Input, Link, NoStore, Node, Now, Outputs, Placed,
    Port, PortSpec, Time,
    sim::{Options, Sim},
    tap::Record,
};
use http::{Clients, Limits, Request, Response, Servers, Status};
use std::{net::SocketAddr, time::Duration};

const DIAL: Port = Port(1);
const HTTP: Port = Port(2);
const fn spec(port: Port, name: &'static str) -> PortSpec {
    PortSpec {
        port,
        name,
        framing: Framing::Stream,
    }
}

/// A node that asks and one that echoes; the second may be dumb: it never answers `/never`.
enum Toy {
    Asks(Clients<u32>, Vec<SocketAddr>),
    Echoes(Servers<Link>),
}

impl Node for Toy {
    type Ask = ();
    type Answer = ();
    type Command = (usize, &'static str, u32);

    fn ports(&self) -> &[PortSpec] {
        match self {
            Self::Asks(..) => &[const { spec(DIAL, "asks") }],
            Self::Echoes(_) => &[const { spec(HTTP, "echoes") }],
        }
    }

    fn handle(&mut self, now: Now, input: Input<(), Self::Command>, out: &mut Outputs<()>) {
        match self {
            Self::Asks(clients, servers) => {
                clients.handle(now, &input, out);
                if let Input::Command((n, path, tag)) = input {
                    let r = Request::post(path).json("{\"a\": 1}");
                    let time = Duration::from_secs(5);
                    clients.ask(now, servers[n], r, time, tag, out);
                }
                while let Some((tag, r)) = clients.poll() {
                    let text = match r {
                        Ok(r) => format!("{} {:?}", r.status, r.body),
                        Err(e) => e.to_string(),
                    };
                    out.trace(Event::new("done").with("tag", tag).with("result", text));
                }
            }
            Self::Echoes(s) => {
                s.handle(now, HTTP, &input, out);
                while let Some(a) = s.poll() {
                    if a.request.path() != "/never" {
                        let r = Response::new(Status::Ok).json(a.request.body);
                        s.answer(now, a.exchange, r);
                    }
                }
                s.flush(out);
            }
        }
    }

    fn due(&self) -> Option<Time> {
        match self {
            Self::Asks(c, _) => c.due(),
            Self::Echoes(s) => s.due(),
        }
    }
}

/// What is told when, in milliseconds.
type Script = Vec<(u64, Directive<(usize, &'static str, u32)>)>;

#[derive(Default)]
struct Log {
    script: Script,
    lines: Vec<String>,
    packets: Vec<Vec<u8>>,
}

impl Director<(usize, &'static str, u32)> for Log {
    fn packet(&mut self, r: &Record<'_>) {
        self.packets.push(r.packet.to_vec());
    }
    fn event(&mut self, now: Now, _: usize, e: &Event) {
        self.lines.push(format!("{} {e}", now.mono));
    }
    fn next(&mut self, now: Now) -> Directive<(usize, &'static str, u32)> {
        match self.script.first() {
            Some((t, _)) if Time(t * 1_000_000) <= now.mono => self.script.remove(0).1,
            _ => Directive::Wait,
        }
    }
    fn due(&self) -> Option<Time> {
        self.script.first().map(|s| Time(s.0 * 1_000_000))
    }
}

fn run(script: Script) -> Log {
    let at: SocketAddr = "127.0.4.2:8080".parse().unwrap();
    let nobody: SocketAddr = "127.0.4.3:8080".parse().unwrap();
    let mut log = Log {
        script,
        ..Log::default()
    };
    let nodes = vec![
        Placed::new(
            "asks",
            Toy::Asks(Clients::new(DIAL, Limits::default()), vec![at, nobody]),
            vec![(DIAL, Attach::dial("127.0.3.2".parse().unwrap()))],
        ),
        Placed::new(
            "echoes",
            Toy::Echoes(Servers::new(Limits::default()).dated()),
            vec![(HTTP, Attach::listen(at))],
        ),
    ];
    Sim::new(nodes, NoStore, Options::default()).run(&mut log);
    log
}

#[test]
fn requests_over_kept_connections_refusals_and_timeouts() {
    let ask = |n, path, tag| Directive::Command(0, (n, path, tag));
    let log = run(vec![
        (0, ask(0, "/one", 1)),
        (100, ask(0, "/two", 2)),
        (100, ask(1, "/three", 3)),
        (200, ask(0, "/never", 4)),
        (300, ask(0, "/five", 5)),
        // the server lives shorter than the next request: its kept connection is found dead
        (20_000, Directive::Kill(1)),
        (20_010, ask(0, "/six", 6)),
        (20_500, Directive::Stop),
    ]);
    let ok = r#"OK (200) b"{\"a\": 1}""#;
    assert_eq!(
        log.lines,
        [
            format!("0.004000 done tag=1 result={ok}"),
            "0.101000 done tag=3 result=connection refused".into(),
            format!("0.102000 done tag=2 result={ok}"),
            format!("0.304000 done tag=5 result={ok}"),
            "5.200000 done tag=4 result=no response in time".into(),
            "20.011000 done tag=6 result=connection refused".into(),
        ]
    );
}

#[test]
fn tshark_reads_http_and_json() {
    let Some(tshark) = oracle::tshark("http-and-json") else {
        return;
    };
    let ask = |n, path, tag| Directive::Command(0, (n, path, tag));
    let log = run(vec![
        (0, ask(0, "/sho/registrations", 1)),
        (50, ask(0, "/sho/reports", 2)),
        (500, Directive::Stop),
    ]);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("http.pcap");
    let header = pcap_file::pcap::PcapHeader {
        datalink: pcap_file::DataLink::RAW,
        ..Default::default()
    };
    let file = std::fs::File::create(&path).unwrap();
    let mut w = pcap_file::pcap::PcapWriter::with_header(file, header).unwrap();
    for (i, p) in log.packets.iter().enumerate() {
        let t = Duration::from_millis(i as u64);
        let p = pcap_file::pcap::PcapPacket::new(t, p.len() as u32, p).unwrap();
        w.write_packet(&p).unwrap();
    }
    drop(w);
    let fields = [
        "http.request.method",
        "http.request.uri",
        "http.response.code",
        "http.date",
        "json.member",
    ];
    let seen = tshark.fields(&path, "http", &fields);
    let date = "Thu, 01 Jan 2026 00:00:00 GMT";
    assert_eq!(
        seen,
        [
            ["POST", "/sho/registrations", "", "", "a"],
            ["", "", "200", date, "a"],
            ["POST", "/sho/reports", "", "", "a"],
            ["", "", "200", date, "a"],
        ]
    );
    let odd = "_ws.malformed || _ws.expert.severity >= \"Warning\"";
    assert_eq!(tshark.text(&path, odd, &[]), "");
}

#[test]
fn written_messages_have_no_date_unless_given() {
    let mut w = BytesMut::new();
    Response::new(Status::Ok).write(&mut w, &http::Method::GET, false);
    assert_eq!(w, "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
}
