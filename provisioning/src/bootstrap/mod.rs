//! How a device comes by its account, and how a server calls it (OMA-TS-DM-Bootstrap, R29).
//!
//! | module | what |
//! |---|---|
//! | [`wsp`] | WAP push: the datagram that carries either |
//! | [`security`] | the MAC of a bootstrap, its PINs |
//! | [`cp`] | OMA client provisioning, the older profile |
//! | [`profile`] | the profile of OMA device management |
//! | [`crate::dm::notification`] | package 0, the call |
//!
//! A bootstrap proves where it comes from and hides nothing: who reads it knows the account. That
//! is why the account's nonces are spent with the first session.
pub mod cp;
pub mod profile;
pub mod security;
mod tokens;
pub mod wsp;

pub use security::{Profile, Refused, Shared};
pub use wsp::{Application, Content, Push, Sec};

use crate::{
    json::DmAccount,
    text::{B64, SecretText, base64, from_base64},
};

/// Nodes of the two credentials in `./DMAcc/x/AppAuth`.
const CLIENT: &str = "ClCred";
const SERVER: &str = "SrvCred";

/// What a bootstrap gives: where the server is, and the account at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Where sessions are opened.
    pub uri: String,
    /// The account.
    pub account: DmAccount,
}

impl Given {
    /// As a push to `device`, its MAC made by `sec` of what is shared. `None` where that lacks what
    /// the method needs.
    pub fn push(
        &self,
        profile: Profile,
        sec: Sec,
        shared: &Shared,
        device: &str,
        tid: u8,
    ) -> Option<Push> {
        let (content, body) = match profile {
            Profile::ClientProvisioning => (Content::ConnectivityWbxml, self.document().write()),
            Profile::DeviceManagement => (Content::DmWbxml, profile::write(self, device)),
        };
        let mac = match sec {
            // what is behind the PIN stands for it
            Sec::UserPinMac => None,
            _ => Some(shared.mac(profile, sec, &body)?),
        };
        let mut push = Push::new(tid, content, body);
        (push.sec, push.mac) = (Some(sec), mac);
        Some(push)
    }

    /// Out of a push, where it comes from somebody who shares what we do. `pcid` is true where the
    /// shared IMSI is a PCID.
    pub fn open(push: &Push, shared: &Shared, pcid: bool) -> Result<Self, Refused> {
        let profile = profile_of(push).ok_or(Refused::Contents)?;
        shared.check(profile, push, pcid)?;
        Self::read(push).ok_or(Refused::Contents)
    }

    /// Out of a push, from whomever.
    pub fn read(push: &Push) -> Option<Self> {
        match profile_of(push)? {
            Profile::ClientProvisioning => Self::of_document(&cp::Document::read(&push.body).ok()?),
            Profile::DeviceManagement => profile::read(&push.body),
        }
    }

    /// Application w7 of client provisioning (OMNA AC w7): AAUTHLEVEL is who the credential is
    /// shown to.
    pub fn document(&self) -> cp::Document {
        let a = &self.account;
        let auth = |level, name: &str, secret: &SecretText, nonce: &B64| {
            cp::Characteristic::new("APPAUTH")
                .parm("AAUTHLEVEL", level)
                .parm("AAUTHTYPE", "DIGEST")
                .parm("AAUTHNAME", name)
                .parm("AAUTHSECRET", &secret.0)
                .parm("AAUTHDATA", &base64(&nonce.0))
        };
        let application = cp::Characteristic::new("APPLICATION")
            .parm("APPID", "w7")
            .parm("PROVIDER-ID", &a.server_id)
            .parm("NAME", &a.server_id)
            .parm("ADDR", &self.uri)
            .parm("TO-NAPID", "INTERNET")
            .with(auth(
                "APPSRV",
                &a.client_name,
                &a.client_secret,
                &a.client_nonce,
            ))
            .with(auth(
                "CLIENT",
                &a.server_id,
                &a.server_secret,
                &a.server_nonce,
            ));
        cp::Document(vec![application])
    }

    /// The account of the first application w7.
    pub fn of_document(document: &cp::Document) -> Option<Self> {
        let mut all = document.0.iter();
        let w7 = all.find(|c| c.kind == "APPLICATION" && c.get("APPID") == Some("w7"))?;
        let auth = |level: &str| {
            let mut all = w7.all("APPAUTH");
            all.find(|a| a.get("AAUTHLEVEL") == Some(level))
        };
        let (client, server) = (auth("APPSRV")?, auth("CLIENT")?);
        let secret = |a: &cp::Characteristic| Some(SecretText(a.get("AAUTHSECRET")?.to_owned()));
        let nonce =
            |a: &cp::Characteristic| from_base64(a.get("AAUTHDATA").unwrap_or_default()).map(B64);
        let address = w7.get("ADDR").or_else(|| {
            let mut all = w7.all("APPADDR");
            all.find_map(|a| a.get("ADDR"))
        })?;
        Some(Self {
            uri: address.to_owned(),
            account: DmAccount {
                client_name: client.get("AAUTHNAME")?.to_owned(),
                client_secret: secret(client)?,
                client_nonce: nonce(client)?,
                server_id: w7.get("PROVIDER-ID")?.to_owned(),
                server_secret: secret(server)?,
                server_nonce: nonce(server)?,
            },
        })
    }
}

fn profile_of(push: &Push) -> Option<Profile> {
    match push.content {
        Content::ConnectivityWbxml => Some(Profile::ClientProvisioning),
        Content::DmWbxml => Some(Profile::DeviceManagement),
        _ => None,
    }
}
