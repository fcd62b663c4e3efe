//! Values that contradict each other: each is right by itself, together they cannot be meant.
use super::{
    declare::Reader,
    roles::{
        Config,
        home::{Dra, Hlr, Pva, Sho},
        n3g::N3g,
        registration::{Ccif, Dpf, Drf, Icf},
        visited::{Ggsn, M2me, Sgsn},
    },
    sections::{Listen, Peer, Tunnel},
    types::{HostName, Span, Transport},
    value::{Origin, Value},
};
use engine::{Carrier, Prefix};
use provisioning::{credential::Credential, key::Key, x509::Cert};
use std::{
    collections::BTreeMap,
    net::{IpAddr, SocketAddr},
    time::Duration,
};
use wire::{MncLengths, Plmn};

/// Complains of all contradictions.
pub(super) fn check(c: &Config, tree: &Value, r: &mut Reader<'_>) {
    let mut check = Checker {
        tree,
        r,
        taken: BTreeMap::new(),
        has_tls: c.tls.is_some(),
    };
    if let Some(t) = &c.tls
        && let Some(first) = t.certificate.0.first()
    {
        check.pair(&t.key, first, ("tls.certificate", "key"));
    }
    if let Some(a) = &c.admin {
        check.takes("tcp", a.listen.0, "admin.listen");
    }
    each(&c.m2me, |m| check.m2me(m));
    each(&c.sgsn, |s| check.sgsn(s));
    each(&c.ggsn, |g| check.ggsn(g));
    each(&c.hlr, |h| check.hlr(h));
    each(&c.icf, |i| check.icf(i));
    each(&c.drf, |d| check.drf(d));
    each(&c.dpf, |d| check.dpf(d));
    each(&c.sho, |s| check.sho(s));
    each(&c.pva, |p| check.pva(p));
    each(&c.ccif, |i| check.ccif(i));
    each(&c.dra, |d| check.dra(d));
    each(&c.n3g, |n| check.n3g(n));
    each(&c.aaa, |a| check.takes("udp", a.listen.0, "aaa.listen"));
}

fn each<T>(section: &Option<T>, check: impl FnOnce(&T)) {
    if let Some(s) = section {
        check(s);
    }
}

struct Checker<'a, 'r> {
    tree: &'a Value,
    r: &'a mut Reader<'r>,
    /// Addresses by protocol, and the key that took each.
    taken: BTreeMap<(&'static str, SocketAddr), String>,
    has_tls: bool,
}

impl Checker<'_, '_> {
    /// Where a key's value came from; of a file's content the place of its name; of what nobody
    /// has given its table's head.
    fn place(&self, key: &str) -> Origin {
        let path: Vec<&str> = key.split('.').collect();
        let file = format!("{key}_file");
        let by_file: Vec<&str> = file.split('.').collect();
        let given = |v: &&Value| v.origin != Origin::Default;
        let found = self.tree.at(&path).or_else(|| self.tree.at(&by_file));
        if let Some(v) = found.filter(given) {
            return match &v.data {
                super::value::Data::Table(_) => head(&v.origin),
                _ => v.origin.clone(),
            };
        }
        let parent = key.rsplit_once('.').map_or("", |p| p.0);
        match self.tree.at(&parent.split('.').collect::<Vec<_>>()) {
            Some(v) => head(&v.origin),
            None => head(&self.tree.origin),
        }
    }

    fn no(&mut self, key: &str, what: impl Into<String>, label: &str, fix: impl Into<String>) {
        let at = self.place(key);
        self.r.complain(&at, what, label, fix);
    }

