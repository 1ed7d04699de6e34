//! The pages after the sign-in page, and what is answered there: a second factor, consent.

use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::Entra;
use super::gates::{Answered, Person};
use super::request::Request;
use crate::common::pages::{self, Question};
use crate::common::params::Params;

pub(super) async fn interaction(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let request = match entra.request(&tenant, &params) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    let Some(mut session) = entra.sessions().of(&headers) else {
        return entra.sign_in_page(StatusCode::OK, &request, &params, None);
    };
    let form = Params::parse(&form);
    if form.get("otp").is_some_and(|otp| otp.len() == 6 && otp.bytes().all(|byte| byte.is_ascii_digit())) {
        session.methods.push("mfa");
        entra.sessions().change(&session.sid, |session| session.methods.push("mfa"));
        return entra.proceed(request, &params, session, Answered::default());
    }
    let app = [("app", request.app.client_id.as_str()), ("name", request.app.name.as_str())];
    match form.get("consent") {
        Some(given @ ("accept" | "organization")) => {
            entra.keep_consent(&request, &session, given == "organization");
            entra.proceed(request, &params, session, Answered { consent: true })
        }
        Some("return") => entra.refusal(90094, &app).returned(request.return_to),
        Some("request") => entra.refusal(90095, &app).page(),
        Some(_) => entra.refusal(65004, &[]).with_subcode("cancel").returned(request.return_to),
        None => entra.proceed(request, &params, session, Answered::default()),
    }
}

impl Entra {
    fn keep_consent(&self, request: &Request, session: &crate::common::sessions::Session, for_all: bool) {
        let Some((tenant, user)) = self.resumed(request, session) else { return };
        let mut directory = self.directory();
        let app = directory.enterprise_app_mut(&tenant, &request.app.client_id);
        if for_all && user.administrator {
            app.admin_consent = true;
        } else {
            app.consents.insert(user.oid);
        }
    }

    pub(super) fn consent_page(&self, request: &Request, params: &Params, person: &Person) -> Response {
        let buttons: &[(&str, &str, &str)] = match person.user.administrator {
            false => &[("consent", "accept", "Accept"), ("consent", "cancel", "Cancel")],
            true => &[
                ("consent", "accept", "Accept"),
                ("consent", "organization", "Accept on behalf of your organization"),
                ("consent", "cancel", "Cancel"),
            ],
        };
        let page = Question {
            title: &request.app.name,
            heading: "Permissions requested",
            text: "This app would like to:",
            items: permissions(&request.scope),
            action: self.path_of(request, "interaction", params),
            field: None,
            buttons,
        };
        pages::page(StatusCode::OK, &page)
    }

    /// AADSTS90094, or AADSTS90095 where people may ask for approval.
    pub(super) fn admin_consent_page(&self, request: &Request, params: &Params, person: &Person) -> Response {
        let asks = self.directory().tenant(&person.tenant).is_some_and(|tenant| tenant.consent_requests);
        let buttons: &[(&str, &str, &str)] = match asks {
            true => &[("consent", "request", "Request approval"), ("consent", "return", BACK)],
            false => &[("consent", "return", BACK)],
        };
        let app = &request.app.name;
        let text = format!(
            "{app} needs permission to access resources in your organization that only an admin can grant. AADSTS90094"
        );
        let page = Question {
            title: app,
            heading: if asks { "Approval required" } else { "Need admin approval" },
            text: &text,
            items: permissions(&request.scope),
            action: self.path_of(request, "interaction", params),
            field: None,
            buttons,
        };
        pages::page(StatusCode::OK, &page)
    }
}

const BACK: &str = "Return to the application without granting consent";

fn permissions(scope: &str) -> Vec<String> {
    let named = |scope| match scope {
        "openid" | "profile" | "email" => Some("View your basic profile".to_owned()),
        "offline_access" => Some("Maintain access to data you have given it access to".to_owned()),
        "" => None,
        other => Some(other.to_owned()),
    };
    let mut all: Vec<String> = scope.split(' ').filter_map(named).collect();
    all.dedup();
    all
}
