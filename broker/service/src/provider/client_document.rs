//! Clients that publish their metadata themselves (draft-ietf-oauth-client-id-metadata-document): their
//! `client_id` is the URL of a document, which is fetched when it is needed and kept in memory alone (rule
//! 5). Anybody can make us ask for one, so little is asked for at a time, and not soon again what failed.

use std::sync::Arc;
use std::time::Duration;

use doorward_domain::{Client, ClientId, Timestamp};
use doorward_net::{Limits, NetError, Response};
use doorward_store::{StoreError, Stored, Version};
use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use moka::sync::Cache;
use sha2::{Digest as _, Sha256};
use tokio::sync::Semaphore;
use url::Url;

use super::Provider;
use crate::keys::strict_json;
use crate::management::plan::{Making, NO_PASSWORDS};
use crate::management::registration::published;
use crate::management::{DocumentPolicy, RegistrationError};

/// No honest document is longer (section on the maximum response size).
const LIMITS: Limits = Limits { max_body: 5 * 1024, ..Limits::DOCUMENT };

/// Documents under way at a time; logins share the way out with them.
const AT_ONCE: usize = 16;

/// How long a document is good when its host does not say, and the bounds of what it may say.
const USUAL: Duration = Duration::from_secs(5 * 60);
const SHORTEST: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// After a failure nobody is asked for so long.
const REST: Duration = Duration::from_secs(10);

/// What is known of clients with documents.
pub(super) struct ClientDocuments {
    policy: DocumentPolicy,
    known: Cache<ClientId, Known>,
    turns: Semaphore,
}

/// What came of asking for a document.
#[derive(Clone)]
struct Known {
    /// The client, when a document was in order; not older than [`LONGEST`].
    client: Option<Arc<Stored<Client>>>,
    fetched_at: Timestamp,
    /// When it is asked for again.
    until: Timestamp,
}