    /// An address that a node listens at: nobody else may.
    fn takes(&mut self, protocol: &'static str, at: SocketAddr, key: &str) {
        let any = |ip: IpAddr| ip.is_unspecified();
        let clash = |(p, a): &&(&'static str, SocketAddr)| {
            let same = a.ip() == at.ip() || any(a.ip()) || any(at.ip());
            *p == protocol && a.port() == at.port() && same
        };
        if let Some(other) = self.taken.keys().find(clash).copied() {
            let other = self.taken.get(&other).cloned().unwrap_or_default();
            let what = format!("{protocol} address {at} is taken twice: by `{other}` already");
            self.no(
                key,
                what,
                "the second time",
                "give one of them another address or port",
            );
        } else {
            self.taken.insert((protocol, at), key.to_owned());
        }
    }

    /// TLS needs somebody to be.
    fn carried(&mut self, by: Transport, key: &str) {
        if by == Transport::Fixed(Carrier::Tls) && !self.has_tls {
            let what = "this transport needs a certificate, and there is no section [tls]";
            let fix = "add [tls] with certificate_file, key_file and roots_file";
            self.no(key, what, "here", fix);
        }
    }

    fn listens(&mut self, all: &[Listen], role: &str) {
        if all.is_empty() {
            let what = "nobody can connect: there is no `listen`";
            let fix = format!("add a table [[{role}.listen]] with an address");
            self.no(role, what, "in this table", fix);
        }
        for (i, l) in all.iter().enumerate() {
            self.carried(l.transport, &format!("{role}.listen.{i}.transport"));
            let key = format!("{role}.listen.{i}.address");
            match l.transport {
                Transport::Fixed(Carrier::Tcp | Carrier::Tls) => {
                    self.takes("tcp", l.address.0, &key);
                }
                _ => self.takes("sctp", l.address.0, &key),
            }
        }
    }

    /// A network of the lab's: others belong to real operators.
    fn network(&mut self, plmn: Plmn, key: &str) {
        if !is_test(plmn) {
            let what = format!("{plmn} is not a test network");
            let fix = "use an MCC of 001 or 999: others belong to real operators";
            self.no(key, what, "this network", fix);
        }
    }

    /// A realm and a host name in it.
    fn identity(
        &mut self,
        role: &str,
        plmn: Plmn,
        host: &Option<HostName>,
        realm: &Option<HostName>,
    ) {
        self.network(plmn, &format!("{role}.plmn"));
        let own = plmn.realm();
        let is_epc = |r: &str| r.starts_with("epc.mnc") && r.ends_with(".3gppnetwork.org");
        let given = realm.as_ref().map(|r| r.0.to_ascii_lowercase());
        if let Some(r) = given.as_deref().filter(|r| is_epc(r) && *r != own) {
            let what = format!("the realm {r} is not that of the network {plmn}");
            let fix = format!("write {own:?}, or leave the key out");
            self.no(&format!("{role}.realm"), what, "another network's", fix);
            return;
        }
        let realm = given.unwrap_or(own);
        if let Some(h) = host {
            self.within(&h.0, &realm, &format!("{role}.host"));
        }
    }

    fn within(&mut self, host: &str, realm: &str, key: &str) {
        let inside = host.to_ascii_lowercase().ends_with(&format!(".{realm}"));
        if !inside {
            let what = format!("the host {host} is not in the realm {realm}");
            let first = host.split('.').next().unwrap_or(host);
            let fix = format!("write \"{first}.{realm}\", or give `realm` as well");
            self.no(key, what, "outside of its realm", fix);
        }
    }

    fn peers(&mut self, all: &[Peer], role: &str) {
        let mut hosts = BTreeMap::new();
        for (i, p) in all.iter().enumerate() {
            let key = |k: &str| format!("{role}.peer.{i}.{k}");
            self.carried(p.transport, &key("transport"));
            if hosts.insert(p.host.0.to_ascii_lowercase(), i).is_some() {
                let what = format!("the peer {} is there twice", p.host.0);
                self.no(&key("host"), what, "the second time", "keep one of them");
            }
            if p.realms.is_empty() && !p.default {
                let what = "this peer is never asked: it serves no realm";
                let fix = "add `realms = [\"...\"]`, or `default = true` for an agent";
                self.no(&key("realms"), what, "in this table", fix);
            }
        }
    }

