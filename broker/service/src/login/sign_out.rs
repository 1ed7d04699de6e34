//! Sign-outs that go on: from a provider to everything that came through it, and from here to the provider
//! that somebody came from.

use std::time::Duration;

use doorward_domain::{
    ClientId, ConnectionId, Plain, ReplayMark, Sealed, Session, SessionId, TenantId, Timestamp,
};
use doorward_store::{Batch, Kind, Record as _, StoreError};
use serde::{Deserialize, Serialize};
use url::Url;

use super::Login;
use super::transaction::TransactionId;
use crate::federation::logout::{LogoutRefusal, Naming, sessions_of};
use crate::keys::Place;

/// How long a person may take to sign out at the provider.
const LEAVING: Duration = Duration::from_secs(600);
/// What the note of it is sealed for.
const SIGNING_OUT: &[u8] = b"signing out";

/// The way on to a provider.
#[derive(Debug)]
pub struct Onward {
    /// The provider's sign-out.
    pub location: Url,
    /// What the browser carries there and back.
    pub note: Plain,
}

/// What a browser carries that signs out at a provider. Some providers send no `state` back, so the way on
/// from here is not told by it.
#[derive(Serialize, Deserialize)]
struct Leaving {
    #[serde(rename = "c")]
    connection: ConnectionId,
    #[serde(rename = "s")]
    state: String,
    #[serde(rename = "l", default, skip_serializing_if = "Option::is_none")]
    leave_to: Option<Url>,
    #[serde(rename = "u")]
    until: Timestamp,
}

impl Login {
    /// What of a sign-in is kept in the session that it begins, so that the person can be signed out at the
    /// provider one day.
    pub(super) fn kept_hint(&self, naming: &Naming, tenant: TenantId, session: SessionId) -> Option<Sealed> {
        let hint = naming.hint.as_ref()?;
        Some(self.sealer.seal(&place(tenant, &session), hint.expose().as_bytes(), &*self.entropy))
    }

    /// Ends what a logout token of a connection's provider names (Back-Channel Logout 1.0 section 2.7), and
    /// tells the apps in turn.
    ///
    /// # Errors
    /// [`LogoutRefusal`]; nothing has ended then.
    pub async fn logout_token(
        &self,
        at: (TenantId, ConnectionId),
        token: &str,
        now: Timestamp,
    ) -> Result<(), LogoutRefusal> {
        let connection = self.federation.told_by(at, now).await?;
        if !connection.logout.back_channel {
            return Err(LogoutRefusal::NotTaken);
        }
        let token = self.federation.logout_token(&connection, token, now).await?;
        let client = ClientId::new(connection.id.to_string());
        let jti = Plain::new(format!("logout token\n{}", token.jti)).hash();
        let mark = ReplayMark { client, jti, expires_at: token.expires_at };
        match self.store.commit(Batch::new().insert(&mark)?).await {
            Err(StoreError::Conflict(_)) => return Err(LogoutRefusal::Replayed),
            written => written?,
        };
        if let Err(error) = self.sessions.endings().end_named(&connection, &token.named, now).await {
            // The provider may say it once more.
            self.store.commit(Batch::new().remove(mark.key())).await?;
            return Err(error.into());
        }
        Ok(())
    }

    /// Ends the sessions of a provider's `sid`, as a browser says that has it from there (Front-Channel Logout
    /// 1.0 section 2). No cookie comes with that, and some send no `iss`: whoever knows the `sid` is meant,
    /// at this connection.
    ///
    /// # Errors
    /// [`LogoutRefusal`]; nothing has ended then.
    pub async fn front_channel_logout(
        &self,
        at: (TenantId, ConnectionId),
        (iss, sid): (Option<&str>, Option<&str>),
        now: Timestamp,
    ) -> Result<(), LogoutRefusal> {
        let connection = self.federation.told_by(at, now).await?;
        if !connection.logout.front_channel {
            return Err(LogoutRefusal::NotTaken);
        }
        if iss.is_some_and(|iss| iss != connection.issuer) {
            return Err(LogoutRefusal::NoLogout("it is of another issuer"));
        }
        let named = sid.and_then(sessions_of).ok_or(LogoutRefusal::NoLogout("there is no sid"))?;
        Ok(self.sessions.endings().end_named(&connection, &named, now).await?)
    }

    /// The way on to the provider that `session` came from, if a sign-out is to reach it. From there the
    /// browser comes back, and goes on to `leave_to`. A provider that cannot be asked is left out: here the
    /// person is signed out all the same.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn onward(
        &self,
        session: &Session,
        leave_to: Option<&Url>,
        now: Timestamp,
    ) -> Result<Option<Onward>, StoreError> {
        let Some(id) = session.connection else { return Ok(None) };
        let connection = self.federation.connection_of(session.tenant, id, now).await?;
        let Some(connection) = connection.filter(|it| it.is_usable() && it.logout.goes_on()) else {
            return Ok(None);
        };
        let sealed = session.upstream_hint.as_ref();
        let hint = sealed.and_then(|hint| self.sealer.open(&place(session.tenant, &session.id), hint).ok());
        let hint = hint.as_deref().and_then(|hint| std::str::from_utf8(hint).ok());
        let state = TransactionId(self.entropy.bytes()).to_string();
        let back = self.federation.signed_out_url(&connection);
        match self.federation.end_session(&connection, (hint, &state), &back, now).await {
            Ok(Some(location)) => {
                let leave_to = leave_to.cloned();
                let leaving = Leaving { connection: id, state, leave_to, until: now + LEAVING };
                Ok(Some(Onward { location, note: self.note(SIGNING_OUT, &leaving) }))
            }
            Ok(None) => Ok(None),
            Err(error) => {
                tracing::warn!(connection = %id, %error, "nobody could be sent on to sign out at the provider");
                Ok(None)
            }
        }
    }

    /// Where a browser goes on to that comes back from the provider's sign-out, if anywhere: what its own note
    /// says, and only for the sign-out that it is of.
    pub fn back(
        &self,
        connection: ConnectionId,
        (note, state): (Option<&str>, Option<&str>),
        now: Timestamp,
    ) -> Option<Url> {
        let leaving: Leaving = self.read_note(SIGNING_OUT, note?)?;
        let ours = leaving.connection == connection
            && now < leaving.until
            && state.is_none_or(|state| state == leaving.state);
        leaving.leave_to.filter(|_| ours)
    }
}

fn place(tenant: TenantId, session: &SessionId) -> Place<'_> {
    Place { tenant, kind: Kind::Session, id: session.as_bytes(), field: "upstream_hint" }
}
