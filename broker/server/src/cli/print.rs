//! Answers on the terminal: tables for people, JSON for programs.

use jiff::Timestamp;
use serde_json::Value;

use super::args::Output;

/// Prints a single thing.
pub fn one(thing: &Value, output: Output) {
    match output {
        Output::Table if thing.is_object() => print!("{}", rows(thing)),
        _ => println!("{thing:#}"),
    }
}

/// A single thing, a row for each field.
pub fn rows(thing: &Value) -> String {
    let fields = thing.as_object().into_iter().flatten();
    table(fields.map(|(name, value)| vec![name.clone(), field(name, value)]).collect())
}

/// Prints a list with these columns.
pub fn list(things: &[Value], columns: &[&str], output: Output) {
    match output {
        Output::Json => println!("{:#}", Value::from(things.to_vec())),
        Output::Table => print!("{}", self::columns(things, columns)),
    }
}

/// A list as a table with a header.
pub fn columns(things: &[Value], columns: &[&str]) -> String {
    let header = columns.iter().map(|name| name.to_uppercase()).collect();
    let row = |thing: &Value| columns.iter().map(|name| field(name, &thing[name])).collect();
    table(std::iter::once(header).chain(things.iter().map(row)).collect())
}

/// Columns of equal width, two blanks apart.
fn table(rows: Vec<Vec<String>>) -> String {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| rows.iter().map(|row| row[column].chars().count()).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &Vec<String>| {
        let cells: Vec<_> = row.iter().zip(&widths).map(|(text, width)| padded(text, *width)).collect();
        format!("{}\n", cells.join("  ").trim_end())
    };
    rows.iter().map(line).collect()
}

/// A text, filled up with blanks.
pub fn padded(text: &str, width: usize) -> String {
    format!("{text:width$}")
}

/// A field's value; its name says whether it is a point in time.
pub fn field(name: &str, value: &Value) -> String {
    let is_time = ["_at", "_from", "_until"].iter().any(|suffix| name.ends_with(suffix));
    match value.as_i64().filter(|_| is_time).map(Timestamp::from_millisecond) {
        Some(Ok(time)) => time.strftime("%Y-%m-%dT%H:%M:%SZ").to_string(),
        _ => cell(Some(value)),
    }
}

/// A value in one line. What people chose as their name must not steer the terminal (SR-05).
pub fn cell(value: Option<&Value>) -> String {
    let text = match value {
        None | Some(Value::Null) => "-".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) => {
            values.iter().map(|value| cell(Some(value))).collect::<Vec<_>>().join(", ")
        }
        Some(other) => other.to_string(),
    };
    text.chars().flat_map(|c| if c.is_control() { c.escape_default().collect() } else { vec![c] }).collect()
}
