//! `/o/oauth2/v2/auth` and the pages behind it.

use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::error::Refusal;
use super::messages;
use super::model::{Account, Audience, Grant};
use super::request::Request;
use super::switch::GoogleSwitch;
use super::{Google, lock};
use crate::common::base_path;
use crate::common::names::Switch;
use crate::common::pages::{self, Question, SignIn, Someone};
use crate::common::params::Params;

/// How long a code lives, in seconds.
const CODE_LIFETIME: i64 = 600;

pub(super) async fn by_get(
    State(google): State<Google>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    authorize(&google, &headers, &Params::parse(query.unwrap_or_default().as_bytes()))
}

pub(super) async fn by_post(
    State(google): State<Google>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    authorize(&google, &headers, &Params::parse(&form))
}

fn authorize(google: &Google, headers: &HeaderMap, params: &Params) -> Response {
    let request = match google.request(params) {
        Ok(request) => request,
        Err(refusal) => return refusal.page(google),
    };
    if let Some(error) = google.switches().fire(Switch::AuthorizeError, &request.at()) {
        return request.return_to.send("Google", vec![("error", error)]);
    }
    let session = google.sessions().of(headers).filter(|_| !request.prompts("select_account"));
    match session.and_then(|session| google.account(&session.person)) {
        Some(account) => google.proceed(request, params, &account, false),
        None if request.prompts("none") => returned(request, "interaction_required"),
        None => google.sign_in_page(&request, params, None),
    }
}

pub(super) async fn sign_in(
    State(google): State<Google>,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let request = match google.request(&params) {
        Ok(request) => request,
        Err(refusal) => return refusal.page(&google),
    };
    let form = Params::parse(&form);
    if form.get("cancel").is_some() {
        return returned(request, "access_denied");
    }
    let Some(account) = google.identified(&form) else {
        return google.sign_in_page(&request, &params, Some("Wrong password. Try again."));
    };
    let (_, id) = google.sessions().start(&account.sub, &["pwd"], google.now());
    let mut response = google.proceed(request, &params, &account, false);
    google.sessions().set_cookie(&mut response, &id);
    response
}

pub(super) async fn consent(
    State(google): State<Google>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let request = match google.request(&params) {
        Ok(request) => request,
        Err(refusal) => return refusal.page(&google),
    };
    let session = google.sessions().of(&headers);
    let Some(account) = session.and_then(|session| google.account(&session.person)) else {
        return google.sign_in_page(&request, &params, None);
    };
    if Params::parse(&form).get("consent") != Some("accept") {
        return returned(request, "access_denied");
    }
    google.grants().consents.insert((account.sub.clone(), request.app.client_id.clone()));
    google.proceed(request, &params, &account, true)
}

/// An error and `state`, and no description.
fn returned(request: Request, error: &str) -> Response {
    request.return_to.send("Google", vec![("error", error.to_owned())])
}

impl Google {
    fn identified(&self, form: &Params) -> Option<Account> {
        let picked = form.get("persona");
        let email = picked.or_else(|| form.get("username"))?;
        let accounts = lock(&self.0.accounts);
        let account = accounts.iter().find(|account| account.email.eq_ignore_ascii_case(email))?;
        let right = picked.is_some() || form.get("password") == Some(account.password.as_str());
        right.then(|| account.clone())
    }

    fn proceed(&self, request: Request, params: &Params, account: &Account, consented: bool) -> Response {
        if let Err(refusal) = self.check_audience(&request, account) {
            return refusal.page(self);
        }
        let consent = (account.sub.clone(), request.app.client_id.clone());
        let known = self.grants().consents.contains(&consent);
        let asks = !consented && (!known || request.prompts("consent"));
        if asks && request.prompts("none") {
            return returned(request, "interaction_required");
        }
        if asks {
            return self.consent_page(&request, params);
        }
        let grant = Grant {
            client_id: request.app.client_id,
            sub: account.sub.clone(),
            scope: request.scope.clone(),
            nonce: request.nonce,
            redirect_uri: request.return_to.redirect_uri.clone(),
            code_challenge: request.code_challenge,
            // A refresh token comes with consent alone, not with every sign-in.
            refreshable: request.offline && consented,
        };
        let code = self.grants().codes.issue(grant, self.now() + CODE_LIFETIME);
        let mut fields = vec![("code", format!("4/0A{code}")), ("scope", request.scope)];
        fields.push(("authuser", "0".to_owned()));
        fields.extend(account.organization.as_ref().map(|domain| ("hd", domain.clone())));
        fields.push(("prompt", if consented { "consent" } else { "none" }.to_owned()));
        request.return_to.send("Google", fields)
    }

    /// `org_internal`, `access_denied` of an app in testing, `admin_policy_enforced`.
    fn check_audience(&self, request: &Request, account: &Account) -> Result<(), Refusal> {
        let at = request.at().person(&account.email);
        if account.organization.is_some() && self.switches().fires(GoogleSwitch::AdminPolicyEnforced, &at) {
            return Err(messages::ADMIN_POLICY.into());
        }
        match &request.app.audience {
            Audience::Internal(domain) if account.organization.as_ref() != Some(domain) => {
                Err(messages::INTERNAL.into())
            }
            Audience::Testing(testers) if !testers.contains(&account.email) => Err(messages::TESTING.into()),
            _ => Ok(()),
        }
    }

    fn sign_in_page(&self, request: &Request, params: &Params, problem: Option<&str>) -> Response {
        let hint = request.login_hint.as_deref().unwrap_or_default();
        let wished = |account: &&Account| match request.hosted_domain.as_deref() {
            None | Some("*") => true,
            Some(domain) => account.organization.as_deref() == Some(domain),
        };
        let someone = |account: &Account| Someone {
            username: account.email.clone(),
            name: account.name(),
            note: account.note.clone(),
            suggested: account.email == hint,
        };
        let page = SignIn {
            title: "Sign in with Google",
            app: &request.app.name,
            action: self.path_of("signin", params),
            people: lock(&self.0.accounts).iter().filter(wished).map(someone).collect(),
            login_hint: hint,
            problem,
        };
        pages::page(StatusCode::OK, &page)
    }

    fn consent_page(&self, request: &Request, params: &Params) -> Response {
        let heading = format!("Sign in to {}", request.app.name);
        let page = Question {
            title: "Sign in with Google",
            heading: &heading,
            text: "Google will allow the app to access this info about you:",
            items: request.scope.split_ascii_whitespace().map(str::to_owned).collect(),
            action: self.path_of("signin/consent", params),
            field: None,
            buttons: &[("consent", "accept", "Continue"), ("consent", "cancel", "Cancel")],
        };
        pages::page(StatusCode::OK, &page)
    }

    fn path_of(&self, name: &str, params: &Params) -> String {
        format!("{}/{name}?{}", base_path(&self.urls().accounts), params.encoded())
    }
}
