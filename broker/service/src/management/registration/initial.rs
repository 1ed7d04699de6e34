//! Initial access tokens (RFC 7591 section 3): who may register, how often, and for which tenant. One stands in
//! the operator's configuration and is good for ever; the others are records.

use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{Plain, RegistrationToken, RegistrationTokenId, TenantId, Timestamp};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, Range, StoreError, StoreExt as _, Stored};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{RegistrationError, RegistrationPolicy};
use crate::management::existing::slugs_of;
use crate::management::plan::{Problem, check_title};
use crate::management::tokens::{TokenError, life, token_id};
use crate::management::views::{Ask, Page, ViewError};
use crate::management::{Management, document::Tenants};

/// A token lives for so long when nobody says otherwise.
const USUAL_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);
/// No token registers more clients.
const MOST_USES: u32 = 1_000;

/// What a new initial access token is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRegistrationToken {
    /// What it is for, as people read it.
    pub name: String,
    /// How many clients may be registered with it: one when left out.
    #[serde(default)]
    pub uses: Option<u32>,
    /// The company code of the tenant whose people may use them; as the broker is configured when left out.
    #[serde(default)]
    pub tenant: Option<String>,
    /// After how many seconds it ends: a week when left out, a year at most.
    #[serde(default)]
    pub expires_in: Option<u64>,
}

/// An initial access token.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct RegistrationTokenView {
    /// Its identifier.
    #[schema(value_type = String)]
    pub id: RegistrationTokenId,
    /// What it is for.
    pub name: String,
    /// How many clients may still be registered with it.
    pub uses_left: u32,
    /// The company code of the tenant whose people may use them; absent for all that the broker allows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    /// When it ends, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
}

impl Management {
    /// Makes an initial access token. Its text is told here and never again.
    ///
    /// # Errors
    /// [`TokenError`]; there is no new token then.
    pub async fn create_registration_token(
        &self,
        new: NewRegistrationToken,
        actor: &str,
    ) -> Result<(RegistrationTokenView, Plain), TokenError> {
        let now = self.clock.now();
        let mut problems = Vec::new();
        let mut wrong = |path: &str, message: &str| {
            problems.push(Problem { path: path.to_owned(), message: message.to_owned() });
        };
        if let Some(message) = check_title(&new.name) {
            wrong("name", message);
        }
        let uses_left = new.uses.unwrap_or(1);
        if !(1..=MOST_USES).contains(&uses_left) {
            wrong("uses", "must be 1 to 1000");
        }
        let tenant = match &new.tenant {
            None => None,
            Some(slug) => match self.find_tenant(slug).await {
                Ok(tenant) => Some(tenant.id),
                Err(ViewError::Store(error)) => return Err(error.into()),
                Err(unknown) => {
                    wrong("tenant", &unknown.to_string());
                    None
                }
            },
        };
        let life = life(new.expires_in, USUAL_LIFE, &mut problems);
        if !problems.is_empty() {
            return Err(TokenError::Invalid(problems));
        }
        let id = RegistrationTokenId::new(now, &*self.entropy);
        let (text, name, created_by) = (self.token_text(id), new.name, actor.to_owned());
        let (hash, expires_at) = (text.hash(), now + life);
        let token =
            RegistrationToken { id, name, hash, uses_left, tenant, created_by, created_at: now, expires_at };
        let event = self.event(TenantId::BROKER, actor, Action::RegistrationTokenCreated, &id.to_string());
        self.store.commit(Batch::new().insert(&token)?.insert(&event)?).await?;
        Ok((self.registration_token_view(token).await?, text))
    }

