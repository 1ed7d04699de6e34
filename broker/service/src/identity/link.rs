//! Which user does this verified identity belong to? One pure decision.
//!
//! A person is found by (tenant, connection, issuer, subject). An e-mail address is an attribute (UP-09):
//! where the connection's rule says so, it may lead to an account that exists, but only once, and only if
//! the tenant's own domain stands behind it or the person proves that the account is theirs.

use doorward_domain::connection::Field;
use doorward_domain::{
    Connection, EmailAddress, Identity, Lacking, Linking, Profile, Provisioning, RefreshProfile, Standing,
    Subject, TenantId, Timestamp, Told, Unfit, User, UserId,
};

use crate::trace::Came;

/// What a sign-in means for the tenant's users.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkDecision {
    /// The person is known and nothing changed.
    Known(User),
    /// The person is known; the provider tells something new about them.
    Changed(User),
    /// The person has an account already, and comes through this connection from now on.
    Linked(User, Identity),
    /// The person is new and may come in.
    Created(User, Identity),
}

/// Why a person who proved who they are may not come in all the same.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NotAdmitted {
    /// Nobody here, and the connection creates nobody.
    #[error("the person has no account here, and the connection creates none")]
    Unknown,
    /// The connection creates users, but not this one.
    #[error("the connection does not create this person: {0}")]
    Lacking(Lacking),
    /// What the provider says of the person lets nobody in, known or not.
    #[error(transparent)]
    Unfit(Unfit),
    /// There is an account with the same address, and nothing proves that it is this person's.
    #[error("there is an account with the person's address, and nothing proves that it is theirs")]
    AddressTaken,
    /// The person has something left to prove.
    #[error(transparent)]
    Unproven(#[from] Unproven),
    /// The connection is tried by some, and the person is not among them.
    #[error("the connection is a pilot, and the person takes no part in it")]
    NotInPilot,
    /// The user was disabled.
    #[error("the user is disabled")]
    Disabled,
    /// The identity's user was deleted.
    #[error("the user of this identity was deleted")]
    Deleted,
    /// The app, the tenant or the connection is not for this person now.
    #[error("the app is not open to this person's company now")]
    NotThisApp,
    /// The app demands more of a sign-in than the person's was.
    #[error("the app demands a sign-in with more assurance")]
    NotSureEnough,
    /// The app named somebody else (`id_token_hint`).
    #[error("the app expected somebody else")]
    SomebodyElse,
}

/// What somebody has to prove to doorward itself before they come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unproven {
    /// That this account is theirs, which has the same address.
    #[error("there is an account with the person's address, and they have not proved yet that it is theirs")]
    Account(UserId),
    /// That mail to the address reaches them, for which the provider does not vouch.
    #[error("the person has not proved yet that the address is theirs")]
    Address,
}

/// What somebody has proved to doorward itself on their way in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Proofs {
    /// That this account is theirs.
    pub account: Option<UserId>,
    /// That mail to the address reaches them.
    pub address: bool,
}

/// Somebody who has proved who they are at their provider.
#[derive(Clone, Copy, Debug)]
pub struct Arrival<'a> {
    /// Whose people sign in.
    pub tenant: TenantId,
    /// What they came through.
    pub connection: &'a Connection,
    /// Who they are there.
    pub subject: &'a Subject,
    /// What the provider says of them.
    pub profile: &'a Profile,
    /// What they are, and where; or why they may not come in at all.
    pub standing: Result<&'a Standing, &'a Unfit>,
    /// Whether the address in the profile is verified, and in a domain of the tenant.
    pub address_is_proven: bool,
    /// What they have proved here.
    pub proofs: Proofs,
    /// What they lack to become a user.
    pub lacking: Option<&'a Lacking>,
    /// What is kept of what the provider told.
    pub told: &'a Told,
}

/// What the store knows of an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum KnownAs {
    /// Nothing. These accounts have the same address, where the connection's rule asks for them.
    Nobody(Vec<Candidate>),
    /// It belongs to this user, who may have been deleted.
    User {
        /// The user.
        user: Option<Box<User>>,
        /// Whether they have come through it before: a list may know them first.
        has_come: bool,
    },
}

/// An account with the same address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Candidate {
    /// Whose it is.
    pub user: User,
    /// Whether it is somebody's at this connection already: an address that was given to somebody new.
    pub comes_through: bool,
    /// Whether its address is its own: nobody made an account with it to wait for whoever will prove it.
    pub owns_address: bool,
}

/// Decides whose identity this is. A new user gets the identifier `new_user`.
///
/// # Errors
/// [`NotAdmitted`] when the person may not come in.
pub fn resolve(
    arrival: &Arrival<'_>,
    known: KnownAs,
    new_user: UserId,
    now: Timestamp,
) -> Result<LinkDecision, NotAdmitted> {
    let standing = arrival.standing.map_err(|unfit| NotAdmitted::Unfit(unfit.clone()))?;
    let candidates = match known {
        KnownAs::User { user: None, .. } => return Err(NotAdmitted::Deleted),
        KnownAs::User { user: Some(user), has_come } => {
            return known_user(arrival, standing, (*user, has_come), now);
        }
        KnownAs::Nobody(candidates) => candidates,
    };
    match account_of(arrival, candidates)? {
        Some(user) if !user.enabled => Err(NotAdmitted::Disabled),
        Some(user) => {
            let identity = identity(arrival, user.id, now);
            Ok(LinkDecision::Linked(told(arrival, standing, user, now), identity))
        }
        None if arrival.connection.provisioning == Provisioning::KnownOnly => Err(NotAdmitted::Unknown),
        None => match arrival.lacking {
            Some(lacking) => Err(NotAdmitted::Lacking(lacking.clone())),
            None => {
                arrival.require_address()?;
                let user = new(arrival, new_user, now);
                let identity = identity(arrival, user.id, now);
                Ok(LinkDecision::Created(told(arrival, standing, user, now), identity))
            }
        },
    }
}

