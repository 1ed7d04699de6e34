//! Request parameters as OAuth reads them.

use std::collections::BTreeMap;

use url::form_urlencoded;

/// The parameters of a query or a form. One without a value counts as absent; one that is given
/// twice makes the request invalid (RFC 6749 section 3.1).
pub(crate) struct Params {
    values: BTreeMap<String, String>,
    repeated: Option<String>,
}

impl Params {
    pub(crate) fn parse(encoded: &[u8]) -> Self {
        let mut params = Self { values: BTreeMap::new(), repeated: None };
        for (name, value) in form_urlencoded::parse(encoded) {
            if value.is_empty() {
                continue;
            }
            if params.values.insert(name.to_string(), value.to_string()).is_some() {
                params.repeated = Some(name.to_string());
            }
        }
        params
    }

    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    pub(crate) fn owned(&self, name: &str) -> Option<String> {
        self.values.get(name).cloned()
    }

    /// A parameter that was given more than once.
    pub(crate) fn repeated(&self) -> Option<&str> {
        self.repeated.as_deref()
    }

    /// As a query string.
    pub(crate) fn encoded(&self) -> String {
        form_urlencoded::Serializer::new(String::new()).extend_pairs(&self.values).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::Params;

    #[test]
    fn empty_is_absent_and_twice_is_noticed() {
        let params = Params::parse(b"a=1&b=&c=x%20y+z");
        assert_eq!((params.get("a"), params.get("b"), params.get("c")), (Some("1"), None, Some("x y z")));
        assert_eq!(params.repeated(), None);
        assert_eq!(params.encoded(), "a=1&c=x+y+z");
        assert_eq!(Params::parse(b"a=1&a=1").repeated(), Some("a"));
    }
}
