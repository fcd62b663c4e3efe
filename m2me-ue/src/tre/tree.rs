//! The device's management tree over the TRE, `docs/interfaces.md` section 6.
use super::{App, Session, Tre, app::Refused};
use engine::Now;
use provisioning::{
    dm::{AuthType, Code, Found, GenericAlert, Tree},
    mcim::Outcome,
    syncml::Data,
};
use std::collections::VecDeque;

/// Type of the Generic Alerts.
pub const ALERT: &str = "urn:fosterling:at:mcim";

/// What the device says of itself in DevInfo and DevDetail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// Manufacturer.
    pub man: String,
    /// Model.
    pub model: String,
    /// Language.
    pub lang: String,
    /// Kind of device.
    pub device_type: String,
    /// Who built it into something.
    pub oem: String,
    /// Version of the firmware.
    pub firmware: String,
    /// Version of the software.
    pub software: String,
    /// Version of the hardware.
    pub hardware: String,
}

impl Device {
    /// The leaves of DevInfo, as package 1 sends them.
    pub fn dev_info(&self, m2me_id: &str) -> Vec<(String, String)> {
        let leaf = |name: &str, value: &str| (format!("./DevInfo/{name}"), value.to_owned());
        vec![
            leaf("DevId", m2me_id),
            leaf("Man", &self.man),
            leaf("Mod", &self.model),
            leaf("DmV", "1.2"),
            leaf("Lang", &self.lang),
        ]
    }
}

/// The account as the tree shows it: no secret among it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownAccount {
    /// `ServerID`, also the server's name.
    pub server_id: String,
    /// The device's name at the server.
    pub client_name: String,
    /// Where sessions are opened.
    pub uri: String,
    /// How both sides authenticate.
    pub auth: AuthType,
}

/// The tree during one message: what a [`provisioning::dm::Client`] works on.
#[derive(Debug)]
pub struct DeviceTree<'a> {
    /// Behind it.
    pub tre: &'a mut Tre,
    /// The device around it.
    pub device: &'a Device,
    /// The server's account.
    pub account: &'a ShownAccount,
    /// Host of the server whose session this is.
    pub dpf: &'a str,
    /// Results that no message has carried yet.
    pub waiting: &'a mut VecDeque<GenericAlert>,
    /// Results in messages that nobody has answered yet.
    pub carried: &'a mut Vec<GenericAlert>,
}

/// A result for the server: of `operation` on package `id`.
pub fn alert(
    id: &str,
    operation: &str,
    outcome: Outcome,
    correlator: Option<&str>,
) -> GenericAlert {
    let mark = match outcome.is_success() {
        true => "informational",
        false => "critical",
    };
    GenericAlert {
        correlator: correlator.map(str::to_owned),
        source: format!("./MCIM/App/{id}/Operations/{operation}"),
        kind: ALERT.to_owned(),
        mark: mark.to_owned(),
        data: outcome.0.to_string(),
    }
}

type Answer = Result<Found, Code>;

fn text(value: &str) -> Answer {
    Ok(Found {
        format: "chr",
        data: value.into(),
    })
}

fn number(value: impl ToString) -> Answer {
    Ok(Found {
        format: "int",
        data: Data::Text(value.to_string()),
    })
}

fn octets(value: &[u8]) -> Answer {
    Ok(Found {
        format: "bin",
        data: Data::Octets(value.to_vec()),
    })
}

fn node(children: &[&str]) -> Answer {
    Ok(Found {
        format: "node",
        data: Data::Text(children.join("/")),
    })
}

