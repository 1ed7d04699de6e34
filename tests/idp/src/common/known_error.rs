//! The errors that a provider names, as a table.

/// An error as a provider words it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KnownError {
    /// Its number, where the provider numbers its errors; otherwise 0.
    pub number: u32,
    /// The OAuth error code that goes with it.
    pub error: &'static str,
    /// The text, with `{placeholders}`.
    pub text: &'static str,
    /// How it is known.
    pub source: Source,
}

/// How an error's text is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Word for word, from here.
    Verbatim(&'static str),
    /// The meaning is from here, the words are ours.
    Meaning(&'static str),
}
