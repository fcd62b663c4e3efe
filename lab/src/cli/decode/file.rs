//! A capture file, frame by frame.
use super::{Args, BOLD, DIM, Failure, RED, indented, object};
use crate::exit::Exit;
use bytes::Bytes;
use captures::{Dissector, Frame, ReadError, Reader, Seen, ip_packet};
use serde_json::{Value as Json, json};
use std::{
    collections::BTreeMap,
    fs::File,
    io::{self, BufWriter, Read, Write},
    path::Path,
};
use wire::net::Packet;

pub(super) fn decode(args: &Args) -> Result<Exit, Failure> {
    let [name] = args.input.as_slice() else {
        return Err(Failure::Usage {
            what: match args.input.len() {
                0 => "nothing to decode".into(),
                n => format!("{n} files: one at a time"),
            },
            help: "a capture file, or hex with --as PROTOCOL (see `fosterling decode --help`)"
                .into(),
        });
    };
    let path = Path::new(name);
    let from: Box<dyn Read + Send> = match name.as_str() {
        "-" => Box::new(io::stdin()),
        _ => Box::new(File::open(path).map_err(|e| not_there(path, e))?),
    };
    let broken = |why| Failure::Capture {
        path: path.to_owned(),
        why,
    };
    let reader = Reader::new(from).map_err(broken)?;
    let mut printer = Printer::new(args);
    match printer.all(reader)? {
        Some(why) => Err(broken(why)),
        None => Ok(Exit::Good),
    }
}

fn not_there(path: &Path, why: io::Error) -> Failure {
    let text = path.to_string_lossy();
    let hex = text.len() > 1
        && text
            .chars()
            .all(|c| c.is_ascii_hexdigit() || " :-".contains(c));
    if hex && why.kind() == io::ErrorKind::NotFound {
        return Failure::Usage {
            what: format!("there is no file {text:?}"),
            help: "if this is hex, name its protocol: --as PROTOCOL".into(),
        };
    }
    Failure::file(path, why)
}

struct Printer<'a> {
    args: &'a Args,
    dissectors: BTreeMap<usize, Dissector>,
    /// When the first frame was.
    start: Option<u64>,
    frames: u64,
    messages: u64,
    unreadable: u64,
}

impl<'a> Printer<'a> {
    fn new(args: &'a Args) -> Self {
        Self {
            args,
            dissectors: BTreeMap::new(),
            start: None,
            frames: 0,
            messages: 0,
            unreadable: 0,
        }
    }

    /// Prints all frames; gives what ended the file too early.
    fn all(&mut self, mut reader: Reader) -> Result<Option<ReadError>, Failure> {
        let mut out = BufWriter::new(anstream::stdout().lock());
        let mut trouble = None;
        while let Some(next) = reader.next() {
            match next {
                Ok(f) => {
                    let name = reader.interface_name(f.interface);
                    self.frame(&f, name, &mut out)?;
                }
                Err(e) => trouble = Some(e),
            }
        }
        out.flush()?;
        drop(out);
        anstream::eprintln!(
            "{} frames, {} messages, {} of them unreadable",
            self.frames,
            self.messages,
            self.unreadable
        );
        Ok(trouble)
    }

    fn frame(&mut self, f: &Frame, on: Option<&str>, out: &mut impl Write) -> io::Result<()> {
        let start = *self.start.get_or_insert(f.utc);
        let packet = ip_packet(f.link, &f.data).map(Bytes::copy_from_slice);
        let seen = match &packet {
            Some(p) => self.dissectors.entry(f.interface).or_default().packet(p),
            None => Seen::default(),
        };
        self.frames += 1;
        self.messages += seen.layers.len() as u64;
        self.unreadable += seen.layers.iter().filter(|l| l.body.is_err()).count() as u64;
        let ends = packet.as_ref().and_then(ends);
        if self.args.json {
            return writeln!(out, "{}", line(f, on, ends, &seen));
        }
        let (from, to) = ends.unwrap_or_default();
        let time = i128::from(f.utc) - i128::from(start);
        let micros = time / 1000;
        let (sign, micros) = (if micros < 0 { "-" } else { "" }, micros.unsigned_abs());
        let time = format!("{sign}{}.{:06}", micros / 1_000_000, micros % 1_000_000);
        write!(
            out,
            "{BOLD}{:>6}{BOLD:#} {DIM}{time:>12}{DIM:#}  ",
            f.number
        )?;
        if from.is_empty() {
            writeln!(out, "{DIM}no IP packet ({} octets){DIM:#}", f.length)?;
        } else if seen.layers.is_empty() {
            let what = seen
                .carries
                .as_deref()
                .unwrap_or("of a protocol that is not read");
            writeln!(out, "{from} > {to}  {DIM}{what}{DIM:#}")?;
        } else {
            let names: Vec<String> = seen.layers.iter().map(named).collect();
            writeln!(out, "{from} > {to}  {}", names.join(", "))?;
        }
        if f.data.len() < f.length {
            writeln!(
                out,
                "{:>21}{DIM}{} of {} octets were kept{DIM:#}",
                "",
                f.data.len(),
                f.length
            )?;
        }
        if !self.args.verbose {
            return Ok(());
        }
        if let Some(name) = on {
            writeln!(out, "{DIM}       on {name}{DIM:#}")?;
        }
        for c in &f.comments {
            write!(out, "{}", indented(&format!("# {c}"), 7))?;
        }
        for l in &seen.layers {
            writeln!(out, "       {BOLD}{} {}{BOLD:#}", l.protocol, l.name)?;
            match &l.body {
                Ok(body) => write!(out, "{}", indented(&body.text(), 9))?,
                Err(e) => writeln!(out, "         {RED}{e}{RED:#}")?,
            }
        }
        Ok(())
    }
}

/// A message in a line; why it cannot be read, where it cannot.
fn named(l: &captures::Layer) -> String {
    let place = "*".repeat(usize::from(l.nest));
    match &l.body {
        Ok(_) => format!("{place}{} {}", l.protocol, l.name),
        Err(e) => format!("{RED}{place}{} {}: {e}{RED:#}", l.protocol, l.name),
    }
}

/// Where a packet comes from and goes to, with ports where it has them.
fn ends(packet: &Bytes) -> Option<(String, String)> {
    let p = Packet::read(packet).ok()?;
    if p.fragment.is_none_or(|f| f.1 == 0) {
        if let Some(Ok(u)) = p.udp() {
            return Some((u.from.to_string(), u.to.to_string()));
        }
        if let Some(Ok(t)) = p.tcp() {
            return Some((t.from.to_string(), t.to.to_string()));
        }
    }
    Some((p.from.to_string(), p.to.to_string()))
}

/// A frame for a program.
fn line(f: &Frame, on: Option<&str>, ends: Option<(String, String)>, seen: &Seen) -> Json {
    let (from, to) = ends.unzip();
    let messages = seen.layers.iter().map(|l| {
        let mut o = object(l);
        if let Some(o) = o.as_object_mut() {
            o.insert("tunnels".into(), json!(l.nest));
            o.insert("from".into(), json!(l.flow.0));
            o.insert("to".into(), json!(l.flow.1));
        }
        o
    });
    json!({
        "frame": f.number,
        "time": format!("{}.{:09}", f.utc / 1_000_000_000, f.utc % 1_000_000_000),
        "interface": on,
        "from": from,
        "to": to,
        "octets": f.length,
        "comments": f.comments,
        "messages": messages.collect::<Vec<_>>(),
        "carries": seen.carries,
    })
}
