//! What stands between a password and an answer to the app: the state of the
//! account, assignment, policies, assurance, consent.

use axum::http::StatusCode;
use axum::response::Response;

use super::error::Refusal;
use super::grants::{CODE_LIFETIME, Grant};
use super::messages;
use super::place::Place;
use super::request::{Acr, Request};
use super::switch::OktaSwitch;
use super::user::User;
use crate::common::answer::Fields;
use crate::common::pages::{self, Question};
use crate::common::params::Params;
use crate::common::sessions::Session;

/// What the person has answered on the way.
#[derive(Clone, Copy, Default)]
pub(super) struct Answered {
    pub(super) consent: bool,
}

/// Where the way ends for now.
enum Stop {
    /// At the app.
    Return(Refusal),
    /// A second factor is asked for.
    SecondFactor,
    /// Consent is asked for.
    Consent,
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Return(refusal)
    }
}

impl Place {
    /// Goes on after the password: to a page, or back to the app.
    pub(super) fn proceed(
        &self,
        request: Request,
        params: &Params,
        session: Session,
        answered: Answered,
    ) -> Response {
        let Some(user) = self.okta.user(&session.person) else {
            return Refusal::from(messages::STATUS_INVALID).returned(request.return_to);
        };
        match self.gates(&request, &user, &session, answered) {
            Ok(()) => self.answer(request, &user, &session),
            Err(Stop::Return(refusal)) => refusal.returned(request.return_to),
            Err(Stop::SecondFactor) if request.is_silent() => {
                Refusal::from(messages::REAUTHENTICATION_REQUIRED).returned(request.return_to)
            }
            Err(Stop::Consent) if request.is_silent() => {
                let scopes = request.scopes.join(", ");
                Refusal::from(messages::CONSENT_REQUIRED).with("scopes", &scopes).returned(request.return_to)
            }
            Err(Stop::SecondFactor) => self.second_factor_page(params),
            Err(Stop::Consent) => self.consent_page(&request, params),
        }
    }

    fn gates(
        &self,
        request: &Request,
        user: &User,
        session: &Session,
        answered: Answered,
    ) -> Result<(), Stop> {
        let at = request.at(self).person(&user.login);
        let on = |switch| self.okta.switches().fires(switch, &at);
        if !user.may_sign_in() {
            return Err(Refusal::from(messages::STATUS_INVALID).into());
        }
        if on(OktaSwitch::LoginHintMismatch) {
            return Err(Refusal::from(messages::HINT_MISMATCH).into());
        }
        if !is_assigned(user, request) || on(OktaSwitch::UserNotAssigned) {
            return Err(Refusal::from(messages::NOT_ASSIGNED).into());
        }
        for (switch, text) in [
            (OktaSwitch::NetworkZoneDenied, messages::ZONE),
            (OktaSwitch::SignOnPolicyDenies, messages::DENIED),
        ] {
            if on(switch) {
                return Err(Refusal::from(text).into());
            }
        }
        self.check_policies(request, user)?;
        check_assurance(request, user, session)?;
        let consented =
            answered.consent || !request.app.requires_consent || self.has_consented(request, user);
        let again = request.wants_consent() && !answered.consent;
        if consented && !again { Ok(()) } else { Err(Stop::Consent) }
    }

    /// A custom server's access policies decide on scopes too; the org server has none.
    fn check_policies(&self, request: &Request, user: &User) -> Result<(), Refusal> {
        let at = request.at(self).person(&user.login);
        let on = |switch| self.okta.switches().fires(switch, &at);
        if on(OktaSwitch::PolicyDenies) {
            return Err(messages::POLICY_FAILED.into());
        }
        if on(OktaSwitch::ScopesDenied) {
            return Err(messages::ALL_SCOPES_REJECTED.into());
        }
        let Some(server) = &self.server else { return Ok(()) };
        let rule = server.rule(&request.app.client_id, user).ok_or(messages::POLICY_FAILED)?;
        let Some(allowed) = &rule.scopes else { return Ok(()) };
        let denied: Vec<&str> =
            request.scopes.iter().filter(|scope| !allowed.contains(scope)).map(String::as_str).collect();
        match denied.len() {
            0 => Ok(()),
            all if all == request.scopes.len() => Err(messages::ALL_SCOPES_REJECTED.into()),
            _ => Err(Refusal::from(messages::SOME_SCOPES_DENIED).with("scopes", &denied.join(", "))),
        }
    }

