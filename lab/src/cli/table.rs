//! Rows of words in columns, never wider than [`WIDTH`].

/// How wide a table may be.
pub(super) const WIDTH: usize = 100;

/// A row as lines: each cell with its width, words wrapped in the last one, `indent` in front.
pub(super) fn row(cells: &[(&str, usize)], indent: usize) -> Vec<String> {
    let Some(((last, width), first)) = cells.split_last() else {
        return Vec::new();
    };
    let mut head = " ".repeat(indent);
    for (text, width) in first {
        head.push_str(&format!("{text:<width$}  "));
    }
    let below = " ".repeat(head.chars().count());
    let mut lines = Vec::new();
    let mut line = String::new();
    for word in last.split_whitespace() {
        let longer = line.chars().count() + 1 + word.chars().count();
        if !line.is_empty() && longer > *width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    let ahead = std::iter::once(&head).chain(std::iter::repeat(&below));
    ahead
        .zip(lines)
        .map(|(ahead, l)| format!("{ahead}{l}").trim_end().to_owned())
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_cell_is_wrapped() {
        let lines = row(&[("name", 6), ("one two three", 8)], 1);
        assert_eq!(lines, [" name    one two", "         three"]);
        assert_eq!(row(&[("name", 6), ("", 8)], 0), ["name"]);
    }
}
