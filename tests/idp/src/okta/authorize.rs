//! `/authorize`, by GET and by POST.

use axum::extract::{RawForm, RawQuery};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::error::Refusal;
use super::gates::Answered;
use super::messages;
use super::place::Place;
use super::request::Request;
use super::user::User;
use crate::common::base_path;
use crate::common::names::Switch;
use crate::common::pages::{self, SignIn, Someone};
use crate::common::params::Params;

pub(super) async fn by_get(place: Place, headers: HeaderMap, RawQuery(query): RawQuery) -> Response {
    authorize(&place, &headers, &Params::parse(query.unwrap_or_default().as_bytes()))
}

pub(super) async fn by_post(place: Place, headers: HeaderMap, RawForm(form): RawForm) -> Response {
    authorize(&place, &headers, &Params::parse(&form))
}

fn authorize(place: &Place, headers: &HeaderMap, params: &Params) -> Response {
    let request = match place.request(params) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    if let Some(error) = place.okta.switches().fire(Switch::AuthorizeError, &request.at(place)) {
        let fields = vec![("error", error), ("error_description", "switched on".to_owned())];
        return request.return_to.send("Okta", fields);
    }
    let known = place.okta.sessions().of(headers);
    let session = known.clone().filter(|session| request.is_satisfied_by(session, place.okta.now()));
    match session {
        Some(session) => place.proceed(request, params, session, Answered::default()),
        None if request.is_silent() => {
            let text = match known {
                None => messages::LOGIN_REQUIRED,
                Some(_) => messages::REAUTHENTICATION_REQUIRED,
            };
            Refusal::from(text).returned(request.return_to)
        }
        None => place.sign_in_page(StatusCode::OK, &request, params, None),
    }
}

impl Place {
    pub(super) fn sign_in_page(
        &self,
        status: StatusCode,
        request: &Request,
        params: &Params,
        problem: Option<&str>,
    ) -> Response {
        let hint = request.login_hint.as_deref().unwrap_or_default();
        let someone = |user: &User| Someone {
            username: user.login.clone(),
            name: user.name(),
            note: user.note.clone(),
            suggested: user.answers_to(hint),
        };
        let page = SignIn {
            title: "Okta",
            app: &request.app.name,
            action: self.path_of("sign-in", params),
            people: self.okta.org().users.iter().map(someone).collect(),
            login_hint: hint,
            problem,
        };
        pages::page(status, &page)
    }

    /// A path of this server, with the request as its query.
    pub(super) fn path_of(&self, name: &str, params: &Params) -> String {
        format!("{}?{}", base_path(&self.endpoint(name)), params.encoded())
    }
}
