//! Turns messages into facts. The one place that knows what a message proves.
use crate::places::{Inner, Leg, Places, Role, Site, is_behind_gateway};
use captures::Layer;
use engine::Event;
use std::{collections::BTreeMap, net::IpAddr};
use wire::{Imsi, MncLengths};

/// What a run is about: the identities and names that facts are held against.
#[derive(Debug, Clone)]
pub struct Subject {
    /// The provisional identity of each machine.
    pub pcids: Vec<Imsi>,
    /// The one access point of provisional identities.
    pub registration_apn: String,
    /// The access point of the SHO's subscription.
    pub operational_apn: String,
    /// How many digits MNCs have.
    pub mnc_lengths: MncLengths,
    /// The threat that rogues stand for, where there are any.
    pub threat: Option<u8>,
}

/// A fact about the machine or function with this number: the first has none.
pub fn counted(fact: &str, n: u8) -> String {
    match n {
        0 => fact.to_owned(),
        n => format!("{fact}#{}", u16::from(n) + 1),
    }
}

/// Keeps what a fact needs from earlier messages.
#[derive(Debug)]
pub struct Witness {
    subject: Subject,
    /// What is known of each machine.
    machines: BTreeMap<u8, Machine>,
    /// Which machine has which identity: known of provisional ones, seen of others.
    owners: BTreeMap<Imsi, u8>,
    /// Who was asked about in a Diameter session.
    sessions: BTreeMap<String, u8>,
    /// The machine that the message is about.
    n: u8,
    apn: String,
    accounted: bool,
}

/// A machine as its messages show it.
#[derive(Debug, Default)]
struct Machine {
    /// As whom it attaches at present.
    attaching: Option<Imsi>,
    left: bool,
    /// The access point that it has asked for last.
    apn: String,
}

/// Diameter sessions kept: each is over with its answer.
const SESSIONS: usize = 4096;

impl Witness {
    /// A witness for these machines.
    pub fn new(subject: Subject) -> Self {
        let mut owners = BTreeMap::new();
        for (n, pcid) in (0..).zip(&subject.pcids) {
            // of a shared one, the first machine that has it
            owners.entry(*pcid).or_insert(n);
        }
        Self {
            subject,
            machines: BTreeMap::new(),
            owners,
            sessions: BTreeMap::new(),
            n: 0,
            apn: String::new(),
            accounted: false,
        }
    }

    /// True once the machine that a message is about has begun to leave the network as a
    /// provisional one.
    pub fn has_left(&self, layer: &Layer, from: Site, to: Site) -> bool {
        let n = self.about(layer, from, to);
        self.machines.get(&n).is_some_and(|m| m.left)
    }

    /// The machine that a message is about: the one that sends or receives it, or whose identity
    /// it names.
    fn about(&self, l: &Layer, from: Site, to: Site) -> u8 {
        if let Some(end) = [from, to].into_iter().find(|s| s.role == Role::M2me) {
            return end.n;
        }
        let named = ["/avps/user_name", "/imsi"]
            .iter()
            .find_map(|p| self.owners.get(&l.get(p).parse().ok()?));
        let session = || self.sessions.get(&l.get("/avps/session_id"));
        named.or_else(session).copied().unwrap_or(0)
    }

    fn machine(&mut self) -> &mut Machine {
        self.machines.entry(self.n).or_default()
    }

