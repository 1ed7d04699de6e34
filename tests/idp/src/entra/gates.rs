//! What stands between a password and an answer to the app: the state of the
//! account, the tenant's rules, assignment, consent.

use axum::http::StatusCode;
use axum::response::Response;

use super::Entra;
use super::error::Refusal;
use super::grants::{CODE_LIFETIME, Grant};
use super::request::Request;
use super::switch::EntraSwitch;
use super::user::User;
use crate::common::answer::Fields;
use crate::common::pages::{self, Question};
use crate::common::params::Params;
use crate::common::scope::At;
use crate::common::sessions::Session;

/// What the person has answered on the way.
#[derive(Clone, Copy, Default)]
pub(super) struct Answered {
    pub(super) consent: bool,
}

/// Where the way ends for now.
enum Stop {
    /// On Microsoft's page; if nobody may be asked, at the app.
    Page(Refusal),
    /// At the app.
    Return(Refusal),
    /// A second factor is asked for.
    SecondFactor,
    /// Consent is asked for.
    Consent,
    /// An administrator's consent is asked for.
    AdminConsent,
}

/// Somebody who signed in, in the tenant that they sign in to.
pub(super) struct Person {
    pub(super) tenant: String,
    pub(super) user: User,
    pub(super) session: Session,
}

impl Entra {
    /// Goes on after the password: to a page, or back to the app.
    pub(super) fn proceed(
        &self,
        request: Request,
        params: &Params,
        session: Session,
        answered: Answered,
    ) -> Response {
        let Some((tenant, user)) = self.resumed(&request, &session) else {
            return match request.is_silent() {
                true => self.refusal(50058, &[]).returned(request.return_to),
                false => self.sign_in_page(StatusCode::OK, &request, params, None),
            };
        };
        let person = Person { tenant, user, session };
        match self.gates(&request, &person, answered) {
            Ok(()) => self.answer(request, &person),
            Err(stop) if request.is_silent() => self.silent(stop, &request).returned(request.return_to),
            Err(Stop::Page(refusal)) => refusal.page(),
            Err(Stop::Return(refusal)) => refusal.returned(request.return_to),
            Err(Stop::SecondFactor) => self.second_factor_page(&request, params),
            Err(Stop::Consent) => self.consent_page(&request, params, &person),
            Err(Stop::AdminConsent) => self.admin_consent_page(&request, params, &person),
        }
    }

    fn gates(&self, request: &Request, person: &Person, answered: Answered) -> Result<(), Stop> {
        let Person { tenant, user, .. } = person;
        let at = At { issuer: Some(tenant), ..request.at() }.person(user.typed());
        let app = [("app", request.app.client_id.as_str()), ("name", request.app.name.as_str())];
        let on = |switch| self.switches().fires(switch, &at);
        if on(EntraSwitch::RedirectMismatchAfterPassword) {
            let uri = &request.return_to.redirect_uri;
            return Err(Stop::Page(self.redirect_mismatch(&request.app.client_id, uri)));
        }
        if let Some(number) = self.account_problem(user, &at) {
            return Err(Stop::Page(self.refusal(number, &app)));
        }
        if on(EntraSwitch::ConditionalAccessBlocks) {
            return Err(Stop::Page(self.refusal(53003, &app)));
        }
        if self.wants_second_factor(request, person, &at) {
            return match user.mfa_registered {
                true => Err(Stop::SecondFactor),
                false => Err(Stop::Page(self.refusal(50079, &app))),
            };
        }
        let enterprise_app = self.directory().enterprise_app(tenant, &request.app.client_id);
        if enterprise_app.disabled || on(EntraSwitch::AppDisabled) {
            return Err(Stop::Page(self.refusal(7000112, &app)));
        }
        if on(EntraSwitch::UserUnassignedReturns) {
            return Err(Stop::Return(self.refusal(50105, &app).with_error("access_denied")));
        }
        let assigned = user.administrator
            || !enterprise_app.assignment_required
            || self.directory().is_assigned(tenant, &request.app.client_id, &user.oid);
        if !assigned || on(EntraSwitch::UserUnassigned) {
            return Err(Stop::Page(self.refusal(50105, &app)));
        }
        if answered.consent {
            return Ok(());
        }
        let consented = enterprise_app.admin_consent || enterprise_app.consents.contains(&user.oid);
        let forced = request.wants_consent() || on(EntraSwitch::ConsentRequired);
        let only_admin = on(EntraSwitch::AdminConsentRequired)
            || (!consented && self.only_administrators_consent(person, enterprise_app.assignment_required));
        match (only_admin && !user.administrator, consented && !forced) {
            (true, _) => Err(Stop::AdminConsent),
            (false, false) => Err(Stop::Consent),
            (false, true) => Ok(()),
        }
    }

