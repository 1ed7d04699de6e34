//! Back-channel logout (OpenID Connect Back-Channel Logout 1.0): an app is told, server to server, that
//! somebody signed out.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Client, ClientId, SessionId, TenantId, Timestamp, UserId};
use doorward_net::Limits;
use doorward_store::StoreError;
use http::StatusCode;
use http::header::CONTENT_TYPE;
use serde::Serialize;
use serde_json::{Value, json};
use url::{Url, form_urlencoded};

use super::{EndpointError, Provider};
use crate::jobs::Outcome;

/// The type of the token (section 2.4), so that nobody takes it for one of another kind.
const TYP: &str = "logout+jwt";
/// The one event that it tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// A token is made for each attempt, and lives no longer than it takes (section 2.4).
const LIFE: Duration = Duration::from_secs(120);
/// What an app answers is of no interest but for its status.
const LIMITS: Limits = Limits { max_body: 64 * 1024, ..Limits::DOCUMENT };

/// The claims of a logout token (section 2.4). It never has a `nonce`.
#[derive(Debug, Serialize)]
struct LogoutToken<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    jti: String,
    sid: String,
    events: Value,
}

impl Provider {
    /// Tells an app that a user's session has ended, where it says so now. Nobody is told who is disabled,
    /// gone, or does not want to know any more.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn tell_of_logout(
        &self,
        client: &ClientId,
        (tenant, user): (TenantId, UserId),
        session: SessionId,
        now: Timestamp,
    ) -> Result<Outcome, StoreError> {
        let client = self.client(client, now).await?.map(|found| found.record).filter(|it| it.enabled);
        let Some(client) = client else { return Ok(Outcome::Done) };
        let Some(uri) = &client.logout.back_channel else { return Ok(Outcome::Done) };
        match self.logout_token(&client, (tenant, user), session, now).await {
            Ok(token) => Ok(self.post_logout_token(uri, &token).await),
            Err(error) => {
                tracing::warn!(client = %client.id, %error, "a logout token could not be made");
                Ok(Outcome::Failed)
            }
        }
    }

    /// Makes a logout token, signed and encrypted as the client's ID tokens are (section 2.4), with the subject
    /// that they have.
    async fn logout_token(
        &self,
        client: &Client,
        (tenant, user): (TenantId, UserId),
        session: SessionId,
        now: Timestamp,
    ) -> Result<String, EndpointError> {
        let claims = LogoutToken {
            iss: self.settings.issuer(),
            sub: self.subject_for(client, tenant, user),
            aud: client.id.as_str(),
            iat: now.as_secs(),
            exp: (now + LIFE).as_secs(),
            jti: BASE64.encode(self.entropy.bytes::<16>()),
            sid: session.to_string(),
            events: json!({ EVENT: {} }),
        };
        let recipient = self.recipient(client, client.tokens.id_token_encryption, now).await?;
        let token = self.keys.sign(client.tokens.id_token_algorithm(), TYP, &claims)?;
        Ok(match recipient {
            Some(recipient) => recipient.nest(&token)?,
            None => token,
        })
    }

    /// Posts a logout token (section 2.5). 200 and 204 mean that it was taken, 400 that it never will be
    /// (section 2.8); everything else may be a matter of time.
    async fn post_logout_token(&self, uri: &str, token: &str) -> Outcome {
        let body =
            form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", token).finish();
        let request = http::Request::post(uri)
            .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
            .body(body.into_bytes());
        let (Ok(request), Ok(url)) = (request, Url::parse(uri)) else { return Outcome::Refused };
        let peer = url.origin().ascii_serialization();
        match self.net.send(&peer, request, LIMITS).await.map(|answer| answer.status()) {
            Ok(StatusCode::OK | StatusCode::NO_CONTENT) => Outcome::Done,
            Ok(StatusCode::BAD_REQUEST) => Outcome::Refused,
            Ok(_) | Err(_) => Outcome::Failed,
        }
    }
}
