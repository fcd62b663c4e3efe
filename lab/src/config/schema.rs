//! What a configuration can say: every key with its type, default and words, from its declaration.
use super::{
    RoleName,
    declare::{Keep, Need, Row, Scalar, Setting, Shape},
    roles::Config,
    value::Value,
};
use serde_json::{Map, Value as Json, json};

/// As an annotated file: of one role, or of all and what they share.
pub fn toml(role: Option<RoleName>) -> String {
    let mut text = String::new();
    for row in Config::ROWS.iter().filter(|r| wanted(r, role)) {
        if let Shape::Section(rows) = (row.shape)() {
            section(row, row.key, "[", rows, &mut text);
        }
    }
    text
}

fn wanted(row: &Row, role: Option<RoleName>) -> bool {
    role.is_none_or(|r| r.name() == row.key)
}

fn section(of: &Row, path: &str, bracket: &str, rows: &[Row], text: &mut String) {
    let close = bracket.replace('[', "]");
    if !text.is_empty() {
        text.push('\n');
    }
    push(text, &format!("#{}", of.doc.concat()));
    push(text, &format!("{bracket}{path}{close}{}", note(of.need)));
    let mut later = Vec::new();
    for row in rows {
        let below = format!("{path}.{}", row.key);
        match (row.shape)() {
            Shape::Section(rows) => later.push((row, below, "[", rows)),
            Shape::List(Shape::Section(rows)) if row.need == Need::Repeated => {
                later.push((row, below, "[[", *rows));
            }
            shape => key(row, &shape, text),
        }
    }
    for (row, path, bracket, rows) in later {
        section(row, &path, bracket, rows, text);
    }
}

fn key(row: &Row, shape: &Shape, text: &mut String) {
    let words = match shape {
        Shape::Scalar(Scalar {
            choices: [first, rest @ ..],
            ..
        }) => {
            let rest: Vec<String> = rest.iter().map(|c| format!(" | {c:?}")).collect();
            format!("{first:?}{}", rest.concat())
        }
        s => s.words(),
    };
    push(text, &format!("#{} ({words})", row.doc.concat()));
    let (key, example) = match row.keep {
        Keep::Here => (row.key.to_owned(), row.example()),
        Keep::OrFile | Keep::Secret => (row.file_key(), "\"FILE\"".to_owned()),
    };
    let line = match row.need {
        Need::Required => format!("{key} = {example}"),
        Need::Optional | Need::Repeated => format!("# {key} = {example}"),
        Need::Default(d) => format!("{} = {}", row.key, default(d)),
    };
    let either = match row.keep {
        Keep::Here => String::new(),
        _ => format!(", or `{}` with the text itself", row.key),
    };
    push(text, &format!("{line}{}{either}", note(row.need)));
}

fn push(text: &mut String, line: &str) {
    text.push_str(line.trim_end());
    text.push('\n');
}

fn note(need: Need) -> &'static str {
    match need {
        Need::Required => "  # required",
        Need::Optional => "  # optional",
        Need::Default(_) => "  # default",
        Need::Repeated => "  # any number",
    }
}

/// A default as one writes it.
fn default(text: &str) -> String {
    Value::of_default(text).map_or_else(|| text.to_owned(), |v| super::show::toml(&v))
}

/// As a JSON schema: of one role's section, or of a whole file.
pub fn json(role: Option<RoleName>) -> Json {
    let row = role.and_then(|r| Config::ROWS.iter().find(|row| row.key == r.name()));
    let mut schema = match row {
        Some(row) => of_shape(&(row.shape)()),
        None => of_shape(&Config::shape()),
    };
    if let Json::Object(o) = &mut schema {
        let uri = json!("https://json-schema.org/draft/2020-12/schema");
        o.insert("$schema".into(), uri);
    }
    schema
}

fn of_shape(shape: &Shape) -> Json {
    match shape {
        Shape::Scalar(s) => {
            let mut o = json!({ "type": s.json });
            if !s.choices.is_empty() {
                o["enum"] = json!(s.choices);
            }
            o
        }
        Shape::List(of) => json!({ "type": "array", "items": of_shape(of) }),
        Shape::Section(rows) => of_rows(rows),
    }
}

fn of_rows(rows: &[Row]) -> Json {
    let mut properties = Map::new();
    let mut required = Vec::new();
    let mut either = Vec::new();
    for row in rows {
        let mut o = of_shape(&(row.shape)());
        let words = (row.shape)().words();
        o["description"] = json!(format!("{} ({words})", row.doc.concat().trim()));
        if let Need::Default(d) = row.need
            && let Some(v) = Value::of_default(d)
        {
            o["default"] = super::show::plain(&v);
        }
        if row.keep != Keep::Here {
            let words = format!("A file with: {}", row.doc.concat().trim());
            let file = json!({ "type": "string", "description": words });
            properties.insert(row.file_key(), file);
        }
        match (row.need, row.keep) {
            (Need::Required, Keep::Here) => required.push(json!(row.key)),
            (Need::Required, _) => either.push(json!({ "oneOf": [
                { "required": [row.key] }, { "required": [row.file_key()] },
            ] })),
            _ => {}
        }
        properties.insert(row.key.to_owned(), o);
    }
    let mut o = json!({
        "type": "object", "properties": properties, "required": required,
        "additionalProperties": false,
    });
    if !either.is_empty() {
        o["allOf"] = json!(either);
    }
    o
}
