//! The HTTP client under `openidconnect`: no redirects, no proxy, a deadline.

use std::time::Duration;

use openidconnect::{HttpRequest, HttpResponse};
use reqwest::redirect;

#[expect(clippy::disallowed_methods, reason = "the app is no part of the broker; it has its own client")]
pub(crate) fn build() -> Result<reqwest::Client, reqwest::Error> {
    reqwest::Client::builder()
        .redirect(redirect::Policy::none())
        .no_proxy()
        .timeout(Duration::from_secs(15))
        .build()
}

/// Sends one request, in the shape that `openidconnect` asks for.
pub(crate) async fn send(
    client: reqwest::Client,
    request: HttpRequest,
) -> Result<HttpResponse, reqwest::Error> {
    let mut response = client.execute(request.try_into()?).await?;
    let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
    let mut answer = HttpResponse::new(response.bytes().await?.to_vec());
    *answer.status_mut() = status;
    *answer.headers_mut() = headers;
    Ok(answer)
}
