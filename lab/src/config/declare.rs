//! Declares sections of a configuration: each key once, with its type, its default and its words.
//! From the row come the field, the reading, the check for unknown keys, and the schema.
use super::{
    complaint::Complaint,
    value::{Data, Origin, Table, Value},
};
use std::{fs, ops::Range, path::Path};

/// A type that a key can have.
pub trait Setting: Sized {
    /// What it looks like, for the schema.
    fn shape() -> Shape;

    /// Reads it; `None` after complaints.
    fn read(value: &Value, r: &mut Reader<'_>) -> Option<Self>;
}

/// What a value looks like.
#[derive(Debug, Clone, Copy)]
pub enum Shape {
    /// A single value.
    Scalar(Scalar),
    /// A table with these keys.
    Section(&'static [Row]),
    /// An array.
    List(&'static Self),
}

/// A single value.
#[derive(Debug, Clone, Copy)]
pub struct Scalar {
    /// Its type in a JSON schema.
    pub json: &'static str,
    /// What it is, in words: `an address`.
    pub words: &'static str,
    /// One that is right, as TOML.
    pub example: &'static str,
    /// All that are allowed, where they can be listed.
    pub choices: &'static [&'static str],
}

/// A key.
#[derive(Debug, Clone, Copy)]
pub struct Row {
    /// Its name.
    pub key: &'static str,
    /// Its words.
    pub doc: &'static [&'static str],
    /// Its type.
    pub shape: fn() -> Shape,
    /// Whether it must be given.
    pub need: Need,
    /// Whether it can stand in a file of its own.
    pub keep: Keep,
}

/// Whether a key must be given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It must.
    Required,
    /// It may be left out.
    Optional,
    /// Where it is left out it is this, as TOML.
    Default(&'static str),
    /// It may be given several times, or not at all.
    Repeated,
}

/// Where a value may be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keep {
    /// In the configuration.
    Here,
    /// Here, or in the file that KEY_file names.
    OrFile,
    /// The same, and it is shown to nobody.
    Secret,
}

/// Reads settings and collects complaints.
#[derive(Debug)]
pub struct Reader<'a> {
    /// What is wrong so far.
    pub complaints: Vec<Complaint>,
    /// Files are named from here.
    folder: &'a Path,
}

impl<'a> Reader<'a> {
    /// A reader of a file in `folder`.
    pub fn new(folder: &'a Path) -> Self {
        Self {
            complaints: Vec::new(),
            folder,
        }
    }

    /// Complains.
    pub fn complain(
        &mut self,
        at: &Origin,
        what: impl Into<String>,
        label: impl Into<String>,
        fix: impl Into<String>,
    ) {
        self.complaints.push(Complaint {
            what: what.into(),
            label: label.into(),
            at: at.clone(),
            fix: fix.into(),
        });
    }

    /// Complains that a value is not what it should be.
    pub fn not_a(&mut self, v: &Value, s: &Scalar) {
        let is = match &v.data {
            Data::Text(t) => format!("{t:?}"),
            Data::Integer(n) => n.to_string(),
            other => other.kind().to_owned(),
        };
        let fix = match s.choices {
            [] => format!("write it as {}", s.example),
            all => match nearest(&is, all.iter().copied()) {
                Some(n) => format!("did you mean {n:?}? There are {}", listed(all)),
                None => format!("choose one of {}", listed(all)),
            },
        };
        self.complain(&v.origin, format!("{is} is not {}", s.words), "here", fix);
    }

