//! R29: the DPF calls. Package 0 is a call to whoever has an account; a bootstrap brings the account
//! and is a call by that.
use crate::{
    life::{Phase, Step, Timer},
    node::{M2me, Out},
};
use engine::{Event, Now};
use provisioning::{
    bootstrap::{Content, Given, Push, Refused, Shared},
    dm::Notification,
};
use std::net::SocketAddrV4;

/// Whether the DPF has called.
#[derive(Debug, Default)]
pub(crate) struct Called {
    /// It has: from then on the machine calls in by itself.
    pub(crate) once: bool,
    /// The session that is to be opened, once.
    pub(crate) session: Option<String>,
    /// Where the server is, by the bootstrap that brought its account.
    pub(crate) uri: Option<String>,
}

impl M2me {
    /// True where a session cannot or may not be opened yet.
    pub(crate) fn is_to_wait(&self) -> bool {
        match self.accounts {
            Some(_) => self.config.waits_for_call && !self.called.once,
            None => self.config.tre.pcid.pin.is_some(),
        }
    }

    pub(crate) fn wait_for_call(&mut self, now: Now, out: &mut Out) {
        self.phase = Phase::Waiting;
        let until = now.mono + self.config.times.call;
        self.timers.start(Timer::Call, until);
        out.trace(Event::new("m2me.waiting"));
    }

    /// Nobody has called: with an account it calls in by itself, without one it registers again.
    pub(crate) fn uncalled(&mut self, now: Now, out: &mut Out) {
        if !matches!(self.phase, Phase::Waiting) {
            return;
        }
        let step = match self.accounts {
            Some(_) => Step::Session,
            None => Step::Register,
        };
        self.called.once = self.accounts.is_some();
        self.again(now, step, None, "the DPF has not called", out);
    }

    /// A WAP push, from whomever.
    pub(crate) fn pushed(&mut self, now: Now, from: SocketAddrV4, octets: &[u8], out: &mut Out) {
        let Ok(push) = Push::read(octets) else {
            return out.count("push: unreadable");
        };
        let heard = match push.content {
            Content::DmNotification => self.notified(&push),
            Content::ConnectivityWbxml | Content::DmWbxml => self.bootstrapped(&push),
            _ => return out.count("push: for nobody"),
        };
        match heard {
            Ok(Some(event)) => {
                out.trace(event.with("from", from));
                self.called.once = true;
                if matches!(self.phase, Phase::Waiting) {
                    self.timers.stop(&Timer::Call);
                    self.step(now, Step::Session, out);
                }
            }
            Ok(None) => out.count("push: repeated"),
            Err(why) => {
                let event = Event::new("m2me.push-refused").with("from", from);
                out.trace(event.with("content", push.content).with("cause", why));
            }
        }
    }

    /// Package 0: only the server of the account is heard (T10), and its call once.
    fn notified(&mut self, push: &Push) -> Result<Option<Event>, &'static str> {
        let call = Notification::read(&push.body).map_err(|_| "unreadable notification")?;
        let (_, server) = self.accounts.as_ref().ok_or("no account")?;
        // it is repeated until it is heard, and its nonce is spent by the session that follows
        if matches!(self.phase, Phase::Session(_) | Phase::Closing(_)) {
            return Ok(None);
        }
        if self.config.checks_server && !call.is_of(server) {
            return Err("not the server of the account");
        }
        let id = call.session();
        if self.called.session.as_ref() == Some(&id) {
            return Ok(None);
        }
        self.called.session = Some(id.clone());
        let event = Event::new("m2me.called").with("server", &call.server_id);
        Ok(Some(event.with("session", id)))
    }

    /// A bootstrap: one account, once, from somebody who knows more than the PCID (T10).
    fn bootstrapped(&mut self, push: &Push) -> Result<Option<Event>, &'static str> {
        let shared = Shared {
            imsi: self.tre.pcid().to_owned(),
            pin: self.config.tre.pcid.pin.clone(),
        };
        let given = match self.config.checks_server {
            true => Given::open(push, &shared, true),
            false => Given::read(push).ok_or(Refused::Contents),
        };
        let given = given.map_err(|e| match e {
            Refused::NetworkPinAlone => "NETWPIN of a PCID alone",
            Refused::Mac => "wrong MAC",
            Refused::NoPin => "no PIN",
            Refused::Unsecured => "no security parameters",
            Refused::Method => "unknown security method",
            Refused::Contents => "no account in it",
        })?;
        if let Some((_, server)) = &self.accounts {
            return match server.name == given.account.server_id {
                true => Ok(None),
                false => Err("there is an account"),
            };
        }
        self.shown.server_id.clone_from(&given.account.server_id);
        self.shown
            .client_name
            .clone_from(&given.account.client_name);
        self.accounts = Some(given.account.accounts());
        self.called.uri = Some(given.uri);
        let event = Event::new("m2me.bootstrapped").with("server", &self.shown.server_id);
        Ok(Some(event.with("content", push.content)))
    }
}
