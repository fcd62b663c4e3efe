//! Hex as people write and copy it.
use super::super::Failure;
use miette::SourceSpan;

/// Octets from hex digits. Blanks, `:`, `-`, `_`, `,`, `0x` and what follows `#` on a line are
/// skipped.
///
/// # Errors
/// A character that is none of these, or a digit without its pair, each with its place.
pub(super) fn parse(text: &str) -> Result<Vec<u8>, Failure> {
    let mut octets = Vec::new();
    let mut half: Option<(usize, u32)> = None;
    let mut at = 0;
    while let Some(c) = text[at..].chars().next() {
        let here = at;
        at += c.len_utf8();
        if c == '#' {
            at = text[here..].find('\n').map_or(text.len(), |n| here + n);
            continue;
        }
        if c.is_whitespace() || ":-_,".contains(c) {
            continue;
        }
        if c == '0' && half.is_none() && text[at..].starts_with(['x', 'X']) {
            at += 1;
            continue;
        }
        let Some(digit) = c.to_digit(16) else {
            return Err(wrong(text, here, format!("{c:?} is no hex digit")));
        };
        match half.take() {
            None => half = Some((here, digit)),
            Some((_, high)) => octets.push((high << 4 | digit) as u8),
        }
    }
    match half {
        Some((place, _)) => Err(wrong(text, place, "a hex digit without its pair".into())),
        None => Ok(octets),
    }
}

/// How much is shown on either side of a wrong character.
const AROUND: usize = 32;

fn wrong(text: &str, at: usize, what: String) -> Failure {
    let before: Vec<char> = text[..at].chars().collect();
    let shown = |c: &char| if c.is_control() { ' ' } else { *c };
    let from = before.len().saturating_sub(AROUND);
    let mut excerpt: String = before[from..].iter().map(shown).collect();
    let offset = excerpt.len();
    let rest: Vec<char> = text[at..].chars().take(AROUND).collect();
    excerpt.extend(rest.iter().map(shown));
    let length = rest.first().map_or(0, |c| shown(c).len_utf8());
    Failure::Hex {
        what,
        text: excerpt,
        at: SourceSpan::new(offset.into(), length),
        place: before.len() + 1,
    }
}

/// Octets as a dump, 16 a line, and where octet `n` stands in it (its end where there are
/// fewer).
pub(super) fn dump(octets: &[u8], n: usize) -> (String, SourceSpan) {
    let mut text = String::new();
    let mut span = None;
    for (line, row) in octets.chunks(16).enumerate() {
        text.push_str(&format!("{:04x} ", line * 16));
        for (i, octet) in row.iter().enumerate() {
            text.push(' ');
            if line * 16 + i == n {
                span = Some(SourceSpan::new(text.len().into(), 2));
            }
            text.push_str(&format!("{octet:02x}"));
        }
        text.push('\n');
    }
    let end = text.trim_end().len();
    (text, span.unwrap_or_else(|| SourceSpan::new(end.into(), 0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn as_people_write_it() {
        for text in [
            "3201ff",
            "32 01 FF",
            "32:01:ff\n",
            "0x32, 0x01, 0xff",
            "# a\n3201 # b\nff",
        ] {
            assert_eq!(parse(text).unwrap(), [0x32, 1, 0xff], "{text}");
        }
        assert!(parse(" ").unwrap().is_empty());
    }

    #[test]
    fn what_is_wrong_has_its_place() {
        for (text, wanted) in [("32 0g", 5), ("32 0", 4), ("äb", 1), ("x", 1)] {
            match parse(text) {
                Err(Failure::Hex { place, .. }) => assert_eq!(place, wanted, "{text}"),
                other => panic!("{text}: {other:?}"),
            }
        }
    }

    #[test]
    fn an_octet_is_found_in_its_dump() {
        let octets: Vec<u8> = (0..20).collect();
        let (text, at) = dump(&octets, 17);
        assert_eq!(&text[at.offset()..at.offset() + at.len()], "11");
        let (text, at) = dump(&octets, 20);
        assert_eq!((at.offset(), at.len()), (text.trim_end().len(), 0));
    }
}
