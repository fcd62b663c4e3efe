//! One message from hex.
use super::{Args, BOLD, Failure, RED, hex, indented, object};
use crate::exit::Exit;
use bytes::Bytes;
use captures::Unreadable;
use serde_json::json;
use std::io::{IsTerminal, Read, Write};

pub(super) fn decode(protocol: &str, args: &Args) -> Result<Exit, Failure> {
    let octets = Bytes::from(hex::parse(&text(&args.input)?)?);
    if octets.is_empty() {
        return Err(Failure::Usage {
            what: "there are no octets to decode".into(),
            help: format!("fosterling decode HEX --as {protocol}, or hex on stdin"),
        });
    }
    let layers = captures::message(protocol, &octets, args.way.map(Into::into))
        .map_err(|e| unreadable(protocol, &octets, e))?;
    let mut out = anstream::stdout().lock();
    if args.json {
        let messages: Vec<_> = layers.iter().map(object).collect();
        writeln!(
            out,
            "{}",
            json!({ "octets": octets.len(), "messages": messages })
        )?;
    } else {
        for (i, l) in layers.iter().enumerate() {
            let head = format!("{BOLD}{} {}{BOLD:#}", l.protocol, l.name);
            match &l.body {
                Ok(body) => write!(out, "{head}\n{}", indented(&body.text(), 2))?,
                Err(e) => writeln!(out, "{head}\n  {RED}{e}{RED:#}")?,
            }
            if i + 1 < layers.len() {
                writeln!(out)?;
            }
        }
    }
    // what a message carries and cannot be read was said above
    Ok(match layers.iter().any(|l| l.body.is_err()) {
        true => Exit::Failed,
        false => Exit::Good,
    })
}

/// The hex: from the command line, or where it has none or `-` from stdin.
fn text(input: &[String]) -> Result<String, Failure> {
    if !input.is_empty() && input != ["-"] {
        return Ok(input.join(" "));
    }
    if input.is_empty() && std::io::stdin().is_terminal() {
        anstream::eprintln!("reading hex from the keyboard; ctrl-D ends it");
    }
    let mut text = Vec::new();
    std::io::stdin().lock().read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

fn unreadable(protocol: &str, octets: &[u8], e: Unreadable) -> Failure {
    let protocol = protocol.to_owned();
    match e.at {
        Some(octet) => {
            let (dump, at) = hex::dump(octets, octet);
            Failure::Octet {
                protocol,
                why: e.text,
                dump,
                at,
                octet,
            }
        }
        None => Failure::Message {
            protocol,
            why: e.text,
        },
    }
}
