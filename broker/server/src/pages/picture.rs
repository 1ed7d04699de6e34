//! Pictures of others on our pages: part of the page itself, so that no browser asks for them elsewhere.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// A picture as a `data:` URL (RFC 2397).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture(String);

impl Picture {
    /// The picture of these bytes.
    pub fn new(media_type: &'static str, bytes: &[u8]) -> Self {
        Self(format!("data:{media_type};base64,{}", STANDARD.encode(bytes)))
    }
}

impl fmt::Display for Picture {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
