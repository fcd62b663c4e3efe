//! tshark as a judge: a filter counts only when tshark exits 0 and says nothing on stderr.
//!
//! A misspelt field name prints nothing and looks like success; here it fails the test. The
//! user's own Wireshark preferences are never read.
use std::path::Path;
use std::process::{Command, Output};
use std::sync::OnceLock;

use serde_json::Value;

/// tshark with the preferences of one test.
#[derive(Clone, Debug)]
pub struct Tshark {
    name: String,
    arguments: Vec<String>,
}

/// tshark for the test `name`; `None` where it is not installed, with the test named as not run.
///
/// # Panics
/// Where tshark is missing, if `FOSTERLING_REQUIRE=1`.
#[track_caller]
pub fn tshark(name: &str) -> Option<Tshark> {
    if !available() {
        crate::not_run(name, "tshark is not installed", crate::required());
        return None;
    }
    crate::tally::run(name);
    Some(Tshark {
        name: name.to_owned(),
        arguments: Vec::new(),
    })
}

/// Whether tshark can be started.
pub fn available() -> bool {
    static AVAILABLE: OnceLock<bool> = OnceLock::new();
    *AVAILABLE.get_or_init(|| {
        let output = Command::new("tshark").arg("--version").output();
        output.is_ok_and(|output| output.status.success())
    })
}

impl Tshark {
    /// Adds a preference (`-o`), as in `tcp.check_checksum:TRUE`.
    #[must_use]
    pub fn preference(mut self, preference: &str) -> Self {
        self.arguments
            .extend(["-o".to_owned(), preference.to_owned()]);
        self
    }

    /// Adds a "decode as" rule (`-d`), as in `tcp.port==13868,diameter`.
    #[must_use]
    pub fn decode_as(mut self, rule: &str) -> Self {
        self.arguments.extend(["-d".to_owned(), rule.to_owned()]);
        self
    }

    /// How many frames of `pcap` the display filter finds.
    #[track_caller]
    pub fn count(&self, pcap: impl AsRef<Path>, filter: &str) -> usize {
        self.fields(pcap, filter, &["frame.number"]).len()
    }

    /// The frame numbers that the display filter finds; an empty filter finds all.
    #[track_caller]
    pub fn frames(&self, pcap: impl AsRef<Path>, filter: &str) -> Vec<u64> {
        let rows = self.fields(pcap, filter, &["frame.number"]);
        let number = |row: &Vec<String>| row.concat().parse();
        let numbers: Result<_, _> = rows.iter().map(number).collect();
        numbers.unwrap_or_else(|_| panic!("{}: tshark gave {rows:?}", self.name))
    }

    /// The values of `fields` (`-T fields`), a row for each frame that the display filter finds.
    /// A field that stands several times in a frame has its values joined by commas, one that
    /// does not stand there is empty.
    #[track_caller]
    pub fn fields(
        &self,
        pcap: impl AsRef<Path>,
        filter: &str,
        fields: &[&str],
    ) -> Vec<Vec<String>> {
        let mut arguments = vec!["-T", "fields", "-E", "separator=/t"];
        for field in fields {
            arguments.extend(["-e", field]);
        }
        let text = self.text(pcap, filter, &arguments);
        let row = |line: &str| line.split('\t').map(str::to_owned).collect();
        text.lines().map(row).collect()
    }

    /// The frames that the display filter finds as JSON (`-T json`), each as its `layers`;
    /// what stands several times under one name is an array.
    #[track_caller]
    pub fn json(&self, pcap: impl AsRef<Path>, filter: &str) -> Vec<Value> {
        let text = self.text(pcap, filter, &["-T", "json", "--no-duplicate-keys"]);
        let frames: Result<Vec<Value>, _> = serde_json::from_str(&text);
        let frames = frames.unwrap_or_else(|error| panic!("{}: tshark's JSON: {error}", self.name));
        let layers = |mut frame: Value| frame["_source"]["layers"].take();
        frames.into_iter().map(layers).collect()
    }

