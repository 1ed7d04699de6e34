//! The `claims` parameter: single claims that a client asks for (OIDC Core section 5.5).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which claims a client asks for by name, and where it wants them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClaimsRequest {
    /// In answers of the userinfo endpoint.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub userinfo: BTreeMap<String, ClaimRequest>,
    /// In the ID token.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub id_token: BTreeMap<String, ClaimRequest>,
}

/// How a claim is asked for; `null` and `{}` alike say just that it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Option<Asked>")]
pub struct ClaimRequest {
    /// Whether the client cannot go on without it. For `sub` and `acr` with values that is binding.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub essential: bool,
    /// The values that the client would take, in order of preference; empty for any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<Value>,
}

#[derive(Deserialize)]
struct Asked {
    #[serde(default)]
    essential: bool,
    value: Option<Value>,
    #[serde(default)]
    values: Vec<Value>,
}

impl From<Option<Asked>> for ClaimRequest {
    fn from(asked: Option<Asked>) -> Self {
        asked.map_or_else(Self::default, |asked| Self {
            essential: asked.essential,
            values: asked.value.into_iter().chain(asked.values).collect(),
        })
    }
}

impl ClaimsRequest {
    /// Reads the parameter. Members that are not understood are ignored (section 5.5).
    ///
    /// `None` when it is not JSON of that form.
    pub fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        value.is_object().then(|| serde_json::from_value(value).ok())?
    }

    /// Whether nothing is asked for.
    pub fn is_empty(&self) -> bool {
        self.userinfo.is_empty() && self.id_token.is_empty()
    }

    /// Whether a sign-in with this `acr` will do: an essential one with values is binding
    /// (section 5.5.1.1).
    pub fn accepts_acr(&self, acr: Option<&str>) -> bool {
        let asked = [&self.id_token, &self.userinfo].into_iter().filter_map(|place| place.get("acr"));
        asked
            .filter(|asked| asked.essential && !asked.values.is_empty())
            .all(|asked| acr.is_some_and(|acr| asked.values.iter().any(|value| value.as_str() == Some(acr))))
    }

    /// The same without the claims that are not in `known`.
    #[must_use]
    pub fn only(mut self, known: &[&str]) -> Self {
        for place in [&mut self.userinfo, &mut self.id_token] {
            place.retain(|claim, _| known.contains(&claim.as_str()));
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_specifications_example_is_read() {
        let text = r#"{"userinfo":{"given_name":{"essential":true},"nickname":null,"picture":null,
            "http://example.info/claims/groups":null},
            "id_token":{"auth_time":{"essential":true},"acr":{"values":["urn:mace:incommon:iap:silver"]}}}"#;
        let asked = ClaimsRequest::parse(text).unwrap();
        assert!(asked.userinfo["given_name"].essential && !asked.userinfo["nickname"].essential);
        assert_eq!(asked.id_token["acr"].values, [json!("urn:mace:incommon:iap:silver")]);
        assert_eq!(asked.only(&["auth_time"]).id_token.len(), 1);
    }

    #[test]
    fn what_is_written_is_read_again() {
        let asked = ClaimsRequest::parse(r#"{"id_token":{"sub":{"value":"usr_1"},"email":null}}"#).unwrap();
        let text = serde_json::to_string(&asked).unwrap();
        assert_eq!(ClaimsRequest::parse(&text), Some(asked));
        assert_eq!(ClaimsRequest::parse("[]"), None);
        assert_eq!(ClaimsRequest::parse(r#"{"id_token":{"sub":1}}"#), None);
    }
}
