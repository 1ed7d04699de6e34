//! The OpenID Connect client: everything that is said to the provider, and what is believed of its
//! answers.

use std::sync::Arc;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGenderClaim, CoreGrantType, CoreIdToken, CoreIdTokenClaims, CoreJsonWebKey,
    CoreJweContentEncryptionAlgorithm, CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType,
    CoreSubjectIdentifierType, CoreTokenResponse,
};
use openidconnect::{
    AccessToken, AccessTokenHash, AdditionalClaims, AdditionalProviderMetadata, AuthorizationCode, ClientId,
    ClientSecret, CsrfToken, EndSessionUrl, EndpointMaybeSet, EndpointNotSet, EndpointSet, HttpRequest,
    IssuerUrl, LogoutRequest, Nonce, NonceVerifier, OAuth2TokenResponse, PkceCodeChallenge, PkceCodeVerifier,
    PostLogoutRedirectUrl, ProviderMetadata, RedirectUrl, RefreshToken, Scope, SubjectIdentifier,
    TokenResponse, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Mutex;

use crate::sign_in_error::SignInError;
use crate::{Config, SetupError, http_client};

/// How much older than `max_age` a sign-in may be, in seconds: the way back takes its time.
const LEEWAY: i64 = 60;

/// What the app reads of the metadata beside what the crate reads itself.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct MoreMetadata {
    end_session_endpoint: Option<EndSessionUrl>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

impl AdditionalProviderMetadata for MoreMetadata {}

type Metadata = ProviderMetadata<
    MoreMetadata,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

type DiscoveredClient = CoreClient<
    EndpointSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointNotSet,
    EndpointMaybeSet,
    EndpointMaybeSet,
>;

/// Claims that OpenID Connect does not know, kept to be shown.
#[derive(Debug, Deserialize, Serialize)]
struct MoreClaims {
    #[serde(flatten)]
    claims: Map<String, Value>,
}

impl AdditionalClaims for MoreClaims {}

/// The provider as discovered.
struct Provider {
    client: DiscoveredClient,
    metadata: MoreMetadata,
}

/// Parameters of a sign-in that the developer may set, passed on as they are.
#[derive(Debug, Default, Deserialize)]
pub(crate) struct LoginOptions {
    prompt: Option<String>,
    login_hint: Option<String>,
    max_age: Option<String>,
}

/// A sign-in under way.
pub(crate) struct Pending {
    nonce: Nonce,
    verifier: PkceCodeVerifier,
    max_age: Option<i64>,
}

/// The parameters of an authorization response.
#[derive(Debug, Deserialize)]
pub(crate) struct Callback {
    pub(crate) state: Option<String>,
    code: Option<String>,
    iss: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
}

/// What the provider gave for a sign-in.
#[derive(Clone)]
pub(crate) struct Tokens {
    pub(crate) id_token: CoreIdToken,
    pub(crate) access_token: AccessToken,
    pub(crate) refresh_token: Option<RefreshToken>,
    pub(crate) userinfo: Value,
    subject: SubjectIdentifier,
}

/// The app as a client of one provider.
pub(crate) struct RelyingParty {
    config: Config,
    issuer: IssuerUrl,
    redirect_uri: RedirectUrl,
    after_logout: PostLogoutRedirectUrl,
    http: reqwest::Client,
    provider: Mutex<Option<Arc<Provider>>>,
}

impl RelyingParty {
    pub(crate) fn new(config: Config) -> Result<Self, SetupError> {
        let at = |path: &str| format!("{}/{path}", config.base_url.trim_end_matches('/'));
        let not_a_url = |_| SetupError::NotAUrl(config.base_url.clone());
        Ok(Self {
            issuer: IssuerUrl::new(config.issuer.clone())
                .map_err(|_| SetupError::NotAUrl(config.issuer.clone()))?,
            redirect_uri: RedirectUrl::new(at("callback")).map_err(not_a_url)?,
            after_logout: PostLogoutRedirectUrl::new(at("signed-out")).map_err(not_a_url)?,
            http: http_client::build().map_err(SetupError::HttpClient)?,
            provider: Mutex::default(),
            config,
        })
    }

    pub(crate) fn config(&self) -> &Config {
        &self.config
    }

    /// Where to send the browser, and what to remember under which state.
    pub(crate) async fn begin(
        &self,
        options: LoginOptions,
    ) -> Result<(String, CsrfToken, Pending), SignInError> {
        let provider = self.provider().await?;
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let mut request = provider
            .client
            .authorize_url(
                CoreAuthenticationFlow::AuthorizationCode,
                CsrfToken::new_random,
                Nonce::new_random,
            )
            .add_scopes(self.config.scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(challenge);
        let max_age = options.max_age.as_deref().and_then(|seconds| seconds.parse().ok());
        for (name, value) in
            [("prompt", options.prompt), ("login_hint", options.login_hint), ("max_age", options.max_age)]
        {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                request = request.add_extra_param(name, value);
            }
        }
        let (url, state, nonce) = request.url();
        Ok((url.into(), state, Pending { nonce, verifier, max_age }))
    }

    /// Turns the provider's answer into tokens.
    pub(crate) async fn finish(&self, pending: Pending, callback: Callback) -> Result<Tokens, SignInError> {
        let provider = self.provider().await?;
        self.check_issuer(&provider, callback.iss)?;
        if let Some(error) = callback.error {
            let description = callback.error_description.unwrap_or_default();
            return Err(SignInError::Answer { error, description });
        }
        let code = AuthorizationCode::new(callback.code.ok_or(SignInError::NoCode)?);
        let response = provider
            .client
            .exchange_code(code)?
            .set_pkce_verifier(pending.verifier)
            .request_async(&|request| self.send(request))
            .await?;
        let id_token = response.id_token().ok_or(SignInError::NoIdToken)?;
        let claims = self.verified(id_token, response.access_token(), &pending.nonce).await?;
        if let Some(limit) = pending.max_age {
            let age = claims.auth_time().map(|then| (claims.issue_time() - then).num_seconds());
            age.filter(|age| *age <= limit + LEEWAY).ok_or(SignInError::TooOld)?;
        }
        self.tokens(&response, id_token.clone(), claims.subject().clone(), None).await
    }

    /// Trades the refresh token for new tokens.
    pub(crate) async fn refresh(&self, old: Tokens) -> Result<Tokens, SignInError> {
        let refresh_token = old.refresh_token.ok_or(SignInError::NoRefreshToken)?;
        let provider = self.provider().await?;
        let response = provider
            .client
            .exchange_refresh_token(&refresh_token)?
            .request_async(&|request| self.send(request))
            .await?;
        // A refresh may come without an ID token, and its ID token without a nonce.
        let id_token = response.id_token().cloned().unwrap_or(old.id_token);
        if response.id_token().is_some() {
            let any_nonce = |_: Option<&Nonce>| Ok(());
            let claims = self.verified(&id_token, response.access_token(), any_nonce).await?;
            if *claims.subject() != old.subject {
                return Err(SignInError::OtherSubject);
            }
        }
        self.tokens(&response, id_token, old.subject, Some(refresh_token)).await
    }

    /// Where to send the browser to sign out at the provider too, if the provider knows how.
    pub(crate) async fn logout_url(&self, id_token: &CoreIdToken) -> Result<Option<String>, SignInError> {
        let provider = self.provider().await?;
        Ok(provider.metadata.end_session_endpoint.clone().map(|endpoint| {
            LogoutRequest::from(endpoint)
                .set_id_token_hint(id_token)
                .set_post_logout_redirect_uri(self.after_logout.clone())
                .http_get_url()
                .into()
        }))
    }

    /// RFC 9207: an answer names its issuer, at least where the metadata promises it.
    fn check_issuer(&self, provider: &Provider, iss: Option<String>) -> Result<(), SignInError> {
        match iss {
            Some(iss) if iss == self.issuer.as_str() => Ok(()),
            None if !provider.metadata.authorization_response_iss_parameter_supported => Ok(()),
            other => Err(SignInError::OtherIssuer(other.unwrap_or_default())),
        }
    }

    /// The claims of an ID token. If its key is unknown, the provider is discovered once more.
    async fn verified<'a>(
        &self,
        id_token: &'a CoreIdToken,
        access_token: &AccessToken,
        nonce: impl NonceVerifier + Clone,
    ) -> Result<&'a CoreIdTokenClaims, SignInError> {
        match verify(&*self.provider().await?, id_token, access_token, nonce.clone()) {
            Err(cause) if cause.is_unknown_key() => {
                *self.provider.lock().await = None;
                verify(&*self.provider().await?, id_token, access_token, nonce)
            }
            result => result,
        }
    }

    async fn tokens(
        &self,
        response: &CoreTokenResponse,
        id_token: CoreIdToken,
        subject: SubjectIdentifier,
        refresh_token: Option<RefreshToken>,
    ) -> Result<Tokens, SignInError> {
        let access_token = response.access_token().clone();
        Ok(Tokens {
            userinfo: self.userinfo(&access_token, &subject).await?,
            refresh_token: response.refresh_token().cloned().or(refresh_token),
            id_token,
            access_token,
            subject,
        })
    }

    /// Userinfo about the person the ID token is about; null where there is no such endpoint.
    async fn userinfo(
        &self,
        access_token: &AccessToken,
        subject: &SubjectIdentifier,
    ) -> Result<Value, SignInError> {
        let provider = self.provider().await?;
        let Ok(request) = provider.client.user_info(access_token.clone(), Some(subject.clone())) else {
            return Ok(Value::Null);
        };
        let claims: UserInfoClaims<MoreClaims, CoreGenderClaim> =
            request.request_async(&|request| self.send(request)).await?;
        serde_json::to_value(claims).map_err(|cause| SignInError::Userinfo(cause.to_string()))
    }

    /// The provider, discovered at first use.
    async fn provider(&self) -> Result<Arc<Provider>, SignInError> {
        let mut cached = self.provider.lock().await;
        if let Some(provider) = cached.as_ref() {
            return Ok(provider.clone());
        }
        let metadata = Metadata::discover_async(self.issuer.clone(), &|request| self.send(request)).await?;
        let more = metadata.additional_metadata().clone();
        let client = CoreClient::from_provider_metadata(
            metadata,
            ClientId::new(self.config.client_id.clone()),
            self.config.client_secret.clone().map(ClientSecret::new),
        )
        .set_redirect_uri(self.redirect_uri.clone());
        Ok(cached.insert(Arc::new(Provider { client, metadata: more })).clone())
    }

    fn send(
        &self,
        request: HttpRequest,
    ) -> impl Future<Output = Result<openidconnect::HttpResponse, reqwest::Error>> + use<> {
        http_client::send(self.http.clone(), request)
    }
}

/// Signature, issuer, audience, times and nonce by the crate's verifier, then `at_hash`.
fn verify<'a>(
    provider: &Provider,
    id_token: &'a CoreIdToken,
    access_token: &AccessToken,
    nonce: impl NonceVerifier,
) -> Result<&'a CoreIdTokenClaims, SignInError> {
    let verifier = provider.client.id_token_verifier();
    let claims = id_token.claims(&verifier, nonce)?;
    if let Some(expected) = claims.access_token_hash() {
        let algorithm = id_token.signing_alg()?;
        let key = id_token.signing_key(&verifier)?;
        if AccessTokenHash::from_token(access_token, algorithm, key)? != *expected {
            return Err(SignInError::OtherAccessToken);
        }
    }
    Ok(claims)
}
