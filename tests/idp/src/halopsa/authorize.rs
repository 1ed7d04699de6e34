//! `/auth/authorize`, and the sign-in page behind it.

use axum::extract::{RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::model::{Grant, Person, Population};
use super::request::{Request, returned};
use super::{HaloPsa, lock, messages};
use crate::common::base_path;
use crate::common::log::Endpoint;
use crate::common::names::Switch;
use crate::common::pages::{self, SignIn, Someone};
use crate::common::params::Params;
use crate::common::scope::At;

/// How long a code lives, in seconds.
const CODE_LIFETIME: i64 = 300;

pub(super) async fn by_get(
    State(halo): State<HaloPsa>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    let params = Params::parse(query.as_deref().unwrap_or_default().as_bytes());
    authorize(&halo, &headers, query.as_deref(), &params)
}

pub(super) async fn by_post(
    State(halo): State<HaloPsa>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    authorize(&halo, &headers, query.as_deref(), &Params::parse(&form))
}

fn authorize(halo: &HaloPsa, headers: &HeaderMap, query: Option<&str>, params: &Params) -> Response {
    if let Err(known) = halo.check_tenant(query, Endpoint::Authorize) {
        return halo.refused_on_page(known);
    }
    let request = match halo.request(params) {
        Ok(request) => request,
        Err(refused) => return refused.answer(halo),
    };
    let at = At::default().client(&request.app.client_id).endpoint(Endpoint::Authorize);
    if let Some(error) = halo.switches().fire(Switch::AuthorizeError, &at) {
        return request.return_to.send("HaloPSA", vec![("error", error)]);
    }
    let session = halo.sessions().of(headers).filter(|it| request.is_satisfied_by(it, halo.now()));
    match session.and_then(|session| halo.person(&session.person)) {
        Some(person) if person.active => halo.answer(request, &person),
        _ if request.is_silent() => returned(messages::LOGIN, request.return_to),
        _ => halo.sign_in_page(&request, params, None),
    }
}

pub(super) async fn sign_in(
    State(halo): State<HaloPsa>,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(query.as_deref().unwrap_or_default().as_bytes());
    if let Err(known) = halo.check_tenant(query.as_deref(), Endpoint::SignIn) {
        return halo.refused_on_page(known);
    }
    let request = match halo.request(&params) {
        Ok(request) => request,
        Err(refused) => return refused.answer(&halo),
    };
    let form = Params::parse(&form);
    if form.get("cancel").is_some() {
        return returned(messages::CANCELLED, request.return_to);
    }
    let picked = form.get("persona");
    let person = picked.or_else(|| form.get("username")).and_then(|username| halo.person(username));
    let right = |person: &Person| {
        person.active && (picked.is_some() || form.get("password") == Some(&person.password))
    };
    let Some(person) = person.filter(right) else {
        return halo.sign_in_page(&request, &params, Some("Invalid username or password"));
    };
    let (_, id) = halo.sessions().start(&person.username, &["pwd"], halo.now());
    let mut response = halo.answer(request, &person);
    halo.sessions().set_cookie(&mut response, &id);
    response
}

impl HaloPsa {
    fn answer(&self, request: Request, person: &Person) -> Response {
        let grant = Grant {
            client_id: request.app.client_id,
            username: person.username.clone(),
            scope: request.scope,
            nonce: request.nonce,
            redirect_uri: request.return_to.redirect_uri.clone(),
            code_challenge: request.code_challenge,
        };
        let code = self.grants().codes.issue(grant, self.now() + CODE_LIFETIME);
        request.return_to.send("HaloPSA", vec![("code", code)])
    }

    fn sign_in_page(&self, request: &Request, params: &Params, problem: Option<&str>) -> Response {
        let hint = request.login_hint.as_deref().unwrap_or_default();
        let someone = |person: &Person| Someone {
            username: person.username.clone(),
            name: person.name.clone(),
            note: match person.population {
                Population::Agent => "agent".to_owned(),
                Population::EndUser => "end user".to_owned(),
            },
            suggested: person.username == hint,
        };
        let page = SignIn {
            title: "HaloPSA",
            app: &request.app.name,
            action: format!("{}?{}", base_path(&format!("{}/account/login", self.auth())), params.encoded()),
            people: lock(&self.0.people).iter().map(someone).collect(),
            login_hint: hint,
            problem,
        };
        pages::page(StatusCode::OK, &page)
    }
}