/// Why there is no client at a URL. It is for the operator: whoever asks learns no more than that there is
/// none, for its host may be one that only we can reach (SS-10).
#[derive(Debug, thiserror::Error)]
enum DocumentError {
    #[error("{0}")]
    Unreachable(#[from] NetError),
    #[error("too many documents are fetched already")]
    Busy,
    #[error("it is answered with status {0}")]
    Status(StatusCode),
    #[error("it is no JSON document")]
    NotJson,
    #[error("{0}")]
    Unfit(RegistrationError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl DocumentError {
    /// Whether it says nothing about the document itself, so that the one from before may be good.
    fn may_pass(&self) -> bool {
        match self {
            Self::Unreachable(_) | Self::Busy => true,
            Self::Status(status) => status.is_server_error(),
            Self::NotJson | Self::Unfit(_) | Self::Store(_) => false,
        }
    }
}

impl ClientDocuments {
    pub(super) fn new(policy: DocumentPolicy) -> Self {
        let most = policy.terms.most.into();
        let known = Cache::builder().max_capacity(most).time_to_live(LONGEST).build();
        Self { policy, known, turns: Semaphore::new(AT_ONCE) }
    }
}

impl Provider {
    /// The client whose document lies at `id`.
    pub(super) async fn client_by_document(
        &self,
        id: &ClientId,
        now: Timestamp,
    ) -> Result<Option<Stored<Client>>, StoreError> {
        let Some(documents) = &self.documents else { return Ok(None) };
        let known = documents.known.get(id);
        if let Some(known) = known.as_ref().filter(|known| now < known.until) {
            return Ok(known.client.as_deref().cloned());
        }
        let Some(url) = published::document_url(id, &documents.policy) else { return Ok(None) };
        let known = match self.fetch_client(documents, id, &url, now).await {
            Ok(fetched) => fetched,
            Err(DocumentError::Store(error)) => return Err(error),
            Err(error) => {
                tracing::warn!(client = %id, %error, "a client ID metadata document is of no use");
                let before = known.filter(|it| error.may_pass() && now < it.fetched_at + LONGEST);
                let (client, fetched_at) = before.map_or((None, now), |it| (it.client, it.fetched_at));
                Known { client, fetched_at, until: now + REST }
            }
        };
        documents.known.insert(id.clone(), known.clone());
        Ok(known.client.as_deref().cloned())
    }

    /// Whether `id` could be the URL of a document, and none was in order when it was last asked for.
    pub(super) fn lacks_document(&self, id: &ClientId) -> bool {
        let known = self.documents.as_ref().and_then(|documents| documents.known.get(id));
        known.is_some_and(|known| known.client.is_none())
    }

    async fn fetch_client(
        &self,
        documents: &ClientDocuments,
        id: &ClientId,
        url: &Url,
        now: Timestamp,
    ) -> Result<Known, DocumentError> {
        let turn = documents.turns.try_acquire().map_err(|_| DocumentError::Busy)?;
        let request = http::Request::get(url.as_str()).header(ACCEPT, "application/json").body(Vec::new());
        let request = request.map_err(|_| DocumentError::NotJson)?;
        // A circuit of its own: whoever names a URL must not cut us off from an identity provider there.
        let peer = format!("client of {}", url.origin().ascii_serialization());
        let answer = self.net.send(&peer, request, LIMITS).await?;
        drop(turn);
        if answer.status() != StatusCode::OK {
            return Err(DocumentError::Status(answer.status()));
        }
        let client = self.read_document(documents, id, &answer, now).await?;
        let until = now + good_for(answer.headers());
        Ok(Known { client: Some(Arc::new(client)), fetched_at: now, until })
    }

    async fn read_document(
        &self,
        documents: &ClientDocuments,
        id: &ClientId,
        answer: &Response,
        now: Timestamp,
    ) -> Result<Stored<Client>, DocumentError> {
        let body = Some(answer.body().trim_ascii()).filter(|_| is_json(answer.headers()));
        let document = body.and_then(|body| strict_json::object(body).ok()).ok_or(DocumentError::NotJson)?;
        let making = Making {
            actor: id.as_str(),
            now,
            entropy: &*self.entropy,
            sealer: &self.sealer,
            egress: &documents.policy.egress,
            directories: None,
            algorithms: self.keys.algorithms(),
            mutual_tls: self.settings.mutual_tls.as_ref(),
            registration: None,
            passwords: &NO_PASSWORDS,
        };
        let client = published::client(&*self.store, (id, document), &documents.policy, &making).await;
        let record = client.map_err(|error| match error {
            RegistrationError::Store(error) => DocumentError::Store(error),
            error => DocumentError::Unfit(error),
        })?;
        Ok(Stored { record, version: version_of(answer.body()) })
    }
}

/// `application/json`, or something on top of it.
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json" || (kind.starts_with("application/") && kind.ends_with("+json"))
}

/// How long a document is good (RFC 9111 section 5.2.2), within our bounds.
fn good_for(headers: &HeaderMap) -> Duration {
    let directives = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives = directives.flat_map(|value| value.split(',')).map(|it| it.trim().to_ascii_lowercase());
    let mut good_for = USUAL;
    for directive in directives {
        match directive.split_once('=') {
            None if ["no-store", "no-cache"].contains(&directive.as_str()) => return SHORTEST,
            Some(("max-age", seconds)) => {
                good_for = seconds.trim_matches('"').parse().map_or(SHORTEST, Duration::from_secs);
            }
            _ => {}
        }
    }
    good_for.clamp(SHORTEST, LONGEST)
}

/// What is derived from a document is derived anew when it says something else.
fn version_of(document: &[u8]) -> Version {
    let digest = Sha256::digest(document);
    let first = digest.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte));
    Version(first)
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn a_host_says_how_long_within_bounds() {
        let said = |text: &'static str| {
            let headers = [(CACHE_CONTROL, HeaderValue::from_static(text))].into_iter().collect();
            good_for(&headers).as_secs()
        };
        assert_eq!(good_for(&HeaderMap::new()), USUAL);
        assert_eq!([said("max-age=600"), said("public, MAX-AGE=\"700\"")], [600, 700]);
        assert_eq!([said("max-age=0"), said("no-store"), said("max-age=3, no-cache")], [60; 3]);
        assert_eq!([said("max-age=99999999"), said("max-age=x")], [86_400, 60]);
    }

    #[test]
    fn only_json_is_json() {
        let is = |text: &'static str| {
            is_json(&[(CONTENT_TYPE, HeaderValue::from_static(text))].into_iter().collect())
        };
        assert!(
            is("application/json") && is("Application/JSON; charset=utf-8") && is("application/cimd+json")
        );
        assert!(!is("text/html") && !is("text/json") && !is("image/svg+json") && !is_json(&HeaderMap::new()));
    }
}
