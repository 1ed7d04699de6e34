//! Signing out, from a provider to us and from us to a provider: logout tokens (OpenID Connect Back-Channel
//! Logout 1.0 section 2.6), what is remembered of a sign-in to name it later, and the way to the provider's
//! own sign-out (OpenID Connect RP-Initiated Logout 1.0 section 2).

use std::time::Duration;

use doorward_domain::connection::NamedSessions;
use doorward_domain::{
    Connection, ConnectionId, Plain, SecretHash, Session, SessionAt, Tenant, TenantId, Timestamp,
};
use doorward_store::{StoreError, StoreExt as _};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use url::Url;

use super::id_token::VerifiedClaims;
use super::providers::Provider;
use super::{Federation, MetadataError, kind};
use crate::keys::jose::{self, Audience, Claims, Expected, Expiry, JoseError, Typ};

/// The one event that a logout token tells of.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";
/// How old a logout token may be; some have no `exp`, and none is retried for longer by its sender.
const FRESH: Duration = Duration::from_secs(300);
/// `sid` and `sub` have at most this many characters.
const LONGEST_NAME: usize = 255;
/// A longer hint would not fit into a URL.
const LONGEST_HINT: usize = 4096;

/// What a sign-in is known by at the provider, as far as the connection's sign-outs need it.
#[derive(Clone, Debug, Default)]
pub struct Naming {
    sid: Option<String>,
    sub: Option<String>,
    /// What is sent along when the person is to sign out there.
    pub hint: Option<Plain>,
}

/// The same on its way from one request to the next, which is only ever sealed.
#[derive(Clone, Serialize, Deserialize)]
pub struct CarriedNaming {
    sid: Option<String>,
    sub: Option<String>,
    hint: Option<String>,
}

impl From<&Naming> for CarriedNaming {
    fn from(naming: &Naming) -> Self {
        let hint = naming.hint.as_ref().map(|hint| hint.expose().to_owned());
        Self { sid: naming.sid.clone(), sub: naming.sub.clone(), hint }
    }
}

impl From<&CarriedNaming> for Naming {
    fn from(carried: &CarriedNaming) -> Self {
        let hint = carried.hint.as_deref().map(Plain::new);
        Self { sid: carried.sid.clone(), sub: carried.sub.clone(), hint }
    }
}

/// A logout token that is genuine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogoutToken {
    /// Who has signed out.
    pub named: NamedSessions,
    /// What tells it from others of the connection.
    pub jti: String,
    /// When it is too old anyway.
    pub expires_at: Timestamp,
}

