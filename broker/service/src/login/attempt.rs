//! The trace of an attempt, as the way of a login makes it.

use std::borrow::Cow;

use doorward_domain::{ConnectionId, TenantId, Timestamp, UserId};
use url::Url;

use super::under_way::UnderWay;
use super::{Login, LoginError, Step, Transaction};
use crate::federation::catalogue::Product;
use crate::federation::{CallbackResponse, Destination, FederationError, Leg};
use crate::identity::Person;
use crate::provider::AuthorizationRequest;
use crate::provider::authorize::{AuthorizeError, Untrusted};
use crate::trace::{Came, Cause, Failed, Outcome, Reference, Route, Trace, Trail, parameters, sent};

/// An attempt that is not over yet.
pub(super) struct Attempt {
    trace: Trace,
    pub(super) trail: Trail,
    pub(super) product: Product,
    pub(super) person: Option<(UserId, Came)>,
}

impl Attempt {
    /// Somebody has come back from their provider.
    pub(super) fn back(
        login: &Login,
        under_way: &UnderWay,
        leg: &Leg,
        response: &CallbackResponse,
        now: Timestamp,
    ) -> Self {
        let trace = Trace {
            left: Some(leg.started_at),
            returned: Some((now, parameters(response))),
            ..traced(under_way, (leg.tenant, leg.connection), leg.started_at)
        };
        let trail = login.traces.trail(leg.connection, now);
        Self { trace, trail, product: Product::Oidc, person: None }
    }

    /// Somebody has proved here what their provider does not vouch for.
    pub(super) fn proved(login: &Login, under_way: &UnderWay, leg: &Leg, now: Timestamp) -> Self {
        let trace = Trace {
            left: Some(leg.started_at),
            ..traced(under_way, (leg.tenant, leg.connection), leg.started_at)
        };
        let trail = login.traces.trail(leg.connection, now);
        Self { trace, trail, product: Product::Oidc, person: None }
    }

    /// What the attempt came to.
    pub(super) fn ended(mut self, outcome: &Result<Step, LoginError>, now: Timestamp) -> Option<Trace> {
        self.trace.outcome = match outcome {
            Ok(Step::Return(way)) if way.session.is_none() => failed(Cause::Assurance, self.product),
            Ok(_) => {
                let (user, came) = self.person?;
                Outcome::Entered { user: Some(user), came }
            }
            Err(LoginError::Federation { cause, .. }) => {
                failed(Cause::Federation((**cause).clone()), self.product)
            }
            Err(LoginError::NotAdmitted { cause, .. }) => {
                failed(Cause::NotAdmitted(cause.clone()), self.product)
            }
            Err(error) => failed(Cause::Here(check_of(error)?), self.product),
        };
        self.trace.ended = Some(now);
        self.trace.trail = Some(self.trail.noted);
        Some(self.trace)
    }
}

impl Login {
    /// Keeps that somebody was sent to their provider.
    pub(super) fn trace_leaving(
        &self,
        login: &UnderWay,
        (to, location): (&Destination, &Url),
        now: Timestamp,
    ) {
        let trace = traced(login, (to.tenant.id, to.connection.id), now);
        self.traces.keep(Trace { left: Some(now), sent: Some(sent(location)), ..trace });
    }

    /// Keeps that somebody could not be sent to their provider.
    pub(super) fn trace_stuck(
        &self,
        login: &UnderWay,
        to: &Destination,
        cause: FederationError,
        now: Timestamp,
    ) {
        let outcome = failed(Cause::Federation(cause), Product::of(&to.connection));
        let trace = traced(login, (to.tenant.id, to.connection.id), now);
        self.traces.keep(Trace { outcome, ended: Some(now), ..trace });
    }

    /// The reference for a login that does not go on. What led to no tenant has its trace from here.
    pub fn reference(&self, error: &LoginError, now: Timestamp) -> Reference {
        let (reference, cause) = match error {
            LoginError::Federation { cause, way_on } => {
                (way_on.reference, Some(Cause::Federation((**cause).clone())))
            }
            LoginError::NotAdmitted { cause, way_on } => {
                (way_on.reference, Some(Cause::NotAdmitted(cause.clone())))
            }
            error => (Reference::new(self.entropy.bytes()), check_of(error).map(Cause::Here)),
        };
        if let Some(cause) = cause.filter(|_| self.traces.find_kept(reference).is_none()) {
            self.traces.keep(Trace {
                outcome: failed(cause, Product::Oidc),
                ended: Some(now),
                ..Trace::nowhere(reference, now)
            });
        }
        reference
    }
}

