//! The pages after the sign-in page, and what is answered there: a second factor, consent.

use axum::extract::{RawForm, RawQuery};
use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::error::Refusal;
use super::gates::Answered;
use super::messages;
use super::place::Place;
use crate::common::params::Params;

pub(super) async fn interaction(
    place: Place,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
    RawForm(form): RawForm,
) -> Response {
    let params = Params::parse(query.unwrap_or_default().as_bytes());
    let request = match place.request(&params) {
        Ok(request) => request,
        Err(refused) => return refused.into_response(),
    };
    let Some(mut session) = place.okta.sessions().of(&headers) else {
        return place.sign_in_page(StatusCode::OK, &request, &params, None);
    };
    let form = Params::parse(&form);
    if form.get("otp").is_some_and(|otp| otp.len() == 6 && otp.bytes().all(|byte| byte.is_ascii_digit())) {
        session.methods.extend(["otp", "mfa"]);
        place.okta.sessions().change(&session.sid, |known| known.methods.clone_from(&session.methods));
        return place.proceed(request, &params, session, Answered::default());
    }
    match form.get("consent") {
        Some("accept") => {
            let consent = (session.person.clone(), request.app.client_id.clone());
            place.okta.org().consents.push(consent);
            place.proceed(request, &params, session, Answered { consent: true })
        }
        Some(_) => Refusal::from(messages::DENIED).returned(request.return_to),
        None => place.proceed(request, &params, session, Answered::default()),
    }
}
