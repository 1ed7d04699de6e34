//! The userinfo request (OpenID Connect Core section 5.3), for providers whose ID tokens say little.

use doorward_domain::Connection;
use doorward_domain::connection::Field;
use doorward_domain::scope::name;
use doorward_net::{Limits, NetError};
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use serde_json::Value;

use super::id_token::VerifiedClaims;
use super::metadata::Metadata;
use super::{Federation, kind, request};
use crate::keys::strict_json;

/// Why userinfo cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UserinfoError {
    /// The userinfo endpoint gave no usable answer.
    #[error("the userinfo endpoint could not be asked: {0}")]
    Unreachable(#[from] NetError),
    /// The userinfo endpoint refused.
    #[error("the userinfo endpoint answered with status {0}")]
    Status(u16),
    /// Not a JSON object without duplicate names; a signed one would have to be registered for.
    #[error("the userinfo answer is not a JSON object")]
    Malformed,
    /// The answer is about somebody else (UP-16).
    #[error("the userinfo answer is about another sub than the ID token")]
    SubjectMismatch,
    /// The access token cannot be sent.
    #[error("the access token is not one that a header can carry")]
    AccessToken,
}

impl Federation {
    /// Asks the userinfo endpoint, if there is one that knows more and `claims` lack what the mapping wants,
    /// or what was asked for by scope.
    pub(super) async fn fill_up(
        &self,
        claims: VerifiedClaims,
        connection: &Connection,
        metadata: &Metadata,
        access_token: &str,
    ) -> Result<VerifiedClaims, UserinfoError> {
        let knows_more = kind::of(&connection.kind).has_userinfo();
        let Some(endpoint) = metadata.userinfo_endpoint.as_ref().filter(|_| knows_more) else {
            return Ok(claims);
        };
        // These scopes are answered by userinfo, if at all (OIDC Core section 5.4).
        let asked = [(name::ADDRESS, Field::Address), (name::PHONE, Field::PhoneNumber)].into_iter();
        let asked = asked.filter(|(scope, _)| connection.scopes.iter().any(|it| it == scope));
        let asked = asked.map(|(_, field)| connection.mapping.claim(field));
        if connection.wanted_claims().chain(asked).all(|wanted| claims.get(wanted).is_some()) {
            return Ok(claims);
        }
        let mut request = request::json(Method::GET, endpoint)?;
        request
            .headers_mut()
            .insert(AUTHORIZATION, request::bearer(access_token).ok_or(UserinfoError::AccessToken)?);
        let response = self.outbound.send(&metadata.peer, request, Limits::DOCUMENT).await?;
        if response.status() != StatusCode::OK {
            return Err(UserinfoError::Status(response.status().as_u16()));
        }
        let userinfo =
            strict_json::object(response.body().trim_ascii()).map_err(|_| UserinfoError::Malformed)?;
        if userinfo.get("sub").and_then(Value::as_str) != Some(claims.subject()) {
            return Err(UserinfoError::SubjectMismatch);
        }
        Ok(claims.filled_with(userinfo))
    }
}