    fn span(&mut self, key: &str, is: Span, least: Duration) {
        if is.0 < least {
            let what = format!("{:?} is too short", is.0);
            self.no(key, what, "here", format!("{least:?} is the least"));
        }
    }

    fn watchdog(&mut self, role: &str, is: Span) {
        // RFC 3539 3.4.1: Twinit must not be set lower than 6 seconds
        self.span(&format!("{role}.watchdog"), is, Duration::from_secs(6));
    }

    fn pair(&mut self, key: &Key, cert: &Cert, which: (&str, &str)) {
        if cert.key().ok() != Some(key.public()) {
            let what = format!(
                "this certificate does not belong to the key of `{}`",
                which.1
            );
            let fix = "name the certificate and the key that were made together";
            self.no(which.0, what, "of another key", fix);
        }
    }

    fn once<K: Ord>(&mut self, seen: &mut BTreeMap<K, ()>, value: K, key: &str, what: &str) {
        if seen.insert(value, ()).is_some() {
            let what = format!("{what} is there twice");
            self.no(key, what, "the second time", "give each its own");
        }
    }

    fn tunnel(&mut self, t: &Option<Tunnel>, key: &str) {
        let Some(t) = t else { return };
        self.takes("udp", t.address.0, &format!("{key}.address"));
        if t.route.is_empty() {
            let what = "this tunnel leads nowhere: there is no `route`";
            let fix = format!("add a table [[{key}.route]] with prefix and address");
            self.no(key, what, "in this table", fix);
        }
        let mut seen = BTreeMap::new();
        for (i, r) in t.route.iter().enumerate() {
            let key = format!("{key}.route.{i}.prefix");
            self.once(&mut seen, r.prefix, &key, "this prefix");
        }
    }

    fn m2me(&mut self, m: &M2me) {
        self.network(m.plmn, "m2me.plmn");
        if m.bvci < 2 {
            let fix = "0 and 1 are for signalling (TS 48.018 5.4.1): take 2 or more";
            self.no("m2me.bvci", "a cell cannot have this BVCI", "here", fix);
        }
        if m.device.is_empty() {
            let fix = "add a table [[m2me.device]] for each";
            self.no("m2me", "there is no machine", "in this table", fix);
        }
        if let super::sections::Every(Some(s)) = m.again {
            self.span("m2me.again", s, Duration::from_secs(1));
        }
        // a cell is heard at least every other broadcast
        self.span("m2me.scan", m.scan, Duration::from_millis(100));
        let (mut ids, mut tres, mut pcids) = Default::default();
        for (i, d) in m.device.iter().enumerate() {
            let key = |k: &str| format!("m2me.device.{i}.{k}");
            self.once(&mut ids, d.id.clone(), &key("id"), "this machine");
            self.once(&mut tres, d.tre.clone(), &key("tre"), "this TRE");
            self.once(&mut pcids, d.pcid.pcid.clone(), &key("pcid"), "this PCID");
            for (name, digits, n) in [("imei", &d.imei, 15), ("imeisv", &d.imeisv, 16)] {
                if digits.len() != n {
                    let what = format!("{} digits where {n} are wanted", digits.len());
                    let fix = format!("an {} has {n} digits", name.to_ascii_uppercase());
                    self.no(&key(name), what, "here", fix);
                }
            }
            if d.pcid.pcid.parse::<wire::Imsi>().is_err() {
                let fix = "`fosterling config keys` makes the credentials of PCIDs";
                self.no(&key("pcid"), "the PCID is not an IMSI", "here", fix);
            }
            self.pair(&d.key, &d.credential, (&key("credential"), "key"));
            let named = Credential::parse(d.credential.der()).ok().map(|c| c.tre);
            if named.is_none_or(|n| n.tre_id != d.tre || n.m2me_id != d.id) {
                let what = format!("this credential is not one of {} in {}", d.tre, d.id);
                let fix = "`id` and `tre` are those with which the credential was made";
                self.no(&key("credential"), what, "of another TRE", fix);
            }
            if let Some(l) = &d.line
                && crate::build::hardware(&l.hardware).is_none()
            {
                let fix = "six octets as 02:00:00:00:00:01";
                let what = "this is not a hardware address";
                self.no(&key("line.hardware"), what, "here", fix);
            }
            for (key, first) in [
                ("m2me.gb", Some(m.gb.0)),
                ("m2me.hears", m.hears.map(|h| h.0)),
            ] {
                let Some(first) = first else { continue };
                let n = u16::try_from(i).unwrap_or(u16::MAX);
                match first.port().checked_add(n) {
                    Some(p) => self.takes("udp", SocketAddr::new(first.ip(), p), key),
                    None => {
                        let fix = "begin with a lower port";
                        self.no(key, "there are more machines than ports", "here", fix);
                    }
                }
            }
        }
    }