    /// 50057, 50053, 50055: also when a refresh token is redeemed (1.9.3).
    pub(super) fn account_problem(&self, user: &User, at: &At<'_>) -> Option<u32> {
        let on = |switch| self.switches().fires(switch, at);
        if !user.enabled || on(EntraSwitch::UserDisabled) {
            return Some(50057);
        }
        if user.locked || on(EntraSwitch::AccountLocked) {
            return Some(50053);
        }
        (user.password_expired || on(EntraSwitch::PasswordExpired)).then_some(50055)
    }

    /// Conditional Access asks for it, or an authentication context that the app asks for does (1.8).
    fn wants_second_factor(&self, request: &Request, person: &Person, at: &At<'_>) -> bool {
        if person.session.methods.contains(&"mfa") {
            return false;
        }
        let context = !self.contexts(&person.tenant, &request.contexts).is_empty();
        context || self.switches().fires(EntraSwitch::MfaRequired, at)
    }

    /// The contexts of these that the tenant's Conditional Access knows.
    pub(super) fn contexts(&self, tenant: &str, wanted: &[String]) -> Vec<String> {
        let known = self.directory().tenant(tenant).map(|it| it.contexts.clone()).unwrap_or_default();
        wanted.iter().filter(|context| known.contains(context)).cloned().collect()
    }

    /// Where assignment is required, nobody may consent for themselves (1.7).
    fn only_administrators_consent(&self, person: &Person, assignment_required: bool) -> bool {
        let people_may =
            self.directory().tenant(&person.tenant).is_none_or(|tenant| tenant.users_may_consent);
        assignment_required || !people_may
    }

    /// What a silent request hears instead of a page (1.8 `prompt`).
    fn silent(&self, stop: Stop, request: &Request) -> Refusal {
        let app = [("app", request.app.client_id.as_str()), ("name", request.app.name.as_str())];
        match stop {
            Stop::Page(refusal) if refusal.error() == "invalid_grant" => {
                refusal.with_error("interaction_required")
            }
            Stop::Page(refusal) | Stop::Return(refusal) => refusal,
            Stop::SecondFactor => self.refusal(50076, &app),
            Stop::Consent | Stop::AdminConsent => self.refusal(65001, &app).with_error("consent_required"),
        }
    }

    /// The answer to the app: a code, an ID token, or both.
    fn answer(&self, request: Request, person: &Person) -> Response {
        let Person { tenant, user, session } = person;
        self.sessions().change(&session.sid, |session| {
            let client = format!("{tenant}/{}", request.app.client_id);
            if !session.clients.contains(&client) {
                session.clients.push(client);
            }
        });
        let now = self.now();
        let grant = Grant {
            tenant: tenant.clone(),
            authority: request.authority.path().to_owned(),
            client_id: request.app.client_id.clone(),
            oid: user.oid.clone(),
            contexts: self.contexts(tenant, &request.contexts),
            scope: request.scope.clone(),
            nonce: request.nonce.clone(),
            redirect_uri: request.return_to.redirect_uri.clone(),
            platform: request.platform,
            code_challenge: request.code_challenge.clone(),
            sid: session.sid.clone(),
            auth_time: session.auth_time,
            tells_auth_time: request.max_age.is_some(),
            issued_at: now,
        };
        let mut fields: Fields = Vec::new();
        let code =
            request.returns.code.then(|| self.grants().codes.issue(grant.clone(), now + CODE_LIFETIME));
        if request.returns.id_token {
            match self.id_token(&grant, code.as_deref()) {
                Ok(token) => fields.push(("id_token", token)),
                Err(refusal) => return refusal.page(),
            }
        }
        if let Some(code) = code {
            fields.insert(0, ("code", code));
        }
        fields.push(("session_state", crate::common::guid::of(&session.sid)));
        request.return_to.send("Working…", fields)
    }

    fn second_factor_page(&self, request: &Request, params: &Params) -> Response {
        let page = Question {
            title: "Sign in to your account",
            heading: "Enter code",
            text: "Please type in the code displayed on your authenticator app. Here, any six digits will do.",
            items: Vec::new(),
            action: self.path_of(request, "interaction", params),
            field: Some(("otp", "Code")),
            buttons: &[("verify", "verify", "Verify")],
        };
        pages::page(StatusCode::OK, &page)
    }
}
