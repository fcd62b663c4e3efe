//! States of an MCIM inside the TRE (R57). `created` and `sealed` are also what the SHO calls an
//! object that has not left it; here `created` is a node without a package.
use provisioning::mcim::State;
use std::fmt;

/// What can happen to an MCIM.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Operation {
    /// Its sealed object has come.
    Download,
    /// It was opened, verified and taken over.
    Install,
    /// Its application is the one in use.
    Activate,
    /// Another application, or none of the SHOs', is the one in use.
    Deactivate,
    /// Another object has taken its place for good.
    Supersede,
    /// It did not work and what was done is undone.
    Fail,
    /// It is removed.
    Delete,
}

impl Operation {
    /// Its name, as a token's `ops` have it where it can stand there.
    pub fn name(self) -> &'static str {
        match self {
            Self::Download => "download",
            Self::Install => "install",
            Self::Activate => "activate",
            Self::Deactivate => "deactivate",
            Self::Supersede => "supersede",
            Self::Fail => "fail",
            Self::Delete => "delete",
        }
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// The state after `operation`; none where it is not allowed.
pub fn next(from: State, operation: Operation) -> Option<State> {
    use Operation as O;
    use State as S;
    Some(match (from, operation) {
        (S::Created | S::Downloaded | S::Failed, O::Download) => S::Downloaded,
        // an update is kept beside what is installed until it takes its place
        (S::Installed | S::Active | S::Inactive, O::Download) => from,
        (S::Downloaded, O::Install) => S::Installed,
        (S::Installed | S::Active | S::Inactive, O::Install) => from,
        (S::Installed | S::Inactive, O::Activate) => S::Active,
        (S::Active, O::Deactivate) => S::Inactive,
        (S::Installed | S::Inactive, O::Supersede) => S::Updated,
        (S::Created | S::Downloaded | S::Installed | S::Active | S::Inactive, O::Fail) => S::Failed,
        // what is in use is put out of use first
        (S::Active | S::Deleted, O::Delete) => return None,
        (_, O::Delete) => S::Deleted,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_state_meets_every_operation() {
        use Operation as O;
        use State as S;
        let states = [
            S::Created,
            S::Downloaded,
            S::Installed,
            S::Active,
            S::Inactive,
            S::Updated,
            S::Deleted,
            S::Failed,
        ];
        let operations = [
            O::Download,
            O::Install,
            O::Activate,
            O::Deactivate,
            O::Supersede,
            O::Fail,
            O::Delete,
        ];
        let mut table = String::new();
        for s in states {
            let row: Vec<String> = operations
                .iter()
                .map(|o| next(s, *o).map_or("-".into(), |n| n.to_string()))
                .collect();
            table.push_str(&format!("{s}: {}\n", row.join(" ")));
        }
        assert_eq!(
            table,
            "created: downloaded - - - - failed deleted\n\
             downloaded: downloaded installed - - - failed deleted\n\
             installed: installed installed active - updated failed deleted\n\
             active: active active - inactive - failed -\n\
             inactive: inactive inactive active - updated failed deleted\n\
             updated: - - - - - - deleted\n\
             deleted: - - - - - - -\n\
             failed: downloaded - - - - - deleted\n"
        );
    }
}
