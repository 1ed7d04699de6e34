//! Tokens of the admin API: made, found again, revoked. Only their hash is kept.

use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{AdminScopes, AdminToken, AdminTokenId, Plain, Slug, TenantId, Timestamp};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, Range, StoreError, StoreExt as _, Stored};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::existing::slugs_of;
use super::plan::{Problem, check_title};
use super::views::{Ask, Page, ViewError};
use super::{Management, schema};

/// A token lives for so long when nobody says otherwise.
const USUAL_LIFE: Duration = Duration::from_secs(90 * 24 * 60 * 60);
/// No token lives longer.
pub(super) const LONGEST_LIFE: Duration = Duration::from_secs(366 * 24 * 60 * 60);

/// What a new token is to be.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewToken {
    /// What it is for, as people read it.
    pub name: String,
    /// What it may do: nothing that its maker may not do.
    #[schema(schema_with = schema::admin_scopes)]
    pub scopes: AdminScopes,
    /// The company code of the one tenant, with all its parts, that it is for; everything when left out.
    #[serde(default)]
    pub tenant: Option<String>,
    /// After how many seconds it ends: 90 days when left out, a year at most.
    #[serde(default)]
    pub expires_in: Option<u64>,
}

/// A token of the admin API.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TokenView {
    /// Its identifier, which stands in audit events as who did it.
    #[schema(value_type = String)]
    pub id: AdminTokenId,
    /// What it is for.
    pub name: String,
    /// What it may do.
    #[schema(schema_with = schema::admin_scopes)]
    pub scopes: AdminScopes,
    /// The company code of the one tenant that it is for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    /// Who made it.
    pub created_by: String,
    /// When it was made, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub created_at: Timestamp,
    /// When it was last used, to the hour, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub used_at: Option<Timestamp>,
    /// When it ends, in milliseconds since 1970.
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
}

