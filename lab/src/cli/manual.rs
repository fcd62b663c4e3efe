//! `completions` and `man`: made from the command line itself.
use super::Failure;
use crate::exit::Exit;
use clap_complete::Shell;
use std::{io::Write, path::PathBuf};

/// Writes completions for a shell.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fosterling completions bash > ~/.local/share/bash-completion/completions/fosterling
  fosterling completions zsh > ~/.zfunc/_fosterling")]
pub(super) struct CompletionsArgs {
    /// The shell
    shell: Shell,
}

/// Writes the manual: its first page, or all of them into a folder.
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  fosterling man | man -l -
  fosterling man --out ~/.local/share/man/man1")]
pub(super) struct ManArgs {
    /// Folder for all pages, one per command; it is made where it is missing
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn completions(args: &CompletionsArgs) -> Result<Exit, Failure> {
    let mut text = Vec::new();
    clap_complete::generate(args.shell, &mut super::command(), "fosterling", &mut text);
    std::io::stdout().lock().write_all(&text)?;
    Ok(Exit::Good)
}

pub(super) fn man(args: &ManArgs) -> Result<Exit, Failure> {
    let command = super::command();
    let Some(dir) = &args.out else {
        let mut page = Vec::new();
        clap_mangen::Man::new(command).render(&mut page)?;
        std::io::stdout().lock().write_all(&page)?;
        return Ok(Exit::Good);
    };
    std::fs::create_dir_all(dir)
        .and_then(|()| clap_mangen::generate_to(command, dir))
        .map_err(|why| Failure::file(dir, why))?;
    Ok(Exit::Good)
}
