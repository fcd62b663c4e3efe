//! The restart counter of a node, TS 23.007 18: in stable storage, one more at each start.
use crate::{Error, Why};
use std::{
    fs,
    io::{ErrorKind, Write},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

/// Counts a start of the node whose counter is in the file at `path`, and gives its number: 1 at
/// the first, 0 behind 255. The file is one line of text, a decimal number. It is replaced whole,
/// and on the disk before this returns: a start that is killed was counted or was not.
///
/// Each node has a file of its own, and is started by one process at a time.
///
/// # Errors
/// The file cannot be read or written, or holds something else. A node that went on all the same
/// would hide its restart from its peers.
pub fn restart_counter(path: impl AsRef<Path>) -> Result<u8, Error> {
    let path = path.as_ref();
    count(path).map_err(|why| Error {
        path: path.to_owned(),
        why,
    })
}

fn count(path: &Path) -> Result<u8, Why> {
    let last = match fs::read_to_string(path) {
        Ok(text) => text
            .trim()
            .parse::<u8>()
            .map_err(|_| Why::Damaged("a restart counter is a number from 0 to 255".to_owned()))?,
        Err(e) if e.kind() == ErrorKind::NotFound => 0,
        Err(e) if e.kind() == ErrorKind::InvalidData => return Err(Why::Foreign),
        Err(e) => return Err(e.into()),
    };
    let this = last.wrapping_add(1);
    let mut new = path.as_os_str().to_owned();
    new.push(".new");
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true).mode(0o644);
    let mut file = options.open(&new)?;
    file.write_all(format!("{this}\n").as_bytes())?;
    file.sync_all()?;
    fs::rename(&new, path)?;
    crate::file::sync_directory(path)?;
    Ok(this)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_start_is_counted_and_255_is_followed_by_0() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ggsn.restart");
        assert_eq!(restart_counter(&path).unwrap(), 1);
        assert_eq!(restart_counter(&path).unwrap(), 2);
        assert_eq!(fs::read_to_string(&path).unwrap(), "2\n");
        fs::write(&path, "255\n").unwrap();
        assert_eq!(restart_counter(&path).unwrap(), 0);
        assert_eq!(restart_counter(&path).unwrap(), 1);
        let files: Vec<_> = fs::read_dir(dir.path()).unwrap().collect();
        assert_eq!(files.len(), 1, "nothing is left beside it");
    }

    /// A start that was killed before the new file took the place of the old one.
    #[test]
    fn half_a_start_counts_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ggsn.restart");
        fs::write(&path, "7\n").unwrap();
        fs::write(dir.path().join("ggsn.restart.new"), "").unwrap();
        assert_eq!(restart_counter(&path).unwrap(), 8);
    }

    #[test]
    fn what_is_no_counter_is_told_and_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("ggsn.restart");
        for bad in [&b"256\n"[..], b"", b"-1", b"seven", b"\xff"] {
            fs::write(&path, bad).unwrap();
            let e = restart_counter(&path).unwrap_err();
            assert!(matches!(e.why, Why::Damaged(_) | Why::Foreign), "{e}");
            assert!(e.to_string().contains("ggsn.restart"), "{e}");
            assert_eq!(fs::read(&path).unwrap(), bad);
        }
        let e = restart_counter(dir.path().join("no/such")).unwrap_err();
        assert!(matches!(e.why, Why::Io(_)), "{e}");
    }
}
