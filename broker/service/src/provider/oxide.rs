//! The adapter to oxide-auth. Its machines decide what RFC 6749 demands, in which order and with
//! which error; we answer their questions from records that were loaded before, and execute what
//! they decide. No machine lives across an await.

use std::borrow::Cow;

use doorward_domain::pkce::is_code_verifier;
use doorward_domain::{Client, CodeTerms, Grant, PkceChallenge, ScopeSet, scope};
use oxide_auth::code_grant::error::{AccessTokenErrorType, AuthorizationErrorType};
use oxide_auth::code_grant::extensions::Pkce;
use oxide_auth::code_grant::{accesstoken, authorization, refresh};
use oxide_auth::primitives::grant::{Extensions, Grant as OxideGrant, GrantExtension as _, Value};
use oxide_auth::primitives::registrar::{BoundClient, ExactUrl, PreGrant, RegisteredUrl};
use oxide_auth::primitives::scope::Scope;

use super::error::{EndpointError, ErrorCode};
use super::params::Params;

/// What an authorization request is granted, once its client and redirect URI are known.
#[derive(Debug)]
pub(super) struct Negotiated {
    pub scope: ScopeSet,
    pub challenge: Option<PkceChallenge>,
}

/// Puts an authorization request of `client` through RFC 6749 section 4.1.1 and RFC 7636
/// section 4.3. The redirect URI has been matched already.
pub(super) fn authorize(
    params: &Params,
    client: &Client,
    redirect_uri: &str,
) -> Result<Negotiated, ErrorCode> {
    use authorization::{Input, Output};

    let request = AuthorizationParams(params);
    let registered = ExactUrl::new(redirect_uri.to_owned()).map_err(|_| ErrorCode::InvalidRequest)?;
    let mut machine = authorization::Authorization::new(&request);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Bind { client_id, .. } => Input::Bound {
                request: &request,
                bound_client: BoundClient {
                    client_id: Cow::Owned(client_id),
                    redirect_uri: Cow::Owned(RegisteredUrl::Exact(registered.clone())),
                },
            },
            Output::Extend => Input::Extended(challenge_of(params, client.must_use_pkce())?),
            Output::Negotiate { bound_client, scope } => Input::Negotiated {
                pre_grant: PreGrant {
                    client_id: bound_client.client_id.clone().into_owned(),
                    redirect_uri: bound_client.redirect_uri.clone().into_owned(),
                    scope: negotiate(params, client, scope)?,
                },
                state: None,
            },
            Output::Ok { pre_grant, .. } => {
                return Ok(Negotiated {
                    scope: in_order(params, client, &pre_grant.scope),
                    challenge: params.get("code_challenge").and_then(PkceChallenge::parse),
                });
            }
            Output::Err(authorization::Error::Redirect(mut error)) => {
                return Err(authorization_code(error.description().kind()));
            }
            Output::Err(_) => return Err(ErrorCode::InvalidRequest),
        };
    }
}

/// Puts the redemption of a grant's code by the authenticated `client` through RFC 6749 section 4.1.3 and
/// RFC 7636 section 4.6. Whether the code is genuine, fresh and in time has been checked already.
pub(super) fn redeem(
    params: &Params,
    client: &Client,
    grant: &Grant,
    terms: &CodeTerms,
) -> Result<(), EndpointError> {
    use accesstoken::{Input, Output};

    let request = TokenParams { params, client };
    let mut machine = accesstoken::AccessToken::new(&request);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Authenticate { .. } => Input::Authenticated,
            Output::Recover { .. } => Input::Recovered(Some(Box::new(grant_of_code(grant, terms)?))),
            Output::Extend { extensions } => {
                verify_challenge(params, client, terms, extensions)?;
                Input::Extended { access_extensions: Extensions::new() }
            }
            Output::Issue { .. } => return Ok(()),
            Output::Ok(_) => return Err(unexpected()),
            Output::Err(mut error) => {
                return Err(error.description().map_or_else(unexpected, |error| token_error(error.kind())));
            }
        };
    }
}

/// Puts a refresh of `grant` by the authenticated `client` through RFC 6749 section 6, and returns
/// the scope of the new access token. Whether the refresh token is genuine and the current one has
/// been checked already.
pub(super) fn refresh(params: &Params, client: &Client, grant: &Grant) -> Result<ScopeSet, EndpointError> {
    use refresh::{Input, Output};

    let request = TokenParams { params, client };
    let scope = || params.get("scope").map(Cow::Borrowed);
    let mut machine = refresh::Refresh::new(&request);
    let mut input = Input::None;
    loop {
        input = match machine.advance(input) {
            Output::Unauthenticated { .. } => Input::Authenticated { scope: scope() },
            Output::RecoverRefresh { .. } => {
                Input::Recovered { scope: scope(), grant: Some(Box::new(grant_of_refresh(grant)?)) }
            }
            Output::Refresh { .. } => {
                return Ok(params
                    .get("scope")
                    .and_then(ScopeSet::parse)
                    .unwrap_or_else(|| grant.access.scope.clone()));
            }
            Output::Ok(_) => return Err(unexpected()),
            Output::Err(mut error) => {
                return Err(error.description().map_or_else(unexpected, |error| token_error(error.kind())));
            }
        };
    }
}

