//! The token endpoint (RFC 6749 section 3.2): authenticates the client, then each grant type has a
//! file of its own.

use doorward_domain::scope::name;
use doorward_domain::{Access, Client, Confirmation, Grant, GrantType, Plain, ScopeSet, Timestamp};
use http::HeaderMap;
use serde::Serialize;
use serde_json::{Map, Value};

use super::binding::Binding;
use super::error::{EndpointError, ErrorCode};
use super::{ClientCertificate, Params, People, Provider};

/// A successful token response (RFC 6749 section 5.1, OIDC Core section 3.1.3.3).
#[derive(Debug, Serialize)]
pub struct TokenResponse {
    /// The access token.
    #[serde(serialize_with = "expose")]
    pub access_token: Plain,
    /// `DPoP` when it is bound to such a key (RFC 9449 section 5), else `Bearer`.
    pub token_type: &'static str,
    /// What was issued, in answer to a token exchange (RFC 8693 section 2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub issued_token_type: Option<&'static str>,
    /// Seconds until the access token ends.
    pub expires_in: u64,
    /// The ID token, when `openid` was granted.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose_some")]
    pub id_token: Option<Plain>,
    /// The refresh token, when `offline_access` was granted.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "expose_some")]
    pub refresh_token: Option<Plain>,
    /// What the access token allows.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub scope: String,
    /// What it allows in detail (RFC 9396 section 7).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Map<String, Value>>,
}

pub(super) fn expose<S: serde::Serializer>(token: &Plain, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(token.expose())
}

fn expose_some<S: serde::Serializer>(token: &Option<Plain>, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_some(&token.as_ref().map(Plain::expose))
}

/// What is issued to a client.
#[derive(Clone, Copy, Debug)]
pub(super) struct Issue<'a> {
    /// The grant that it belongs to.
    pub grant: &'a Grant,
    /// What of the grant's scope it allows.
    pub scope: &'a ScopeSet,
    /// The key that the access token is bound to.
    pub bound_to: Option<&'a Confirmation>,
    /// The authorization request's `nonce`: for the first ID token, not for refreshed ones (OIDC Core
    /// section 12.2).
    pub nonce: Option<&'a str>,
}

impl<'a> Issue<'a> {
    /// What is issued when `offered` has become `grant`.
    pub fn first(grant: &'a Grant, binding: &'a Binding, offered: &'a Grant) -> Self {
        let scope = &grant.access.scope;
        Self { grant, scope, bound_to: binding.key.as_ref(), nonce: offered.nonce.as_deref() }
    }
}

/// A request to an endpoint that clients call: a form in the body, credentials in it or in a header.
#[derive(Clone, Copy)]
pub struct ClientRequest<'a> {
    /// The request's headers.
    pub headers: &'a HeaderMap,
    /// The certificate that its sender has the key of.
    pub certificate: Option<&'a ClientCertificate>,
    /// Its form.
    pub body: &'a [u8],
    /// The path that it was posted to, as `discovery::path` has it.
    pub path: &'a str,
}

impl ClientRequest<'_> {
    /// The form's parameters, none of them repeated.
    pub(super) fn params(&self) -> Result<Params, EndpointError> {
        let params = Params::parse(&[self.body])
            .map_err(|_| EndpointError::invalid_request("the form cannot be read, or has too many fields"))?;
        if params.any_repeated() {
            return Err(EndpointError::invalid_request("a parameter is repeated"));
        }
        Ok(params)
    }
}

