//! A plan as people read it.

use std::fmt::Write as _;

use doorward_service::management::Plan;
use doorward_service::management::plan::{Action, Change, FieldChange};
use serde_json::Value;

use super::print::{cell, padded};

/// The plan; `done` when it was carried out.
pub fn text(plan: &Plan, done: bool) -> String {
    let mut out = String::new();
    for change in &plan.changes {
        write_change(&mut out, change);
    }
    for warning in &plan.warnings {
        let _ = writeln!(out, "warning: {warning}");
    }
    let count = |action| plan.changes.iter().filter(|change| change.action == action).count();
    let (created, updated) = (count(Action::Create), count(Action::Update));
    let _ = match (plan.changes.is_empty(), done) {
        (true, _) => writeln!(out, "Nothing to change."),
        (false, false) => writeln!(out, "{created} to create, {updated} to change. Nothing is deleted."),
        (false, true) => writeln!(out, "{created} created, {updated} changed."),
    };
    out
}

fn write_change(out: &mut String, change: &Change) {
    let sign = match change.action {
        Action::Create => '+',
        Action::Update => '~',
    };
    let _ = writeln!(out, "{sign} {}", cell(Some(&Value::from(change.path.as_str()))));
    write_fields(out, &change.fields);
}

/// What is different, a line for each field.
pub fn write_fields(out: &mut String, fields: &[FieldChange]) {
    let width = fields.iter().map(|field| field.field.chars().count()).max().unwrap_or(0);
    for FieldChange { field, before, after } in fields {
        let change = match (before, after) {
            (Some(before), None) => format!("{} → nothing", cell(Some(before))),
            (Some(before), after) => format!("{} → {}", cell(Some(before)), cell(after.as_ref())),
            (None, after) => cell(after.as_ref()),
        };
        let _ = writeln!(out, "    {}  {change}", padded(field, width));
    }
}
