//! Hides secrets in a file's text before any of it is shown around a mistake.
use super::{
    declare::{Keep, Need, Row, Setting, Shape},
    roles::Config,
    value::{Data, Origin, Table, Value},
};
use std::ops::Range;

/// The text with a star for each character of what is secret, or unknown and may be.
pub(super) fn masked(text: &str) -> String {
    let mut hidden: Vec<Range<usize>> = Vec::new();
    match Table::parse(text) {
        Ok(tree) => walk(&tree, &Config::shape(), &mut hidden),
        // what is no TOML has no values: whatever follows the name of a secret
        Err(_) => by_name(text, &mut hidden),
    }
    let is_hidden = |i: usize| hidden.iter().any(|r| r.contains(&i));
    let star = |(i, c): (usize, char)| match c {
        '\n' | '"' | '\'' => c,
        _ if is_hidden(i) => '*',
        _ => c,
    };
    // a star for each octet: places stay where they are
    let wide = |(i, c): (usize, char)| {
        let s = star((i, c));
        let n = if s == c { 1 } else { c.len_utf8() };
        std::iter::repeat_n(s, n)
    };
    text.char_indices().flat_map(wide).collect()
}

fn walk(v: &Value, shape: &Shape, hidden: &mut Vec<Range<usize>>) {
    match (&v.data, shape) {
        (Data::Table(t), Shape::Section(rows)) => {
            for (key, (_, v)) in &t.entries {
                let row = rows.iter().find(|r| r.key == key);
                let names_a_file = rows.iter().any(|r| r.file_key() == *key);
                match row {
                    Some(r) if r.keep != Keep::Secret => walk(v, &(r.shape)(), hidden),
                    None if names_a_file => {}
                    _ => hide(v, hidden),
                }
            }
        }
        (Data::List(all), Shape::List(of)) => all.iter().for_each(|v| walk(v, of, hidden)),
        _ => {}
    }
}

/// Every single value below: tables of an unknown name keep their shape.
fn hide(v: &Value, hidden: &mut Vec<Range<usize>>) {
    match (&v.data, &v.origin) {
        (Data::Table(t), _) => t.entries.values().for_each(|(_, v)| hide(v, hidden)),
        (Data::List(all), _) => all.iter().for_each(|v| hide(v, hidden)),
        (_, Origin::File(r)) => hidden.push(r.clone()),
        _ => {}
    }
}

fn by_name(text: &str, hidden: &mut Vec<Range<usize>>) {
    let mut names = Vec::new();
    secrets(Config::ROWS, &mut names);
    for name in names {
        for (i, _) in text.match_indices(name) {
            let before = text.get(..i).and_then(|t| t.chars().next_back());
            let rest = text.get(i + name.len()..).unwrap_or_default();
            let is_key = !before.is_some_and(|c| c.is_alphanumeric() || c == '_');
            if !is_key || !rest.trim_start_matches([' ', '\t']).starts_with('=') {
                continue;
            }
            let from = i + name.len() + rest.find('=').unwrap_or(0) + 1;
            let body = text.get(from..).unwrap_or_default();
            let end = match body.trim_start().get(..3) {
                Some("\"\"\"" | "'''") => body.len(),
                _ => body.find('\n').unwrap_or(body.len()),
            };
            hidden.push(from..from + end);
        }
    }
}

fn secrets(rows: &'static [Row], names: &mut Vec<&'static str>) {
    for row in rows {
        let mut shape = (row.shape)();
        while let Shape::List(of) = shape {
            shape = *of;
        }
        match shape {
            Shape::Section(below) => secrets(below, names),
            _ if row.keep == Keep::Secret => names.push(row.key),
            _ => {}
        }
        debug_assert!(row.need != Need::Default(""), "{}", row.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_secret_stays_and_no_place_moves() {
        let text = "[ccif]\nop = \"00112233445566778899aabbccddeeff\"\nplmn = \"999-01\"\nsed = \"5a5a\"\n";
        let m = masked(text);
        assert_eq!(m.len(), text.len());
        assert!(!m.contains("00112233") && !m.contains("5a5a"), "{m}");
        assert!(m.contains("plmn = \"999-01\""), "{m}");
        let broken = "[ccif\nop = 00112233\nplmn = 1\n[[hlr.subscriber]]\nk = \"\"\"5a\n5b";
        let m = masked(broken);
        assert!(!m.contains("00112233") && !m.contains("5b"), "{m}");
        assert!(m.contains("plmn = 1"), "{m}");
    }
}