    fn n3g(&mut self, n: &N3g) {
        self.span("n3g.lease", n.lease, Duration::from_secs(60));
        if n.line.is_empty() {
            let fix = "add a table [[n3g.line]] for each machine";
            self.no("n3g", "there is no line", "in this table", fix);
        }
        let (mut names, mut nets) = Default::default();
        for (i, l) in n.line.iter().enumerate() {
            let key = |k: &str| format!("n3g.line.{i}.{k}");
            self.once(&mut names, l.name.clone(), &key("name"), "this line");
            self.once(&mut nets, l.network.name(), &key("network"), "this network");
        }
        if let Some(r) = &n.radius {
            let at = SocketAddr::new(r.address.into(), r.port);
            self.takes("udp", at, "n3g.radius.address");
        }
    }

    fn sgsn(&mut self, s: &Sgsn) {
        self.identity("sgsn", s.plmn, &s.host, &s.realm);
        let gb =
            s.gb.map_or(SocketAddr::new(s.address.into(), 2157), |g| g.0);
        self.takes(
            "udp",
            gb,
            if s.gb.is_some() {
                "sgsn.gb"
            } else {
                "sgsn.address"
            },
        );
        self.gtp("sgsn", s.address.into(), s.t3, s.n3);
        self.watchdog("sgsn", s.watchdog);
        self.span("sgsn.redial", s.redial, Duration::from_secs(1));
        self.peers(&s.peer, "sgsn");
        if s.peer.is_empty() {
            let fix = "add a table [[sgsn.peer]] for each home network or agent";
            self.no(
                "sgsn",
                "nobody can attach: there is no peer",
                "in this table",
                fix,
            );
        }
        for (i, g) in s.gateway.iter().enumerate() {
            if let Some(p) = g.plmn {
                self.network(p, &format!("sgsn.gateway.{i}.plmn"));
            }
        }
        for (i, b) in s.barred.iter().enumerate() {
            self.network(b.plmn, &format!("sgsn.barred.{i}.plmn"));
        }
        if let Some(c) = &s.cell {
            let at = SocketAddr::new(s.address.into(), gb_gmm::broadcast::gsmtap::PORT);
            self.takes("udp", at, "sgsn.cell");
            self.span("sgsn.cell.every", c.every, Duration::from_millis(10));
            if c.hearers.is_empty() {
                let fix = "name the address of each machine's `hears`";
                self.no("sgsn.cell.hearers", "nobody hears this cell", "here", fix);
            }
            if c.arfcn > 1023 {
                let fix = "0 to 1023 (TS 45.005 2)";
                self.no("sgsn.cell.arfcn", "there is no such channel", "here", fix);
            }
        }
        if s.most == 0 {
            self.no("sgsn.most", "nobody can attach", "here", "1 is the least");
        }
    }

    fn gtp(&mut self, role: &str, ip: IpAddr, t3: Span, n3: u8) {
        let key = format!("{role}.address");
        self.takes("udp", SocketAddr::new(ip, gtp::CONTROL_PORT), &key);
        self.takes("udp", SocketAddr::new(ip, gtp::USER_PORT), &key);
        self.span(&format!("{role}.t3"), t3, Duration::from_millis(1));
        if n3 == 0 {
            let what = "a request would never be sent";
            self.no(&format!("{role}.n3"), what, "here", "1 is the least");
        }
    }

