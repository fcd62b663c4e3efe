//! How the program ends.
use std::process::{ExitCode, Termination};

/// The exit codes of the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// It did what was asked.
    Good,
    /// The answer is no: a verdict failed, a message or a file cannot be read.
    Failed,
    /// The command line is wrong.
    Usage,
    /// The configuration is wrong.
    Configuration,
    /// This machine lacks something: an address, a right, a file.
    Environment,
    /// A threshold was not held.
    Threshold,
    /// The fuzzer found something.
    Finding,
    /// The program itself is wrong.
    Internal,
    /// It was interrupted; its files are whole.
    Interrupted,
}

impl Exit {
    /// All of them, as help and manual list them.
    pub const ALL: [Self; 9] = [
        Self::Good,
        Self::Failed,
        Self::Usage,
        Self::Configuration,
        Self::Environment,
        Self::Threshold,
        Self::Finding,
        Self::Internal,
        Self::Interrupted,
    ];

    /// As the shell sees it.
    pub const fn code(self) -> u8 {
        match self {
            Self::Good => 0,
            Self::Failed => 1,
            Self::Usage => 2,
            Self::Configuration => 3,
            Self::Environment => 4,
            Self::Threshold => 5,
            Self::Finding => 6,
            Self::Internal => 70,
            Self::Interrupted => 130,
        }
    }

    /// What it means, in a line.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Good => "good",
            Self::Failed => "a verdict failed, or a message or a file could not be read",
            Self::Usage => "the command line is wrong",
            Self::Configuration => "the configuration is wrong",
            Self::Environment => "this machine lacks something: an address, a right, a file",
            Self::Threshold => "a threshold was not held",
            Self::Finding => "the fuzzer found something",
            Self::Internal => "a fault of the program itself",
            Self::Interrupted => "interrupted; what was written is whole",
        }
    }
}

impl Termination for Exit {
    fn report(self) -> ExitCode {
        ExitCode::from(self.code())
    }
}
