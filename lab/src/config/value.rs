//! A configuration as a tree in which every value knows where it came from.
use std::{collections::BTreeMap, ops::Range};
use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

/// Where a value came from; a later one in this list wins over an earlier one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// The declaration's own default.
    Default,
    /// These octets of the file.
    File(Range<usize>),
    /// A variable of the environment.
    Variable(String),
    /// `--set` on the command line, with this key.
    Set(String),
}

/// A value and where it came from.
#[derive(Debug, Clone, PartialEq)]
pub struct Value {
    /// The value.
    pub data: Data,
    /// Where it came from.
    pub origin: Origin,
}

/// What a value can be.
#[derive(Debug, Clone, PartialEq)]
pub enum Data {
    /// A string; also whatever the environment or the command line gives without brackets.
    Text(String),
    /// An integer.
    Integer(i64),
    /// True or false.
    Flag(bool),
    /// A number with a fraction or a date, which no key takes.
    Other(&'static str),
    /// An array.
    List(Vec<Value>),
    /// A table.
    Table(Table),
}

/// The keys of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// Each key with the place of the key itself, and its value.
    pub entries: BTreeMap<String, (Origin, Value)>,
}

impl Data {
    /// In the words of TOML.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Text(_) => "a string",
            Self::Integer(_) => "an integer",
            Self::Flag(_) => "true or false",
            Self::Other(what) => what,
            Self::List(_) => "an array",
            Self::Table(_) => "a table",
        }
    }
}

impl Origin {
    /// A place in the file, where it is one.
    pub fn span(&self) -> Option<Range<usize>> {
        match self {
            Self::File(r) => Some(r.clone()),
            _ => None,
        }
    }
}

impl Value {
    /// From text of the environment or the command line: a TOML array or table where it begins
    /// like one, else just that text.
    pub fn given(text: &str, origin: &Origin) -> Result<Self, toml::de::Error> {
        if text.starts_with('[') || text.starts_with('{') {
            let v = DeValue::parse(text)?;
            return Ok(Self::of(&v, Some(origin)));
        }
        Ok(Self {
            data: Data::Text(text.to_owned()),
            origin: origin.clone(),
        })
    }

    /// From a default as a declaration writes it.
    pub fn of_default(text: &str) -> Option<Self> {
        let v = DeValue::parse(text).ok()?;
        Some(Self::of(&v, Some(&Origin::Default)))
    }

    /// The value at a path below this one: keys and positions.
    pub fn at(&self, path: &[&str]) -> Option<&Self> {
        let Some((first, rest)) = path.split_first() else {
            return Some(self);
        };
        match &self.data {
            Data::Table(t) => t.entries.get(*first)?.1.at(rest),
            Data::List(l) => l.get(first.parse::<usize>().ok()?)?.at(rest),
            _ => None,
        }
    }

    fn of(v: &Spanned<DeValue<'_>>, origin: Option<&Origin>) -> Self {
        let place = || origin.cloned().unwrap_or_else(|| Origin::File(v.span()));
        let data = match v.get_ref() {
            DeValue::String(s) => Data::Text(s.to_string()),
            DeValue::Integer(i) => i64::from_str_radix(i.as_str(), i.radix())
                .map_or(Data::Other("an integer beyond 64 bits"), Data::Integer),
            DeValue::Float(_) => Data::Other("a number with a fraction"),
            DeValue::Boolean(b) => Data::Flag(*b),
            DeValue::Datetime(_) => Data::Other("a date"),
            DeValue::Array(a) => Data::List(a.iter().map(|v| Self::of(v, origin)).collect()),
            DeValue::Table(t) => Data::Table(Table::of(t, origin)),
        };
        Self {
            data,
            origin: place(),
        }
    }
}

impl Table {
    /// A file's text as a tree.
    ///
    /// # Errors
    /// What is not TOML, with its place.
    pub fn parse(text: &str) -> Result<Value, toml::de::Error> {
        let table = DeTable::parse(text)?;
        Ok(Value {
            origin: Origin::File(table.span()),
            data: Data::Table(Self::of(table.get_ref(), None)),
        })
    }

    fn of(t: &DeTable<'_>, origin: Option<&Origin>) -> Self {
        let entry = |(k, v): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| {
            let key = origin.cloned().unwrap_or_else(|| Origin::File(k.span()));
            (k.get_ref().to_string(), (key, Value::of(v, origin)))
        };
        Self {
            entries: t.iter().map(entry).collect(),
        }
    }

    /// Puts a value at a path, over what is there; tables on the way are made.
    ///
    /// # Errors
    /// The part of the path at which there is something that has no keys.
    pub fn put(&mut self, path: &[&str], value: Value) -> Result<(), String> {
        let Some((first, rest)) = path.split_first() else {
            return Ok(());
        };
        let origin = value.origin.clone();
        if rest.is_empty() {
            self.entries.insert((*first).to_owned(), (origin, value));
            return Ok(());
        }
        let made = || {
            let data = Data::Table(Self::default());
            let value = Value {
                data,
                origin: origin.clone(),
            };
            (origin.clone(), value)
        };
        let below = self.entries.entry((*first).to_owned()).or_insert_with(made);
        match &mut below.1.data {
            Data::Table(t) => t.put(rest, value),
            Data::List(l) => {
                let n = rest.first().and_then(|n| n.parse::<usize>().ok());
                let entry = n.and_then(|n| l.get_mut(n));
                match (entry, rest.get(1..)) {
                    (Some(e), Some([])) => *e = value,
                    (
                        Some(Value {
                            data: Data::Table(t),
                            ..
                        }),
                        Some(rest),
                    ) => {
                        return t.put(rest, value);
                    }
                    _ => {
                        let n = l.len();
                        return Err(format!(
                            "{first} is an array of {n}: positions begin with 0"
                        ));
                    }
                }
                Ok(())
            }
            other => Err(format!("{first} is {}, not a table", other.kind())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn later_words_win_and_keep_their_origin() {
        let mut root = Table::parse("[a]\nb = 1\nc = [{ d = 2 }]\n").unwrap();
        let Data::Table(t) = &mut root.data else {
            panic!("a table")
        };
        let set = Origin::Set("a.b".into());
        t.put(&["a", "b"], Value::given("7", &set).unwrap())
            .unwrap();
        let wide = Value::given("[1, 2]", &set).unwrap();
        t.put(&["a", "c", "0", "d"], wide).unwrap();
        let no = t.put(&["a", "c", "1", "d"], Value::given("x", &set).unwrap());
        assert!(no.unwrap_err().contains("array of 1"));
        let no = t.put(&["a", "b", "x"], Value::given("x", &set).unwrap());
        assert!(no.unwrap_err().contains("not a table"));
        let b = root.at(&["a", "b"]).unwrap();
        assert_eq!((&b.data, &b.origin), (&Data::Text("7".into()), &set));
        assert_eq!(
            root.at(&["a", "c", "0", "d", "1"]).unwrap().data,
            Data::Integer(2)
        );
        assert!(matches!(
            root.at(&["a", "c"]).unwrap().origin,
            Origin::File(_)
        ));
    }
}
