//! Rust sources as far as the checks read them: words and punctuation with their lines, without
//! comments; and the paths that stand in them.
//!
//! Not a parser: a token is a word, a literal or one character (`::` is one token).
use std::str::Chars;

/// What a token is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A word: identifier, keyword, number.
    Word(String),
    /// The text of a string literal.
    Text(String),
    /// One character of punctuation.
    Sign(char),
    /// `::`
    Colons,
}

/// A token and the line on which it begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) line: usize,
}

/// A path such as `std::thread::spawn`, from an expression or spelled out from a `use` tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Path {
    pub(crate) segments: Vec<String>,
    pub(crate) line: usize,
}

impl Token {
    /// The word, if it is one.
    pub(crate) fn word(&self) -> Option<&str> {
        match &self.kind {
            Kind::Word(word) => Some(word),
            _ => None,
        }
    }

    /// Whether it is this punctuation.
    pub(crate) fn is(&self, sign: char) -> bool {
        self.kind == Kind::Sign(sign)
    }
}

impl Path {
    /// Whether `segments` stand in the path one after the other.
    pub(crate) fn has(&self, segments: &[&str]) -> bool {
        self.segments
            .windows(segments.len())
            .any(|window| window == segments)
    }

    /// The path as it is written.
    pub(crate) fn text(&self) -> String {
        self.segments.join("::")
    }
}

/// Splits a source into tokens.
pub(crate) fn tokens(source: &str) -> Vec<Token> {
    let mut lexer = Lexer {
        rest: source.chars(),
        line: 1,
        tokens: Vec::new(),
    };
    while lexer.step() {}
    lexer.tokens
}

/// All paths: each `a::b::c`, each lone word, and each leaf of a group `a::{b, c::d}`.
pub(crate) fn paths(tokens: &[Token]) -> Vec<Path> {
    let mut paths = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        at = path_at(tokens, at, &[], &mut paths).max(at + 1);
    }
    paths
}

/// Reads the path that begins at `at`, if one does: the place behind it.
fn path_at(tokens: &[Token], at: usize, prefix: &[String], paths: &mut Vec<Path>) -> usize {
    let mut segments = prefix.to_vec();
    let mut at = at;
    let line = tokens.get(at).map_or(0, |token| token.line);
    while let Some(token) = tokens.get(at) {
        match &token.kind {
            Kind::Word(word) => segments.push(word.clone()),
            Kind::Sign('*') if segments.len() > prefix.len() || !prefix.is_empty() => {
                segments.push("*".to_owned());
            }
            Kind::Sign('{') if !segments.is_empty() => {
                return group_at(tokens, at, &segments, paths);
            }
            _ => break,
        }
        at += 1;
        match tokens.get(at).map(|token| &token.kind) {
            Some(Kind::Colons) => at += 1,
            _ => break,
        }
    }
    if segments.len() > prefix.len() {
        paths.push(Path { segments, line });
    }
    at
}

/// Reads the group whose `{` stands at `at`, as in `use a::{b, c::{d, e as f}}`.
fn group_at(tokens: &[Token], at: usize, prefix: &[String], paths: &mut Vec<Path>) -> usize {
    let mut at = at + 1;
    while let Some(token) = tokens.get(at) {
        if token.is('}') {
            return at + 1;
        }
        if token.word() == Some("as") {
            at += 2;
            continue;
        }
        at = path_at(tokens, at, prefix, paths).max(at + 1);
    }
    at
}

struct Lexer<'a> {
    rest: Chars<'a>,
    line: usize,
    tokens: Vec<Token>,
}

