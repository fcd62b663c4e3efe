//! `pcid release`, `pcid list`, `pcid show`: the PCIDs in an ICF's store. Keys are never shown.
use super::{
    super::{Failure, table},
    books::{self, From, Icf},
};
use crate::exit::Exit;
use hlr_auc::{Ask, Roaming, Standing, Subscriber};
use operators::icf::life::{Life, Stage};
use provisioning::text::Stamp;
use serde_json::{Value, json};
use std::io::Write;
use wire::Imsi;

/// Gives PCIDs back: nobody may use them, and after the quarantine they are free
///
/// The ICF's daemon frees them when their time has come and returns them to the CCIF. One that is
/// served now is refused: the running ICF has to cancel it (POST /icf/releases).
#[derive(Debug, clap::Args)]
#[command(after_help = RELEASE)]
pub(super) struct ReleaseArgs {
    #[command(flatten)]
    from: From,
    /// The PCIDs
    #[arg(value_name = "PCID", required = true)]
    pcids: Vec<Imsi>,
}

const RELEASE: &str = "\
Examples:
  fosterling pcid release ro.toml 999010000000001
  fosterling pcid release ro.toml 999010000000001 999010000000002 --set icf.quarantine=30d";

pub(super) fn release(args: &ReleaseArgs) -> Result<Exit, Failure> {
    let loaded = args.from.load()?;
    let mut store = Icf::open(&loaded)?;
    if store.section.quarantine.is_none() {
        return Err(Failure::Settings {
            what: format!("{} has no `icf.quarantine`", loaded.name),
            help: "say how long a PCID rests before it is free: quarantine = \"30d\"".into(),
        });
    }
    let (mut unknown, mut served) = (Vec::new(), Vec::new());
    for imsi in &args.pcids {
        match store.find(*imsi)? {
            None => unknown.push(imsi.to_string()),
            Some(s) if serving(&s).is_some() => served.push(imsi.to_string()),
            Some(_) => {}
        }
    }
    if !unknown.is_empty() {
        let what = "these PCIDs are not in the store; nothing was released";
        return Ok(books::no(what, &unknown));
    }
    if !served.is_empty() {
        let what = "a node serves these PCIDs, and the running ICF has to cancel them \
                    (POST /icf/releases); nothing was released";
        return Ok(books::no(what, &served));
    }
    let now = books::now();
    let mut lines = Vec::new();
    for imsi in &args.pcids {
        let pcid = imsi.to_string();
        store.ask(Ask::SetStanding(*imsi, Standing::Quarantined))?;
        store.lives.release(now, &pcid);
        let free_at = store.lives.get(&pcid).and_then(|l| l.free_at);
        lines.push(format!("{pcid}: in quarantine until {}", moment(free_at)));
    }
    store.keep(&[])?;
    let mut out = anstream::stdout().lock();
    for line in lines {
        writeln!(out, "{line}")?;
    }
    Ok(Exit::Good)
}

/// Lists the PCIDs in the ICF's store: where each stands, and until when
#[derive(Debug, clap::Args)]
#[command(after_help = LIST)]
pub(super) struct ListArgs {
    #[command(flatten)]
    from: From,
    /// As JSON
    #[arg(long)]
    json: bool,
}

const LIST: &str = "\
Examples:
  fosterling pcid list ro.toml
  fosterling pcid list ro.toml --json";

pub(super) fn list(args: &ListArgs) -> Result<Exit, Failure> {
    let loaded = args.from.load()?;
    let store = Icf::open(&loaded)?;
    let all = store.all()?;
    let rows: Vec<Row<'_>> = all.iter().map(|s| Row::of(s, &store)).collect();
    let mut out = anstream::stdout().lock();
    if args.json {
        let all: Vec<Value> = rows.iter().map(Row::object).collect();
        writeln!(out, "{:#}", Value::from(all))?;
        return Ok(Exit::Good);
    }
    let columns = [15, 10, 20, 20, 27];
    let mut say = |cells: [&str; 5]| {
        let cells: Vec<_> = cells.into_iter().zip(columns).collect();
        let lines = table::row(&cells, 0);
        lines.iter().try_for_each(|l| writeln!(out, "{l}"))
    };
    say(["PCID", "stage", "valid until", "free at", "served by"])?;
    for r in &rows {
        say([
            &r.s.imsi.to_string(),
            &r.stage.to_string(),
            &r.valid_until(),
            &r.life
                .and_then(|l| l.free_at)
                .map_or_else(String::new, |t| moment(Some(t))),
            serving(r.s).unwrap_or_default(),
        ])?;
    }
    Ok(Exit::Good)
}