    fn ggsn(&mut self, g: &Ggsn) {
        self.gtp("ggsn", g.address.into(), g.t3, g.n3);
        self.tunnel(&g.tunnel, "ggsn.tunnel");
        self.tun(g);
        if let Some(s) = g.echo.0 {
            // TS 29.060 7.2.1: not more often than every 60 s
            self.span("ggsn.echo", s, Duration::from_secs(60));
        }
        if let Some(a) = &g.accounting {
            let at = SocketAddr::new(g.address.into(), a.port);
            self.takes("udp", at, "ggsn.accounting.port");
        }
        if g.apn.is_empty() {
            let fix = "add a table [[ggsn.apn]] for each";
            self.no(
                "ggsn",
                "there is no access point name",
                "in this table",
                fix,
            );
        }
        let mut names = BTreeMap::new();
        for (i, a) in g.apn.iter().enumerate() {
            let key = |k: &str| format!("ggsn.apn.{i}.{k}");
            self.once(
                &mut names,
                a.name.to_string(),
                &key("name"),
                "this access point name",
            );
            if !a.pool.address.is_ipv4() {
                let fix = "take a prefix of IPv4 addresses";
                self.no(&key("pool"), "contexts are of IPv4 here", "here", fix);
            }
            let earlier = g.apn.get(..i).unwrap_or_default();
            if earlier.iter().any(|b| overlap(a.pool, b.pool)) {
                let fix = "give each access point name addresses of its own";
                self.no(
                    &key("pool"),
                    "another pool has these addresses too",
                    "here",
                    fix,
                );
            }
            if a.allowed.is_empty() {
                let fix = "list whom they may talk to; \"0.0.0.0/0\" is everybody";
                self.no(
                    &key("allowed"),
                    "its users could talk to nobody",
                    "here",
                    fix,
                );
            }
            if g.accounting.is_none() && a.report != sgsn_ggsn::ggsn::Report::Off {
                let what = "its contexts are reported, and there is no accounting server";
                let fix = "add a table [ggsn.accounting], or say `report = \"off\"`";
                self.no(&key("report"), what, "in this table", fix);
            }
        }
    }

    fn tun(&mut self, g: &Ggsn) {
        let Some(t) = &g.tun else { return };
        if g.tunnel.is_some() {
            let what = "the network behind the GGSN is a tunnel already";
            let fix = "leave out one of [ggsn.tun] and [ggsn.tunnel]";
            self.no("ggsn.tun", what, "this table too", fix);
        }
        let Some(address) = t.address else { return };
        if !address.address.is_ipv4() {
            let fix = "take an IPv4 address";
            self.no("ggsn.tun.address", "contexts are of IPv4 here", "here", fix);
        }
        for (i, a) in g.apn.iter().enumerate() {
            if !address.contains(a.pool.address) || address.len > a.pool.len {
                let what = format!("{address} on the TUN device leads nobody to this pool");
                let fix = "give `tun.address` a prefix that holds the pool";
                self.no(&format!("ggsn.apn.{i}.pool"), what, "this pool", fix);
            } else if a.pool.contains(address.address) {
                let what = "the kernel's own address on the TUN device is one of this pool";
                let fix = "take a pool beside it, within the prefix of `tun.address`";
                self.no(&format!("ggsn.apn.{i}.pool"), what, "this pool", fix);
            }
        }
    }

