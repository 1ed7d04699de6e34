//! RP-initiated logout (OpenID Connect RP-Initiated Logout 1.0): what a logout request asks for, and
//! whether the person must confirm it. Front-channel logout (OpenID Connect Front-Channel Logout 1.0): what
//! the browser loads afterwards, so that apps forget the person in it.

use doorward_domain::{ClientId, Session, Timestamp};
use doorward_store::StoreError;
use url::Url;

use super::{Params, Provider};
use crate::identity::Participation;

/// No browser is asked to load more.
const MOST_FRAMES: usize = 30;

/// A logout request that is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutRequest {
    /// The app's name, when it said who it is.
    pub app: Option<String>,
    /// Where the browser goes afterwards, `state` included.
    pub leave_to: Option<Url>,
    /// Whether the person must confirm: nobody proved that the request comes from an app that this
    /// person is signed in to (section 2, LO-02).
    pub confirm: bool,
}

/// Why a logout request gets an error page.
#[derive(Debug, thiserror::Error)]
pub enum LogoutError {
    /// The parameters cannot be read or are repeated.
    #[error("the logout request cannot be read")]
    Malformed,
    /// `post_logout_redirect_uri` is not registered for the app, or there is no app.
    #[error("the post_logout_redirect_uri is not registered for this app")]
    RedirectUri,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Provider {
    /// Reads and judges a logout request of a browser with this session.
    ///
    /// # Errors
    /// [`LogoutError`]: the session stands.
    pub async fn logout_request(
        &self,
        parts: &[&[u8]],
        session: Option<&Session>,
        now: Timestamp,
    ) -> Result<LogoutRequest, LogoutError> {
        let params = Params::parse(parts).map_err(|_| LogoutError::Malformed)?;
        if params.any_repeated() {
            return Err(LogoutError::Malformed);
        }
        let named = params.get("client_id").map(ClientId::new);
        // A forged hint counts as none; one of another client than the named one too.
        let hint = params.get("id_token_hint").and_then(|hint| self.id_token_hint(hint, named.as_ref(), now));
        let id = named.or_else(|| hint.as_ref().map(|hint| hint.client.clone()));
        let client = match &id {
            Some(id) => self.client(id, now).await?.map(|found| found.record).filter(|client| client.enabled),
            None => None,
        };
        let leave_to = match (params.get("post_logout_redirect_uri"), &client) {
            (None, _) => None,
            (Some(uri), Some(client)) if client.may_leave_to(uri) => {
                Some(with_state(uri, params.get("state"))?)
            }
            (Some(_), _) => return Err(LogoutError::RedirectUri),
        };
        let of_this_person = |session: &Session| match (&hint, &client) {
            (Some(hint), Some(client)) => {
                hint.subject == self.subject_for(client, session.tenant, session.user)
                    && hint.session.is_none_or(|id| id == session.id)
            }
            _ => false,
        };
        let confirm = session.is_some_and(|session| !of_this_person(session));
        Ok(LogoutRequest { app: client.map(|client| client.name), leave_to, confirm })
    }
}

impl Provider {
    /// What a signed-out browser loads of the apps that took part: each address once.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn front_channel(
        &self,
        participations: &[Participation],
        now: Timestamp,
    ) -> Result<Vec<Url>, StoreError> {
        let mut urls = Vec::new();
        for Participation { client, session } in participations {
            let client = self.client(client, now).await?.map(|found| found.record);
            let Some(client) = client.filter(|client| client.enabled) else { continue };
            let Some(mut url) = client.logout.front_channel.as_deref().and_then(|it| Url::parse(it).ok())
            else {
                continue;
            };
            if client.logout.front_channel_session_required {
                url.query_pairs_mut()
                    .append_pair("iss", self.settings.issuer())
                    .append_pair("sid", &session.to_string());
            }
            if urls.len() < MOST_FRAMES && !urls.contains(&url) {
                urls.push(url);
            }
        }
        Ok(urls)
    }
}

fn with_state(uri: &str, state: Option<&str>) -> Result<Url, LogoutError> {
    let mut url = Url::parse(uri).map_err(|_| LogoutError::RedirectUri)?;
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state);
    }
    Ok(url)
}
