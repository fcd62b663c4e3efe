//! Why a command could not answer, as a person is told it.
use crate::exit::Exit;
use captures::ReadError;
use miette::{Diagnostic, SourceSpan};
use std::{
    io,
    path::{Path, PathBuf},
};
use thiserror::Error;

/// Why a command could not answer.
#[derive(Debug, Error, Diagnostic)]
pub enum Failure {
    /// What was given as hex is not.
    #[error("{what}")]
    #[diagnostic(help(
        "hex digits; blanks, colons, dashes, 0x and lines that begin with # are skipped"
    ))]
    Hex {
        /// What is wrong.
        what: String,
        /// The text around it.
        #[source_code]
        text: String,
        /// Where.
        #[label("character {place}")]
        at: SourceSpan,
        /// The same, counted from 1 in what was given.
        place: usize,
    },
    /// A message that cannot be read, at an octet.
    #[error("{protocol}: {why}")]
    Octet {
        /// The protocol.
        protocol: String,
        /// What was wrong.
        why: String,
        /// The octets around it.
        #[source_code]
        dump: String,
        /// Where.
        #[label("octet {octet}")]
        at: SourceSpan,
        /// The same, as a number.
        octet: usize,
    },
    /// A message that cannot be read.
    #[error("{protocol}: {why}")]
    Message {
        /// The protocol.
        protocol: String,
        /// What was wrong.
        why: String,
    },
    /// The command line names too little or too much.
    #[error("{what}")]
    Usage {
        /// What.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A capture that cannot be read (further).
    #[error("{}: {why}", path.display())]
    Capture {
        /// The file.
        path: PathBuf,
        /// Why.
        why: ReadError,
    },
    /// A file that cannot be opened or written.
    #[error("{}: {why}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        why: io::Error,
    },
    /// A configuration that does not say what is asked for.
    #[error("{what}")]
    Settings {
        /// What is missing.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// This machine lacks something.
    #[error("{what}")]
    Machine {
        /// What.
        what: String,
        /// What to do.
        #[help]
        help: String,
    },
    /// A configuration that cannot be used.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Config(Box<crate::config::Mistakes>),
    /// Stdin or stdout; nobody listening any more is no failure.
    #[error("{0}")]
    Pipe(#[from] io::Error),
}

impl Failure {
    /// What happened to a file.
    pub(super) fn file(path: &Path, why: io::Error) -> Self {
        Self::File {
            path: path.to_owned(),
            why,
        }
    }

    /// The exit code that it ends the program with.
    pub fn exit(&self) -> Exit {
        match self {
            Self::Pipe(e) if e.kind() == io::ErrorKind::BrokenPipe => Exit::Good,
            Self::Hex { .. } | Self::Usage { .. } => Exit::Usage,
            Self::Octet { .. } | Self::Message { .. } | Self::Capture { .. } => Exit::Failed,
            Self::Config(_) | Self::Settings { .. } => Exit::Configuration,
            Self::Machine { .. } | Self::File { .. } | Self::Pipe(_) => Exit::Environment,
        }
    }

    /// Tells a person.
    pub(super) fn tell(self) -> Exit {
        let exit = self.exit();
        if exit != Exit::Good {
            anstream::eprint!("{:?}", miette::Report::new(self));
        }
        exit
    }
}