    /// A packet of the user that is not bound for the RO: on its way to the gateway, or beyond it.
    pub fn packet(
        &self,
        places: &Places,
        leg: Leg,
        ends: &[(IpAddr, IpAddr)],
    ) -> Option<&'static str> {
        let of_pcid = |a: IpAddr| matches!(a, IpAddr::V4(v) if Inner::is_of_pcid(v));
        let of_ro = |a: IpAddr| matches!(places.role(a), Role::Drf | Role::Dpf | Role::N3g);
        let outside = |a, b| of_pcid(a) && !of_ro(b);
        let breach = |(a, b): &(IpAddr, IpAddr)| outside(*a, *b) || outside(*b, *a);
        match (leg.name, ends) {
            // bare there, or in GRE where the gateway is another host's
            _ if is_behind_gateway(leg) => ends.iter().any(breach).then_some("wall.breach"),
            ("gp", [_, (from, to), ..]) if outside(*from, *to) => Some("outside.sent"),
            _ => None,
        }
    }

    /// What a message proves. `layers` are all that its packet completes, outer ones first.
    pub fn message(
        &mut self,
        places: &Places,
        layers: &[Layer],
        from: Site,
        to: Site,
    ) -> Vec<String> {
        let mut all = Vec::new();
        for (i, l) in layers.iter().enumerate() {
            let inside = layers.get(i + 1);
            let mut facts = Vec::new();
            self.n = self.about(l, from, to);
            match l.protocol {
                "gmm" => self.gmm(l, &mut facts),
                // without 3GPP radio a PCID has nothing else to give back
                "dhcp" if l.name == "DHCPRELEASE" => self.machine().left = true,
                "sm" => {
                    // a PCID that gives its context back is on its way out
                    let gone = l.name == "DeactivatePdpContextRequest" && from.role == Role::M2me;
                    let gone = gone && self.who() == "pcid";
                    self.machine().left |= gone;
                    self.sm(l, &mut facts);
                }
                "diameter" => {
                    let sgsn = [from, to].into_iter().find(|s| s.role == Role::Sgsn);
                    let icf = [from, to].into_iter().find(|s| s.role == Role::Icf);
                    if let (Some(a), Some(b)) = (sgsn, icf)
                        && places.together(a, b)
                    {
                        facts.push("vno-is-ro".into());
                    }
                    self.diameter(l, &mut facts);
                }
                "map" => self.map(places, l, from, to, &mut facts),
                "gsup" => self.gsup(places, l, to, &mut facts),
                "gtp" => self.gtp(l, &mut facts),
                "radius" => self.radius(l, &mut facts),
                // what the ICF asks the PVA is no step of the procedure
                "http" if [from.role, to.role] == [Role::Icf, Role::Pva] => {}
                "http" if [from.role, to.role] == [Role::Pva, Role::Icf] => {}
                "http" => http(l, inside, &mut facts),
                "ocsp" => ocsp(l, &mut facts),
                "syncml" => syncml(l, &mut facts),
                "wsp" => facts.extend(push(l)),
                _ => {}
            }
            all.extend(facts.iter().map(|f| counted(f, self.n)));
        }
        all
    }

    /// What an event of a node proves.
    pub fn event(&mut self, e: &Event) -> Vec<String> {
        let mut facts = Vec::new();
        if e.name == "tre.installed" {
            facts.push("mcim.installed".into());
        }
        if let Some(cause) = e.get("cause") {
            facts.push(format!("event.{}.{cause}", e.name));
        }
        facts
    }

    /// `pcid` or `sho`, of who attaches at present.
    fn who(&self) -> &'static str {
        match self.machines.get(&self.n).and_then(|m| m.attaching) {
            Some(i) => self.whose(i),
            None => "other",
        }
    }

    /// `pcid` or `sho`: whose identity this is.
    fn whose(&self, i: Imsi) -> &'static str {
        match self.subject.pcids.contains(&i) {
            true => "pcid",
            false => "sho",
        }
    }

    fn gmm(&mut self, l: &Layer, facts: &mut Vec<String>) {
        match l.name.as_str() {
            "AttachRequest" => {
                if let Ok(i) = l.get("/identity/imsi").parse() {
                    let left = self.whose(i) != "pcid";
                    *self.machine() = Machine {
                        attaching: Some(i),
                        left,
                        apn: String::new(),
                    };
                    let n = self.n;
                    self.owners.entry(i).or_insert(n);
                }
                facts.push(format!("attach-request.{}", self.who()));
            }
            "AttachAccept" => facts.push(format!("attach-accept.{}", self.who())),
            "AttachReject" => facts.push(format!("attach-reject.{}", l.get("/cause/value"))),
            "AuthenticationAndCipheringRequest" => facts.push("aka.request".into()),
            "AuthenticationAndCipheringResponse" => facts.push("aka.response".into()),
            "AuthenticationAndCipheringReject" => facts.push("aka.reject".into()),
            "AuthenticationAndCipheringFailure" => {
                facts.push(format!("aka.failure.{}", l.get("/cause/value")));
            }
            "DetachRequestUp" | "DetachRequestDown" => {
                self.machine().left = true;
                if self.who() == "pcid" {
                    facts.push("detach.pcid".into());
                }
            }
            _ => {}
        }
    }

    fn diameter(&mut self, l: &Layer, facts: &mut Vec<String>) {
        let outcome = l.get("/outcome");
        let success = outcome.contains("(2001)");
        let imsi = l.get("/avps/user_name").parse::<Imsi>().ok();
        if imsi.is_some() {
            if self.sessions.len() >= SESSIONS {
                self.sessions.clear();
            }
            self.sessions.insert(l.get("/avps/session_id"), self.n);
        }
        match l.name.as_str() {
            "Authentication-Information-Request"
            | "Update-Location-Request"
            | "Purge-UE-Request" => {
                let realm = imsi
                    .and_then(|i| i.plmn(&self.subject.mnc_lengths))
                    .map(|p| p.realm());
                let right = realm.is_some_and(|r| r == l.get("/avps/destination_realm"));
                let short = if l.name.starts_with('A') {
                    "air"
                } else {
                    "realm"
                };
                match (imsi, right) {
                    (Some(i), true) => facts.push(format!("{short}.realm-of-{}", self.whose(i))),
                    _ => facts.push("realm-wrong".into()),
                }
                let passed = l.get("/avps/route_record");
                if l.name.starts_with('A') && !passed.is_empty() && passed != "[]" {
                    facts.push("air.route-record".into());
                }
                if l.name.starts_with('A') && !l.get("/avps/requested_utran_geran_authentication_info/re_synchronization_info").is_empty() {
                    facts.push("air.resynchronisation".into());
                }
            }
            "Authentication-Information-Answer" if success => facts.push("aia.vectors".into()),
            "Authentication-Information-Answer" => facts.push(format!("aia.{}", code(&outcome))),
            "Update-Location-Answer" if success => facts.push(format!("ula.{}", self.who())),
            "Update-Location-Answer" => facts.push(format!("ula.{}", code(&outcome))),
            "Purge-UE-Answer" | "Cancel-Location-Answer" if success => {
                facts.push("pcid.ended".into());
            }
            _ => {}
        }
    }

    /// MAP shows the same facts as S6d, its errors under the numbers that they have there
    /// (TS 29.305 A.2): a scenario promises them however home networks are asked.
    fn map(&self, places: &Places, l: &Layer, from: Site, to: Site, facts: &mut Vec<String>) {
        let asks = l.name.ends_with(" invoke");
        if asks && let Role::Icf | Role::Hlr = to.role {
            let whose = match to.role {
                Role::Icf => "pcid",
                _ => "sho",
            };
            facts.extend(vno_is_ro(places, to));
            let imsi = l.get("/imsi").parse::<Imsi>().ok();
            let right = imsi.is_some_and(|i| self.whose(i) == whose);
            match (l.name.as_str(), right) {
                (_, false) => facts.push("realm-wrong".into()),
                ("sendAuthenticationInfo invoke", true) => {
                    facts.push(format!("air.realm-of-{whose}"));
                }
                _ => {}
            }
        }
        let resync = !l.get("/components/0/parameter/resync").is_empty();
        if l.name == "sendAuthenticationInfo invoke" && resync {
            facts.push("air.resynchronisation".into());
        }
        let error = match l.get("/outcome").split(' ').next() {
            Some("unknownSubscriber") => "5001",
            Some("roamingNotAllowed") => "5004",
            Some("systemFailure") => "4181",
            _ => "other",
        };
        match l.name.as_str() {
            "sendAuthenticationInfo result" => facts.push("aia.vectors".into()),
            "sendAuthenticationInfo error" => facts.push(format!("aia.{error}")),
            "insertSubscriberData result" => facts.push("isd.taken".into()),
            "updateGprsLocation result" => facts.push(format!("ula.{}", self.who())),
            "updateGprsLocation error" => facts.push(format!("ula.{error}")),
            "purgeMS result" | "cancelLocation result" | "cancelLocation end" => {
                facts.push("pcid.ended".into());
            }
            n if n.ends_with(" undelivered") => facts.push("map.undelivered".into()),
            n if n.ends_with(" reject") => facts.push("map.rejected".into()),
            n if n.ends_with(" abort") && from.role != Role::Sgsn => {
                facts.push("map.refused".into());
            }
            _ => {}
        }
    }

    /// GSUP likewise; its causes are those of GMM.
    fn gsup(&self, places: &Places, l: &Layer, to: Site, facts: &mut Vec<String>) {
        let imsi = l.get("/imsi").parse::<Imsi>().ok();
        let outcome = l.get("/outcome");
        let error = match code(&outcome) {
            "2" => "5001",
            "11" => "5004",
            "17" => "4181",
            _ => "other",
        };
        match l.name.as_str() {
            "InsertSubscriberDataResult" => facts.push("isd.taken".into()),
            "SendAuthInfoRequest" => {
                let whose = match to.role {
                    Role::Icf => "pcid",
                    Role::Hlr => "sho",
                    _ => return,
                };
                facts.extend(vno_is_ro(places, to));
                facts.push(match imsi.is_some_and(|i| self.whose(i) == whose) {
                    true => format!("air.realm-of-{whose}"),
                    false => "realm-wrong".into(),
                });
                if !l.get("/auts").is_empty() {
                    facts.push("air.resynchronisation".into());
                }
            }
            "SendAuthInfoResult" => facts.push("aia.vectors".into()),
            "SendAuthInfoError" => facts.push(format!("aia.{error}")),
            "UpdateLocationResult" => facts.push(format!("ula.{}", self.who())),
            "UpdateLocationError" => facts.push(format!("ula.{error}")),
            "PurgeMsResult" | "LocationCancellationResult" => facts.push("pcid.ended".into()),
            _ => {}
        }
    }

    fn sm(&mut self, l: &Layer, facts: &mut Vec<String>) {
        match l.name.as_str() {
            "ActivatePdpContextRequest" => {
                let apn = l.get("/apn").to_ascii_lowercase();
                self.machine().apn = apn;
            }
            "ActivatePdpContextAccept" => {
                facts.push("sm.accept".into());
                let apn = self.machine().apn.clone();
                facts.extend(self.context(&apn));
            }
            "ActivatePdpContextReject" => {
                facts.push(format!("sm.reject.{}", l.get("/cause/value")));
            }
            _ => {}
        }
    }

    /// What a context to this access point shows.
    fn context(&self, apn: &str) -> Option<String> {
        let of = |known: &str| apn == known || apn.starts_with(&format!("{known}.mnc"));
        Some(match () {
            () if of(&self.subject.registration_apn) => "pdp.registration".into(),
            () if of(&self.subject.operational_apn) => "pdp.operational".into(),
            () if apn.is_empty() => return None,
            () => "pdp.other".into(),
        })
    }

    fn gtp(&mut self, l: &Layer, facts: &mut Vec<String>) {
        match l.name.as_str() {
            "CreatePdpContextRequest" => {
                self.apn = l.get("/apn").to_ascii_lowercase();
                facts.push("gtp.create".into());
            }
            "CreatePdpContextResponse" => {
                let cause = l.get("/cause/value");
                match cause.as_str() {
                    "128" => facts.extend(self.context(&self.apn)),
                    c => facts.push(format!("gtp.refused.{c}")),
                }
            }
            "ErrorIndication" => facts.push("gtp.error-indication".into()),
            _ => {}
        }
    }

    fn radius(&mut self, l: &Layer, facts: &mut Vec<String>) {
        match l.name.as_str() {
            "AccountingRequest" => {
                let text = format!("{:?}", l.body.as_ref().map(|b| b.json()));
                let mut pcids = self.subject.pcids.iter();
                self.accounted = pcids.any(|p| text.contains(&p.to_string()));
            }
            "AccountingResponse" if self.accounted => facts.push("accounting.pcid".into()),
            _ => {}
        }
    }
}

