//! A sentence with names in it.

use std::borrow::Cow;
use std::fmt;

use askama::filters::{Escaper as _, Html, HtmlSafe};

/// A sentence as people read it. The names in it stand between Unicode's marks of isolation, so that
/// one that is written from right to left leaves its surroundings alone; on a page they become `<bdi>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phrase(pub(super) Cow<'static, str>);

/// Where a name begins: FIRST STRONG ISOLATE.
const BEGIN: char = '\u{2068}';
/// Where it ends: POP DIRECTIONAL ISOLATE.
const END: char = '\u{2069}';

impl Phrase {
    /// For plain text, where links have to stay whole: without the marks.
    pub fn bare(&self) -> String {
        self.0.replace([BEGIN, END], "")
    }

    /// For places that take text and no elements, such as a title or an attribute.
    pub fn plain(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Phrase {
    /// Writes HTML.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in self.0.split_inclusive([BEGIN, END]) {
            let (text, mark) = match (piece.strip_suffix(BEGIN), piece.strip_suffix(END)) {
                (Some(text), _) => (text, "<bdi>"),
                (_, Some(text)) => (text, "</bdi>"),
                _ => (piece, ""),
            };
            Html.write_escaped_str(&mut *f, text)?;
            f.write_str(mark)?;
        }
        Ok(())
    }
}

/// What [`fmt::Display`] writes is escaped already.
impl HtmlSafe for Phrase {}

/// A name that stays between its marks: it has none itself.
pub(super) fn isolated(name: &str) -> Cow<'_, str> {
    const MARKS: [char; 4] = ['\u{2066}', '\u{2067}', BEGIN, END];
    if name.contains(MARKS) { name.replace(MARKS, "").into() } else { name.into() }
}