impl DeviceTree<'_> {
    fn dev_detail(&self, name: &str) -> Answer {
        let d = self.device;
        match name {
            "DevTyp" => text(&d.device_type),
            "OEM" => text(&d.oem),
            "FwV" => text(&d.firmware),
            "SwV" => text(&d.software),
            "HwV" => text(&d.hardware),
            "LrgObj" => Ok(Found {
                format: "bool",
                data: "true".into(),
            }),
            _ => Err(Code::NotFound),
        }
    }

    fn account(&self, path: &[&str]) -> Answer {
        let a = self.account;
        match path {
            [] => node(&["AppID", "ServerID", "Name", "AppAddr", "AppAuth"]),
            ["AppAddr"] => node(&["1"]),
            ["AppAddr", "1"] => node(&["Addr"]),
            ["AppAuth"] => node(&["ClCred", "SrvCred"]),
            ["AppAuth", "ClCred" | "SrvCred"] => node(&[
                "AAuthLevel",
                "AAuthType",
                "AAuthName",
                "AAuthSecret",
                "AAuthData",
            ]),
            ["AppID"] => text("w7"),
            ["ServerID"] | ["Name"] => text(&a.server_id),
            ["AppAddr", "1", "Addr"] => text(&a.uri),
            ["AppAuth", who @ ("ClCred" | "SrvCred"), leaf] => match (*leaf, *who) {
                ("AAuthLevel", "ClCred") => text("CLCRED"),
                ("AAuthLevel", _) => text("SRVCRED"),
                ("AAuthType", _) => text(a.auth.of_account()),
                ("AAuthName", "ClCred") => text(&a.client_name),
                ("AAuthName", _) => text(&a.server_id),
                ("AAuthSecret" | "AAuthData", _) => Err(Code::PermissionDenied),
                _ => Err(Code::NotFound),
            },
            _ => Err(Code::NotFound),
        }
    }

    fn app(&self, id: &str, path: &[&str]) -> Answer {
        let app = self.tre.apps().get(id).ok_or(Code::NotFound)?;
        match path {
            [] => node(&[
                "Application",
                "Token",
                "Package",
                "State",
                "Result",
                "Operations",
            ]),
            ["Application"] => text(app.application().ok_or(Code::NotFound)?),
            ["Token"] | ["Package"] => Err(Code::PermissionDenied),
            ["State"] => text(&app.state().to_string()),
            ["Result"] => number(app.result().map(|o| o.0).ok_or(Code::NotFound)?),
            ["Operations"] => node(&["Install", "Activate", "Deactivate"]),
            ["Operations", "Install" | "Activate" | "Deactivate"] => Err(Code::NotAllowed),
            _ => Err(Code::NotFound),
        }
    }

    fn write(&mut self, id: &str, leaf: &str, data: &[u8]) -> Code {
        let as_text = std::str::from_utf8(data).ok();
        let done = match (leaf, as_text) {
            ("Application", Some(kind)) => self.tre.set_application(id, kind),
            ("Token", Some(token)) => self.tre.set_token(id, token),
            ("Package", _) => self.tre.set_package(id, data.to_vec()),
            ("Application" | "Token", None) => return Code::UnsupportedFormat,
            _ => return Code::NotAllowed,
        };
        done.map_or_else(code, |()| Code::Ok)
    }
}

fn code(refused: Refused) -> Code {
    match refused {
        Refused::Unknown => Code::NotFound,
        Refused::Exists => Code::AlreadyExists,
        Refused::Full => Code::DeviceFull,
        Refused::State => Code::NotAllowed,
        Refused::Application => Code::UnsupportedFormat,
        Refused::Token => Code::PermissionDenied,
    }
}

/// The names between the slashes of `./a/b`, or `a/b`.
fn split(uri: &str) -> Vec<&str> {
    let uri = uri.strip_prefix("./").unwrap_or(uri);
    uri.split('/').filter(|n| !n.is_empty()).collect()
}