impl Lexer<'_> {
    /// Reads one token, comment or blank: whether there was one.
    fn step(&mut self) -> bool {
        let line = self.line;
        let Some(c) = self.next() else {
            return false;
        };
        match c {
            '/' if self.peek() == Some('/') => {
                while self.peek().is_some_and(|c| c != '\n') && self.next().is_some() {}
            }
            '/' if self.peek() == Some('*') => self.block_comment(),
            '"' => self.string(line),
            '\'' => self.quote(),
            ':' if self.peek() == Some(':') => {
                self.next();
                self.push(Kind::Colons, line);
            }
            c if is_word(c) => self.word(c, line),
            c if c.is_whitespace() => {}
            c => self.push(Kind::Sign(c), line),
        }
        true
    }

    fn word(&mut self, first: char, line: usize) {
        let mut word = String::from(first);
        while let Some(c) = self.peek().filter(|c| is_word(*c)) {
            word.push(c);
            self.next();
        }
        let prefix = matches!(word.as_str(), "r" | "b" | "br" | "c" | "cr");
        match self.peek() {
            Some('#') if word == "r" && !self.is_raw_string() => {
                self.next(); // r#match: the word that follows stands for itself
            }
            Some('#' | '"') if prefix && word.ends_with('r') => self.raw_string(line),
            Some('"') if prefix => {
                self.next();
                self.string(line);
            }
            Some('\'') if word == "b" => {
                self.next();
                self.quote();
            }
            _ => self.push(Kind::Word(word), line),
        }
    }

    fn is_raw_string(&self) -> bool {
        self.rest.as_str().trim_start_matches('#').starts_with('"')
    }

    fn raw_string(&mut self, line: usize) {
        let mut hashes = 0;
        while self.next() == Some('#') {
            hashes += 1;
        }
        let end = format!("\"{}", "#".repeat(hashes));
        let length = self
            .rest
            .as_str()
            .find(&end)
            .unwrap_or(self.rest.as_str().len());
        let text = self
            .rest
            .as_str()
            .get(..length)
            .unwrap_or_default()
            .to_owned();
        for _ in 0..text.chars().count() + end.chars().count() {
            self.next();
        }
        self.push(Kind::Text(text), line);
    }

    fn string(&mut self, line: usize) {
        let mut text = String::new();
        while let Some(c) = self.next() {
            match c {
                '"' => break,
                '\\' => {
                    text.push(c);
                    text.extend(self.next());
                }
                c => text.push(c),
            }
        }
        self.push(Kind::Text(text), line);
    }

    /// A character literal or a lifetime; neither is a token.
    fn quote(&mut self) {
        let mut ahead = self.rest.clone();
        match (ahead.next(), ahead.next()) {
            (Some('\\'), _) => {
                self.next();
                self.next();
                while self.next().is_some_and(|c| c != '\'') {}
            }
            (Some(_), Some('\'')) => {
                self.next();
                self.next();
            }
            _ => while self.peek().is_some_and(is_word) && self.next().is_some() {},
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0_usize;
        let mut before = '/';
        while let Some(c) = self.next() {
            match (before, c) {
                ('/', '*') => depth += 1,
                ('*', '/') => depth -= 1,
                _ => {
                    before = c;
                    continue;
                }
            }
            if depth == 0 {
                return;
            }
            before = ' ';
        }
    }

    fn push(&mut self, kind: Kind, line: usize) {
        self.tokens.push(Token { kind, line });
    }

    fn peek(&self) -> Option<char> {
        self.rest.clone().next()
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.next()?;
        self.line += usize::from(c == '\n');
        Some(c)
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(source: &str) -> Vec<String> {
        let tokens = tokens(source);
        tokens
            .iter()
            .filter_map(|token| token.word().map(str::to_owned))
            .collect()
    }

    fn all_paths(source: &str) -> Vec<String> {
        paths(&tokens(source)).iter().map(Path::text).collect()
    }

    #[test]
    fn comments_are_not_code() {
        assert_eq!(
            words("a // b\n/* c /* d */ e */ f /// g\n//! h"),
            ["a", "f"]
        );
        assert_eq!(words("/**/ a /***/ b"), ["a", "b"]);
    }

    #[test]
    fn literals_are_not_words() {
        assert_eq!(
            words(r##"a("b \" c", r#"d " e"#, b"f", 'g', '\'', b'h', 'i: loop)"##),
            ["a", "loop"]
        );
        assert_eq!(words("r#match x"), ["match", "x"]);
        assert_eq!(words("fn f<'a>(x: &'a str)"), ["fn", "f", "x", "str"]);
    }

    #[test]
    fn texts_are_kept() {
        let texts: Vec<_> = tokens(r###"f("one", r"two", br##"three"##)"###)
            .into_iter()
            .filter_map(|token| match token.kind {
                Kind::Text(text) => Some(text),
                _ => None,
            })
            .collect();
        assert_eq!(texts, ["one", "two", "three"]);
    }

    #[test]
    fn lines_are_counted() {
        let lines: Vec<_> = tokens("a\n/*\n*/ b \"\n\" c")
            .iter()
            .map(|t| t.line)
            .collect();
        assert_eq!(lines, [1, 3, 3, 4]);
    }

    #[test]
    fn groups_are_spelled_out() {
        assert_eq!(
            all_paths("use std::{net::{TcpStream, IpAddr as Ip}, thread, fmt::*};"),
            [
                "use",
                "std::net::TcpStream",
                "std::net::IpAddr",
                "std::thread",
                "std::fmt::*"
            ]
        );
        assert_eq!(
            all_paths("x = a::b(c::D { e: 1 })"),
            ["x", "a::b", "c::D", "e", "1"]
        );
        assert_eq!(all_paths("use a::b as c;"), ["use", "a::b", "as", "c"]);
    }

    #[test]
    fn a_path_has_its_parts() {
        let path = &paths(&tokens("std::time::Instant::now()"))[0];
        assert!(path.has(&["Instant", "now"]) && path.has(&["std", "time"]));
        assert!(!path.has(&["std", "now"]));
    }
}
