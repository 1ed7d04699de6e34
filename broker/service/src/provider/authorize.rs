//! The authorization endpoint (RFC 6749 section 3.1, OIDC Core section 3.1.2): is the request
//! right, and what does it take to answer it?

use std::time::Duration;

use doorward_domain::{
    Client, ClientTrust, CodeTerms, Consent, Grant, GrantId, GrantState, Handle, HandleKind, Session,
    Timestamp, User,
};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _};

use super::error::ErrorCode;
use super::params::Unreadable;
use super::request::AuthorizationRequest;
use super::response::{Answer, ResponseTarget};
use super::{Provenance, Provider, pushed};

/// Why an authorization request is not answered to the app.
#[derive(Debug, thiserror::Error)]
pub enum AuthorizeError {
    /// The app cannot be trusted with an answer: a page is shown (RFC 6749 section 4.1.2.1).
    #[error("no answer to the app: {0}")]
    Page(Untrusted),
    /// The app gets an error.
    #[error("sent back to the app: {}", .0.code)]
    Redirect(Box<SentBack>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// An error on its way to the app.
#[derive(Debug)]
pub struct SentBack {
    /// The way there.
    pub answer: Answer,
    /// What it says.
    pub code: ErrorCode,
}

/// What is wrong with a request whose sender must not get an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Untrusted {
    /// The parameters cannot be read.
    #[error("the request cannot be read: {0}")]
    Unreadable(Unreadable),
    /// `client_id`, `redirect_uri` or `response_mode` came twice.
    #[error("a parameter that decides where the answer goes is repeated")]
    Repeated,
    /// No `client_id`, or one that nobody has.
    #[error("no app has this client_id")]
    Client,
    /// The `client_id` is a URL, and no fit metadata document can be had there.
    #[error("the app's client ID metadata document cannot be had, or is not in order")]
    ClientDocument,
    /// No `redirect_uri`, or one that is not registered.
    #[error("the redirect_uri is missing or not registered for this app")]
    RedirectUri,
    /// The answer cannot be signed or encrypted as the app registered for.
    #[error("there is no key to make the answer to the app with")]
    Unanswerable,
    /// A `request_uri` of ours that the app did not push, or pushed too long ago, or that was answered.
    #[error("the request_uri is unknown, expired, or used already")]
    PushedRequest,
}

/// What it takes to answer a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    /// The person signs in.
    SignIn,
    /// The signed-in person is asked for consent.
    Consent,
    /// A code can be issued at once.
    Issue,
    /// The client gets an error.
    Fail(ErrorCode),
}

/// The signed-in person, as far as a decision needs to know.
#[derive(Clone, Copy, Debug)]
pub struct SignedIn<'a> {
    /// The session.
    pub session: &'a Session,
    /// What the person allowed this app before.
    pub consent: Option<&'a Consent>,
    /// Whether everybody involved may act now.
    pub may_act: bool,
    /// Whether the request expects this person, or nobody in particular.
    pub is_expected: bool,
}

/// Decides what it takes to answer `request` (OIDC Core section 3.1.2.3).
pub fn decide(
    request: &AuthorizationRequest,
    client: &Client,
    signed_in: Option<SignedIn<'_>>,
    now: Timestamp,
) -> Next {
    let silent = request.prompt.none;
    let fits = |it: &SignedIn<'_>| {
        it.may_act
            && it.is_expected
            && request.max_age.is_none_or(|secs| it.session.is_fresh(now, Duration::from_secs(secs)))
            && is_sure_enough(request, client, it.session)
    };
    match signed_in.filter(fits).filter(|_| !request.prompt.wants_sign_in()) {
        None if silent => Next::Fail(ErrorCode::LoginRequired),
        None => Next::SignIn,
        Some(it) => match needs_consent(request, client, it.consent) {
            false => Next::Issue,
            true if silent => Next::Fail(ErrorCode::ConsentRequired),
            true => Next::Consent,
        },
    }
}

/// Whether a sign-in is one that the request, and the client whatever its requests say, will do with.
pub fn is_sure_enough(request: &AuthorizationRequest, client: &Client, session: &Session) -> bool {
    let authentication = &session.authentication;
    request.access.claims.accepts_acr(authentication.acr.as_deref())
        && client.assurance.is_met(authentication)
}

fn needs_consent(request: &AuthorizationRequest, client: &Client, given: Option<&Consent>) -> bool {
    let asked_before = given.is_some_and(|consent| consent.covers(client, &request.access));
    match client.trust {
        ClientTrust::FirstParty => false,
        ClientTrust::ThirdParty => request.prompt.consent || !asked_before,
    }
}