    fn has_consented(&self, request: &Request, user: &User) -> bool {
        let consent = (user.id.clone(), request.app.client_id.clone());
        self.okta.org().consents.contains(&consent)
    }

    fn answer(&self, request: Request, user: &User, session: &Session) -> Response {
        let okta = &self.okta;
        okta.sessions().change(&session.sid, |session| {
            if !session.clients.contains(&request.app.client_id) {
                session.clients.push(request.app.client_id.clone());
            }
        });
        let now = okta.now();
        let grant = Grant {
            server: self.server.as_ref().map(|server| server.id.clone()),
            client_id: request.app.client_id.clone(),
            user: user.id.clone(),
            scopes: request.scopes.clone(),
            nonce: request.nonce.clone(),
            redirect_uri: request.return_to.redirect_uri.clone(),
            code_challenge: request.code_challenge.clone(),
            acr: request.acr.map(Acr::name),
            session: session.clone(),
        };
        let mut fields: Fields = Vec::new();
        if request.returns.code {
            fields.push(("code", okta.grants().codes.issue(grant.clone(), now + CODE_LIFETIME)));
        }
        let access_token = request.returns.token.then(|| self.access_token(&grant));
        if request.returns.id_token {
            // What travels through the browser together with an access token is thin (3.4).
            match self.id_token(&request.app, &grant, access_token.as_deref(), request.returns.token) {
                Ok(token) => fields.push(("id_token", token)),
                Err(refusal) => return refusal.returned(request.return_to),
            }
        }
        if let Some(token) = access_token {
            let rest = [("token_type", "Bearer"), ("expires_in", "3600")];
            fields.push(("access_token", token));
            fields.extend(rest.map(|(name, value)| (name, value.to_owned())));
        }
        request.return_to.send("Okta", fields)
    }

    fn second_factor_page(&self, params: &Params) -> Response {
        let page = Question {
            title: "Okta",
            heading: "Verify with Google Authenticator",
            text: "Enter the code from your authenticator app. Here, any six digits will do.",
            items: Vec::new(),
            action: self.path_of("interaction", params),
            field: Some(("otp", "Enter code")),
            buttons: &[("verify", "verify", "Verify")],
        };
        pages::page(StatusCode::OK, &page)
    }

    fn consent_page(&self, request: &Request, params: &Params) -> Response {
        let page = Question {
            title: &request.app.name,
            heading: "The app would like to",
            text: "By clicking Allow Access you allow the app what is listed here.",
            items: request.scopes.clone(),
            action: self.path_of("interaction", params),
            field: None,
            buttons: &[("consent", "accept", "Allow Access"), ("consent", "cancel", "Don't Allow")],
        };
        pages::page(StatusCode::OK, &page)
    }
}

/// By name or by a group. `Everyone` is a group too.
fn is_assigned(user: &User, request: &Request) -> bool {
    let own = |to: &String| to == "Everyone" || *to == user.id || user.groups.contains(to);
    request.app.assignments.iter().any(own)
}

/// `acr_values` (3.3): met, asked for, or impossible.
fn check_assurance(request: &Request, user: &User, session: &Session) -> Result<(), Stop> {
    let second = session.methods.contains(&"mfa");
    match request.acr {
        None | Some(Acr::OneFactor(_)) => Ok(()),
        Some(Acr::TwoFactors | Acr::TwoFactorsIfPossible) if second => Ok(()),
        Some(Acr::TwoFactors | Acr::TwoFactorsIfPossible) if user.has_otp => Err(Stop::SecondFactor),
        Some(Acr::TwoFactorsIfPossible) => Ok(()),
        Some(Acr::PhishingResistant(_)) if user.has_passkey => Ok(()),
        Some(Acr::TwoFactors | Acr::PhishingResistant(_)) => Err(Refusal::from(messages::UNMET).into()),
    }
}