fn known_user(
    arrival: &Arrival<'_>,
    standing: &Standing,
    (user, has_come): (User, bool),
    now: Timestamp,
) -> Result<LinkDecision, NotAdmitted> {
    let keeps_profile = has_come && arrival.connection.refresh_profile == RefreshProfile::FirstSignIn;
    if !user.enabled {
        return Err(NotAdmitted::Disabled);
    }
    let same_profile = keeps_profile || is_told(&user, arrival.profile);
    Ok(match (same_profile, user.standing == *standing) {
        (true, true) => LinkDecision::Known(user),
        (true, false) => LinkDecision::Changed(User { standing: standing.clone(), updated_at: now, ..user }),
        (false, _) => LinkDecision::Changed(told(arrival, standing, user, now)),
    })
}

/// The user as the provider tells of them.
fn told(arrival: &Arrival<'_>, standing: &Standing, user: User, now: Timestamp) -> User {
    let address_proven = arrival.proofs.address || has_proved(&user, arrival.profile);
    let mut profile = arrival.profile.clone();
    profile.email_verified |= address_proven;
    User { profile, address_proven, standing: standing.clone(), updated_at: now, ..user }
}

/// Whether the user is as the provider tells of them, but for what they proved here.
fn is_told(user: &User, profile: &Profile) -> bool {
    user.profile == *profile
        || (has_proved(user, profile) && user.profile == Profile { email_verified: true, ..profile.clone() })
}

fn has_proved(user: &User, profile: &Profile) -> bool {
    user.address_proven && user.profile.email == profile.email
}

/// The account that the person has already. An address that leads to several, or to one that is somebody
/// else's at this connection, leads to none.
fn account_of(arrival: &Arrival<'_>, candidates: Vec<Candidate>) -> Result<Option<User>, NotAdmitted> {
    let rule = arrival.connection.linking;
    if rule == Linking::Never || candidates.is_empty() {
        return Ok(None);
    }
    let only = <[Candidate; 1]>::try_from(candidates).map_err(|_| NotAdmitted::AddressTaken)?;
    let [Candidate { user, comes_through, owns_address }] = only;
    if comes_through {
        return Err(NotAdmitted::AddressTaken);
    }
    let same_person = match rule {
        Linking::Never => false,
        Linking::Proof if arrival.proofs.account == Some(user.id) => return Ok(Some(user)),
        Linking::Proof => return Err(Unproven::Account(user.id).into()),
        Linking::VerifiedEmail => owns_address,
        Linking::VerifiedEmailAndName => owns_address && same_name(&user.profile, arrival.profile),
    };
    match same_person && arrival.address_is_proven {
        true => Ok(Some(user)),
        false if arrival.lacks_proof_of_address() => Err(Unproven::Address.into()),
        false => Err(NotAdmitted::AddressTaken),
    }
}

impl Arrival<'_> {
    /// Whether mail could still prove the address, and the connection wants that.
    const fn lacks_proof_of_address(&self) -> bool {
        self.connection.verify_email && !self.profile.email_verified && !self.proofs.address
    }

    /// Nobody becomes a user with an address of which nobody knows whose it is, where the connection minds.
    fn require_address(&self) -> Result<(), NotAdmitted> {
        if !self.lacks_proof_of_address() {
            return Ok(());
        }
        match self.profile.email.as_deref().map(EmailAddress::parse) {
            Some(Ok(_)) => Err(Unproven::Address.into()),
            // There is none that mail could be sent to.
            Some(Err(_)) | None => {
                let claim = self.connection.mapping.claim(Field::Email);
                Err(NotAdmitted::Unfit(Unfit::Missing(claim.to_owned())))
            }
        }
    }
}

/// Whether both have a given and a family name, and the same, but for case and blanks around them.
fn same_name(one: &Profile, other: &Profile) -> bool {
    let same = |one: &Option<String>, other: &Option<String>| match (one, other) {
        (Some(one), Some(other)) => {
            let (one, other) = (one.trim(), other.trim());
            !one.is_empty() && one.to_lowercase() == other.to_lowercase()
        }
        _ => false,
    };
    same(&one.given_name, &other.given_name) && same(&one.family_name, &other.family_name)
}

fn new(arrival: &Arrival<'_>, id: UserId, now: Timestamp) -> User {
    User { population: arrival.connection.population.clone(), ..User::new(id, arrival.tenant, now) }
}

fn identity(arrival: &Arrival<'_>, user: UserId, now: Timestamp) -> Identity {
    Identity {
        tenant: arrival.tenant,
        connection: arrival.connection.id,
        subject: arrival.subject.clone(),
        user,
        linked_at: now,
        told: Some(arrival.told.clone()),
    }
}

impl LinkDecision {
    /// The user who signs in.
    pub fn user(&self) -> &User {
        match self {
            Self::Known(user) | Self::Changed(user) | Self::Linked(user, _) | Self::Created(user, _) => user,
        }
    }

    /// What that is for the tenant's users.
    pub const fn came(&self) -> Came {
        match self {
            Self::Known(_) => Came::Known,
            Self::Changed(_) => Came::Changed,
            Self::Linked(..) => Came::Linked,
            Self::Created(..) => Came::Created,
        }
    }
}
