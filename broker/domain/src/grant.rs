//! Grants: what a client was given for a sign-in.

use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::{
    Authentication, ClaimsRequest, ClientId, ConnectionId, Epoch, GrantId, PkceChallenge, ScopeSet,
    SecretHash, SessionId, TenantId, Timestamp, UrisDigest, UserId,
};

/// What a client was given for a sign-in: first an authorization code, then the family of all its
/// access and refresh tokens. A grant that is revoked is deleted, and every token of it dies with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Grant {
    /// Its identifier, in every token of the family.
    pub id: GrantId,
    /// Whose user granted it.
    pub tenant: TenantId,
    /// Who it was given to.
    pub client: ClientId,
    /// Who granted it.
    pub user: UserId,
    /// The sign-in it comes from.
    pub session: SessionId,
    /// The connection the person came through; none when they signed in at doorward itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub connection: Option<ConnectionId>,
    /// What was granted.
    pub access: Access,
    /// Who acts for the person, when the grant came by token exchange.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<Actor>,
    /// The request's `nonce` (OIDC Core section 3.1.2.1), until the code is redeemed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nonce: Option<String>,
    /// How and when the person proved who they are.
    pub authentication: Authentication,
    /// The hash of its authorization code (RFC 6749 section 4.1.2).
    pub code: SecretHash,
    /// What the client's redirect URIs came to, when it publishes its metadata itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_document: Option<UrisDigest>,
    /// The key that its refresh tokens are bound to, for a public client that has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bound_to: Option<Confirmation>,
    /// How far it has come.
    pub state: GrantState,
    /// The count in which its session began.
    #[serde(default, skip_serializing_if = "Epoch::is_first")]
    pub epoch: Epoch,
    /// When its session ends by itself, if the client is to be told of a logout before that. It is
    /// remembered until then, though nothing can be had for it any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remembered_until: Option<Timestamp>,
    /// When it ends whatever happens: a code soon, a family at a time that is fixed when the code is
    /// redeemed (RFC 9700 section 4.14.2).
    pub expires_at: Timestamp,
}

/// What a client may do, and what it learns.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Access {
    /// The scope.
    pub scope: ScopeSet,
    /// The protected resources that it is for, besides userinfo (RFC 8707).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resources: Vec<String>,
    /// What it may do in detail (RFC 9396): objects, each of a `type` that the client registered.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub authorization_details: Vec<Map<String, Value>>,
    /// Single claims, besides those of the scope (OIDC Core section 5.5).
    #[serde(default, skip_serializing_if = "ClaimsRequest::is_empty")]
    pub claims: ClaimsRequest,
}

impl Access {
    /// That of a scope alone.
    pub fn of(scope: ScopeSet) -> Self {
        Self { scope, ..Self::default() }
    }

    /// What people are shown of it: the values of the scope, and the types of what is allowed in detail.
    pub fn shown(&self) -> impl Iterator<Item = &str> {
        let details = self.authorization_details.iter().filter_map(|detail| detail.get("type")?.as_str());
        self.scope.iter().chain(details)
    }
}

/// Who acts for somebody else (RFC 8693 section 4.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Actor {
    /// The one who acts.
    pub party: Party,
    /// Who acted before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub act: Option<Box<Self>>,
}

/// Somebody who has tokens. Which `sub` stands for them depends on who is told (OIDC Core section 8).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Party {
    /// A client, for itself.
    Client(ClientId),
    /// A user of a tenant.
    User(TenantId, UserId),
}

impl Actor {
    /// The longest chain of actors.
    pub const MOST: usize = 8;

    /// This one, after those who acted before.
    pub fn after(earlier: Option<Self>, party: Party) -> Self {
        Self { party, act: earlier.map(Box::new) }
    }

    /// How many act or have acted.
    pub fn count(&self) -> usize {
        1 + self.act.as_ref().map_or(0, |earlier| earlier.count())
    }
}

/// The key that a token is bound to: `cnf` of RFC 7800.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Confirmation {
    /// The thumbprint of a DPoP key (RFC 9449 section 6.1).
    #[serde(rename = "jkt")]
    DpopKey(String),
    /// The SHA-256 thumbprint of a client certificate (RFC 8705 section 3.1).
    #[serde(rename = "x5t#S256")]
    Certificate(String),
}

