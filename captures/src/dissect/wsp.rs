//! WAP pushes: what calls a device, what brings it an account. The secrets of an account are not
//! shown, only that they are there.
use super::{By, Layer};
use bytes::Bytes;
use provisioning::{
    bootstrap::{Content, Given, Push, cp, wsp},
    dm::Notification,
};
use serde_json::{Value as Json, json};
use std::{fmt, net::SocketAddr};

/// The ports of connectionless WSP.
pub(super) const PORTS: [u16; 2] = [wsp::PORT, wsp::WSP_PORT];

struct Shown(Vec<(&'static str, String)>);

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Push")?;
        let mut rows = self.0.iter();
        rows.try_for_each(|(k, v)| write!(f, "\n  {k:<28} {v}"))
    }
}

/// A push.
pub(super) fn push(octets: &Bytes, flow: (SocketAddr, SocketAddr), nest: u8) -> Layer {
    let (name, body) = match Push::read(octets) {
        Ok(p) => {
            let name = match p.content {
                Content::DmNotification => "Push of package 0",
                Content::ConnectivityWbxml => "Push of client provisioning",
                Content::DmWbxml => "Push of a DM profile",
                _ => "Push",
            };
            let body = rows(&p).map(|rows| Box::new(By(Shown(rows), members)) as _);
            (name, body)
        }
        Err(e) => ("unreadable message", Err(e.to_string())),
    };
    Layer {
        protocol: "wsp",
        name: name.to_owned(),
        nest,
        flow,
        body,
    }
}

fn members(shown: &Shown) -> Json {
    let all = shown.0.iter().map(|(k, v)| ((*k).to_owned(), json!(v)));
    Json::Object(all.collect())
}

fn rows(p: &Push) -> Result<Vec<(&'static str, String)>, String> {
    let mut all = vec![
        ("tid", p.tid.to_string()),
        ("content", p.content.name().unwrap_or_default().to_owned()),
    ];
    if let Some(sec) = p.sec {
        all.push(("sec", sec.name().unwrap_or("unknown").to_owned()));
    }
    if let Some(id) = p.application {
        all.push(("application", id.name().unwrap_or("unknown").to_owned()));
    }
    match p.content {
        Content::DmNotification => {
            let n = Notification::read(&p.body).map_err(|e| e.to_string())?;
            all.push(("server", n.server_id.clone()));
            all.push(("session", n.session()));
        }
        Content::ConnectivityWbxml => {
            let d = cp::Document::read(&p.body).map_err(|e| e.to_string())?;
            let kinds: Vec<&str> = d.0.iter().map(|c| c.kind.as_str()).collect();
            all.push(("characteristics", kinds.join(", ")));
        }
        _ => {}
    }
    if let Some(given) = Given::read(p) {
        all.push(("server", given.account.server_id));
        all.push(("uri", given.uri));
        all.push(("name", given.account.client_name));
    }
    Ok(all)
}
