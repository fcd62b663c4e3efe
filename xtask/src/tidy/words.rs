//! The visited network knows nothing of M2M (invariant 5, R2).
use super::Violation;
use super::tree::Tree;

/// The crate of its nodes.
const VISITED: &str = "sgsn-ggsn";
/// Words that do not stand there, in small letters.
const WORDS: [&str; 6] = ["m2m", "pcid", "mcim", "33.812", "33812", "provisional"];
/// The highest number of a requirement; above it stand the releases R97 to R99.
const REQUIREMENTS: u32 = 69;

/// No file of the visited network's crate names anything of M2M.
pub(super) fn visited_network(tree: &Tree, violations: &mut Vec<Violation>) {
    for file in tree.files.iter().filter(|file| file.is_in(VISITED)) {
        for (number, line) in file.lines() {
            let small = line.to_lowercase();
            let word = WORDS
                .iter()
                .find(|word| small.contains(*word))
                .map(|word| (*word).to_owned());
            if let Some(word) = word.or_else(|| requirement(line)) {
                violations.push(file.violation(
                    number,
                    "visited network",
                    format!("the word {word:?}"),
                    "say it in the standards' own words (IMSI, subscription, APN); labels belong to lab",
                ));
            }
        }
    }
}

/// The first requirement (`R17`) named in a line.
fn requirement(line: &str) -> Option<String> {
    let words = line.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    let mut requirements = words.filter(|word| {
        let number = word.strip_prefix('R').filter(|digits| digits.len() <= 2);
        let number = number.and_then(|digits| digits.parse::<u32>().ok());
        number.is_some_and(|number| (1..=REQUIREMENTS).contains(&number))
    });
    requirements.next().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_word_is_found_wherever_it_stands() {
        for word in WORDS {
            let text = format!("//! x\n// a{}b\n", word.to_uppercase());
            let tree = Tree::of(&[("sgsn-ggsn/tests/a.rs", &text), ("m2me-ue/src/a.rs", &text)]);
            assert_eq!(
                tree.broken(visited_network),
                ["sgsn-ggsn/tests/a.rs:2"],
                "{word}"
            );
        }
    }

    #[test]
    fn requirements_are_found_but_not_releases() {
        let text =
            "// R16: walled garden\n// R99, GR17, R170, R0, Rel-8, r16\nfn f<R>() {}\n[R2]\n";
        let tree = Tree::of(&[("sgsn-ggsn/src/a.rs", text)]);
        assert_eq!(
            tree.broken(visited_network),
            ["sgsn-ggsn/src/a.rs:1", "sgsn-ggsn/src/a.rs:4"]
        );
    }
}
