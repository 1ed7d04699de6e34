//! What an app asks, wherever it says it: in the parameters of its request, in a request object
//! (RFC 9101), or in a request that it pushed before (RFC 9126). One of the three counts alone.

use std::time::Duration;

use doorward_domain::{Client, ClientId, PushedRequest, SecretHash, Timestamp};
use doorward_store::records::at;
use doorward_store::{StoreError, StoreExt as _, Stored};

use super::authorize::{AuthorizeError, SentBack, Untrusted};
use super::error::{EndpointError, ErrorCode};
use super::pushed::request_uri_hash;
use super::request::{AuthorizationRequest, Rejected, invalid, rejected};
use super::request_object::Brought;
use super::response::{ResponseMode, ResponseTarget};
use super::{Params, Provider};

/// The parameters that count, and how they came.
#[derive(Debug)]
pub(super) struct Asked {
    pub params: Params,
    pub passed: Passed,
}

impl Asked {
    /// What was pushed.
    fn before(pushed: PushedRequest) -> Self {
        let mut params = Params::default();
        for (name, value) in pushed.parameters {
            params.add(name, value);
        }
        Self { params, passed: Passed::Pushed(pushed.uri) }
    }
}

/// How an authorization request came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Passed {
    /// As parameters.
    Plainly,
    /// In a signed request object.
    Signed,
    /// Pushed: this is its `request_uri`.
    Pushed(SecretHash),
}

/// Why it is not known what an app asks.
#[derive(Debug, thiserror::Error)]
pub(super) enum AskError {
    /// It pushed no such request, or too long ago, or has got its answer.
    #[error("there is no such pushed request")]
    NotPushed,
    /// What it passed is not right.
    #[error("{}", .0.description)]
    Rejected(Rejected),
    /// The client uses more request objects than are remembered; for how long no more is taken.
    #[error("so many request objects are used at once that no more is taken")]
    TooManyUses(Duration),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<Rejected> for AskError {
    fn from(rejected: Rejected) -> Self {
        Self::Rejected(rejected)
    }
}

impl From<AskError> for EndpointError {
    fn from(error: AskError) -> Self {
        match error {
            AskError::NotPushed => Self::invalid_request("there is no such pushed request"),
            AskError::Rejected(rejected) => rejected.into(),
            AskError::TooManyUses(wait) => Self::TooManyUses(wait),
            AskError::Store(error) => error.into(),
        }
    }
}

const TOO_MANY_USES: Rejected = rejected(
    ErrorCode::TemporarilyUnavailable,
    "too many request objects of this client are used at once; try again in some minutes",
);

/// What decides who learns of a mistake.
const DECISIVE: [&str; 3] = ["client_id", "redirect_uri", "response_mode"];

impl Provider {
    /// Reads and judges an authorization request.
    ///
    /// # Errors
    /// [`AuthorizeError`] says who learns of it: the person or the app.
    pub async fn authorization_request(
        &self,
        parts: &[&[u8]],
        now: Timestamp,
    ) -> Result<(AuthorizationRequest, Client), AuthorizeError> {
        let page = AuthorizeError::Page;
        let params = Params::parse(parts).map_err(|error| page(Untrusted::Unreadable(error)))?;
        if DECISIVE.iter().any(|name| params.is_repeated(name)) {
            return Err(page(Untrusted::Repeated));
        }
        let id = ClientId::new(params.get("client_id").ok_or(page(Untrusted::Client))?);
        let found = self.client(&id, now).await?.filter(|found| found.record.enabled);
        let client = found.ok_or(page(match self.lacks_document(&id) {
            true => Untrusted::ClientDocument,
            false => Untrusted::Client,
        }))?;
        let asked = match self.asked(&client, &params, now).await {
            Ok(asked) => asked.unwrap_or(Asked { params, passed: Passed::Plainly }),
            Err(AskError::NotPushed) => return Err(page(Untrusted::PushedRequest)),
            Err(AskError::Rejected(rejected)) => {
                return Err(self.send_back(&params, &client.record, rejected, now).await);
            }
            Err(AskError::TooManyUses(_)) => {
                return Err(self.send_back(&params, &client.record, TOO_MANY_USES, now).await);
            }
            Err(AskError::Store(error)) => return Err(error.into()),
        };
        let judged = check_way(&client.record, asked.passed)
            .and_then(|()| self.judge(&asked, &client.record, now))
            .and_then(check_length);
        match judged {
            Ok(request) => Ok((request, client.record)),
            Err(rejected) => Err(self.send_back(&asked.params, &client.record, rejected, now).await),
        }
    }

    /// What the app asks elsewhere than in `params`; `None` when it asks there.
    async fn asked(
        &self,
        client: &Stored<Client>,
        params: &Params,
        now: Timestamp,
    ) -> Result<Option<Asked>, AskError> {
        match (params.get("request"), params.get("request_uri")) {
            (None, None) => Ok(None),
            (None, Some(uri)) if request_uri_hash(uri).is_some() => {
                Ok(Some(self.pushed_before(&client.record, uri, now).await?))
            }
            (None, Some(uri)) => {
                let object = self.fetch_request_object(&client.record, uri).await?;
                self.signed(client, &object, Brought::ByReference, now).await.map(Some)
            }
            (Some(object), None) => self.signed(client, object, Brought::ByValue, now).await.map(Some),
            (Some(_), Some(_)) => Err(invalid("request and request_uri exclude each other").into()),
        }
    }

