//! The parameters of a request, wherever they came from.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;

use url::form_urlencoded;

/// A request's parameters. A repeated one has no value: neither the first nor the last wins
/// (RFC 6749 section 3.1), except for the few that may be repeated. An empty one counts as absent.
#[derive(Clone, Default)]
pub struct Params {
    values: BTreeMap<String, Parameter>,
}

impl fmt::Debug for Params {
    /// Shows names alone: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.values.keys()).finish()
    }
}

#[derive(Clone)]
enum Parameter {
    Once(String),
    Repeated(Vec<String>),
}

/// What may be sent more than once: RFC 8707 section 2, RFC 8693 section 2.1.
const MAY_REPEAT: [&str; 2] = ["resource", "audience"];

/// The parameters cannot be read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not UTF-8, or with control characters.
    #[error("a parameter is not plain UTF-8 text")]
    Text,
    /// More fields than an honest request has.
    #[error("there are too many parameters")]
    TooMany,
}

const MOST_FIELDS: usize = 100;

impl Params {
    /// Reads `application/x-www-form-urlencoded` parts, such as a query and a body, as one request.
    ///
    /// # Errors
    /// [`Unreadable`] when a part is no text or there are too many fields.
    pub fn parse(parts: &[&[u8]]) -> Result<Self, Unreadable> {
        let mut params = Self::default();
        let fields = parts.iter().flat_map(|part| form_urlencoded::parse(part));
        for (count, (name, value)) in fields.enumerate() {
            if count == MOST_FIELDS {
                return Err(Unreadable::TooMany);
            }
            if [&name, &value].iter().any(|text| text.contains(is_unfit)) {
                return Err(Unreadable::Text);
            }
            params.add(name.into_owned(), value.into_owned());
        }
        Ok(params)
    }

    /// Adds a parameter.
    pub(super) fn add(&mut self, name: String, value: String) {
        match self.values.entry(name) {
            Entry::Vacant(place) => {
                place.insert(Parameter::Once(value));
            }
            Entry::Occupied(mut known) => match known.get_mut() {
                Parameter::Repeated(values) => values.push(value),
                Parameter::Once(first) => {
                    let values = vec![std::mem::take(first), value];
                    known.insert(Parameter::Repeated(values));
                }
            },
        }
    }

    /// The one value of a parameter; `None` when it is absent, empty or repeated.
    pub fn get(&self, name: &str) -> Option<&str> {
        match self.values.get(name) {
            Some(Parameter::Once(value)) if !value.is_empty() => Some(value),
            _ => None,
        }
    }

    /// All values of a parameter that may be repeated.
    pub fn all(&self, name: &str) -> Vec<&str> {
        let values = match self.values.get(name) {
            None => &[],
            Some(Parameter::Once(value)) => std::slice::from_ref(value),
            Some(Parameter::Repeated(values)) => values.as_slice(),
        };
        values.iter().map(String::as_str).filter(|value| !value.is_empty()).collect()
    }

    /// Whether a parameter was sent more than once.
    pub fn is_repeated(&self, name: &str) -> bool {
        matches!(self.values.get(name), Some(Parameter::Repeated(_)))
    }

    /// Whether any parameter was sent more than once that may not be.
    pub fn any_repeated(&self) -> bool {
        self.values.iter().any(|(name, parameter)| {
            matches!(parameter, Parameter::Repeated(_)) && !MAY_REPEAT.contains(&name.as_str())
        })
    }
}

/// The replacement character stands where the bytes were not UTF-8.
pub(super) fn is_unfit(c: char) -> bool {
    c == char::REPLACEMENT_CHARACTER || (c.is_control() && c != '\t' && c != '\n' && c != '\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn az_02_a_repeated_parameter_has_no_value() {
        let params = Params::parse(&[b"a=1&b=2&%61=3", b"b=2"]).unwrap();
        assert_eq!((params.get("a"), params.get("b")), (None, None));
        assert!(params.is_repeated("a") && params.any_repeated());
    }

    #[test]
    fn several_resources_may_be_named() {
        let params = Params::parse(&[b"resource=a&resource=b&audience="]).unwrap();
        assert_eq!(params.all("resource"), ["a", "b"]);
        assert!(params.get("resource").is_none() && !params.any_repeated());
        assert!(params.all("audience").is_empty());
    }

    #[test]
    fn sr_01_what_was_sent_is_not_shown() {
        let params = Params::parse(&[b"client_secret=canary&code=canary"]).unwrap();
        assert_eq!(format!("{params:?}"), "{\"client_secret\", \"code\"}");
    }

    #[test]
    fn an_empty_parameter_is_absent() {
        assert_eq!(Params::parse(&[b"a=&b"]).unwrap().get("a"), None);
    }

    #[test]
    fn az_09_what_is_no_text_is_refused() {
        assert_eq!(Params::parse(&[b"a=%ff"]).unwrap_err(), Unreadable::Text);
        assert_eq!(Params::parse(&[b"a=%00"]).unwrap_err(), Unreadable::Text);
        let many = "a=1&".repeat(101);
        assert_eq!(Params::parse(&[many.as_bytes()]).unwrap_err(), Unreadable::TooMany);
    }
}
