//! The one question asked before anything is issued.

use crate::{Client, Connection, Epoch, Grant, GrantType, Tenant, Timestamp, User};

/// Who would act: everybody whose consent to exist a token depends on.
#[derive(Clone, Copy, Debug)]
pub struct Actors<'a> {
    /// The tenant, when it still exists.
    pub tenant: Option<&'a Tenant>,
    /// The user, when they still exist.
    pub user: Option<&'a User>,
    /// The app, when it still exists.
    pub client: Option<&'a Client>,
    /// How the person came in.
    pub way: Way<'a>,
    /// The grant, once there is one.
    pub grant: Option<&'a Grant>,
    /// The count in which the session or grant began.
    pub epoch: Epoch,
}

/// How a person came in.
#[derive(Clone, Copy, Debug)]
pub enum Way<'a> {
    /// Through this connection, when it still exists.
    Connection(Option<&'a Connection>),
    /// At doorward itself; and whether the policy of the tenant lets its people do that.
    Local {
        /// See [`SettledPolicy::local_sign_in`](crate::SettledPolicy).
        allowed: bool,
    },
}

/// Why nothing may be issued.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The tenant is unknown or disabled.
    #[error("the tenant is not active")]
    Tenant,
    /// The user is unknown or disabled.
    #[error("the user is not active")]
    User,
    /// The client is unknown or disabled.
    #[error("the client is not active")]
    Client,
    /// The client does not serve this tenant.
    #[error("the client does not serve the tenant")]
    ClientOfOthers,
    /// The connection is unknown or out of use.
    #[error("the connection is not in use")]
    Connection,
    /// The connection is for other people, other apps or another environment than the client.
    #[error("the connection does not lead to the client")]
    ConnectionOfOthers,
    /// The person may not sign in at doorward itself.
    #[error("the person may not sign in at doorward itself")]
    Local,
    /// Two of them belong to different tenants.
    #[error("user, connection or grant belong to another tenant")]
    Mismatch,
    /// Everything of the user, the tenant or the connection was ended since.
    #[error("everything of the user, the tenant or the connection was ended since")]
    Ended,
    /// The client demands another sign-in than the grant came from.
    #[error("the client demands more of a sign-in")]
    Assurance,
    /// The grant has run out, was given to another client, or to this one when its document said otherwise.
    #[error("the grant is over")]
    Grant,
}

/// Whether a token may be issued or honoured right now. Asked at every such moment, so that no path
/// forgets a check (security rule 4).
///
/// # Errors
/// The first [`Refusal`] found. What is absent refuses.
pub fn may_act_now(actors: &Actors<'_>, now: Timestamp) -> Result<(), Refusal> {
    let tenant = actors.tenant.filter(|tenant| tenant.enabled).ok_or(Refusal::Tenant)?;
    let user = actors.user.filter(|user| user.enabled).ok_or(Refusal::User)?;
    let client = actors.client.filter(|client| client.enabled).ok_or(Refusal::Client)?;
    if user.tenant != tenant.id {
        return Err(Refusal::Mismatch);
    }
    if !client.serves(tenant) {
        return Err(Refusal::ClientOfOthers);
    }
    may_come_in(&actors.way, tenant, user, client)?;
    let connection = match actors.way {
        Way::Connection(connection) => connection,
        Way::Local { .. } => None,
    };
    if actors.epoch != Epoch::of(tenant, user, connection) {
        return Err(Refusal::Ended);
    }
    match actors.grant {
        Some(grant) if grant.tenant != tenant.id || grant.user != user.id => Err(Refusal::Mismatch),
        Some(grant) if grant.client != client.id || now >= grant.expires_at => Err(Refusal::Grant),
        Some(grant) if !client.is_as_granted(grant) || grant.is_past_its_provider(now) => Err(Refusal::Grant),
        Some(grant) if !client.assurance.is_met(&grant.authentication) => Err(Refusal::Assurance),
        _ => Ok(()),
    }
}

/// Whether the way that `user` came is still open.
fn may_come_in(way: &Way<'_>, tenant: &Tenant, user: &User, client: &Client) -> Result<(), Refusal> {
    match way {
        Way::Connection(connection) => {
            let connection = connection.filter(|it| it.is_usable()).ok_or(Refusal::Connection)?;
            match tenant.belongs_to(connection.tenant) {
                true if connection.leads_to(client) => Ok(()),
                true => Err(Refusal::ConnectionOfOthers),
                false => Err(Refusal::Mismatch),
            }
        }
        Way::Local { allowed } => {
            let (may, serves) = (user.local && (user.owner || *allowed), client.populations.as_slice());
            match serves.is_empty() || serves.contains(&user.population) {
                true if may => Ok(()),
                true => Err(Refusal::Local),
                false => Err(Refusal::ClientOfOthers),
            }
        }
    }
}

/// Whether a client may act for itself right now (RFC 6749 section 4.4): the same question where nobody
/// is behind a token but its client.
///
/// # Errors
/// [`Refusal::Client`] when it is disabled, anybody could use its name, or it has no such grant.
pub fn client_may_act_now(client: &Client) -> Result<(), Refusal> {
    let may = client.enabled && !client.is_public() && client.may_use(GrantType::ClientCredentials);
    if may { Ok(()) } else { Err(Refusal::Client) }
}