    fn hlr(&mut self, h: &Hlr) {
        self.identity("hlr", h.plmn, &h.host, &h.realm);
        self.takes("tcp", h.http.0, "hlr.http");
        self.listens(&h.listen, "hlr");
        self.watchdog("hlr", h.watchdog);
        let mut seen = BTreeMap::new();
        for (i, s) in h.subscriber.iter().enumerate() {
            let key = format!("hlr.subscriber.{i}.imsi");
            self.once(&mut seen, s.imsi, &key, "this IMSI");
            if s.imsi.plmn(&MncLengths::test_networks()) != Some(h.plmn) {
                let what = format!(
                    "{} does not begin with this HLR's network {}",
                    s.imsi, h.plmn
                );
                let fix = format!("an IMSI of {} begins with {}", h.plmn, digits(h.plmn));
                self.no(&key, what, "another network's", fix);
            }
        }
    }

    fn icf(&mut self, i: &Icf) {
        self.identity("icf", i.plmn, &i.host, &i.realm);
        let realm = i.realm.as_ref().map_or(i.plmn.realm(), |r| r.0.clone());
        for (n, a) in i.aliases.iter().enumerate() {
            self.within(&a.0, &realm, &format!("icf.aliases.{n}"));
        }
        self.takes("tcp", i.http.0, "icf.http");
        self.listens(&i.listen, "icf");
        self.watchdog("icf", i.watchdog);
        self.both(
            ("icf.pva", i.pva.is_some()),
            ("icf.pva_verdicts", i.pva_verdicts.is_some()),
        );
    }

    /// Two keys of which neither is of use without the other.
    fn both(&mut self, a: (&str, bool), b: (&str, bool)) {
        let (there, missing) = match (a.1, b.1) {
            (true, false) => (a.0, b.0),
            (false, true) => (b.0, a.0),
            _ => return,
        };
        let what = format!("`{there}` is of no use without `{missing}`");
        self.no(there, what, "here", "give both, or none");
    }

    fn drf(&mut self, d: &Drf) {
        self.network(d.plmn, "drf.plmn");
        self.takes("tcp", d.http.0, "drf.http");
        let at = d
            .accounting
            .map_or(SocketAddr::new(d.http.0.ip(), 1813), |a| a.0);
        self.takes("udp", at, "drf.accounting");
        self.tunnel(&d.inner.tunnel, "drf.inner.tunnel");
        if d.sho.is_empty() {
            let fix = "add a table [[drf.sho]] for each";
            self.no("drf", "there is no home operator", "in this table", fix);
        }
        let mut seen = BTreeMap::new();
        for (i, s) in d.sho.iter().enumerate() {
            let key = format!("drf.sho.{i}.plmn");
            self.network(s.plmn, &key);
            self.once(&mut seen, s.plmn, &key, "this home operator");
        }
        for (i, rule) in d.rule.iter().enumerate() {
            if !seen.contains_key(&rule.sho) {
                let what = format!(
                    "this leads to {}, which is no `sho` of this table",
                    rule.sho
                );
                let fix = "name a home operator that has a table [[drf.sho]]";
                self.no(&format!("drf.rule.{i}.sho"), what, "unknown operator", fix);
            }
        }
        if d.inner.address == *d.dpf_inner.v4().ip() {
            let what = "DRF and DPF have the same inner address";
            self.no(
                "drf.dpf_inner",
                what,
                "the second time",
                "give each its own",
            );
        }
    }

    fn dpf(&mut self, d: &Dpf) {
        self.network(d.plmn, "dpf.plmn");
        self.takes("tcp", d.http.0, "dpf.http");
        self.tunnel(&d.inner.tunnel, "dpf.inner.tunnel");
        if d.max_msg_size < 512 {
            let fix = "512 is the least";
            self.no("dpf.max_msg_size", "no session could be held", "here", fix);
        }
    }

