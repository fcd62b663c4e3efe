//! The values that are in force, each with its origin. Secrets are never among them.
use super::{
    Loaded, RoleName,
    complaint::line_and_column,
    declare::{Keep, Need, Row, Setting, Shape, fill},
    roles::Config,
    value::{Data, Origin, Table, Value},
};
use serde_json::{Map, Value as Json, json};

/// What stands for a secret.
const SECRET: &str = "(secret)";

/// A line of the list: the value as TOML, and where it came from. Headers have no origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// As the file would have it.
    pub toml: String,
    /// Where it came from.
    pub origin: Option<String>,
}

/// The effective values of a configuration.
pub fn of_file(l: &Loaded) -> Vec<Line> {
    let mut lines = Vec::new();
    let origin = |o: &Origin| told(o, &l.name, &l.text);
    section(&l.tree, Config::ROWS, "", &origin, &mut lines);
    lines
}

/// The defaults of a role.
pub fn of_role(role: RoleName) -> Vec<Line> {
    let mut lines = Vec::new();
    let Some(row) = Config::ROWS.iter().find(|r| r.key == role.name()) else {
        return lines;
    };
    let shape = (row.shape)();
    let mut value = Value {
        data: Data::Table(Table::default()),
        origin: Origin::Default,
    };
    fill(&mut value, &shape);
    lines.push(Line {
        toml: format!("[{}]", role.name()),
        origin: None,
    });
    if let Shape::Section(rows) = shape {
        for row in rows {
            let given = match row.need {
                Need::Required => Some("required"),
                Need::Optional => Some("not given"),
                Need::Repeated => Some("none"),
                Need::Default(_) => None,
            };
            lines.push(match (given, value.at(&[row.key])) {
                (None, Some(v)) => Line {
                    toml: format!("{} = {}", row.key, toml(v)),
                    origin: Some("default".into()),
                },
                (given, _) => Line {
                    toml: format!("# {}", row.key),
                    origin: given.map(str::to_owned),
                },
            });
        }
    }
    lines
}

/// The same for programs: each value with its origin.
pub fn json(l: &Loaded) -> Json {
    let origin = |o: &Origin| told(o, &l.name, &l.text);
    object(&l.tree, &Config::shape(), Keep::Here, &origin)
}

fn section(
    value: &Value,
    rows: &[Row],
    path: &str,
    origin: &dyn Fn(&Origin) -> String,
    lines: &mut Vec<Line>,
) {
    let Data::Table(t) = &value.data else { return };
    let name = |key: &str| match path {
        "" => key.to_owned(),
        p => format!("{p}.{key}"),
    };
    let mut later = Vec::new();
    for row in rows {
        for key in [row.key.to_owned(), row.file_key()] {
            let Some((_, v)) = t.entries.get(&key) else {
                continue;
            };
            match ((row.shape)(), &v.data) {
                (Shape::Section(below), Data::Table(_)) => {
                    later.push((format!("[{}]", name(&key)), name(&key), below, v));
                }
                (Shape::List(Shape::Section(below)), Data::List(all))
                    if row.need == Need::Repeated =>
                {
                    let header = format!("[[{}]]", name(&key));
                    for v in all {
                        later.push((header.clone(), name(&key), below, v));
                    }
                }
                _ => lines.push(Line {
                    toml: match row.keep {
                        Keep::Secret if key == row.key => format!("{key} = {SECRET:?}"),
                        _ => format!("{key} = {}", as_read(v, &(row.shape)())),
                    },
                    origin: Some(origin(&v.origin)),
                }),
            }
        }
    }
    for (header, path, rows, v) in later {
        if !lines.is_empty() {
            lines.push(Line {
                toml: String::new(),
                origin: None,
            });
        }
        lines.push(Line {
            toml: header,
            origin: None,
        });
        section(v, rows, &path, origin, lines);
    }
}

fn object(v: &Value, shape: &Shape, keep: Keep, origin: &dyn Fn(&Origin) -> String) -> Json {
    match (&v.data, shape) {
        (Data::Table(t), Shape::Section(rows)) => {
            let mut o = Map::new();
            for (key, (_, v)) in &t.entries {
                let row = rows.iter().find(|r| r.key == key);
                let (shape, keep) = match row {
                    Some(r) => ((r.shape)(), r.keep),
                    None => (String::shape(), Keep::Here),
                };
                o.insert(key.clone(), object(v, &shape, keep, origin));
            }
            Json::Object(o)
        }
        (Data::List(all), Shape::List(of)) if matches!(of, Shape::Section(_)) => {
            all.iter().map(|v| object(v, of, keep, origin)).collect()
        }
        _ => {
            let value = match keep {
                Keep::Secret => json!(SECRET),
                _ => plain(v),
            };
            json!({ "value": value, "origin": origin(&v.origin) })
        }
    }
}

pub(super) fn plain(v: &Value) -> Json {
    match &v.data {
        Data::Text(t) => json!(t),
        Data::Integer(n) => json!(n),
        Data::Flag(b) => json!(b),
        Data::Other(what) => json!(what),
        Data::List(all) => all.iter().map(plain).collect(),
        Data::Table(t) => {
            let entries = t.entries.iter().map(|(k, (_, v))| (k.clone(), plain(v)));
            Json::Object(entries.collect())
        }
    }
}

/// A value as TOML, of the type that it is read as: environment and command line give text.
fn as_read(v: &Value, shape: &Shape) -> String {
    match (&v.data, shape) {
        (Data::Text(t), Shape::Scalar(s)) if s.json != "string" => t.clone(),
        _ => toml(v),
    }
}

/// A value as TOML on one line.
pub(super) fn toml(v: &Value) -> String {
    match &v.data {
        Data::Text(t) => toml::Value::from(t.as_str())
            .to_string()
            .replace('\n', "\\n"),
        Data::Integer(n) => n.to_string(),
        Data::Flag(b) => b.to_string(),
        Data::Other(what) => (*what).to_owned(),
        Data::List(all) => {
            let all: Vec<String> = all.iter().map(toml).collect();
            format!("[{}]", all.join(", "))
        }
        Data::Table(t) => {
            let entry = |(k, (_, v)): (&String, &(Origin, Value))| format!("{k} = {}", toml(v));
            let all: Vec<String> = t.entries.iter().map(entry).collect();
            format!("{{ {} }}", all.join(", "))
        }
    }
}

fn told(o: &Origin, name: &str, text: &str) -> String {
    match o {
        Origin::Default => "default".to_owned(),
        Origin::File(r) => format!("{name}:{}", line_and_column(text, r.start)),
        Origin::Variable(v) => v.clone(),
        Origin::Set(_) => "--set".to_owned(),
    }
}
