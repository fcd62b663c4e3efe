//! The workspace as `cargo metadata` gives it.
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::shell::{Doing, Fail, Result, cargo};

/// The workspace: where it is, and its packages.
#[derive(Debug)]
pub(crate) struct Workspace {
    /// The folder of the root manifest.
    pub(crate) root: PathBuf,
    /// The target folder.
    pub(crate) target: PathBuf,
    /// The member packages.
    pub(crate) packages: Vec<Package>,
}

/// A member package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Package {
    /// The name in its manifest.
    pub(crate) name: String,
    /// Its folder, relative to the workspace.
    pub(crate) folder: String,
    /// What it depends on.
    pub(crate) dependencies: Vec<Dependency>,
}

/// One dependency of a member package.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Dependency {
    /// The package's name.
    pub(crate) name: String,
    /// The folder, relative to the workspace, where it is a member.
    pub(crate) folder: Option<String>,
    /// Whether only tests, benchmarks and examples see it.
    pub(crate) dev: bool,
}

impl Workspace {
    /// Asks cargo, from the folder of this program's manifest.
    pub(crate) fn load() -> Result<Self> {
        // as `cargo run` says: a target folder that two checkouts share may hold the other's program
        let here = std::env::var_os("CARGO_MANIFEST_DIR");
        let here = here.map_or_else(|| env!("CARGO_MANIFEST_DIR").into(), PathBuf::from);
        let mut command: Command = cargo(&here);
        command.args(["metadata", "--no-deps", "--format-version", "1"]);
        let output = command.output().doing("cargo metadata")?;
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("cargo metadata failed\n{said}").into());
        }
        let metadata = serde_json::from_slice(&output.stdout).doing("cargo metadata")?;
        Self::read(&metadata).ok_or_else(|| Fail::from("cargo metadata has another form"))
    }

    /// Reads the answer of `cargo metadata`.
    fn read(metadata: &Value) -> Option<Self> {
        let root = PathBuf::from(metadata["workspace_root"].as_str()?);
        let packages: Option<Vec<_>> = metadata["packages"]
            .as_array()?
            .iter()
            .map(|package| Package::read(package, &root))
            .collect();
        Some(Self {
            target: PathBuf::from(metadata["target_directory"].as_str()?),
            packages: packages?,
            root,
        })
    }
}

impl Package {
    fn read(package: &Value, root: &Path) -> Option<Self> {
        let manifest = Path::new(package["manifest_path"].as_str()?);
        let dependencies: Option<Vec<_>> = package["dependencies"]
            .as_array()?
            .iter()
            .map(|dependency| {
                let path = dependency["path"].as_str().map(Path::new);
                Some(Dependency {
                    name: dependency["name"].as_str()?.to_owned(),
                    folder: path.and_then(|path| relative(path, root)),
                    dev: dependency["kind"].as_str() == Some("dev"),
                })
            })
            .collect();
        Some(Self {
            name: package["name"].as_str()?.to_owned(),
            folder: relative(manifest.parent()?, root)?,
            dependencies: dependencies?,
        })
    }
}

fn relative(path: &Path, root: &Path) -> Option<String> {
    Some(path.strip_prefix(root).ok()?.to_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn metadata_is_read() {
        let metadata = json!({
            "workspace_root": "/w",
            "target_directory": "/t",
            "packages": [{
                "name": "fosterling-engine",
                "manifest_path": "/w/engine/Cargo.toml",
                "dependencies": [
                    { "name": "fosterling-wire", "path": "/w/wire", "kind": null },
                    { "name": "proptest", "kind": "dev" },
                ],
            }],
        });
        let workspace = Workspace::read(&metadata).unwrap();
        assert_eq!(workspace.target, Path::new("/t"));
        let package = &workspace.packages[0];
        assert_eq!(package.folder, "engine");
        assert_eq!(package.dependencies[0].folder.as_deref(), Some("wire"));
        assert!(!package.dependencies[0].dev);
        assert_eq!(package.dependencies[1].folder, None);
        assert!(package.dependencies[1].dev);
    }

    #[test]
    fn this_workspace_has_this_package() {
        let workspace = Workspace::load().unwrap();
        let mut names = workspace
            .packages
            .iter()
            .map(|package| package.name.as_str());
        assert!(names.any(|name| name == "xtask"));
        assert!(workspace.root.join("xtask/Cargo.toml").exists());
    }
}