    /// What tshark prints for `pcap`, a display filter (empty: all frames) and further
    /// arguments (`["-V"]`, `["-q", "-z", "io,phs"]`).
    ///
    /// # Panics
    /// Where tshark fails, or says anything on stderr except that it runs as root.
    #[track_caller]
    pub fn text(&self, pcap: impl AsRef<Path>, filter: &str, arguments: &[&str]) -> String {
        let pcap = pcap.as_ref();
        let mut command = Command::new("tshark");
        command.arg("-n").arg("-r").arg(pcap).args(&self.arguments);
        if !filter.is_empty() {
            command.args(["-Y", filter]);
        }
        command
            .args(arguments)
            .env("LC_ALL", "C.UTF-8")
            .env("TZ", "UTC")
            .env(
                "WIRESHARK_CONFIG_DIR",
                pcap.with_file_name("no-preferences-of-the-user"),
            );
        match command.output() {
            Ok(output) => self.judge(&command, &output),
            Err(error) => panic!("{}: {command:?}: {error}", self.name),
        }
    }

    #[track_caller]
    fn judge(&self, command: &Command, output: &Output) -> String {
        let said = String::from_utf8_lossy(&output.stderr);
        let said: Vec<_> = said.lines().filter(|line| !is_about_root(line)).collect();
        assert!(
            output.status.success() && said.is_empty(),
            "{}: tshark: {}\n{}\n{command:?}",
            self.name,
            output.status,
            said.join("\n"),
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }
}

fn is_about_root(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with("Running as user \"root\"")
}

#[cfg(test)]
mod tests {
    use std::panic::catch_unwind;

    use super::*;
    use crate::Pdus;

    const ECHO_RESPONSE: &[u8] = &[0x32, 2, 0, 6, 0, 0, 0, 0, 0, 7, 0, 0, 14, 5];

    #[test]
    fn a_misspelt_field_fails() {
        let Some(tshark) = tshark("oracle-misspelt") else {
            return;
        };
        let pdus = Pdus::new("gtp", [ECHO_RESPONSE]);
        for filter in ["gtp.no_such_field == 1", "gtp.message == == 1"] {
            assert!(
                catch_unwind(|| tshark.count(&pdus, filter)).is_err(),
                "{filter}"
            );
        }
        assert!(catch_unwind(|| tshark.fields(&pdus, "", &["gtp.no_such_field"])).is_err());
    }

    #[test]
    fn a_file_that_is_not_there_fails() {
        let Some(tshark) = tshark("oracle-no-file") else {
            return;
        };
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("none.pcap");
        assert!(catch_unwind(|| tshark.count(&file, "")).is_err());
    }

    #[test]
    fn a_file_cut_short_fails() {
        let Some(tshark) = tshark("oracle-cut") else {
            return;
        };
        let pdus = Pdus::new("gtp", [ECHO_RESPONSE]);
        let bytes = std::fs::read(pdus.path()).unwrap();
        std::fs::write(pdus.path(), &bytes[..bytes.len() - 1]).unwrap();
        assert!(catch_unwind(|| tshark.count(&pdus, "")).is_err());
    }

    #[test]
    fn json_has_the_layers() {
        let Some(tshark) = tshark("oracle-json") else {
            return;
        };
        let pdus = Pdus::new("gtp", [ECHO_RESPONSE]);
        let frames = tshark.json(&pdus, "gtp");
        assert_eq!(frames.len(), 1);
        assert_eq!(frames[0]["gtp"]["gtp.recovery"], "5");
        assert_eq!(tshark.frames(&pdus, ""), [1]);
    }

    #[test]
    fn third_party_capture() {
        let Some(tshark) = tshark("oracle-capture") else {
            return;
        };
        let Some(file) = crate::shared("oracle-capture", "captures/gtp/create_pdp_ctx.pcap") else {
            return;
        };
        assert_eq!(tshark.count(&file, "gtp.message == 0x10"), 1);
        let checked = tshark.preference("udp.check_checksum:TRUE");
        assert_eq!(checked.count(&file, "gtp && udp.checksum.status == 1"), 2);
    }
}