    /// The table behind a value; complains of unknown keys, and of required ones that are not there.
    pub fn table<'v>(&mut self, v: &'v Value, rows: &[Row]) -> Option<&'v Table> {
        let Data::Table(t) = &v.data else {
            let what = format!("{} where a table is wanted", v.data.kind());
            let keys: Vec<&str> = rows.iter().map(|r| r.key).collect();
            let fix = format!("give it as a table with the keys {}", listed(&keys));
            self.complain(&v.origin, what, "not a table", fix);
            return None;
        };
        for (key, (at, _)) in &t.entries {
            if rows.iter().any(|r| r.takes(key)) {
                continue;
            }
            let keys: Vec<&str> = rows.iter().map(|r| r.key).collect();
            let fix = match nearest(key, keys.iter().copied()) {
                Some(n) => format!("did you mean `{n}`?"),
                None => format!("the keys here are {}", listed(&keys)),
            };
            self.complain(
                at,
                format!("there is no key `{key}` here"),
                "unknown key",
                fix,
            );
        }
        for row in rows {
            let file = row.file_key();
            let given = t.entries.get(row.key);
            match (given, t.entries.get(&file)) {
                (Some(_), Some((at, _))) if row.keep != Keep::Here => {
                    let what = format!("both `{}` and `{file}` are given", row.key);
                    self.complain(at, what, "the second of them", "keep one of the two");
                }
                (None, None) if row.need == Need::Required => self.missing(v, row),
                _ => {}
            }
        }
        Some(t)
    }

    fn missing(&mut self, table: &Value, row: &Row) {
        let at = match &table.origin {
            Origin::File(r) => Origin::File(head(r)),
            other => other.clone(),
        };
        let (key, example) = match row.keep {
            Keep::Here => (row.key.to_owned(), row.example()),
            _ => (row.file_key(), "\"FILE\"".to_owned()),
        };
        let what = format!("the key `{}` is missing", row.key);
        let doc = row.doc.concat();
        let fix = match (row.shape)() {
            Shape::Section(_) => format!("add a table `{}`:{doc}", row.key),
            _ => format!("add `{key} = {example}`:{doc}"),
        };
        self.complain(&at, what, "in this table", fix);
    }

    /// A key that is there, or has a default.
    pub fn one<T: Setting>(&mut self, t: &Table, row: &Row) -> Option<T> {
        self.maybe(t, row)?
    }

    /// A key that may be left out.
    pub fn maybe<T: Setting>(&mut self, t: &Table, row: &Row) -> Option<Option<T>> {
        if let Some((_, v)) = t.entries.get(row.key) {
            return T::read(v, self).map(Some);
        }
        if row.keep != Keep::Here
            && let Some((_, name)) = t.entries.get(&row.file_key())
        {
            let v = self.content(name, row)?;
            return T::read(&v, self).map(Some);
        }
        Some(None)
    }

    /// A key that may be given several times.
    pub fn each<T: Setting>(&mut self, t: &Table, row: &Row) -> Option<Vec<T>> {
        match t.entries.get(row.key) {
            Some((_, v)) => Vec::read(v, self),
            None => Some(Vec::new()),
        }
    }

    /// What a file holds, as a value at the place of the file's name.
    fn content(&mut self, name: &Value, row: &Row) -> Option<Value> {
        let Data::Text(path) = &name.data else {
            let file = row.file_key();
            let what = format!("{} where a file's name is wanted", name.data.kind());
            self.complain(
                &name.origin,
                what,
                "here",
                format!("write `{file} = \"FILE\"`"),
            );
            return None;
        };
        let path = self.folder.join(path);
        match fs::read_to_string(&path) {
            Ok(text) => Some(Value {
                data: Data::Text(text.trim_end().to_owned()),
                origin: name.origin.clone(),
            }),
            Err(e) => {
                let what = format!("the file cannot be read: {e}");
                let fix = "file names count from the folder of the configuration; \
                           `fosterling config keys` makes keys for a lab";
                self.complain(&name.origin, what, "this file", fix);
                None
            }
        }
    }

    /// A file's path.
    pub fn path(&self, name: &str) -> std::path::PathBuf {
        self.folder.join(name)
    }
}

impl Row {
    /// The key that names a file with the value instead.
    pub fn file_key(&self) -> String {
        format!("{}_file", self.key)
    }

    fn takes(&self, key: &str) -> bool {
        key == self.key || self.keep != Keep::Here && key == self.file_key()
    }

    /// A value that is right.
    pub fn example(&self) -> String {
        (self.shape)().example()
    }
}

impl Shape {
    /// A value that is right, as TOML.
    pub fn example(&self) -> String {
        match self {
            Self::Scalar(s) => match s.choices {
                [first, ..] => format!("{first:?}"),
                [] => s.example.to_owned(),
            },
            Self::List(of) => format!("[{}]", of.example()),
            Self::Section(_) => "{ }".to_owned(),
        }
    }

    /// What it is, in words.
    pub fn words(&self) -> String {
        match self {
            Self::Scalar(s) => s.words.to_owned(),
            Self::List(of) => format!("list, each {}", of.words()),
            Self::Section(_) => "table".to_owned(),
        }
    }
}

impl<T: Setting> Setting for Vec<T> {
    fn shape() -> Shape {
        // shapes are few and asked for by commands that end at once
        Shape::List(Box::leak(Box::new(T::shape())))
    }

    fn read(value: &Value, r: &mut Reader<'_>) -> Option<Self> {
        let Data::List(all) = &value.data else {
            let what = format!("{} where an array is wanted", value.data.kind());
            let fix = match T::shape() {
                Shape::Section(_) => "write its header with double brackets: [[...]]".to_owned(),
                s => format!("put it in brackets: [{}]", s.example()),
            };
            r.complain(&value.origin, what, "not an array", fix);
            return None;
        };
        let read: Vec<Option<T>> = all.iter().map(|v| T::read(v, r)).collect();
        read.into_iter().collect()
    }
}

/// Fills in the defaults of what is left out.
pub fn fill(value: &mut Value, shape: &Shape) {
    match (&mut value.data, shape) {
        (Data::Table(t), Shape::Section(rows)) => {
            for row in *rows {
                let file = t.entries.contains_key(&row.file_key());
                if let Need::Default(text) = row.need
                    && !(file && row.keep != Keep::Here)
                    && !t.entries.contains_key(row.key)
                    && let Some(v) = Value::of_default(text)
                {
                    t.entries.insert(row.key.to_owned(), (Origin::Default, v));
                }
                if let Some((_, v)) = t.entries.get_mut(row.key) {
                    fill(v, &(row.shape)());
                }
            }
        }
        (Data::List(all), Shape::List(of)) => all.iter_mut().for_each(|v| fill(v, of)),
        _ => {}
    }
}