/// R14: an SGSN whose operator has this ICF as well.
fn vno_is_ro(places: &Places, to: Site) -> Option<String> {
    let mut vnos = places.all(Role::Sgsn).map(|n| Site {
        role: Role::Sgsn,
        n,
    });
    let same = to.role == Role::Icf && vnos.any(|v| places.together(v, to));
    same.then(|| "vno-is-ro".into())
}

fn http(l: &Layer, inside: Option<&Layer>, facts: &mut Vec<String>) {
    let get = |p: &str| inside.map(|i| i.get(p)).unwrap_or_default();
    let fact = match l.name.as_str() {
        "204 to POST /drf/pcids" => "handover",
        "201 to POST /drf/challenges" => "challenge",
        "201 to POST /drf/registrations" => "registered",
        "300 to POST /drf/registrations" => "referred",
        "POST /sho/registrations" => "sho.asked",
        "201 to POST /sho/registrations" => "sho.answered",
        "POST /pva/validations" => "pva.asked",
        "200 to POST /pva/validations" => {
            let good = get("/authentic") == "true" && get("/integrity") == "true";
            facts.push(
                if good {
                    "verdict.positive"
                } else {
                    "verdict.negative"
                }
                .into(),
            );
            "pva.answered"
        }
        "201 to POST /dpf/authorisations" => "authorised",
        "POST /sho/reports" => {
            facts.push(format!("report.asked.{}", get("/outcome")));
            if get("/outcome") == "success" {
                "report.sent"
            } else {
                "report.failure"
            }
        }
        "204 to POST /sho/reports" => "report.success",
        n if n.starts_with("403 to POST ") => {
            let kind = get("/type");
            let kind = kind.rsplit(':').next().unwrap_or_default();
            facts.push(format!("refused.{kind}"));
            return;
        }
        n if n.starts_with("4") || n.starts_with("5") => {
            facts.push(format!("http.{}", n.get(..3).unwrap_or_default()));
            return;
        }
        _ => return,
    };
    facts.push(fact.into());
}

