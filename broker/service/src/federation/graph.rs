//! Microsoft Graph, for the groups of somebody whose token could not hold them all. Asked with a token of
//! our own at the host that the directory's metadata names, never at an address from the token.

use std::time::Duration;

use doorward_domain::{Connection, ConnectionId, Timestamp};
use doorward_net::{Limits, NetError, Response};
use http::header::AUTHORIZATION;
use http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::claims::MAX_GROUPS;
use super::client_auth::Credential;
use super::exchange::{TokenError, refusal};
use super::id_token::VerifiedClaims;
use super::kind;
use super::metadata::Metadata;
use super::{Federation, request};

/// A page has a hundred objects and more; nobody who may come in has more groups than fill these.
const MOST_PAGES: usize = 8;
/// A token is not used for its last minute.
const MARGIN: Duration = Duration::from_secs(60);

/// Why somebody's groups are not known.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum GraphError {
    #[error("the metadata names no Microsoft Graph")]
    NoGraph,
    #[error("no token for Microsoft Graph: {0}")]
    Token(#[from] TokenError),
    #[error("Microsoft Graph could not be asked: {0}")]
    Unreachable(#[from] NetError),
    #[error("Microsoft Graph answered with status {0}")]
    Status(u16),
    #[error("the answer of Microsoft Graph is not a list of groups")]
    Malformed,
    #[error("there are more groups than {MAX_GROUPS}")]
    TooMany,
}

/// A token for doorward itself, while it is good.
#[derive(Clone)]
pub(super) struct AppToken {
    value: String,
    ends_at: Timestamp,
}

#[derive(Deserialize)]
struct AppTokenAnswer {
    access_token: String,
    #[serde(default)]
    expires_in: u64,
}

#[derive(Deserialize)]
struct Page {
    value: Vec<String>,
    #[serde(rename = "@odata.nextLink")]
    next: Option<Url>,
}

impl Federation {
    /// The claims with the groups that the token could not hold, and whether they are known then.
    pub(super) async fn with_groups(
        &self,
        claims: VerifiedClaims,
        (connection, metadata): (&Connection, &Metadata),
        now: Timestamp,
    ) -> (VerifiedClaims, bool) {
        if !claims.has_groups_elsewhere() {
            return (claims, true);
        }
        let Some(oid) = kind::of(&connection.kind).asks_graph(&claims) else { return (claims, false) };
        match self.groups_of(oid, (connection, metadata), now).await {
            Ok(groups) => (claims.with_groups(groups), true),
            Err(error) => {
                tracing::warn!(connection = %connection.id, %error, "somebody's groups are not known");
                (claims, false)
            }
        }
    }

    /// `getMemberObjects`: the security groups that somebody is in, through other groups too. A token that is
    /// refused may be older than a permission, so there is one more try with a new one.
    async fn groups_of(
        &self,
        oid: &str,
        to: (&Connection, &Metadata),
        now: Timestamp,
    ) -> Result<Vec<String>, GraphError> {
        let known = self.app_tokens.get(&to.0.id).filter(|token| now < token.ends_at);
        if let Some(token) = known {
            match self.groups_with(&token, oid, to).await {
                Err(GraphError::Status(401 | 403)) => {}
                groups => return groups,
            }
        }
        let token = self.app_token(to, now).await?;
        let groups = self.groups_with(&token, oid, to).await;
        if groups.is_ok() {
            self.app_tokens.insert(to.0.id, token);
        }
        groups
    }

    async fn groups_with(
        &self,
        token: &AppToken,
        oid: &str,
        (_, metadata): (&Connection, &Metadata),
    ) -> Result<Vec<String>, GraphError> {
        let host = metadata.graph_host.as_deref().ok_or(GraphError::NoGraph)?;
        let first = format!("https://{host}/v1.0/users/{oid}/getMemberObjects");
        let mut next = Some(Url::parse(&first).map_err(|_| GraphError::NoGraph)?);
        let (mut groups, mut method) = (Vec::new(), Method::POST);
        for _ in 0..MOST_PAGES {
            let Some(url) = next.take_if(|url| url.host_str() == Some(host) && url.scheme() == "https")
            else {
                return Ok(groups);
            };
            let page = page(&self.ask_graph(token, method, &url, metadata).await?)?;
            groups.extend(page.value);
            if groups.len() > MAX_GROUPS {
                return Err(GraphError::TooMany);
            }
            (next, method) = (page.next, Method::GET);
        }
        if next.is_some() { Err(GraphError::TooMany) } else { Ok(groups) }
    }

    async fn ask_graph(
        &self,
        token: &AppToken,
        method: Method,
        url: &Url,
        metadata: &Metadata,
    ) -> Result<Response, GraphError> {
        let mut request = request::json(method, url)?;
        let bearer = request::bearer(&token.value).ok_or(GraphError::Malformed)?;
        request.headers_mut().insert(AUTHORIZATION, bearer);
        if request.method() == Method::POST {
            let body = json!({ "securityEnabledOnly": true }).to_string().into_bytes();
            request::set_body(&mut request, "application/json", body);
        }
        Ok(self.outbound.send(&format!("{} graph", metadata.peer), request, Limits::DOCUMENT).await?)
    }

    /// A token for doorward itself (RFC 6749 section 4.4).
    async fn app_token(
        &self,
        (connection, metadata): (&Connection, &Metadata),
        now: Timestamp,
    ) -> Result<AppToken, GraphError> {
        let scope = kind::of(&connection.kind).own_scope(metadata).ok_or(GraphError::NoGraph)?;
        let asked = [("grant_type", "client_credentials"), ("scope", scope.as_str())];
        let mut refused = None;
        for credential in Credential::good(&connection.authentication, now) {
            let answer = self.ask_for_tokens((connection, metadata), &asked, credential, now).await?;
            match refusal(&answer) {
                Some(error) if error.is_about_client() => refused = refused.or(Some(error)),
                Some(error) => return Err(error.into()),
                None => return app_token(&answer, now),
            }
        }
        Err(refused.unwrap_or(TokenError::Malformed).into())
    }
}

fn app_token(answer: &Response, now: Timestamp) -> Result<AppToken, GraphError> {
    let answer: AppTokenAnswer =
        serde_json::from_slice(answer.body()).map_err(|_| GraphError::Token(TokenError::Malformed))?;
    let ends_at = now + Duration::from_secs(answer.expires_in.min(24 * 3600)).saturating_sub(MARGIN);
    Ok(AppToken { value: answer.access_token, ends_at })
}

fn page(response: &Response) -> Result<Page, GraphError> {
    match response.status() {
        StatusCode::OK => serde_json::from_slice(response.body()).map_err(|_| GraphError::Malformed),
        status => Err(GraphError::Status(status.as_u16())),
    }
}

/// Tokens of our own by connection.
pub(super) type AppTokens = moka::sync::Cache<ConnectionId, AppToken>;
