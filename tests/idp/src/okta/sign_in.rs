//! `/sign-in`, where the sign-in page posts to.

use axum::extract::{RawForm, RawQuery};
use axum::http::StatusCode;
use axum::response::Response;

use super::error::Refusal;
use super::gates::Answered;
use super::messages;
use super::place::Place;
use super::switch::OktaSwitch;
use super::user::{Status, User};
use crate::common::params::Params;

pub(super) async fn sign_in(place: Place, RawQuery(query): RawQuery, RawForm(form): RawForm) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let request = match place.request(&params) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    let form = Params::parse(&form);
    let okta = &place.okta;
    if form.get("cancel").is_some() || okta.switches().fires(OktaSwitch::UserCancels, &request.at(&place)) {
        return Refusal::from(messages::CANCELED).returned(request.return_to);
    }
    let Some(user) = place.identified(&form) else {
        let problem = Some("Unable to sign in");
        return place.sign_in_page(StatusCode::OK, &request, &params, problem);
    };
    let at = request.at(&place).person(&user.login);
    let expired = okta.switches().fires(OktaSwitch::PasswordExpired, &at);
    if user.status == Status::PasswordExpired || expired {
        return Refusal::from(messages::PASSWORD_EXPIRED).returned(request.return_to);
    }
    let methods: &[&'static str] = if user.identity_provider.is_some() { &["fed"] } else { &["pwd"] };
    let (session, id) = okta.sessions().start(&user.id, methods, okta.now());
    let mut response = place.proceed(request, &params, session, Answered::default());
    okta.sessions().set_cookie(&mut response, &id);
    response
}

impl Place {
    /// Nobody whose account is suspended, deactivated, locked or not yet active; nothing is said of why.
    fn identified(&self, form: &Params) -> Option<User> {
        let picked = form.get("persona");
        let login = picked.or_else(|| form.get("username"))?;
        let org = self.okta.org();
        let user = org.users.iter().find(|user| user.answers_to(login))?;
        let right = picked.is_some() || form.get("password") == Some(user.password.as_str());
        (right && user.may_sign_in()).then(|| user.clone())
    }
}
