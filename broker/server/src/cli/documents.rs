//! Documents from files: read, their references followed, put together.

use std::path::{Path, PathBuf};

use anyhow::Context as _;
use doorward_service::management::document::{Document, Reference, Resolved, SecretSource};
use serde_json::Value;

use crate::config::suggest::unknown_field;

/// Reads all files into one document, and says where secrets lie in clear.
///
/// # Errors
/// The file, and what is wrong with it.
pub fn read_all(files: &[PathBuf]) -> anyhow::Result<Document> {
    let mut all = Document::default();
    for file in files {
        let Resolved { document, literals } = read(file)?;
        if !literals.is_empty() {
            eprintln!(
                "warning: {} holds secrets in clear, which is for demonstrations; \
                 use {{ file = \"…\" }} or {{ env = \"…\" }}: {}",
                file.display(),
                literals.join(", ")
            );
        }
        all.merge(document);
    }
    Ok(all)
}

/// Reads one file; relative paths in it start from its folder.
///
/// # Errors
/// The file, and what is wrong with it.
pub fn read(file: &Path) -> anyhow::Result<Resolved> {
    let name = || file.display().to_string();
    let text = std::fs::read_to_string(file).with_context(name)?;
    let document = parse(&text, file.extension().is_some_and(|extension| extension == "json"));
    let folder = file.parent().unwrap_or(Path::new("."));
    document.with_context(name)?.resolve(|reference| follow(reference, folder)).with_context(name)
}

/// Reads a document from its text, in JSON or TOML.
///
/// # Errors
/// Where something is wrong, what, and what was probably meant.
pub fn parse(text: &str, json: bool) -> anyhow::Result<Document> {
    let parsed = if json {
        let mut deserializer = serde_json::Deserializer::from_str(text);
        serde_path_to_error::deserialize(&mut deserializer).map_err(|error| error.to_string())
    } else {
        toml::from_str(text).map_err(|error| error.to_string())
    };
    parsed.map_err(|message| match unknown_field(&message) {
        Some((_, Some(hint))) => anyhow::anyhow!("{message}\ndid you mean `{hint}`?"),
        _ => anyhow::anyhow!(message),
    })
}

/// Reads a JSON object from a file in TOML or JSON, or from standard input when that is `-`.
///
/// # Errors
/// The file, and what is wrong with it.
pub fn read_object(file: &Path) -> anyhow::Result<Value> {
    let name = || file.display().to_string();
    let text = match file.as_os_str() == "-" {
        true => std::io::read_to_string(std::io::stdin()).with_context(name)?,
        false => std::fs::read_to_string(file).with_context(name)?,
    };
    if text.trim_start().starts_with('{') {
        return serde_json::from_str(&text).with_context(name);
    }
    toml::from_str(&text).with_context(name)
}

/// Puts what they lead to in the place of references, which stand where a client has secrets or keys.
///
/// # Errors
/// The reference that leads nowhere.
pub fn resolve_client(client: &mut Value, folder: &Path) -> anyhow::Result<()> {
    for field in ["client_secret", "jwks"] {
        let Some(value) = client.get_mut(field) else { continue };
        let Ok(SecretSource::At(reference)) = serde_json::from_value(value.clone()) else { continue };
        let text = follow(&reference, folder).map_err(|cause| anyhow::anyhow!("{field}: {cause}"))?;
        *value = match field {
            "jwks" => serde_json::from_str(&text).context(field)?,
            _ => Value::from(text.trim_end_matches(['\r', '\n'])),
        };
    }
    Ok(())
}

fn follow(reference: &Reference, folder: &Path) -> Result<String, String> {
    match reference {
        Reference::File(path) => {
            let path = folder.join(path);
            std::fs::read_to_string(&path).map_err(|cause| format!("{}: {cause}", path.display()))
        }
        Reference::Env(name) => std::env::var(name).map_err(|cause| format!("{name}: {cause}")),
    }
}
