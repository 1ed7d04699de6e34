//! What can be wrong with a configuration, in words that name the key and how to mend it.

use std::io;
use std::path::PathBuf;

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
        match unknown_field(message) {
            Some((field, known)) => {
                let section =
                    path.rsplit_once('.').map(|(section, _)| format!("{section}.")).unwrap_or_default();
                let hint = alike(field, &known).map(|hint| format!("{section}{hint}"));
                Self::Unknown { key: path.to_owned(), hint }
            }
            None => Self::Value { key: path.to_owned(), cause: message.to_owned() },
        }
    }
}

/// The field and those that are known, when that is what serde complains about.
fn unknown_field(message: &str) -> Option<(&str, Vec<&str>)> {
    let (_, rest) = message.split_once("unknown field `")?;
    let mut quoted = rest.split('`').step_by(2);
    Some((quoted.next()?, quoted.collect()))
}

/// The known word that `word` was probably meant to be.
pub(crate) fn alike<'k>(word: &str, known: &[&'k str]) -> Option<&'k str> {
    let likeness = |candidate: &&&str| (strsim::jaro_winkler(word, candidate) * 1000.0) as u32;
    known.iter().max_by_key(likeness).filter(|best| likeness(best) > 750).copied()
}