/// Why nobody is signed out.
#[derive(Debug, thiserror::Error)]
pub enum LogoutRefusal {
    /// There is no such connection, or it takes no such calls.
    #[error("the connection takes no such calls")]
    NotTaken,
    /// The provider's keys cannot be had.
    #[error(transparent)]
    Metadata(#[from] MetadataError),
    /// The token is not in order.
    #[error("the logout token: {0}")]
    Token(#[from] JoseError),
    /// The token is no logout token.
    #[error("not a logout token: {0}")]
    NoLogout(&'static str),
    /// The token came before.
    #[error("the logout token came before")]
    Replayed,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Naming {
    pub(super) fn of(connection: &Connection, claims: &VerifiedClaims, id_token: &str) -> Self {
        let logout = &connection.logout;
        let name = |name: &str| {
            let value = claims.get(name).and_then(Value::as_str).filter(|_| logout.is_told());
            value.filter(|value| is_name(value)).map(str::to_owned)
        };
        let hint = || kind::of(&connection.kind).logout_hint(claims, id_token);
        let hint = logout.goes_on().then(hint).flatten().filter(|hint| hint.len() <= LONGEST_HINT);
        Self { sid: name("sid"), sub: name("sub"), hint: hint.map(Plain::new) }
    }

    /// The index records by which a session that began so is found.
    pub fn index(&self, connection: &Connection, session: &Session) -> impl Iterator<Item = SessionAt> {
        let names = [self.sid.as_deref().map(by_sid), self.sub.as_deref().map(by_sub)];
        names.into_iter().flatten().map(|name| SessionAt {
            owner: connection.tenant,
            connection: connection.id,
            name,
            tenant: session.tenant,
            session: session.id,
            ends_at: session.ends_at,
        })
    }
}

/// The sessions of this `sid`.
pub fn sessions_of(sid: &str) -> Option<NamedSessions> {
    is_name(sid).then(|| NamedSessions { sid: Some(by_sid(sid)), sub: None })
}

fn is_name(text: &str) -> bool {
    (1..=LONGEST_NAME).contains(&text.len())
}

fn by_sid(sid: &str) -> SecretHash {
    Plain::new(format!("sid\n{sid}")).hash()
}

fn by_sub(sub: &str) -> SecretHash {
    Plain::new(format!("sub\n{sub}")).hash()
}

impl Federation {
    /// A connection whose provider may say that somebody has signed out.
    ///
    /// # Errors
    /// [`LogoutRefusal::NotTaken`], also while tenant or connection are out of use.
    pub async fn told_by(
        &self,
        (tenant, id): (TenantId, ConnectionId),
        now: Timestamp,
    ) -> Result<Connection, LogoutRefusal> {
        let found = self.destination(tenant, id, now).await?;
        let own = found.filter(|found| found.connection.tenant == tenant);
        own.map(|found| found.connection).ok_or(LogoutRefusal::NotTaken)
    }

    /// Verifies a logout token of a connection's provider (section 2.6).
    ///
    /// # Errors
    /// [`LogoutRefusal`] says what is wrong with it.
    pub async fn logout_token(
        &self,
        connection: &Connection,
        token: &str,
        now: Timestamp,
    ) -> Result<LogoutToken, LogoutRefusal> {
        let provider = self.providers.get(connection, now).await?;
        let claims = match verify(token, connection, &provider, now) {
            Err(JoseError::UnknownKey | JoseError::Signature) => {
                let newer = self.providers.with_newer_keys(&provider, now).await?;
                verify(token, connection, newer.as_ref().unwrap_or(&provider), now)?
            }
            verified => verified?,
        };
        judge(&claims, now)
    }

    /// Where the browser goes to sign out at the provider, and from there back to `back`; nowhere when the
    /// provider has no such place, or would want a hint that there is not.
    ///
    /// # Errors
    /// When the provider's metadata cannot be had.
    pub async fn end_session(
        &self,
        connection: &Connection,
        (hint, state): (Option<&str>, &str),
        back: &Url,
        now: Timestamp,
    ) -> Result<Option<Url>, MetadataError> {
        let provider = self.providers.get(connection, now).await?;
        let Some(mut url) = provider.metadata.end_session_endpoint.clone() else { return Ok(None) };
        let Some(named) = kind::of(&connection.kind).logout_parameters(hint) else { return Ok(None) };
        let ours = [("post_logout_redirect_uri", back.as_str()), ("client_id", &connection.client_id)];
        url.query_pairs_mut().extend_pairs(named).extend_pairs(ours).append_pair("state", state);
        Ok(Some(url))
    }

    /// Where the provider of a connection sends a browser back to after a sign-out.
    pub fn signed_out_url(&self, connection: &Connection) -> Url {
        let mut url = self.base_url.clone();
        if let Ok(mut path) = url.path_segments_mut() {
            let (tenant, id) = (connection.tenant.to_string(), connection.id.to_string());
            path.pop_if_empty().extend(["federation", &tenant, &id, "signed_out"]);
        }
        url
    }

    /// The connection that somebody of `tenant` came through, whatever has become of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn connection_of(
        &self,
        tenant: TenantId,
        id: ConnectionId,
        now: Timestamp,
    ) -> Result<Option<Connection>, StoreError> {
        let tenant: Option<Tenant> = self.store.tenant(tenant, now).await?.map(|found| found.record);
        match tenant {
            Some(tenant) => Ok(self.store.connection_of(&tenant, id, now).await?.map(|found| found.record)),
            None => Ok(None),
        }
    }
}

fn verify(
    token: &str,
    connection: &Connection,
    provider: &Provider,
    now: Timestamp,
) -> Result<Claims, JoseError> {
    let expected = Expected {
        algorithms: &connection.algorithms,
        typ: Typ::OrJwt("logout+jwt"),
        issuer: &connection.issuer,
        audience: Audience::Contains(&connection.client_id),
        required: &["iat", "jti", "events"],
        expiry: Expiry::Enforced,
        now,
        leeway: kind::of(&connection.kind).leeway(),
    };
    jose::verify_with(token, provider.keys.iter().filter_map(|key| key.public()), &expected)
}

/// What is particular to logout tokens.
fn judge(claims: &Claims, now: Timestamp) -> Result<LogoutToken, LogoutRefusal> {
    let refuse = |why| Err(LogoutRefusal::NoLogout(why));
    if claims.get("nonce").is_some() {
        return refuse("there is a nonce, as in an ID token");
    }
    let events = claims.get("events").and_then(Value::as_object);
    if !events.and_then(|events| events.get(EVENT)).is_some_and(Value::is_object) {
        return refuse("events does not tell of a logout");
    }
    let issued_at = claims.time("iat").unwrap_or(Timestamp::from_secs(0));
    let expires_at = issued_at + FRESH + jose::MAX_LEEWAY;
    if now >= expires_at {
        return refuse("it is too old");
    }
    let name = |name: &str| match claims.get(name) {
        None => Ok(None),
        Some(Value::String(text)) if is_name(text) => Ok(Some(text.as_str())),
        Some(_) => Err(LogoutRefusal::NoLogout("sid or sub is no name")),
    };
    let named = NamedSessions { sid: name("sid")?.map(by_sid), sub: name("sub")?.map(by_sub) };
    if named.sid.is_none() && named.sub.is_none() {
        return refuse("there is neither sid nor sub");
    }
    let jti = claims.str("jti").unwrap_or_default().to_owned();
    Ok(LogoutToken { named, jti, expires_at })
}