impl Tree for DeviceTree<'_> {
    fn get(&mut self, uri: &str) -> Answer {
        match split(uri).as_slice() {
            ["DevInfo"] => node(&["DevId", "Man", "Mod", "DmV", "Lang"]),
            ["DevInfo", leaf] => {
                let all = self.device.dev_info(self.tre.m2me_id());
                let found = all.iter().find(|l| l.0.ends_with(&format!("/{leaf}")));
                text(&found.ok_or(Code::NotFound)?.1)
            }
            [] | ["."] => node(&["DevInfo", "DevDetail", "DMAcc", "MCIM"]),
            ["DevDetail"] => node(&["URI", "DevTyp", "OEM", "FwV", "SwV", "HwV", "LrgObj"]),
            // no limit (OMA-TS-DM-StdObj 5.3.3)
            ["DevDetail", "URI"] => node(&["MaxDepth", "MaxTotLen", "MaxSegLen"]),
            ["DevDetail", "URI", "MaxDepth" | "MaxTotLen" | "MaxSegLen"] => text("0"),
            ["DevDetail", leaf] => self.dev_detail(leaf),
            ["DMAcc"] => node(&["DPF"]),
            ["DMAcc", "DPF", path @ ..] => self.account(path),
            ["MCIM"] => node(&["TRE", "App"]),
            ["MCIM", "TRE"] => node(&["Id", "Version", "PlatformCredential", "Free"]),
            ["MCIM", "TRE", "Id"] => text(self.tre.id()),
            ["MCIM", "TRE", "Version"] => text(self.tre.version()),
            ["MCIM", "TRE", "PlatformCredential"] => octets(self.tre.credential()),
            ["MCIM", "TRE", "Free"] => number(self.tre.free()),
            ["MCIM", "App"] => {
                let ids: Vec<&str> = self.tre.apps().keys().map(String::as_str).collect();
                node(&ids)
            }
            ["MCIM", "App", id, path @ ..] => self.app(id, path),
            _ => Err(Code::NotFound),
        }
    }

    fn add(&mut self, uri: &str, _format: &str, data: &[u8]) -> Code {
        match split(uri).as_slice() {
            ["MCIM", "App", id] => self.tre.create(id).map_or_else(code, |()| Code::Ok),
            [
                "MCIM",
                "App",
                id,
                leaf @ ("Application" | "Token" | "Package"),
            ] => {
                // the node above comes with its first leaf
                if self.tre.apps().get(*id).is_none_or(can_begin_anew)
                    && let Err(e) = self.tre.create(id)
                {
                    return code(e);
                }
                self.write(id, leaf, data)
            }
            _ => match self.get(uri) {
                Err(Code::NotFound) => Code::NotAllowed,
                _ => Code::AlreadyExists,
            },
        }
    }

    fn replace(&mut self, uri: &str, _format: &str, data: &[u8]) -> Code {
        match split(uri).as_slice() {
            ["MCIM", "App", id, leaf @ ("Token" | "Package")] => self.write(id, leaf, data),
            _ => match self.get(uri) {
                Err(Code::NotFound) => Code::NotFound,
                _ => Code::NotAllowed,
            },
        }
    }

    fn delete(&mut self, now: Now, uri: &str) -> Code {
        let session = Session {
            dpf: self.dpf,
            now: now.utc,
        };
        match split(uri).as_slice() {
            ["MCIM", "App", id] => {
                let deleted = self.tre.delete(id, &session);
                deleted.map_or_else(code, |()| Code::Ok)
            }
            _ => match self.get(uri) {
                Err(Code::NotFound) => Code::NotFound,
                _ => Code::NotAllowed,
            },
        }
    }

    fn exec(&mut self, now: Now, uri: &str, correlator: Option<&str>, _data: &[u8]) -> Code {
        let path = split(uri);
        let ["MCIM", "App", id, "Operations", operation] = path.as_slice() else {
            return match self.get(uri) {
                Err(Code::NotFound) => Code::NotFound,
                _ => Code::NotAllowed,
            };
        };
        if !self.tre.apps().contains_key(*id) {
            return Code::NotFound;
        }
        let session = Session {
            dpf: self.dpf,
            now: now.utc,
        };
        let outcome = match *operation {
            "Install" => {
                self.tre.correlate(id, correlator);
                self.tre.install(id, &session)
            }
            "Activate" => self.tre.activate(id, &session),
            "Deactivate" => self.tre.deactivate(id, &session),
            _ => return Code::NotFound,
        };
        let result = alert(id, operation, outcome, correlator);
        self.waiting.push_back(result);
        // an Atomic has to know at once whether it failed
        match self.tre.is_atomic() && !outcome.is_success() {
            true => Code::AtomicFailed,
            false => Code::Accepted,
        }
    }

    fn room(&mut self, uri: &str, size: u64) -> Code {
        match split(uri).as_slice() {
            ["MCIM", "App", _, "Package"] => {
                let free = u64::try_from(self.tre.free()).unwrap_or(u64::MAX);
                match size <= free {
                    true => Code::Ok,
                    false => Code::DeviceFull,
                }
            }
            ["MCIM", "App", _, "Token" | "Application"] => Code::Ok,
            _ => Code::NotAllowed,
        }
    }

    fn alerts(&mut self) -> Vec<GenericAlert> {
        let all: Vec<GenericAlert> = self.waiting.drain(..).collect();
        self.carried.extend(all.iter().cloned());
        all
    }

    fn begin(&mut self) {
        self.tre.begin();
    }

    fn commit(&mut self) {
        self.tre.commit();
    }

    fn roll_back(&mut self) -> bool {
        self.tre.undo()
    }
}

/// True for what is left of a failed installation: a new one starts from nothing.
fn can_begin_anew(app: &App) -> bool {
    app.state() == provisioning::mcim::State::Failed && app.octets() == 0 && !app.has_token()
}