    /// What a request object asks.
    pub(super) async fn signed(
        &self,
        client: &Stored<Client>,
        object: &str,
        brought: Brought,
        now: Timestamp,
    ) -> Result<Asked, AskError> {
        let params = self.read_request_object(client, object, brought, now).await?;
        Ok(Asked { params, passed: Passed::Signed })
    }

    async fn pushed_before(&self, client: &Client, uri: &str, now: Timestamp) -> Result<Asked, AskError> {
        let uri = request_uri_hash(uri).ok_or(AskError::NotPushed)?;
        let pushed = self.pushed_request(&uri, client, now).await?;
        let pushed = pushed.filter(|pushed| now < pushed.begins_until).ok_or(AskError::NotPushed)?;
        Ok(Asked::before(pushed))
    }

    async fn pushed_request(
        &self,
        uri: &SecretHash,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<PushedRequest>, StoreError> {
        let found = self.store.read::<PushedRequest>(&at::pushed_request(uri), now).await?;
        Ok(found.map(|found| found.record).filter(|pushed| pushed.client == client.id))
    }

    /// The whole of a pushed request that a browser carries abridged; `None` when it has got its answer.
    ///
    /// # Errors
    /// [`AuthorizeError`] when the store fails, or its client may not ask so any more.
    pub(crate) async fn completed(
        &self,
        abridged: AuthorizationRequest,
        now: Timestamp,
    ) -> Result<Option<AuthorizationRequest>, AuthorizeError> {
        let client = self.client(&abridged.client, now).await?.map(|found| found.record);
        let (Some(client), Some(uri)) = (client, abridged.pushed) else { return Ok(None) };
        let Some(pushed) = self.pushed_request(&uri, &client, now).await? else { return Ok(None) };
        let asked = Asked::before(pushed);
        match self.judge(&asked, &client, now) {
            Ok(whole) => Ok(Some(abridged.completed_with(whole))),
            Err(rejected) => Err(self.send_back(&asked.params, &client, rejected, now).await),
        }
    }

    /// Judges what an app asks.
    pub(super) fn judge(
        &self,
        asked: &Asked,
        client: &Client,
        now: Timestamp,
    ) -> Result<AuthorizationRequest, Rejected> {
        let Asked { params, passed } = asked;
        let redirect_uri = params.get("redirect_uri").filter(|uri| client.may_redirect_to(uri));
        let redirect_uri = redirect_uri.ok_or(invalid("redirect_uri is missing or not registered"))?;
        let issuer = self.settings.issuer();
        let mut request = AuthorizationRequest::judge(params, client, redirect_uri, mode(params), issuer)?;
        if let Passed::Pushed(uri) = passed {
            request.pushed = Some(*uri);
        }
        self.with_hint(request, params, now)
    }

    /// Tells the app what is wrong, if `params` name an address of it.
    async fn send_back(
        &self,
        params: &Params,
        client: &Client,
        rejected: Rejected,
        now: Timestamp,
    ) -> AuthorizeError {
        let redirect_uri = params.get("redirect_uri").filter(|uri| client.may_redirect_to(uri));
        let Some(redirect_uri) = redirect_uri else {
            return AuthorizeError::Page(Untrusted::RedirectUri);
        };
        let target = ResponseTarget {
            client,
            redirect_uri,
            mode: mode(params),
            state: params.get("state"),
            ui_locales: params.get("ui_locales"),
        };
        match self.answer_error(&target, rejected.code, rejected.description, now).await {
            Some(answer) => AuthorizeError::Redirect(Box::new(SentBack { answer, code: rejected.code })),
            None => AuthorizeError::Page(Untrusted::Unanswerable),
        }
    }

    /// A hint never authenticates anybody; it says whom the client expects (AZ-08).
    fn with_hint(
        &self,
        mut request: AuthorizationRequest,
        params: &Params,
        now: Timestamp,
    ) -> Result<AuthorizationRequest, Rejected> {
        if let Some(hint) = params.get("id_token_hint") {
            let claims = self
                .id_token_hint(hint, Some(&request.client), now)
                .ok_or(invalid("id_token_hint is not an ID token that this issuer gave this client"))?;
            request.expected_subject = Some(claims.subject);
        }
        Ok(request)
    }
}

/// What was pushed lies with us, everything else travels in the browser.
fn check_length(request: AuthorizationRequest) -> Result<AuthorizationRequest, Rejected> {
    match request.pushed.is_some() || request.can_travel() {
        true => Ok(request),
        false => Err(invalid("the parameters are too long together: push the request (RFC 9126)")),
    }
}

/// What cannot travel in the mode that was asked for travels in the default one (AZ-04).
fn mode(params: &Params) -> ResponseMode {
    params.get("response_mode").and_then(ResponseMode::parse).unwrap_or_default()
}

/// RFC 9126 section 6 and RFC 9101 section 10.5: a client may be held to one way.
pub(super) fn check_way(client: &Client, passed: Passed) -> Result<(), Rejected> {
    match passed {
        // What was pushed has been held to the rules then.
        Passed::Pushed(_) => Ok(()),
        _ if client.must_push_requests() => Err(invalid("this client's requests must be pushed")),
        passed => check_signed(client, passed),
    }
}

/// RFC 9101 section 10.5.
pub(super) fn check_signed(client: &Client, passed: Passed) -> Result<(), Rejected> {
    match passed {
        Passed::Plainly if client.must_sign_requests() => {
            Err(invalid("this client's requests must be signed request objects"))
        }
        _ => Ok(()),
    }
}