impl UnderWay {
    /// The reference of its attempt that is under way, or fails now.
    pub(super) fn reference(&self, now: Timestamp) -> Reference {
        let began = self.transaction.leg.as_ref().map_or(now, |leg| leg.started_at);
        Reference::of_attempt(self.id.0, began)
    }
}

/// What can be said of an attempt from the transaction alone.
fn traced(login: &UnderWay, (tenant, connection): (TenantId, ConnectionId), at: Timestamp) -> Trace {
    let mut began = [0; 8];
    began[2..].copy_from_slice(&login.id.0[..6]);
    Trace {
        attempt: login.id.0,
        tenant,
        connection: Some(connection),
        client: Some(login.client.id.clone()),
        asked: asked(&login.transaction.request),
        route: Some(route(&login.transaction)),
        began: Timestamp::from_millis(i64::from_be_bytes(began)),
        ..Trace::nowhere(Reference::of_attempt(login.id.0, at), at)
    }
}

fn failed(cause: Cause, product: Product) -> Outcome {
    Outcome::Failed(Box::new(Failed::new(cause, product)))
}

fn route(transaction: &Transaction) -> Route {
    let belonging = &transaction.request.belonging;
    match transaction.request.login_hint.as_deref().and_then(|typed| typed.rsplit_once('@')) {
        _ if transaction.company.is_some() => Route::Chosen,
        _ if !belonging.is_unknown() => Route::App,
        Some((_, domain)) => Route::Domain(domain.chars().take(253).collect()),
        None => Route::Code,
    }
}

/// The names of what the app asked with, as far as the transaction remembers it.
fn asked(request: &AuthorizationRequest) -> Vec<Cow<'static, str>> {
    let there = [
        ("client_id", true),
        ("scope", true),
        ("redirect_uri", !request.redirect_uri.is_empty()),
        ("state", request.state.is_some()),
        ("nonce", request.nonce.is_some()),
        ("code_challenge", request.challenge.is_some()),
        ("dpop_jkt", request.dpop_jkt.is_some()),
        ("request_uri", request.pushed.is_some()),
        ("user_code", request.device.is_some()),
        ("prompt", request.prompt != Default::default()),
        ("max_age", request.max_age.is_some()),
        ("login_hint", request.login_hint.is_some()),
        ("tenant", request.belonging.tenant.is_some()),
        ("connection", request.belonging.connection.is_some()),
        ("domain_hint", request.belonging.domain.is_some()),
        ("id_token_hint", request.expected_subject.is_some()),
        ("ui_locales", request.ui_locales.is_some()),
        ("acr_values", request.acr_values.is_some()),
    ];
    there.into_iter().filter_map(|(name, there)| there.then_some(Cow::Borrowed(name))).collect()
}

/// The name of the row about a login that led to nobody.
const fn check_of(error: &LoginError) -> Option<&'static str> {
    Some(match error {
        LoginError::Authorize(AuthorizeError::Page(untrusted)) => match untrusted {
            Untrusted::Client | Untrusted::ClientDocument => "app.unknown",
            Untrusted::RedirectUri => "app.redirect_uri",
            Untrusted::PushedRequest | Untrusted::Unanswerable => "app.request",
            Untrusted::Repeated | Untrusted::Unreadable(_) => "app.request",
        },
        LoginError::Authorize(AuthorizeError::Redirect(_)) => return None,
        LoginError::NoTransaction => "browser.no_sign_in",
        LoginError::Finished => "browser.finished",
        LoginError::AppGone => "app.gone",
        LoginError::Busy(_) => "broker.busy",
        LoginError::Authorize(AuthorizeError::Store(_)) | LoginError::Store(_) => "broker.store_unavailable",
        LoginError::Federation { .. } | LoginError::NotAdmitted { .. } => return None,
    })
}

impl Person {
    /// Whom the sign-in is about, and what it is for the tenant's users.
    pub(crate) fn traced(&self) -> (UserId, Came) {
        (self.user().id, self.came())
    }
}
