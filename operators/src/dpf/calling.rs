//! R29: the DPF makes a device call in, by WAP pushes down its tunnel: package 0 to one that has an
//! account, a bootstrap to one that has none.
use super::{Dm, Dpf};
use crate::gi::Gi;
use engine::{Event, Now, Outputs, Time, Timers};
use provisioning::{
    bootstrap::{Application, Content, Given, Profile, Push, Sec, Shared, wsp},
    dm::Notification,
    json::{Authorisation, DmAccount},
    text::{B64, SecretText},
};
use std::{
    collections::BTreeMap,
    net::{Ipv4Addr, SocketAddrV4},
    time::Duration,
};

/// How often a device is called that does not come.
const TIMES: u8 = 5;
/// The time between two calls.
const BETWEEN: Duration = Duration::from_secs(5);

/// How a device is made to call in.
#[derive(Debug, Clone, Default)]
pub struct Calling {
    /// By what.
    pub by: Call,
    /// How a bootstrap proves whom it comes from.
    pub sec: Sec,
    /// The PIN of all bootstraps, where it is not the account's: to try devices' defences (T10).
    pub pin: Option<SecretText>,
}

/// What a device is called by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Call {
    /// By nothing: it has an account from its factory, and calls in by itself.
    #[default]
    Nothing,
    /// By package 0 of OMA DM.
    Notification,
    /// By a bootstrap of OMA client provisioning.
    ClientProvisioning,
    /// By a bootstrap of the profile of OMA DM.
    Profile,
}

/// Devices that are called and have not come yet.
#[derive(Debug, Default)]
pub(super) struct Calls {
    open: BTreeMap<String, Open>,
    timers: Timers<String>,
}

#[derive(Debug)]
struct Open {
    to: SocketAddrV4,
    octets: Vec<u8>,
    left: u8,
}

impl Calls {
    /// The device has come.
    pub(super) fn answered(&mut self, m2me: &str) {
        self.open.remove(m2me);
        self.timers.stop(&m2me.to_owned());
    }

    /// Calls those again that have not.
    pub(super) fn timer<A>(&mut self, now: Now, gi: &mut Gi, out: &mut Outputs<A>) {
        while let Some(m2me) = self.timers.pop(now.mono) {
            self.send(now, &m2me, gi, out);
        }
    }

    pub(super) fn due(&self) -> Option<Time> {
        self.timers.due()
    }

    fn send<A>(&mut self, now: Now, m2me: &str, gi: &mut Gi, out: &mut Outputs<A>) {
        let Some(open) = self.open.get_mut(m2me) else {
            return;
        };
        let Some(left) = open.left.checked_sub(1) else {
            self.open.remove(m2me);
            out.trace(Event::new("dpf.unanswered").with("m2me", m2me));
            return;
        };
        open.left = left;
        let name = match gi.send_to(open.to, &open.octets) {
            true => "dpf.call",
            false => "dpf.not_called",
        };
        out.trace(Event::new(name).with("m2me", m2me).with("to", open.to));
        self.timers.start(m2me.to_owned(), now.mono + BETWEEN);
    }
}

impl Dpf {
    /// Calls the device of an authorisation, where it is to be called and its address is known.
    pub(super) fn call<A>(&mut self, now: Now, to: &Authorisation, out: &mut Outputs<A>) {
        if self.config.calling.by == Call::Nothing || self.sessions.contains_key(&to.m2me_id) {
            return;
        }
        let address: Option<Ipv4Addr> = to.address.as_ref().and_then(|a| a.parse().ok());
        let account = self.accounts.values().find(|a| a.pcid == to.pcid);
        let (Some(address), Some(account)) = (address, account) else {
            out.count("dpf: nowhere to call");
            return;
        };
        let id = self.config.rng.u32();
        let push = match self.config.calling.by {
            Call::Nothing => None,
            Call::Notification => Some(notification(account, id)),
            Call::ClientProvisioning => self.bootstrap(Profile::ClientProvisioning, account, to),
            Call::Profile => self.bootstrap(Profile::DeviceManagement, account, to),
        };
        let Some(push) = push else {
            out.count("dpf: no PIN to bootstrap by");
            return;
        };
        let open = Open {
            to: SocketAddrV4::new(address, wsp::PORT),
            octets: push.write(),
            left: TIMES,
        };
        self.calls.open.insert(to.m2me_id.clone(), open);
        self.calls.send(now, &to.m2me_id, &mut self.gi, out);
    }

    fn bootstrap(&self, profile: Profile, account: &Dm, to: &Authorisation) -> Option<Push> {
        let calling = &self.config.calling;
        let shared = Shared {
            imsi: account.pcid.clone(),
            pin: calling.pin.clone().or_else(|| account.pin.clone()),
        };
        let given = Given {
            uri: self.config.uri.clone(),
            account: DmAccount {
                client_name: account.device.name.clone(),
                client_secret: SecretText(account.device.secret.clone()),
                client_nonce: B64(account.device.nonce.clone()),
                server_id: account.own.name.clone(),
                server_secret: SecretText(account.own.secret.clone()),
                server_nonce: B64(account.own.nonce.clone()),
            },
        };
        given.push(profile, calling.sec, &shared, &to.m2me_id, 1)
    }
}

/// Package 0: session and transaction are drawn.
fn notification(account: &Dm, id: u32) -> Push {
    let [tid, _, a, b] = id.to_be_bytes();
    let call = Notification::new(&account.own, u16::from_be_bytes([a, b]));
    let mut push = Push::new(tid, Content::DmNotification, call.write());
    push.application = Some(Application::SyncmlDm);
    push
}
