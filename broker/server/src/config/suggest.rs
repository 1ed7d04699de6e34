//! Suggestions for names that are not known.

/// The field that serde does not know, and the known one that it was probably meant to be.
pub(crate) fn unknown_field(message: &str) -> Option<(&str, Option<&str>)> {
    let (_, rest) = message.split_once("unknown field `")?;
    let mut quoted = rest.split('`').step_by(2);
    let field = quoted.next()?;
    Some((field, alike(field, quoted)))
}

fn alike<'k>(word: &str, known: impl Iterator<Item = &'k str>) -> Option<&'k str> {
    const ALIKE: f64 = 0.75;
    known
        .map(|candidate| (strsim::jaro_winkler(word, candidate), candidate))
        .filter(|(likeness, _)| *likeness > ALIKE)
        .max_by(|(a, _), (b, _)| a.total_cmp(b))
        .map(|(_, candidate)| candidate)
}
