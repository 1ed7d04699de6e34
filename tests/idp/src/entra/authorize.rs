//! `/{tenant}/oauth2/v2.0/authorize`, by GET and by POST.

use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::Entra;
use super::gates::Answered;
use super::request::Request;
use super::user::User;
use crate::common::names::Switch;
use crate::common::pages::{self, SignIn, Someone};
use crate::common::params::Params;

pub(super) async fn by_get(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Response {
    authorize(&entra, &tenant, &headers, &Params::parse(query.unwrap_or_default().as_bytes()))
}

pub(super) async fn by_post(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
    RawForm(form): RawForm,
) -> Response {
    authorize(&entra, &tenant, &headers, &Params::parse(&form))
}

fn authorize(entra: &Entra, tenant: &str, headers: &HeaderMap, params: &Params) -> Response {
    let request = match entra.request(tenant, params) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    if let Some(error) = entra.switches().fire(Switch::AuthorizeError, &request.at()) {
        let fields = vec![("error", error), ("error_description", "AADSTS90033: switched on".to_owned())];
        return request.return_to.send("Working…", fields);
    }
    let session = entra.sessions().of(headers);
    let session = session.filter(|session| request.is_satisfied_by(session, entra.now()));
    match session {
        Some(session) => entra.proceed(request, params, session, Answered::default()),
        // AADSTS50058: expected, and no failure of anybody's.
        None if request.is_silent() => entra.refusal(50058, &[]).returned(request.return_to),
        None => entra.sign_in_page(StatusCode::OK, &request, params, None),
    }
}

impl Entra {
    /// The page on which a username and a password are typed. A real one has a page for each.
    pub(super) fn sign_in_page(
        &self,
        status: StatusCode,
        request: &Request,
        params: &Params,
        problem: Option<&str>,
    ) -> Response {
        let hint = request.login_hint.as_deref().unwrap_or_default();
        let page = SignIn {
            title: "Sign in to your account",
            app: &request.app.name,
            action: self.path_of(request, "login", params),
            people: self.people(request, hint),
            login_hint: hint,
            problem,
        };
        pages::page(status, &page)
    }

    /// A path of the request's tenant, with the request as its query.
    pub(super) fn path_of(&self, request: &Request, path: &str, params: &Params) -> String {
        let base = crate::common::base_path(self.login_url());
        format!("{base}/{}/{path}?{}", request.authority.path(), params.encoded())
    }

    /// Whom a developer may pick: those who can sign in at this place.
    fn people(&self, request: &Request, hint: &str) -> Vec<Someone> {
        let directory = self.directory();
        let here = |tenant: &str, user: &User| match request.authority.tenant() {
            Some(named) => named == tenant,
            None => !user.is_guest() && request.authority.admits_home(tenant),
        };
        let all = directory.users.iter().flat_map(|(tenant, users)| users.iter().map(move |it| (tenant, it)));
        let someone = |(_, user): (&String, &User)| Someone {
            username: user.typed().to_owned(),
            name: user.display_name.clone(),
            note: user.note.clone(),
            suggested: user.answers_to(hint),
        };
        all.filter(|(tenant, user)| here(tenant, user)).map(someone).collect()
    }
}
