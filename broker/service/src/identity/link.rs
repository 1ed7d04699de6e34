//! Which user does this verified identity belong to? One pure decision.
//!
//! A person is found by (tenant, connection, issuer, subject) and by nothing else. An e-mail address
//! is an attribute: it never leads to somebody's user (UP-09).

use doorward_domain::{
    Connection, Identity, Profile, Provisioning, Subject, TenantId, Timestamp, User, UserId,
};

/// What a sign-in means for the tenant's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkDecision {
    /// The person is known and nothing changed.
    Known(User),
    /// The person is known; the provider tells something new about them.
    Changed(User),
    /// The person is new and may come in.
    Created(User, Identity),
}

/// Why a person who proved who they are may not come in all the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// Nobody here, and the connection creates nobody.
    #[error("the person has no account here, and the connection creates none")]
    Unknown,
    /// The user was disabled.
    #[error("the user is disabled")]
    Disabled,
    /// The identity's user was deleted.
    #[error("the user of this identity was deleted")]
    Deleted,
    /// The app, the tenant or the connection is not for this person now.
    #[error("the app is not open to this person's company now")]
    NotThisApp,
    /// The app named somebody else (`id_token_hint`).
    #[error("the app expected somebody else")]
    SomebodyElse,
}

/// What the store knows of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownAs {
    /// Nothing.
    Nobody,
    /// It belongs to this user, who may have been deleted.
    User(Option<Box<User>>),
}

/// Decides whose identity of `tenant` this `subject` is, as it came through `connection` with this
/// profile. A new
/// user gets the identifier `new_user`.
///
/// # Errors
/// [`NotAdmitted`] when the person may not come in.
pub fn resolve(
    tenant: TenantId,
    connection: &Connection,
    subject: &Subject,
    profile: &Profile,
    known: KnownAs,
    new_user: UserId,
    now: Timestamp,
) -> Result<LinkDecision, NotAdmitted> {
    match known {
        KnownAs::User(None) => Err(NotAdmitted::Deleted),
        KnownAs::User(Some(user)) if !user.enabled => Err(NotAdmitted::Disabled),
        KnownAs::User(Some(user)) if user.profile == *profile => Ok(LinkDecision::Known(*user)),
        KnownAs::User(Some(user)) => {
            Ok(LinkDecision::Changed(User { profile: profile.clone(), updated_at: now, ..*user }))
        }
        KnownAs::Nobody if connection.provisioning == Provisioning::KnownOnly => Err(NotAdmitted::Unknown),
        KnownAs::Nobody => {
            let user = User {
                population: connection.population.clone(),
                profile: profile.clone(),
                ..User::new(new_user, tenant, now)
            };
            let identity = Identity {
                tenant,
                connection: connection.id,
                subject: subject.clone(),
                user: new_user,
                linked_at: now,
            };
            Ok(LinkDecision::Created(user, identity))
        }
    }
}

impl LinkDecision {
    /// The user who signs in.
    pub fn user(&self) -> &User {
        match self {
            Self::Known(user) | Self::Changed(user) | Self::Created(user, _) => user,
        }
    }
}