/// The challenge of the request. The library takes any length and any method name it knows, so the
/// form is checked first.
fn challenge_of(params: &Params, required: bool) -> Result<Extensions, ErrorCode> {
    let challenge = params.get("code_challenge");
    let method = params.get("code_challenge_method");
    if challenge.is_some_and(|challenge| PkceChallenge::parse(challenge).is_none())
        || (challenge.is_none() && method.is_some())
    {
        return Err(ErrorCode::InvalidRequest);
    }
    let pkce = if required { Pkce::required() } else { Pkce::optional() };
    let value = pkce
        .challenge(method.map(Cow::Borrowed), challenge.map(Cow::Borrowed))
        .map_err(|()| ErrorCode::InvalidRequest)?;
    let mut extensions = Extensions::new();
    if let Some(value) = value {
        extensions.set(&pkce, value);
    }
    Ok(extensions)
}

/// Both directions of a downgrade are refused: a verifier without a challenge, and the reverse
/// (RFC 9700 section 4.8.2).
fn verify_challenge(
    params: &Params,
    client: &Client,
    terms: &CodeTerms,
    extensions: &mut Extensions,
) -> Result<(), EndpointError> {
    let refused = || EndpointError::invalid_grant("the code_verifier does not fit the code_challenge");
    let verifier = params.get("code_verifier");
    if verifier.is_some_and(|verifier| !is_code_verifier(verifier))
        || verifier.is_some() != terms.challenge.is_some()
    {
        return Err(refused());
    }
    let pkce = if client.must_use_pkce() { Pkce::required() } else { Pkce::optional() };
    let stored = extensions.remove(&pkce);
    pkce.verify(stored, verifier.map(Cow::Borrowed)).map_err(|()| refused())
}

/// What the client gets of what it asked for: values it is not registered for are left out
/// (RFC 6749 section 3.3); asking for nothing that it may have is an error.
fn negotiate(params: &Params, client: &Client, requested: Option<Scope>) -> Result<Scope, ErrorCode> {
    let granted = match requested {
        // A refresh token must be asked for by name (OIDC Core section 11).
        None => client.scope.without(scope::name::OFFLINE_ACCESS),
        Some(_) => params
            .get("scope")
            .and_then(ScopeSet::parse)
            .ok_or(ErrorCode::InvalidScope)?
            .intersection(&client.scope),
    };
    if granted.is_empty() {
        return Err(ErrorCode::InvalidScope);
    }
    granted.to_string().parse().map_err(|_| ErrorCode::InvalidScope)
}

/// The library keeps scopes unordered; clients expect the order they asked in, or registered.
fn in_order(params: &Params, client: &Client, granted: &Scope) -> ScopeSet {
    let granted = ScopeSet::from(granted.to_string());
    let asked = params.get("scope").and_then(ScopeSet::parse);
    asked.as_ref().unwrap_or(&client.scope).intersection(&granted)
}

fn grant_of_code(grant: &Grant, terms: &CodeTerms) -> Result<OxideGrant, EndpointError> {
    let mut extensions = Extensions::new();
    if let Some(challenge) = &terms.challenge {
        // The library's own encoding of an S256 challenge.
        let pkce = Pkce::required();
        let value = pkce
            .challenge(Some(Cow::Borrowed("S256")), Some(Cow::Borrowed(challenge.as_str())))
            .map_err(|()| unexpected())?;
        extensions.set_raw(pkce.identifier().to_owned(), value.unwrap_or(Value::private(None)));
    }
    oxide_grant(grant.client.as_str(), &terms.redirect_uri, &grant.access.scope, extensions)
}

fn grant_of_refresh(grant: &Grant) -> Result<OxideGrant, EndpointError> {
    // The machine demands a redirect URI; a refresh has none.
    oxide_grant(grant.client.as_str(), "urn:ietf:wg:oauth:2.0:oob", &grant.access.scope, Extensions::new())
}

