//! `/{tenant}/login`, where the sign-in page posts to.

use axum::extract::{Path, RawForm, RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::Entra;
use super::directory::Found;
use super::gates::Answered;
use super::request::Request;
use super::user::User;
use crate::common::params::Params;

pub(super) async fn sign_in(
    State(entra): State<Entra>,
    Path(tenant): Path<String>,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let request = match entra.request(&tenant, &params) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    let form = Params::parse(&form);
    if form.get("cancel").is_some() {
        return entra.refusal(65004, &[]).with_subcode("cancel").returned(request.return_to);
    }
    let (tenant, user) = match entra.identified(&request, &form) {
        Ok(found) => found,
        Err(response) => return entra.unidentified(&request, &params, response),
    };
    let person = entra.account(&tenant, &user);
    let (session, id) = entra.sessions().start(&person, &["pwd"], entra.now());
    let mut response = entra.proceed(request, &params, session, Answered::default());
    entra.sessions().set_cookie(&mut response, &id);
    response
}

/// Why nobody is signed in.
enum Unidentified {
    /// The account belongs to another tenant and is no guest here: AADSTS50020, on a page.
    Elsewhere { home: String },
    /// There is no such account: AADSTS50034, on the sign-in page.
    Nobody { username: String },
    /// AADSTS50126, on the sign-in page.
    WrongPassword,
}

impl Entra {
    fn identified(&self, request: &Request, form: &Params) -> Result<(String, User), Unidentified> {
        let picked = form.get("persona");
        let username = picked.or_else(|| form.get("username")).unwrap_or_default();
        let directory = self.directory();
        let (tenant, user) = match directory.find(&request.authority, username) {
            Found::User { tenant, user } => (tenant, *user),
            Found::Elsewhere { home } => return Err(Unidentified::Elsewhere { home }),
            Found::Nobody => return Err(Unidentified::Nobody { username: username.to_owned() }),
        };
        let password = form.get("password").unwrap_or_default();
        match picked.is_some() || directory.has_password(&user, password) {
            true => Ok((tenant, user)),
            false => Err(Unidentified::WrongPassword),
        }
    }

    fn unidentified(&self, request: &Request, params: &Params, why: Unidentified) -> Response {
        let again = |text: &str| self.sign_in_page(StatusCode::OK, request, params, Some(text));
        match why {
            Unidentified::WrongPassword => again("Your account or password is incorrect. AADSTS50126"),
            Unidentified::Nobody { username } => {
                again(&format!("We couldn't find an account with the username {username}. AADSTS50034"))
            }
            Unidentified::Elsewhere { home } => {
                let tenant = request.authority.path();
                let words = [
                    ("home", home.as_str()),
                    ("tenant", tenant),
                    ("app", &request.app.client_id),
                    ("name", &request.app.name),
                ];
                self.refusal(50020, &words).page()
            }
        }
    }
}
