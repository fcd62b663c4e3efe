//! Numbers of requirements and threats: `R17`, `T6`.
use super::Scenario;
use std::{fmt, str::FromStr};

/// The number of a requirement (R) or of a threat (T).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Number {
    /// `R` or `T`.
    pub letter: char,
    /// The number.
    pub number: u8,
}

impl Number {
    /// Whether a scenario is about it.
    pub fn of(self, s: &Scenario) -> bool {
        let list = match self.letter {
            'T' => s.threats,
            _ => s.requirements,
        };
        list.contains(&self.number)
    }
}

impl FromStr for Number {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let mut chars = text.chars();
        let letter = chars.next().map(|c| c.to_ascii_uppercase());
        match (letter, chars.as_str().parse()) {
            (Some(letter @ ('R' | 'T')), Ok(number)) => Ok(Self { letter, number }),
            _ => Err("a number is written R17 (requirement) or T6 (threat)".into()),
        }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.letter, self.number)
    }
}

/// What a scenario is about, in short: its numbers, and what it needs.
pub fn about(s: &Scenario) -> String {
    let mut about = vec![ranges('R', s.requirements)];
    if !s.threats.is_empty() {
        about.push(ranges('T', s.threats));
    }
    if !s.rights.is_empty() {
        about.push(format!("needs {}", s.rights));
    }
    about.retain(|a| !a.is_empty());
    about.join("; ")
}

/// Numbers as `R11-R13, R15`.
fn ranges(letter: char, numbers: &[u8]) -> String {
    let runs = numbers.chunk_by(|a, b| a.checked_add(1) == Some(*b));
    let texts = runs.filter_map(|run| match run {
        [] => None,
        [one] => Some(format!("{letter}{one}")),
        [first, .., last] => Some(format!("{letter}{first}-{letter}{last}")),
    });
    texts.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn neighbours_make_a_range() {
        assert_eq!(ranges('R', &[11, 12, 13, 15]), "R11-R13, R15");
        assert_eq!(ranges('T', &[]), "");
        assert_eq!(ranges('T', &[255, 1]), "T255, T1");
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        for (text, good) in [
            ("R17", true),
            ("t6", true),
            ("6", false),
            ("R", false),
            ("R300", false),
            ("X1", false),
        ] {
            let n = text.parse::<Number>();
            assert_eq!(n.is_ok(), good, "{text}");
            if let Ok(n) = n {
                assert_eq!(n.to_string(), text.to_ascii_uppercase());
            }
        }
    }
}
