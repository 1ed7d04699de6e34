//! Answers about somebody or something, which a client gets as JSON or as a JWT, signed and perhaps
//! encrypted: userinfo (OIDC Core section 5.3.2) and introspection (RFC 9701).

use doorward_domain::{Algorithm, Client, Encryption, Timestamp};
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