    fn sho(&mut self, s: &Sho) {
        self.network(s.plmn, "sho.plmn");
        self.takes("tcp", s.http.0, "sho.http");
        if let Some(c) = s.certificate.0.first() {
            self.pair(&s.key, c, ("sho.certificate", "key"));
            let wanted = digits(s.plmn);
            if c.organization().is_none_or(|o| o != wanted) {
                let what = format!("this is not a certificate of the operator {wanted}");
                let fix = "devices hold the operator in it against that of their package";
                self.no("sho.certificate", what, "of another operator", fix);
            }
        }
        if s.access_class > 15 {
            let what = "there is no such access class";
            self.no("sho.access_class", what, "here", "0 to 15 (TS 22.011 4.2)");
        }
        self.range("sho.first_msin", s.plmn, s.first_msin, 1);
        let mut seen = BTreeMap::new();
        for (i, p) in s.partner.iter().enumerate() {
            let key = format!("sho.partner.{i}.plmn");
            self.network(p.plmn, &key);
            self.once(&mut seen, p.plmn, &key, "this partner");
        }
    }

    /// MSINs that fit behind a PLMN.
    fn range(&mut self, key: &str, plmn: Plmn, first: u64, size: u64) {
        let n = 15usize.saturating_sub(digits(plmn).len());
        let most = 10u64.saturating_pow(u32::try_from(n).unwrap_or(0));
        if size == 0 || first.checked_add(size).is_none_or(|end| end > most) {
            let what = format!("these are not {n} digits behind {}", digits(plmn));
            self.no(
                key,
                what,
                "here",
                format!("an IMSI has 15 digits: end below {most}"),
            );
        }
    }

    fn pva(&mut self, p: &Pva) {
        self.takes("tcp", p.http.0, "pva.http");
        self.pair(&p.root_key, &p.root, ("pva.root", "root_key"));
        self.pair(&p.ocsp_key, &p.ocsp, ("pva.ocsp", "ocsp_key"));
        self.pair(
            &p.verdicts_key,
            &p.verdicts,
            ("pva.verdicts", "verdicts_key"),
        );
        if !p.ocsp.may_sign_ocsp() {
            let what = "this certificate is not one of an OCSP responder";
            let fix = "it needs the extended key usage OCSPSigning (RFC 6960 4.2.2.2)";
            self.no("pva.ocsp", what, "here", fix);
        }
    }

    fn ccif(&mut self, c: &Ccif) {
        self.network(c.plmn, "ccif.plmn");
        self.takes("tcp", c.http.0, "ccif.http");
        self.range("ccif.size", c.plmn, c.first, c.size);
        self.span("ccif.again", c.again, Duration::from_millis(100));
        let there = (c.orders_at.is_some(), c.ordered_from.is_some());
        self.both(("ccif.orders_at", there.0), ("ccif.ordered_from", there.1));
        let (mut ids, mut tres) = Default::default();
        for (i, d) in c.device.iter().enumerate() {
            let key = |k: &str| format!("ccif.device.{i}.{k}");
            self.once(&mut ids, d.id.clone(), &key("id"), "this device");
            self.once(&mut tres, d.tre.clone(), &key("tre"), "this TRE");
        }
        if c.device.len() as u64 > c.size {
            let what = format!("{} devices for {} PCIDs", c.device.len(), c.size);
            self.no(
                "ccif.size",
                what,
                "too few",
                "issue as many as there are devices",
            );
        }
    }

    fn dra(&mut self, d: &Dra) {
        self.within(&d.host.0, &d.realm.0.to_ascii_lowercase(), "dra.host");
        self.listens(&d.listen, "dra");
        self.peers(&d.peer, "dra");
        self.watchdog("dra", d.watchdog);
        if d.most_pending == 0 {
            self.no(
                "dra.most_pending",
                "no request would get through",
                "here",
                "1 is the least",
            );
        }
    }
}

/// A PLMN as its digits.
fn digits(p: Plmn) -> String {
    p.to_string().replace('-', "")
}

fn is_test(p: Plmn) -> bool {
    [1, 999].contains(&p.mcc)
}

fn overlap(a: Prefix, b: Prefix) -> bool {
    a.contains(b.address) || b.contains(a.address)
}

fn head(at: &Origin) -> Origin {
    match at {
        Origin::File(r) => Origin::File(r.start..r.end.min(r.start + 1)),
        other => other.clone(),
    }
}