/// How far a grant has come.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GrantState {
    /// The code is out, on these terms.
    Offered(CodeTerms),
    /// The person let a device in, which has not fetched its tokens yet (RFC 8628 section 3.4).
    Waiting,
    /// The code was redeemed: seeing it again revokes the grant.
    Redeemed {
        /// The refresh tokens, when there are any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        refresh: Option<RefreshFamily>,
    },
}

/// What a code's redemption must agree with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CodeTerms {
    /// The exact redirect URI it was sent to.
    pub redirect_uri: String,
    /// The request's PKCE challenge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub challenge: Option<PkceChallenge>,
    /// The thumbprint of the one DPoP key that may redeem it (RFC 9449 section 10).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dpop_jkt: Option<String>,
}

impl Grant {
    /// Whether the provider's session is over that the person came with, as it said beforehand
    /// (`session_expiry`, OIDC Enterprise Extensions).
    pub fn is_past_its_provider(&self, now: Timestamp) -> bool {
        self.authentication.session_expiry.is_some_and(|end| now >= end)
    }

    /// How long it is kept: a code that nobody redeemed is nothing to remember.
    pub fn kept_until(&self) -> Timestamp {
        match (&self.state, self.remembered_until) {
            (GrantState::Redeemed { .. }, Some(until)) => self.expires_at.max(until),
            _ => self.expires_at,
        }
    }

    /// The refresh tokens, when there are any.
    pub fn refresh(&self) -> Option<&RefreshFamily> {
        match &self.state {
            GrantState::Redeemed { refresh } => refresh.as_ref(),
            GrantState::Offered(_) | GrantState::Waiting => None,
        }
    }
}

/// That an access token which a client had for itself was revoked: there is no grant to delete
/// (RFC 7009 section 2.1). It is kept for as long as the token would have lived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RevokedToken {
    /// The token's `jti`.
    pub id: String,
    /// When the token ends by itself.
    pub expires_at: Timestamp,
}

/// The refresh tokens of a grant: a counter, from which each token's secret is derived.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RefreshFamily {
    /// The name of the master key that the secrets are derived with.
    pub key: String,
    /// Random bits of this family, so that no two families derive the same secrets.
    pub seed: [u8; 16],
    /// The number of the one valid token.
    pub generation: u32,
    /// When that token was made.
    pub rotated_at: Timestamp,
}

/// What presenting a refresh token of some generation means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// The valid one: rotate.
    Current,
    /// The one before, shortly after its rotation: the answer was lost, give the same one again.
    JustRotated,
    /// One from before, later: somebody else has a copy, revoke the family.
    Replayed,
    /// One that was never made.
    Unknown,
    /// The valid one, but unused for too long.
    Idle,
}

impl RefreshFamily {
    /// What presenting token number `generation` at `now` means, with `grace` for a lost answer and
    /// `idle` as the longest rest.
    pub fn presented(&self, generation: u32, now: Timestamp, grace: Duration, idle: Duration) -> Presented {
        if generation > self.generation {
            Presented::Unknown
        } else if generation == self.generation {
            if now < self.rotated_at + idle { Presented::Current } else { Presented::Idle }
        } else if generation + 1 == self.generation && now < self.rotated_at + grace {
            Presented::JustRotated
        } else {
            Presented::Replayed
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const GRACE: Duration = Duration::from_secs(10);
    const IDLE: Duration = Duration::from_secs(100);

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn rt_04_generations_count_not_the_clock() {
        let family = RefreshFamily { key: String::new(), seed: [0; 16], generation: 3, rotated_at: at(50) };
        let presented = |generation, now| family.presented(generation, at(now), GRACE, IDLE);
        assert_eq!(presented(3, 50), Presented::Current);
        assert_eq!(presented(3, 150), Presented::Idle);
        assert_eq!(presented(2, 59), Presented::JustRotated);
        assert_eq!(presented(2, 60), Presented::Replayed);
        assert_eq!(presented(1, 50), Presented::Replayed, "two generations back is never a lost answer");
        assert_eq!(presented(4, 50), Presented::Unknown);
    }
}