fn ocsp(l: &Layer, facts: &mut Vec<String>) {
    if l.name == "OCSPResponse" {
        let status = l.get("/status").to_ascii_lowercase();
        let status = status
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        facts.push(format!("ocsp.{status}"));
    }
}

/// R29: a device is called, or given an account.
fn push(l: &Layer) -> Option<String> {
    Some(match l.name.as_str() {
        "Push of package 0" => "push.notification".into(),
        "Push of client provisioning" | "Push of a DM profile" => {
            format!("push.bootstrap.{}", l.get("/sec").to_lowercase())
        }
        _ => return None,
    })
}

fn syncml(l: &Layer, facts: &mut Vec<String>) {
    let Ok(body) = &l.body else { return };
    let text = body.text();
    for (needle, fact) in [
        ("/Package", "mcim.sent"),
        ("urn:fosterling:at:mcim", "mcim.result"),
    ] {
        if text.contains(needle) {
            facts.push(fact.into());
        }
    }
    if text.contains("212") {
        facts.push("dm.authenticated".into());
    }
    if text.contains("<MoreData/>") {
        facts.push("dm.piece".into());
    }
    // what the device and the DPF say of each other's commands, by its number
    let statuses = text.split("<Status>").skip(1);
    for status in statuses.filter_map(|s| s.split("</Status>").next()) {
        let code = status
            .rsplit("<Data>")
            .next()
            .and_then(|s| s.split('<').next());
        if let Some(code) = code.filter(|c| *c != "200") {
            facts.push(format!("dm.status.{code}"));
        }
    }
}

/// The number in `name (number)`.
fn code(outcome: &str) -> &str {
    outcome
        .rsplit('(')
        .next()
        .map_or("", |s| s.trim_end_matches(')'))
}
