//! `doorward connection preview-mapping`.

use std::path::Path;

use anyhow::Context as _;
use serde_json::Value;

use super::api::Api;
use super::args::Output;
use super::print;

/// What of everybody is told in a table.
const CHANGES: &[&str] = &[
    "user",
    "name",
    "roles_gained",
    "roles_lost",
    "sites_gained",
    "sites_lost",
    "refused",
    "unknown_claims",
];

/// Who would gain and who would lose by the change in a file.
pub async fn preview(api: &Api, path: &[&str], file: &Path, output: Output) -> anyhow::Result<String> {
    let name = || file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(name)?;
    let change: Value = match file.extension().is_some_and(|extension| extension == "json") {
        true => serde_json::from_str(&text).with_context(name)?,
        false => toml::from_str(&text).with_context(name)?,
    };
    let told = api.post_list(path, &change).await?;
    Ok(match output {
        Output::Json => format!("{told:#}\n"),
        Output::Table => {
            let items = told["items"].as_array().map_or(&[][..], Vec::as_slice);
            format!("{}\n{}", print::rows(&told["counts"]), print::columns(items, CHANGES))
        }
    })
}
