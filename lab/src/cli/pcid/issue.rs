//! `pcid issue`, `pcid import`: batches, made as a CCIF makes them, taken as an ICF takes them.
use super::{
    super::Failure,
    books::{self, Ccif, From, Icf},
};
use crate::{build, exit::Exit};
use hlr_auc::Ask;
use operators::{ccif::Issuer, icf};
use provisioning::json::{self, Import, Problem};
use std::{io::Write, path::PathBuf};

/// Issues a batch of PCIDs: a signed manifest, and credentials sealed to each receiver
///
/// Written as files for ICF, DPF and supplier, and entered in the CCIF's store, whose daemon goes on
/// from there. More than are free are refused, none is issued then.
#[derive(Debug, clap::Args)]
#[command(after_help = ISSUE)]
pub(super) struct IssueArgs {
    #[command(flatten)]
    from: From,
    /// The batch's name: no other has it
    #[arg(long, value_name = "NAME", value_parser = name)]
    batch: String,
    /// How many PCIDs
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    count: u32,
    /// The folder for NAME.icf.json, NAME.dpf.json and NAME.m2mes.json
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    out: PathBuf,
}

const ISSUE: &str = "\
Examples:
  fosterling pcid issue ro.toml --batch b-1 --count 20 --out batches
  fosterling pcid issue ro.toml --batch b-2 --count 5 --set ccif.validity=90d";

fn name(text: &str) -> Result<String, String> {
    let good = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    match !text.is_empty() && text.len() <= 64 && text.chars().all(good) && !text.starts_with('.') {
        true => Ok(text.to_owned()),
        false => Err("letters, digits, - _ and . make a batch's name".into()),
    }
}

fn refused(batch: &str, p: &Problem) -> Exit {
    let what = format!("{batch}: {}: {}", p.title.to_lowercase(), p.detail);
    books::no(&what, &p.pcids)
}

pub(super) fn issue(args: &IssueArgs) -> Result<Exit, Failure> {
    let loaded = args.from.load()?;
    let mut ccif = Ccif::open(&loaded)?;
    let made = ccif.books.issue(books::now().utc, &args.batch, args.count);
    let made = match made {
        Ok(made) => made,
        Err(p) => return Ok(refused(&args.batch, &p)),
    };
    std::fs::create_dir_all(&args.out).map_err(|e| Failure::file(&args.out, e))?;
    let path = |to: &str| args.out.join(format!("{}.{to}.json", args.batch));
    // whoever loses the files has lost numbers; whoever kept nothing would issue them twice
    ccif.keep()?;
    books::save(&path("icf"), &made.icf)?;
    books::save(&path("dpf"), &made.dpf)?;
    books::save(&path("m2mes"), &made.m2mes)?;
    let mut out = anstream::stdout().lock();
    let (first, last) = (made.pcids.first(), made.pcids.last());
    if let (Some(first), Some(last)) = (first, last) {
        let count = made.pcids.len();
        writeln!(out, "{}: {count} PCIDs, {first} to {last}", args.batch)?;
    }
    for to in ["icf", "dpf", "m2mes"] {
        writeln!(out, "  {}", path(to).display())?;
    }
    Ok(Exit::Good)
}

/// Takes a batch into the ICF's store: all of it, or nothing
///
/// The manifest has to be signed by a CCIF of the configuration. PCIDs that are somebody's already,
/// or beyond the range that the configuration's CCIF has, are refused and named.
#[derive(Debug, clap::Args)]
#[command(after_help = IMPORT)]
pub(super) struct ImportArgs {
    #[command(flatten)]
    from: From,
    /// The batch, as `pcid issue` or a CCIF makes it for the ICF
    #[arg(value_name = "FILE")]
    file: PathBuf,
}

const IMPORT: &str = "\
Examples:
  fosterling pcid import ro.toml batches/b-1.icf.json
  fosterling pcid import ro.toml b-7.icf.json --set icf.third_party_ccif_file=other.pub";

pub(super) fn import(args: &ImportArgs) -> Result<Exit, Failure> {
    let loaded = args.from.load()?;
    let mut store = Icf::open(&loaded)?;
    let text = std::fs::read(&args.file).map_err(|e| Failure::file(&args.file, e))?;
    let shown = args.file.display().to_string();
    let body: Import = match json::parse(&text) {
        Ok(body) => body,
        Err(e) => return Ok(books::no(&format!("{shown}: no batch: {e}"), &[])),
    };
    let i = store.section;
    let plmn = build::plmn_text(i.plmn);
    let now = books::now();
    let (ccifs, roaming) = (build::icf_ccifs(i), build::roaming(i));
    let records = icf::records(&plmn, &ccifs, &i.key, &roaming, now.utc, &body);
    let mut records = match records {
        Ok(records) => records,
        Err(p) => return Ok(refused(&shown, &p)),
    };
    if i.pva.is_some() {
        // no vectors before the PVA has validated (R61)
        for s in &mut records {
            s.standing = hlr_auc::Standing::Unvalidated;
        }
    }
    let mut taken = Vec::new();
    for s in &records {
        let pcid = s.imsi.to_string();
        if store.find(s.imsi)?.is_some() || store.lives.get(&pcid).is_some() {
            taken.push(pcid);
        }
    }
    if !taken.is_empty() {
        let what = format!("{shown}: of its PCIDs these are somebody's already; nothing was taken");
        return Ok(books::no(&what, &taken));
    }
    if let Some(c) = loaded.config.ccif.as_ref().filter(|c| c.plmn == i.plmn) {
        let rng = engine::Rng::seed(0);
        let issuer: Issuer = build::ccif_config(c, rng).issuer;
        let beyond = records.iter().map(|s| s.imsi.to_string());
        let beyond: Vec<_> = beyond.filter(|p| issuer.number(p).is_none()).collect();
        if !beyond.is_empty() && i.third_party_ccif.is_none() {
            let what = format!(
                "{shown}: the range is used up: these PCIDs are beyond its {}; nothing was taken",
                issuer.capacity()
            );
            return Ok(books::no(&what, &beyond));
        }
    }
    for s in &records {
        store.ask(Ask::Insert(Box::new(s.clone())))?;
        let end = s.valid_until.map_or(u64::MAX, |t| t.secs());
        store.lives.issue(now, &s.imsi.to_string(), end);
    }
    store.keep(&records)?;
    let mut out = anstream::stdout().lock();
    writeln!(out, "{}: {} PCIDs taken", body.batch.batch, records.len())?;
    Ok(Exit::Good)
}
