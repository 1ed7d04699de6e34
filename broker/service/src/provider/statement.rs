//! Answers about somebody or something, which a client gets as JSON or signed: userinfo (OIDC Core section
//! 5.3.2) and introspection (RFC 9701).

use doorward_domain::{Algorithm, ClientId, Timestamp};
use serde_json::{Map, Value};

use super::Provider;
use super::error::EndpointError;

/// An answer in the form that it travels in.
#[derive(Clone, Debug, PartialEq)]
pub enum Statement {
    /// JSON.
    Plain(Map<String, Value>),
    /// A JWT.
    Signed {
        /// Its media type.
        media_type: &'static str,
        /// The token.
        token: String,
    },
}

impl Provider {
    /// Signs `claims` for a client, as of now.
    pub(super) fn signed_statement(
        &self,
        (typ, media_type): (&str, &'static str),
        algorithm: Algorithm,
        client: &ClientId,
        mut claims: Map<String, Value>,
        now: Timestamp,
    ) -> Result<Statement, EndpointError> {
        claims.insert("iss".to_owned(), self.settings.issuer().into());
        claims.insert("aud".to_owned(), client.as_str().into());
        claims.insert("iat".to_owned(), now.as_secs().into());
        Ok(Statement::Signed { media_type, token: self.keys.sign(algorithm, typ, &claims)? })
    }
}
