//! Answers about somebody or something, which a client gets as JSON or as a JWT, signed and perhaps
//! encrypted: userinfo (OIDC Core section 5.3.2) and introspection (RFC 9701).

use doorward_domain::{Algorithm, Client, Encryption, Timestamp};
use http::HeaderMap;
use http::header::ACCEPT;
use serde_json::{Map, Value};

use super::Provider;
use super::error::EndpointError;

/// An answer in the form that it travels in.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// JSON.
    Plain(Map<String, Value>),
    /// A JWT.
    Jwt {
        /// Its media type.
        media_type: &'static str,
        /// The token.
        token: String,
    },
}

/// The form that a client gets an answer in.
#[derive(Clone, Copy, Debug)]
pub(super) struct StatementForm<'a> {
    /// The `typ` of the signed JWT.
    pub typ: &'a str,
    /// The media type of any JWT.
    pub media_type: &'static str,
    /// What signs it, if it is signed.
    pub signing: Option<Algorithm>,
    /// How it is encrypted, if it is.
    pub encryption: Option<Encryption>,
}

impl Provider {
    /// Brings `claims` into the form that `client` gets them in, as of now.
    pub(super) async fn statement(
        &self,
        form: StatementForm<'_>,
        client: &Client,
        claims: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Statement, EndpointError> {
        let recipient = self.recipient(client, form.encryption, now).await?;
        let token = match (form.signing, recipient) {
            (None, None) => return Ok(Statement::Plain(claims)),
            (None, Some(recipient)) => recipient.encrypt_claims(&claims)?,
            (Some(algorithm), None) => self.sign_statement((form.typ, algorithm), client, claims, now)?,
            (Some(algorithm), Some(recipient)) => {
                recipient.nest(&self.sign_statement((form.typ, algorithm), client, claims, now)?)?
            }
        };
        Ok(Statement::Jwt { media_type: form.media_type, token })
    }

    fn sign_statement(
        &self,
        (typ, algorithm): (&str, Algorithm),
        client: &Client,
        mut claims: Map<String, Value>,
        now: Timestamp,
    ) -> Result<String, EndpointError> {
        claims.insert("iss".to_owned(), self.settings.issuer().into());
        claims.insert("aud".to_owned(), client.id.as_str().into());
        claims.insert("iat".to_owned(), now.as_secs().into());
        Ok(self.keys.sign(algorithm, typ, &claims)?)
    }
}

/// Whether a request would rather have `media_type` than JSON (RFC 9110 section 12.5.1): it names it, and not
/// with less weight than it gives to JSON.
pub(super) fn prefers(headers: &HeaderMap, media_type: &str) -> bool {
    let lists = headers.get_all(ACCEPT).iter().filter_map(|list| list.to_str().ok());
    let accepted: Vec<_> = lists.flat_map(|list| list.split(',')).map(weighed).collect();
    let weight = |names: &[&str]| {
        let named = |name: &&str| accepted.iter().find(|(range, _)| range.eq_ignore_ascii_case(name));
        names.iter().find_map(named).map_or(0.0, |(_, weight)| *weight)
    };
    let asked = weight(&[media_type]);
    asked > 0.0 && asked >= weight(&["application/json", "application/*", "*/*"])
}

/// A media range and its weight (section 12.4.2); one that cannot be read weighs nothing.
fn weighed(range: &str) -> (&str, f32) {
    let mut parts = range.split(';').map(str::trim);
    let name = parts.next().unwrap_or_default();
    let given = parts.find_map(|part| part.strip_prefix("q=").or_else(|| part.strip_prefix("Q=")));
    let weight = given.map_or(Some(1.0), |text| text.parse().ok().filter(|it| (0.0..=1.0).contains(it)));
    (name, weight.unwrap_or(0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heavier_form_is_given() {
        let jwt = "application/token-introspection+jwt";
        let prefers = |lists: &[&str]| {
            let headers = lists.iter().map(|list| (ACCEPT, list.replace('~', jwt).parse().unwrap()));
            prefers(&HeaderMap::from_iter(headers), jwt)
        };
        for signed in [
            &["~"][..],
            &["application/json;q=0.5, ~"],
            &["~;q=0.5, application/json;q=0.4, */*"],
            &["~ , application/json"],
            &["text/html", "APPLICATION/Token-Introspection+JWT; q=0.001"],
            &["*/*;q=0.1,~;Q=0.9"],
        ] {
            assert!(prefers(signed), "{signed:?}");
        }
        for plain in [
            &[][..],
            &["application/json"],
            &["*/*"],
            &["application/*"],
            &["~;q=0"],
            &["~;q=2"],
            &["~;q=high"],
            &["~;q=0.5, application/json"],
            &["~;q=0.5, application/json;q=0.6"],
            &["~;q=0.5, */*"],
        ] {
            assert!(!prefers(plain), "{plain:?}");
        }
    }
}