/// Shows what the ICF's store knows of a PCID, but for its keys
#[derive(Debug, clap::Args)]
#[command(after_help = SHOW)]
pub(super) struct ShowArgs {
    #[command(flatten)]
    from: From,
    /// The PCID
    #[arg(value_name = "PCID")]
    pcid: Imsi,
    /// As JSON
    #[arg(long)]
    json: bool,
}

const SHOW: &str = "\
Examples:
  fosterling pcid show ro.toml 999010000000001
  fosterling pcid show ro.toml 999010000000001 --json";

pub(super) fn show(args: &ShowArgs) -> Result<Exit, Failure> {
    let loaded = args.from.load()?;
    let store = Icf::open(&loaded)?;
    let Some(s) = store.find(args.pcid)? else {
        let what = "this PCID is not in the store: it is free, or another operator's";
        return Ok(books::no(what, &[args.pcid.to_string()]));
    };
    let row = Row::of(&s, &store);
    let mut out = anstream::stdout().lock();
    if args.json {
        writeln!(out, "{:#}", row.object())?;
        return Ok(Exit::Good);
    }
    let free_at = row.life.and_then(|l| l.free_at);
    for (what, is) in [
        ("PCID", s.imsi.to_string()),
        ("stage", row.stage.to_string()),
        ("valid until", row.valid_until()),
        (
            "free at",
            free_at.map_or_else(|| "not yet known".into(), |t| moment(Some(t))),
        ),
        (
            "validated",
            (s.standing != Standing::Unvalidated).to_string(),
        ),
        (
            "access",
            match s.lifetime {
                Some(l) => format!("{} s after each attach", l.as_secs()),
                None => "without an end".into(),
            },
        ),
        ("APNs", apns(&s).join(" ")),
        (
            "networks",
            match roaming(&s) {
                None => "any".into(),
                Some(some) => some.join(" "),
            },
        ),
        ("served by", serving(&s).unwrap_or("nobody").to_owned()),
    ] {
        writeln!(out, "{what:<12} {is}")?;
    }
    Ok(Exit::Good)
}

/// A PCID's record with its life.
struct Row<'a> {
    s: &'a Subscriber,
    life: Option<Life>,
    stage: Stage,
}

impl<'a> Row<'a> {
    fn of(s: &'a Subscriber, store: &Icf<'_>) -> Self {
        let life = store.lives.get(&s.imsi.to_string()).copied();
        // what time has brought about since the daemon ended
        let stage = match life.map(|l| l.stage) {
            Some(Stage::Issued | Stage::InUse) | None if !s.is_valid(books::now().utc) => {
                Stage::Expired
            }
            Some(stage) => stage,
            None if s.standing == Standing::Quarantined => Stage::Quarantine,
            None if serving(s).is_some() => Stage::InUse,
            None => Stage::Issued,
        };
        Self { s, life, stage }
    }

    fn valid_until(&self) -> String {
        moment(self.s.valid_until.map(|t| t.secs()))
    }

    fn object(&self) -> Value {
        let free_at = self.life.and_then(|l| l.free_at);
        json!({
            "pcid": self.s.imsi.to_string(),
            "stage": self.stage.to_string(),
            "valid_until": self.s.valid_until.map(|t| Stamp::from(t).to_string()),
            "free_at": free_at.map(|t| Stamp(t).to_string()),
            "validated": self.s.standing != Standing::Unvalidated,
            "lifetime": self.s.lifetime.map(|l| l.as_secs()),
            "apns": apns(self.s),
            "networks": roaming(self.s),
            "served_by": serving(self.s),
        })
    }
}

fn moment(secs: Option<u64>) -> String {
    secs.map_or_else(|| "without an end".into(), |t| Stamp(t).to_string())
}

fn apns(s: &Subscriber) -> Vec<String> {
    s.contexts.iter().map(|c| c.apn.to_string()).collect()
}

fn roaming(s: &Subscriber) -> Option<Vec<String>> {
    match &s.roaming {
        Roaming::Anywhere => None,
        Roaming::Only(some) => Some(some.iter().map(ToString::to_string).collect()),
    }
}

/// The node that serves it.
fn serving(s: &Subscriber) -> Option<&str> {
    let node = s.serving.as_ref().filter(|_| !s.purged);
    node.map(|n| n.host.as_str())
}