    /// The initial access tokens, the oldest first.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn registration_tokens(&self, ask: &Ask) -> Result<Page<RegistrationTokenView>, ViewError> {
        let range = Range::of(TenantId::BROKER, Kind::RegistrationToken);
        let page = self.page::<RegistrationToken>(&range, ask).await?;
        let mut items = Vec::with_capacity(page.items.len());
        for token in page.items {
            items.push(self.registration_token_view(token).await?);
        }
        Ok(Page { items, next: page.next })
    }

    /// Revokes an initial access token. What was registered with it stays.
    ///
    /// # Errors
    /// [`TokenError::Unknown`], or when the store fails.
    pub async fn revoke_registration_token(&self, id: &str, actor: &str) -> Result<(), TokenError> {
        let unknown = || TokenError::Unknown(id.to_owned());
        let key = at::registration_token(id.parse().map_err(|_| unknown())?);
        self.store.read::<RegistrationToken>(&key, self.clock.now()).await?.ok_or_else(unknown)?;
        let event = self.event(TenantId::BROKER, actor, Action::RegistrationTokenRevoked, id);
        match self.store.commit(Batch::new().consume(key).insert(&event)?).await {
            Err(StoreError::Conflict(_)) => Err(unknown()),
            revoked => Ok(revoked.map(|_| ())?),
        }
    }

    /// The record of the initial access token that a client registers with; none when it is the one of the
    /// configuration, or when none is needed.
    pub(super) async fn admitted(
        &self,
        policy: &RegistrationPolicy,
        token: Option<&str>,
    ) -> Result<Option<Stored<RegistrationToken>>, RegistrationError> {
        let presented = token.map(Plain::new);
        let found = match &presented {
            Some(presented) => self.presented(presented).await?,
            None => None,
        };
        let configured = policy.initial_access_token.as_ref();
        let is_configured = configured.zip(presented).is_some_and(|(hash, text)| hash.matches(&text));
        match found {
            None if !policy.open && !is_configured => Err(RegistrationError::Token),
            found => Ok(found),
        }
    }

    async fn presented(&self, text: &Plain) -> Result<Option<Stored<RegistrationToken>>, StoreError> {
        let Some(id) = token_id(text) else { return Ok(None) };
        let found =
            self.store.read::<RegistrationToken>(&at::registration_token(id), self.clock.now()).await?;
        Ok(found.filter(|it| it.record.hash.matches(text)))
    }

    /// What holds for a client that registers with this token: its tenant's people alone, if it has one.
    pub(super) async fn narrowed(
        &self,
        policy: &RegistrationPolicy,
        token: Option<&RegistrationToken>,
    ) -> Result<RegistrationPolicy, RegistrationError> {
        let Some(tenant) = token.and_then(|token| token.tenant) else { return Ok(policy.clone()) };
        Ok(RegistrationPolicy { tenants: self.tenants_of(&[tenant]).await?, ..policy.clone() })
    }

    /// Tenants as a document names them. Those that are gone leave nobody to be served.
    pub(super) async fn tenants_of(&self, ids: &[TenantId]) -> Result<Tenants, RegistrationError> {
        if ids.is_empty() {
            return Ok(Tenants::All);
        }
        let slugs = slugs_of(&*self.store, ids, self.clock.now()).await?;
        if slugs.is_empty() {
            Err(RegistrationError::Token)
        } else {
            Ok(Tenants::These(slugs.into_values().collect()))
        }
    }

    async fn registration_token_view(
        &self,
        token: RegistrationToken,
    ) -> Result<RegistrationTokenView, StoreError> {
        let slugs = slugs_of(&*self.store, token.tenant.as_slice(), self.clock.now()).await?;
        Ok(RegistrationTokenView {
            id: token.id,
            name: token.name,
            uses_left: token.uses_left,
            tenant: slugs.into_values().next().map(|slug| slug.to_string()),
            created_by: token.created_by,
            created_at: token.created_at,
            expires_at: token.expires_at,
        })
    }
}

/// Takes one use of a token in the commit that registers a client: of any number who do so at once, as many
/// succeed as there are uses.
pub(super) fn use_up(batch: Batch, token: &Stored<RegistrationToken>) -> Result<Batch, StoreError> {
    match token.record.uses_left.saturating_sub(1) {
        0 => Ok(batch.delete(token)),
        uses_left => batch.update(token, &RegistrationToken { uses_left, ..token.record.clone() }),
    }
}