impl Provider {
    /// Decides what it takes to answer `request` in a browser with this session.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn next(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
        session: Option<&Session>,
        now: Timestamp,
    ) -> Result<Next, StoreError> {
        let Some(session) = session else { return Ok(decide(request, client, None, now)) };
        let may_act = match self.may_act(client.clone(), Provenance::from(session), now).await {
            Ok(_) => true,
            Err(super::EndpointError::Store(error)) => return Err(error),
            Err(_) => false,
        };
        let consent = match client.trust {
            ClientTrust::FirstParty => None,
            ClientTrust::ThirdParty => {
                self.store
                    .read::<Consent>(&at::consent(session.tenant, session.user, &client.id), now)
                    .await?
            }
        };
        let consent = consent.as_ref().map(|it| &it.record);
        let is_expected = self.is_expected(request, client, session);
        Ok(decide(request, client, Some(SignedIn { session, consent, may_act, is_expected }), now))
    }

    /// Adds an authorization code for the signed-in person to `batch`, and says where the browser
    /// goes with it once the batch is durable. The code becomes the grant `grant`; a login that comes
    /// to its end twice asks for the same one twice and conflicts.
    ///
    /// # Errors
    /// When the code cannot be written as a record.
    pub async fn issue_code(
        &self,
        batch: Batch,
        grant: GrantId,
        (request, client): (&AuthorizationRequest, &Client),
        session: &Session,
        now: Timestamp,
    ) -> Result<(Batch, Option<Answer>), StoreError> {
        let secret = self.entropy.bytes();
        let handle = Handle::of_grant(HandleKind::Code, session.tenant, session.id, grant, secret);
        let offered = Grant {
            id: grant,
            tenant: session.tenant,
            client: request.client.clone(),
            user: session.user,
            session: session.id,
            connection: session.connection,
            access: request.access.clone(),
            actor: None,
            nonce: request.nonce.clone(),
            authentication: session.authentication.clone(),
            code: handle.hash(),
            state: GrantState::Offered(CodeTerms {
                redirect_uri: request.redirect_uri.clone(),
                challenge: request.challenge.clone(),
                dpop_jkt: request.dpop_jkt.clone(),
            }),
            client_document: client.document,
            bound_to: None,
            epoch: session.epoch,
            remembered_until: client.logout.any().then_some(session.ends_at),
            expires_at: now + self.settings.lifetimes.code.min(client.demands().longest_code),
        };
        let answer = self.answer_code(&target(request, client), &handle.to_plain(), now).await;
        Ok((pushed::consume(batch.insert(&offered)?, request), answer))
    }

    /// Ends a request with an error: the answer that tells the app of it. A pushed request is used up by
    /// that as well.
    ///
    /// # Errors
    /// [`StoreError::Conflict`] when a pushed request has been answered meanwhile.
    pub async fn end_with_error(
        &self,
        (request, client): (&AuthorizationRequest, &Client),
        code: ErrorCode,
        description: &str,
        now: Timestamp,
    ) -> Result<Option<Answer>, StoreError> {
        if request.pushed.is_some() {
            self.store.commit(pushed::consume(Batch::new(), request)).await?;
        }
        Ok(self.error_response((request, client), code, description, now).await)
    }

    /// The answer that tells the app of an error.
    pub async fn error_response(
        &self,
        (request, client): (&AuthorizationRequest, &Client),
        code: ErrorCode,
        description: &str,
        now: Timestamp,
    ) -> Option<Answer> {
        self.answer_error(&target(request, client), code, description, now).await
    }

    /// The consent of `user`, to be remembered with what was allowed before.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn consent(
        &self,
        request: &AuthorizationRequest,
        user: &User,
        now: Timestamp,
    ) -> Result<Consent, StoreError> {
        let key = at::consent(user.tenant, user.id, &request.client);
        let client = self.client(&request.client, now).await?;
        let before = self.store.read::<Consent>(&key, now).await?.map(|before| before.record);
        let before = before.filter(|it| client.is_some_and(|client| client.record.was_there_at(it.given_at)));
        let (scope, mut resources) = before.map(|it| (it.scope, it.resources)).unwrap_or_default();
        for resource in &request.access.resources {
            if !resources.contains(resource) {
                resources.push(resource.clone());
            }
        }
        Ok(Consent {
            tenant: user.tenant,
            user: user.id,
            client: request.client.clone(),
            scope: scope.union(&request.access.scope),
            resources,
            given_at: now,
        })
    }
}

fn target<'a>(request: &'a AuthorizationRequest, client: &'a Client) -> ResponseTarget<'a> {
    ResponseTarget {
        client,
        redirect_uri: &request.redirect_uri,
        mode: request.mode,
        state: request.state.as_deref(),
        ui_locales: request.ui_locales.as_deref(),
    }
}