/// `until` is for ever: expiry was decided before, by our clock.
fn oxide_grant(
    client: &str,
    redirect_uri: &str,
    scope: &ScopeSet,
    extensions: Extensions,
) -> Result<OxideGrant, EndpointError> {
    Ok(OxideGrant {
        owner_id: String::new(),
        client_id: client.to_owned(),
        scope: scope.to_string().parse().map_err(|_| unexpected())?,
        redirect_uri: redirect_uri.parse().map_err(|_| unexpected())?,
        until: chrono::DateTime::<chrono::Utc>::MAX_UTC,
        extensions,
    })
}

fn authorization_code(kind: AuthorizationErrorType) -> ErrorCode {
    match kind {
        AuthorizationErrorType::InvalidRequest => ErrorCode::InvalidRequest,
        AuthorizationErrorType::UnauthorizedClient => ErrorCode::UnauthorizedClient,
        AuthorizationErrorType::AccessDenied => ErrorCode::AccessDenied,
        AuthorizationErrorType::UnsupportedResponseType => ErrorCode::UnsupportedResponseType,
        AuthorizationErrorType::InvalidScope => ErrorCode::InvalidScope,
        AuthorizationErrorType::ServerError => ErrorCode::ServerError,
        AuthorizationErrorType::TemporarilyUnavailable => ErrorCode::TemporarilyUnavailable,
    }
}

fn token_error(kind: AccessTokenErrorType) -> EndpointError {
    match kind {
        AccessTokenErrorType::InvalidRequest => {
            EndpointError::invalid_request("a required parameter is missing")
        }
        AccessTokenErrorType::InvalidClient => EndpointError::invalid_client(),
        AccessTokenErrorType::InvalidGrant => {
            EndpointError::invalid_grant("it was issued to another client or for another redirect_uri")
        }
        AccessTokenErrorType::UnauthorizedClient => {
            EndpointError::refused(ErrorCode::UnauthorizedClient, "this client may not use this grant type")
        }
        AccessTokenErrorType::UnsupportedGrantType => {
            EndpointError::refused(ErrorCode::UnsupportedGrantType, "this grant type does not exist here")
        }
        AccessTokenErrorType::InvalidScope => {
            EndpointError::refused(ErrorCode::InvalidScope, "the scope is wider than what was granted")
        }
    }
}

fn unexpected() -> EndpointError {
    EndpointError::refused(ErrorCode::ServerError, "the request could not be decided")
}

struct AuthorizationParams<'a>(&'a Params);

impl AuthorizationParams<'_> {
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.0.get(name).map(Cow::Borrowed)
    }
}

impl authorization::Request for AuthorizationParams<'_> {
    fn valid(&self) -> bool {
        !self.0.any_repeated()
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        self.value("client_id")
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.value("scope")
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.value("redirect_uri")
    }

    fn state(&self) -> Option<Cow<'_, str>> {
        self.value("state")
    }

    fn response_type(&self) -> Option<Cow<'_, str>> {
        self.value("response_type")
    }

    fn extension(&self, key: &str) -> Option<Cow<'_, str>> {
        self.value(key)
    }
}

/// A token request whose client has been authenticated: the machines are shown the verdict alone.
struct TokenParams<'a> {
    params: &'a Params,
    client: &'a Client,
}

impl TokenParams<'_> {
    fn value(&self, name: &str) -> Option<Cow<'_, str>> {
        self.params.get(name).map(Cow::Borrowed)
    }
}

impl accesstoken::Request for TokenParams<'_> {
    fn valid(&self) -> bool {
        !self.params.any_repeated()
    }

    fn code(&self) -> Option<Cow<'_, str>> {
        self.value("code")
    }

    fn authorization(&self) -> accesstoken::Authorization<'_> {
        accesstoken::Authorization::Username(Cow::Borrowed(self.client.id.as_str()))
    }

    fn client_id(&self) -> Option<Cow<'_, str>> {
        None
    }

    fn redirect_uri(&self) -> Option<Cow<'_, str>> {
        self.value("redirect_uri")
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        self.value("grant_type")
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}

impl refresh::Request for TokenParams<'_> {
    fn valid(&self) -> bool {
        !self.params.any_repeated()
    }

    fn refresh_token(&self) -> Option<Cow<'_, str>> {
        self.value("refresh_token")
    }

    fn scope(&self) -> Option<Cow<'_, str>> {
        self.value("scope")
    }

    fn grant_type(&self) -> Option<Cow<'_, str>> {
        self.value("grant_type")
    }

    /// Always present: without it the library takes the client from the grant and ignores the request's.
    fn authorization(&self) -> Option<(Cow<'_, str>, Cow<'_, [u8]>)> {
        Some((Cow::Borrowed(self.client.id.as_str()), Cow::Borrowed(&[])))
    }

    fn extension(&self, _key: &str) -> Option<Cow<'_, str>> {
        None
    }
}