impl Provider {
    /// Answers a token request.
    ///
    /// # Errors
    /// [`EndpointError`], which has the code for the client.
    pub async fn token(
        &self,
        request: ClientRequest<'_>,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let params = request.params()?;
        let client = self.authenticate(&request, &params, now).await?.record;
        let grant = asked_grant(&params, &client)?;
        let binding = self.binding(&request, (&client, grant), now)?;
        let recipient = match grant {
            GrantType::ClientCredentials | GrantType::TokenExchange => None,
            _ => self.recipient(&client, client.tokens.id_token_encryption, now).await?,
        };
        let mut response = self.token_by(grant, &params, client, &binding, now).await?;
        if let (Some(recipient), Some(id_token)) = (recipient, &response.id_token) {
            response.id_token = Some(Plain::new(recipient.nest(id_token.expose())?));
        }
        Ok(response)
    }

    async fn token_by(
        &self,
        grant: GrantType,
        params: &Params,
        client: Client,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        match grant {
            GrantType::AuthorizationCode => self.redeem_code(params, client, binding, now).await,
            GrantType::RefreshToken => self.refresh(params, client, binding, now).await,
            GrantType::ClientCredentials => self.client_credentials(params, &client, binding, now).await,
            GrantType::TokenExchange => self.exchange_token(params, client, binding, now).await,
            GrantType::DeviceCode => self.poll_device(params, client, binding, now).await,
        }
    }

    /// Signs what a grant gives, after it has become durable.
    pub(super) fn answer(
        &self,
        people: &People,
        issue: Issue<'_>,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let Issue { grant, scope, bound_to, .. } = issue;
        let access_token = self.access_token(&people.client, issue, now)?;
        let id_token = match scope.contains(name::OPENID) {
            true => Some(self.id_token(people, issue, &access_token, now)?),
            false => None,
        };
        Ok(TokenResponse {
            id_token: id_token.map(Plain::new),
            refresh_token: grant.refresh().and_then(|family| self.refresh_token(grant, family)),
            scope: scope.to_string(),
            ..self.token_response(access_token, &grant.access, bound_to)
        })
    }

    /// The answer that gives an access token and nothing else.
    pub(super) fn token_response(
        &self,
        access_token: String,
        access: &Access,
        bound_to: Option<&Confirmation>,
    ) -> TokenResponse {
        TokenResponse {
            access_token: Plain::new(access_token),
            token_type: token_type(bound_to),
            issued_token_type: None,
            expires_in: self.settings.lifetimes.access_token.as_secs(),
            id_token: None,
            refresh_token: None,
            scope: access.scope.to_string(),
            authorization_details: access.authorization_details.clone(),
        }
    }
}

/// The grant that a request asks for, which its client must be registered for (TK-02).
fn asked_grant(params: &Params, client: &Client) -> Result<GrantType, EndpointError> {
    let text = params.get("grant_type").ok_or(EndpointError::invalid_request("grant_type is missing"))?;
    let grant = GrantType::parse(text)
        .ok_or(EndpointError::refused(ErrorCode::UnsupportedGrantType, "there is no such grant type here"))?;
    match client.may_use(grant) {
        true => Ok(grant),
        false => Err(EndpointError::refused(
            ErrorCode::UnauthorizedClient,
            "this client is not registered for this grant type",
        )),
    }
}

/// How an access token is used (RFC 9449 section 5); one that is bound to a certificate like any other.
pub(super) const fn token_type(bound_to: Option<&Confirmation>) -> &'static str {
    match bound_to {
        Some(Confirmation::DpopKey(_)) => "DPoP",
        Some(Confirmation::Certificate(_)) | None => "Bearer",
    }
}

/// What of a granted scope the client may still have: its registration may be narrower by now.
pub(super) fn still_allowed(client: &Client, granted: &ScopeSet) -> Result<ScopeSet, EndpointError> {
    let scope = granted.intersection(&client.scope);
    if scope.is_empty() {
        return Err(EndpointError::refused(
            ErrorCode::InvalidScope,
            "the client may have nothing of what was granted any more",
        ));
    }
    Ok(scope)
}

/// Whether a client may have refresh tokens at all.
pub(super) fn may_refresh(client: &Client) -> bool {
    client.may_use(GrantType::RefreshToken) && client.scope.contains(name::OFFLINE_ACCESS)
}
