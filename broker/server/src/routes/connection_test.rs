//! `/test/{token}`: the test of a connection. Opening the link does nothing, for whatever reads mail opens
//! links; its button leads to the provider.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse as _, Response};
use doorward_domain::ConnectionId;
use doorward_service::federation::CallbackResponse;
use doorward_service::management::connection_test::{OpenedTest, TestError, TestId, TestResultView};
use doorward_service::management::traces::{CheckView, ClaimView, FieldView, StepView};
use doorward_service::provider::Params;
use doorward_service::trace::Verdict;

use super::problem;
use super::redirect::redirect;
use crate::app::App;
use crate::pages::{
    ConnectionTestPage, FieldBecame, Href, ShownResult, ShownStep, ShownVerdict, StepState, Who,
};
use crate::words::Words;

/// What the link opens.
pub async fn page(State(app): State<Arc<App>>, Path(token): Path<String>, headers: HeaderMap) -> Response {
    match app.management.opened_test(&token).await {
        Ok(opened) => {
            let result = of_this_browser(&app, &headers, opened.test.id)
                .and_then(|_| app.management.test_result(&opened))
                .map(|result| shown(&result));
            page_of(&headers, &opened, &token, result, None).into_response()
        }
        Err(error) => problem::test(&app, &headers, &error),
    }
}

/// Its button, or the box for what stands on a page of the provider's.
pub async fn posted(
    State(app): State<Arc<App>>,
    Path(token): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Response {
    let params = Params::parse(&[&body]).unwrap_or_default();
    let outcome = match params.get("text") {
        Some(text) => explain(&app, &headers, &token, text).await,
        None => start(&app, &headers, &token).await,
    };
    outcome.unwrap_or_else(|error| problem::test(&app, &headers, &error))
}

/// Somebody comes back from the provider, in a browser that tests the connection.
pub async fn callback(
    app: &App,
    connection: ConnectionId,
    headers: &HeaderMap,
    (id, response): (TestId, &CallbackResponse),
) -> Option<Response> {
    let cookie = of_this_browser(app, headers, id)?;
    Some(match app.management.finish_test(connection, (id, cookie), response).await {
        Ok((opened, result)) => {
            let token = app.management.test_token(id);
            page_of(headers, &opened, &token, Some(shown(&result)), None).into_response()
        }
        Err(error) => problem::test(app, headers, &error),
    })
}

async fn start(app: &App, headers: &HeaderMap, token: &str) -> Result<Response, TestError> {
    let opened = app.management.opened_test(token).await?;
    let cookie = of_this_browser(app, headers, opened.test.id);
    let leaves = app.management.start_test(token, cookie).await?;
    let mut response = match &leaves.location {
        Some(location) => redirect(location),
        None => {
            let opened = app.management.opened_test(token).await?;
            let result = app.management.test_result(&opened).map(|result| shown(&result));
            page_of(headers, &opened, token, result, None).into_response()
        }
    };
    app.cookies.set_test(response.headers_mut(), &leaves.id.to_string(), &leaves.cookie);
    Ok(response)
}

async fn explain(app: &App, headers: &HeaderMap, token: &str, text: &str) -> Result<Response, TestError> {
    let opened = app.management.opened_test(token).await?;
    let explained = app.management.explain_in_test(&opened, text);
    let result = of_this_browser(app, headers, opened.test.id)
        .and_then(|_| app.management.test_result(&opened))
        .map(|result| shown(&result));
    let pasted = Some((text.to_owned(), explained.verdict.as_ref().map(verdict)));
    Ok(page_of(headers, &opened, token, result, pasted).into_response())
}

/// The test's cookie, which the browser that began it has.
fn of_this_browser<'a>(app: &App, headers: &'a HeaderMap, id: TestId) -> Option<&'a str> {
    app.cookies.test(headers, &id.to_string())
}

fn page_of(
    headers: &HeaderMap,
    opened: &OpenedTest,
    token: &str,
    result: Option<ShownResult>,
    pasted: Option<(String, Option<ShownVerdict>)>,
) -> ConnectionTestPage {
    ConnectionTestPage {
        words: Words::for_reader(None, headers),
        connection: opened.connection.title.clone(),
        tenant: opened.tenant.name.clone(),
        action: Href::here(&format!("/test/{token}")),
        result,
        pasted,
    }
}

fn shown(result: &TestResultView) -> ShownResult {
    let trace = &result.trace;
    ShownResult {
        works: result.works,
        comes_in: result.would_come_in,
        is_new: trace.came == Some("created"),
        name: result.name.clone().unwrap_or_default(),
        works_with: result.works_with.clone().map(Into::into),
        verdict: trace.verdict.as_ref().map(verdict),
        remarks: result.remarks.iter().map(verdict).collect(),
        steps: trace.steps.iter().map(step).collect(),
        checks: trace.checks.iter().map(check).collect(),
        claims: trace.claims.iter().map(claim).collect(),
        fields: trace.mapping.iter().map(field).collect(),
        reference: trace.reference().to_owned(),
    }
}

fn verdict(told: &Verdict) -> ShownVerdict {
    let said = match (&told.provider_error, &told.provider_said) {
        (Some(error), Some(said)) => Some(format!("{error}: {said}")),
        (error, _) => error.clone(),
    };
    ShownVerdict {
        headline: told.headline.clone(),
        cause: told.cause.clone(),
        who: match told.who {
            "person" => Who::Person,
            "app_developer" => Who::Developer,
            "operator" => Who::Operator,
            "provider" => Who::Provider,
            _ => Who::Administrator,
        },
        place: told.place.clone(),
        how: told.how.clone(),
        compared: told.expected.clone().zip(told.received.clone()),
        said,
    }
}

fn step(step: &StepView) -> ShownStep {
    let state = match step.state {
        "done" => StepState::Done,
        "failed" => StepState::Failed,
        _ => StepState::NotReached,
    };
    ShownStep { state, says: step.says.clone(), took: step.took }
}

fn check(check: &CheckView) -> (String, String, String, bool) {
    (check.name.clone().into(), check.expected.clone(), check.received.clone(), check.ok)
}

fn claim(claim: &ClaimView) -> (String, String, String, String) {
    let value = match &claim.value {
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    };
    (claim.name.clone(), claim.from.to_owned(), claim.kind.clone().into(), value)
}

fn field(field: &FieldView) -> (String, String, FieldBecame) {
    let became = match field.outcome {
        "filled" => FieldBecame::Filled,
        "missing" => FieldBecame::Missing,
        _ => FieldBecame::LeftOut,
    };
    (field.field.as_str().to_owned(), field.claim.clone(), became)
}