/// The first octets of a place: of a table only its head is shown.
fn head(r: &Range<usize>) -> Range<usize> {
    r.start..r.end.min(r.start + 1)
}

/// The name that is most like a wrong one.
pub fn nearest<'n>(wrong: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    let wrong = wrong.trim_matches('"').to_ascii_lowercase();
    let distance = |n: &str| strsim::damerau_levenshtein(&wrong, n);
    let near = names.min_by_key(|n| distance(n))?;
    (distance(near) * 2 <= near.len().max(2)).then_some(near)
}

/// Names in a row.
pub fn listed(names: &[&str]) -> String {
    let quoted: Vec<String> = names.iter().map(|n| format!("`{n}`")).collect();
    quoted.join(", ")
}

/// Declares sections. A row is `KIND [file|secret] NAME: TYPE [= DEFAULT]`, with KIND `req`, `opt`, `def`
/// or `rep`; the default is written as TOML.
macro_rules! settings {
    ($(
        $(#[doc = $about:literal])+
        $name:ident {
            $(
                $(#[doc = $doc:literal])+
                $kind:ident $([$keep:ident])? $key:ident: $ty:ty $(= $default:tt)?;
            )+
        }
    )+) => {$(
        $(#[doc = $about])+
        #[derive(Debug, Clone)]
        pub struct $name {
            $($(#[doc = $doc])+ pub $key: settings!(@type $kind $ty),)+
        }

        impl $name {
            /// Its keys.
            pub const ROWS: &'static [$crate::config::declare::Row] = &[
                $($crate::config::declare::Row {
                    key: stringify!($key),
                    doc: &[$($doc),+],
                    shape: settings!(@shape $kind $ty),
                    need: settings!(@need $kind $($default)?),
                    keep: settings!(@keep $($keep)?),
                },)+
            ];
        }

        impl $crate::config::declare::Setting for $name {
            fn shape() -> $crate::config::declare::Shape {
                $crate::config::declare::Shape::Section(Self::ROWS)
            }

            fn read(
                value: &$crate::config::value::Value,
                r: &mut $crate::config::declare::Reader<'_>,
            ) -> Option<Self> {
                let t = r.table(value, Self::ROWS)?;
                let mut rows = Self::ROWS.iter();
                $(let $key = rows.next().and_then(|row| settings!(@read $kind $ty, r, t, row));)+
                Some(Self { $($key: $key?,)+ })
            }
        }
    )+};
    (@type req $ty:ty) => { $ty };
    (@type def $ty:ty) => { $ty };
    (@type opt $ty:ty) => { Option<$ty> };
    (@type rep $ty:ty) => { Vec<$ty> };
    (@shape rep $ty:ty) => { <Vec<$ty> as $crate::config::declare::Setting>::shape };
    (@shape $kind:ident $ty:ty) => { <$ty as $crate::config::declare::Setting>::shape };
    (@need req) => { $crate::config::declare::Need::Required };
    (@need opt) => { $crate::config::declare::Need::Optional };
    (@need rep) => { $crate::config::declare::Need::Repeated };
    (@need def $default:tt) => { $crate::config::declare::Need::Default(stringify!($default)) };
    (@keep) => { $crate::config::declare::Keep::Here };
    (@keep file) => { $crate::config::declare::Keep::OrFile };
    (@keep secret) => { $crate::config::declare::Keep::Secret };
    (@read opt $ty:ty, $r:ident, $t:ident, $row:ident) => { $r.maybe::<$ty>($t, $row) };
    (@read rep $ty:ty, $r:ident, $t:ident, $row:ident) => { $r.each::<$ty>($t, $row) };
    (@read $kind:ident $ty:ty, $r:ident, $t:ident, $row:ident) => { $r.one::<$ty>($t, $row) };
}
pub(crate) use settings;

/// Declares a type whose values are named: each name once, with what it stands for.
macro_rules! choices {
    ($($ty:ty, $words:literal { $($name:literal => $value:expr,)+ })+) => {$(
        impl $crate::config::declare::Setting for $ty {
            fn shape() -> $crate::config::declare::Shape {
                const NAMES: &[&str] = &[$($name),+];
                $crate::config::declare::Shape::Scalar($crate::config::declare::Scalar {
                    json: "string",
                    words: $words,
                    example: "",
                    choices: NAMES,
                })
            }

            fn read(
                value: &$crate::config::value::Value,
                r: &mut $crate::config::declare::Reader<'_>,
            ) -> Option<Self> {
                match &value.data {
                    $($crate::config::value::Data::Text(t) if t == $name => Some($value),)+
                    _ => {
                        if let $crate::config::declare::Shape::Scalar(s) = Self::shape() {
                            r.not_a(value, &s);
                        }
                        None
                    }
                }
            }
        }
    )+};
}
pub(crate) use choices;