/// Why a token is not made, or not revoked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    /// There is no such token.
    #[error("there is no token `{0}`")]
    Unknown(String),
    /// It would allow more than its maker may do (AD-02).
    #[error("a token allows nothing that its maker may not do")]
    Beyond,
    /// What shall be cannot be; each path is a field. There is at least one problem.
    #[error("{}", .0.iter().map(Problem::to_string).collect::<Vec<_>>().join("\n"))]
    Invalid(Vec<Problem>),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Management {
    /// Makes a token for whoever may do `most`. Its text is told here and never again.
    ///
    /// # Errors
    /// [`TokenError`]; there is no new token then.
    pub async fn create_token(
        &self,
        new: NewToken,
        most: &AdminScopes,
        actor: &str,
    ) -> Result<(TokenView, Plain), TokenError> {
        let now = self.clock.now();
        let mut problems = Vec::new();
        if let Some(message) = check_title(&new.name) {
            problems.push(Problem { path: "name".to_owned(), message: message.to_owned() });
        }
        if new.scopes.is_empty() {
            let message = "is empty; name what the token may do".to_owned();
            problems.push(Problem { path: "scopes".to_owned(), message });
        }
        let tenant = match &new.tenant {
            Some(slug) => self.find_tenant(slug).await.map(Some).unwrap_or_else(|_| {
                problems.push(Problem {
                    path: "tenant".to_owned(),
                    message: "is no tenant's company code".to_owned(),
                });
                None
            }),
            None => None,
        };
        let life = life(new.expires_in, USUAL_LIFE, &mut problems);
        if !problems.is_empty() {
            return Err(TokenError::Invalid(problems));
        }
        if !most.include(&new.scopes) {
            return Err(TokenError::Beyond);
        }
        let id = AdminTokenId::new(now, &*self.entropy);
        let text = self.token_text(id);
        let token = AdminToken {
            id,
            name: new.name,
            hash: text.hash(),
            scopes: new.scopes,
            tenant: tenant.as_ref().map(|tenant| tenant.id),
            created_by: actor.to_owned(),
            created_at: now,
            used_at: None,
            expires_at: now + life,
        };
        let event = self.event(TenantId::BROKER, actor, Action::AdminTokenCreated, &id.to_string());
        self.store.commit(Batch::new().insert(&token)?.insert(&event)?).await?;
        Ok((view(token, tenant.map(|tenant| tenant.slug)), text))
    }

    /// The tokens, the oldest first.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn tokens(&self, ask: &Ask) -> Result<Page<TokenView>, ViewError> {
        let range = Range::of(TenantId::BROKER, Kind::AdminToken);
        let page = self.page::<AdminToken>(&range, ask).await?;
        let tenants: Vec<_> = page.items.iter().filter_map(|token| token.tenant).collect();
        let slugs = slugs_of(&*self.store, &tenants, self.clock.now()).await?;
        Ok(page.map(|token| {
            let slug = token.tenant.and_then(|tenant| slugs.get(&tenant).cloned());
            view(token, slug)
        }))
    }

    /// Revokes a token: from then on it opens nothing.
    ///
    /// # Errors
    /// [`TokenError::Unknown`], or when the store fails.
    pub async fn revoke_token(&self, id: &str, actor: &str) -> Result<(), TokenError> {
        let unknown = || TokenError::Unknown(id.to_owned());
        let key = at::admin_token(id.parse().map_err(|_| unknown())?);
        self.store.read::<AdminToken>(&key, self.clock.now()).await?.ok_or_else(unknown)?;
        let event = self.event(TenantId::BROKER, actor, Action::AdminTokenRevoked, id);
        match self.store.commit(Batch::new().consume(key).insert(&event)?).await {
            Err(StoreError::Conflict(_)) => Err(unknown()),
            revoked => Ok(revoked.map(|_| ())?),
        }
    }

    /// The live token with this text. Its use is noted now and then, and not at all when that fails.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn token(&self, text: &Plain) -> Result<Option<AdminToken>, StoreError> {
        let Some(id) = token_id(text) else { return Ok(None) };
        let now = self.clock.now();
        let found = self.store.read::<AdminToken>(&at::admin_token(id), now).await?;
        let Some(found) = found.filter(|it| it.record.hash.matches(text)) else { return Ok(None) };
        if found.record.use_is_news(now)
            && let Err(error) = self.note_use(&found, now).await
        {
            tracing::debug!(%error, "the use of a token of the admin API was not noted");
        }
        Ok(Some(found.record))
    }

    async fn note_use(&self, token: &Stored<AdminToken>, now: Timestamp) -> Result<(), StoreError> {
        let used = AdminToken { used_at: Some(now), ..token.record.clone() };
        self.store.commit(Batch::new().update(token, &used)?).await.map(|_| ())
    }

    /// The text of a new token: its identifier and a secret.
    pub(super) fn token_text(&self, id: impl std::fmt::Display) -> Plain {
        Plain::new(format!("{id}.{}", Plain::generate(&*self.entropy).expose()))
    }
}

/// How long a token shall live.
pub(super) fn life(seconds: Option<u64>, usual: Duration, problems: &mut Vec<Problem>) -> Duration {
    let life = seconds.map_or(usual, Duration::from_secs);
    if life.is_zero() || life > LONGEST_LIFE {
        let message = "must be 1 to 31622400 seconds, which is 366 days".to_owned();
        problems.push(Problem { path: "expires_in".to_owned(), message });
    }
    life
}

/// The identifier that the text of a token starts with.
pub(super) fn token_id<I: std::str::FromStr>(text: &Plain) -> Option<I> {
    text.expose().split_once('.')?.0.parse().ok()
}

fn view(token: AdminToken, tenant: Option<Slug>) -> TokenView {
    TokenView {
        id: token.id,
        name: token.name,
        scopes: token.scopes,
        tenant: tenant.map(String::from),
        created_by: token.created_by,
        created_at: token.created_at,
        used_at: token.used_at,
        expires_at: token.expires_at,
    }
}
