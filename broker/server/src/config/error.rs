//! What can be wrong with a configuration, in words that name the key and how to mend it.

use std::io;
use std::path::PathBuf;

use super::suggest::unknown_field;

/// Something that is wrong with the configuration.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// A file that cannot be read.
    #[error("{}: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A file that cannot be written.
    #[error("cannot write {}: {cause}", path.display())]
    Unwritable {
        /// The file.
        path: PathBuf,
        /// Why.
        cause: io::Error,
    },
    /// A text that is not TOML.
    #[error("the configuration is not TOML: {0}")]
    Malformed(String),
    /// A key with a value that it cannot have.
    #[error("`{key}`: {cause}")]
    Value {
        /// The key, with its section.
        key: String,
        /// What is wrong, and how to mend it.
        cause: String,
    },
    /// A key that nobody knows.
    #[error("`{key}` is not known{}", hint.as_deref().map(|hint| format!("; did you mean `{hint}`?")).unwrap_or_default())]
    Unknown {
        /// The key, with its section.
        key: String,
        /// The known key that looks like it.
        hint: Option<String>,
    },
    /// A file that does not hold the secret it should.
    #[error("{}: {cause}", path.display())]
    Secret {
        /// The file.
        path: PathBuf,
        /// What is wrong, and how to mend it.
        cause: &'static str,
    },
}

impl ConfigError {
    /// Reads what serde says about the value at `path`.
    pub(super) fn from_serde(path: &str, message: &str) -> Self {
        let key = path.to_owned();
        match unknown_field(message) {
            Some((_, hint)) => {
                let section = path.rsplit_once('.').map_or("", |(section, _)| section);
                let full = |hint: &str| {
                    if section.is_empty() { hint.to_owned() } else { format!("{section}.{hint}") }
                };
                Self::Unknown { key, hint: hint.map(full) }
            }
            None => Self::Value { key, cause: message.to_owned() },
        }
    }
}
