//! A login under way. It lives in the browser as a sealed cookie of its own, so that an
//! unauthenticated request writes nothing (rule 5) and no other browser can go on with it (AZ-05).

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{GrantId, Plain, SessionId, TenantId, Timestamp, UserId};
use serde::{Deserialize, Serialize};

use super::{Home, Login, LoginError};
use crate::federation::Leg;
use crate::keys::Purpose;
use crate::provider::AuthorizationRequest;

/// The name of a login under way, in its cookie's name, its forms and the `state` sent upstream. It
/// is no secret: without the cookie it opens nothing.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TransactionId(pub [u8; 16]);

impl TransactionId {
    /// Reads what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 22).then(|| BASE64.decode(text).ok()?.try_into().ok().map(Self))?
    }

    /// The session that this login leads to. It is the login's own name, so that a login that comes to
    /// its end twice meets its first session and is refused (UP-02).
    pub(super) fn session(self) -> SessionId {
        SessionId::from_bytes(self.0)
    }

    /// The grant that this login leads to, named likewise.
    pub(super) fn grant(self) -> GrantId {
        GrantId::from_bytes(self.0)
    }
}

impl fmt::Display for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

impl fmt::Debug for TransactionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A login under way.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Transaction {
    /// What the app asked for.
    #[serde(rename = "r")]
    pub request: AuthorizationRequest,
    /// The way to the identity provider, once the person has left for it.
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    pub leg: Option<Leg>,
    /// The tenant whose connections are offered, where the person chooses.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub company: Option<TenantId>,
    /// Where the sign-in page offers to go on to.
    #[serde(rename = "h", default, skip_serializing_if = "Option::is_none")]
    pub offered: Option<Home>,
    /// Whether somebody is signed in, and not as surely as the app wants it.
    #[serde(rename = "u", default, skip_serializing_if = "std::ops::Not::not")]
    pub steps_up: bool,
    /// How far the person has come at doorward itself.
    #[serde(rename = "o", default, skip_serializing_if = "LocalLeg::is_empty")]
    pub local: LocalLeg,
    /// When it is too late.
    #[serde(rename = "e")]
    pub expires_at: Timestamp,
    /// Whether the request is abridged, for it was pushed and is too long for a cookie.
    #[serde(rename = "a", default, skip_serializing_if = "std::ops::Not::not")]
    pub abridged: bool,
}

impl Transaction {
    fn abridged(&self) -> Self {
        Self { request: self.request.abridged(), abridged: true, ..self.clone() }
    }
}

/// How far a person has come who signs in at doorward itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalLeg {
    /// The tenant whose company code was typed.
    #[serde(rename = "c", default, skip_serializing_if = "Option::is_none")]
    pub company: Option<TenantId>,
    /// Whose password was right, while the second factor is due.
    #[serde(rename = "p", default, skip_serializing_if = "Option::is_none")]
    pub proved: Option<Proved>,
}

/// Whose password was right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proved {
    /// Whose user it is.
    #[serde(rename = "t")]
    pub tenant: TenantId,
    /// Who it is.
    #[serde(rename = "u")]
    pub user: UserId,
    /// When their credentials had last changed: with another password it is proved no more.
    #[serde(rename = "c")]
    pub changed_at: Timestamp,
}

impl LocalLeg {
    fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A transaction as it is put into the browser.
#[derive(Clone, Debug)]
pub struct TransactionCookie {
    /// Its name.
    pub id: TransactionId,
    /// Its sealed value.
    pub value: Plain,
}

impl Login {
    pub(super) fn new_transaction(
        &self,
        request: AuthorizationRequest,
        now: Timestamp,
    ) -> (TransactionId, Transaction) {
        let mut id = [0; 16];
        id[..6].copy_from_slice(&now.as_millis().to_be_bytes()[2..]);
        self.entropy.fill(&mut id[6..]);
        let expires_at = now + self.settings.lifetimes.transaction;
        let transaction = Transaction {
            request,
            leg: None,
            company: None,
            offered: None,
            steps_up: false,
            local: LocalLeg::default(),
            expires_at,
            abridged: false,
        };
        (TransactionId(id), transaction)
    }

    pub(super) fn seal(&self, id: TransactionId, transaction: &Transaction) -> TransactionCookie {
        let request = &transaction.request;
        let plain = match request.pushed.is_some() && !request.can_travel() {
            true => serde_json::to_vec(&transaction.abridged()),
            false => serde_json::to_vec(transaction),
        };
        let plain = plain.unwrap_or_default();
        TransactionCookie {
            id,
            value: Plain::new(self.sealer.seal_token(Purpose::Transaction, &id.0, &plain, &*self.entropy)),
        }
    }

    /// Opens the login `id` from this browser's cookie.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] for a missing, foreign, altered or expired one,
    /// [`LoginError::Finished`] when it was abridged and what was pushed has got its answer.
    pub async fn open(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Transaction, LoginError> {
        let cookie = cookie.ok_or(LoginError::NoTransaction)?;
        let plain = self
            .sealer
            .open_token(Purpose::Transaction, &id.0, cookie)
            .map_err(|_| LoginError::NoTransaction)?;
        let transaction: Transaction =
            serde_json::from_slice(&plain).map_err(|_| LoginError::NoTransaction)?;
        match now < transaction.expires_at {
            true if transaction.abridged => self.complete(transaction, now).await,
            true => Ok(transaction),
            false => Err(LoginError::NoTransaction),
        }
    }

    async fn complete(&self, transaction: Transaction, now: Timestamp) -> Result<Transaction, LoginError> {
        let request = self.provider.completed(transaction.request, now).await?.ok_or(LoginError::Finished)?;
        Ok(Transaction { request, abridged: false, ..transaction })
    }
}
