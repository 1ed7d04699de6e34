//! One sample of every page, with the same text in all its fields.

use axum::body::to_bytes;
use axum::http::{HeaderMap, StatusCode};
use axum::response::IntoResponse;

use crate::pages::*;

/// A page as it goes out.
pub struct Sample {
    pub name: &'static str,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub html: String,
}

/// Every page, with `text` wherever a page takes text.
pub async fn every_page(text: &str) -> Vec<Sample> {
    let link = Link { label: text.to_owned(), href: Href::here("/next?a='\">") };
    vec![
        sample("sign-in", sign_in(text, None)).await,
        sample("sign-in again, empty", sign_in(text, Some(SignInProblem::Empty))).await,
        sample("sign-in again, unknown", sign_in(text, Some(SignInProblem::Unknown))).await,
        sample("sign-in again, not ready", sign_in(text, Some(SignInProblem::NotReady))).await,
        sample("sign-in again, not this app", sign_in(text, Some(SignInProblem::NotThisApp))).await,
        sample("choose", choose(text)).await,
        sample("consent", consent(text)).await,
        sample("device code", DeviceCodePage { code: text.to_owned(), problem: None }).await,
        sample("device code again, unknown", device_code(text, DeviceCodeProblem::Unknown)).await,
        sample("device code again, too many", device_code(text, DeviceCodeProblem::TooMany)).await,
        sample("device", device(text)).await,
        sample("device, let in", DeviceAnsweredPage { app: text.to_owned(), allowed: true }).await,
        sample("device, not let in", DeviceAnsweredPage { app: text.to_owned(), allowed: false }).await,
        sample("sign-out", SignOutPage { app: some(text), fields: vec![(text.to_owned(), text.to_owned())] })
            .await,
        sample("signed-out", SignedOutPage { app: some(text), link: Some(link.clone()) }).await,
        sample("signed-out, by nobody", SignedOutPage { app: None, link: None }).await,
        sample("error", error(text, Some(link))).await,
        sample("welcome", WelcomePage { issuer: text.to_owned(), discovery: Href::here("/discovery") }).await,
    ]
}

async fn sample(name: &'static str, page: impl IntoResponse) -> Sample {
    let (parts, body) = page.into_response().into_parts();
    let html = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Sample { name, status: parts.status, headers: parts.headers, html }
}

fn sign_in(text: &str, problem: Option<SignInProblem>) -> SignInPage {
    SignInPage { app: some(text), transaction: text.to_owned(), identifier: text.to_owned(), problem }
}

fn choose(text: &str) -> ChoosePage {
    let choice = Choice { value: text.to_owned(), title: text.to_owned(), kind: text.to_owned() };
    ChoosePage { app: some(text), transaction: text.to_owned(), choices: vec![choice.clone(), choice] }
}

fn device_code(text: &str, problem: DeviceCodeProblem) -> DeviceCodePage {
    DeviceCodePage { code: text.to_owned(), problem: Some(problem) }
}

fn device(text: &str) -> DevicePage {
    DevicePage {
        app: text.to_owned(),
        code: text.to_owned(),
        asked_from: some(text),
        tenant: text.to_owned(),
        person: text.to_owned(),
        scopes: ["openid", "profile", "email", "groups", "offline_access", text].map(ScopeLine::from).into(),
        transaction: text.to_owned(),
    }
}

fn consent(text: &str) -> ConsentPage {
    ConsentPage {
        app: text.to_owned(),
        client_host: text.to_owned(),
        tenant: text.to_owned(),
        person: text.to_owned(),
        scopes: ["openid", "profile", "email", "groups", "offline_access", text].map(ScopeLine::from).into(),
        transaction: text.to_owned(),
    }
}

fn error(text: &str, back: Option<Link>) -> ErrorPage {
    ErrorPage {
        status: StatusCode::FORBIDDEN,
        headline: text.to_owned(),
        explanation: text.to_owned(),
        who: vec![Line { who: text.to_owned(), what: text.to_owned() }],
        try_again: Some(Href::here("/again")),
        back: back.map(WayBack::Link),
        reference: text.to_owned(),
        at: text.to_owned(),
    }
}

fn some(text: &str) -> Option<String> {
    Some(text.to_owned())
}
