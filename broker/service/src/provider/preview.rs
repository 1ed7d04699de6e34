//! What a person's tokens at a client would say, for whoever sets the client up. They are made like any
//! others up to where they would be signed; nothing is signed, and nothing is stored.

use doorward_domain::scope::name;
use doorward_domain::{
    Access, Authentication, Client, ClientId, Connection, Epoch, Grant, GrantId, GrantState, Plain, ScopeSet,
    SessionId, Slug, Tenant, Timestamp, User, UserId,
};
use doorward_store::records::at;
use doorward_store::{Kind, Range, StoreError, StoreExt as _};
use serde::Serialize;
use serde_json::{Map, Value};
use utoipa::ToSchema;

use super::token::Issue;
use super::{EndpointError, People, Provenance, Provider};

/// Whose tokens, and at which client.
#[derive(Clone, Debug)]
pub struct PreviewRequest {
    /// The client.
    pub client: ClientId,
    /// The company code of the person's tenant.
    pub tenant: String,
    /// The person.
    pub user: String,
    /// The name of the connection they would come through; the first that leads there when absent.
    pub connection: Option<String>,
    /// What the client would ask for: as much as it may when absent.
    pub scope: Option<String>,
    /// The protected resources that it would ask for.
    pub resources: Vec<String>,
}

/// What a person's tokens at a client would say.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct Preview {
    /// Why the person could not use the client now; absent when they could.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The scope that would be granted.
    pub scope: String,
    /// The claims of the ID token, but for `at_hash`; absent without `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub id_token: Option<Map<String, Value>>,
    /// The claims of the access token.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub access_token: Option<Map<String, Value>>,
    /// What userinfo would answer; absent without `openid`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub userinfo: Option<Map<String, Value>>,
}

/// Why there is nothing to see.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PreviewError {
    /// There is no such thing.
    #[error("there is no {what} `{name}`")]
    Unknown {
        /// What was looked for.
        what: &'static str,
        /// The name it was looked for by.
        name: String,
    },
    /// The client may have nothing of what it would ask for.
    #[error("the client may have nothing of this scope, or not these resources")]
    Beyond,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Provider {
    /// What the tokens would say that a person gets at a client now.
    ///
    /// # Errors
    /// [`PreviewError`].
    pub async fn preview(&self, asked: &PreviewRequest, now: Timestamp) -> Result<Preview, PreviewError> {
        let client = self.client(&asked.client, now).await?;
        let client = client.ok_or_else(|| unknown("client", asked.client.as_str()))?.record;
        let tenant = self.tenant_of(&asked.tenant, now).await?;
        let user = self.user_of(&tenant, &asked.user, now).await?;
        let access = asked_access(asked, &client)?;
        let connection = self.way_in(asked, &tenant, &client, now).await?;
        let scope = access.scope.to_string();
        let grant = self.imagined(&client, (&tenant, &user), connection.as_ref(), access, now);
        let of = Provenance { grant: None, ..Provenance::from(&grant) };
        match self.may_act(client, of, now).await {
            Ok(people) => Ok(self.told(&people, &grant, scope, now)),
            Err(EndpointError::Store(error)) => Err(error.into()),
            Err(EndpointError::Inactive(refusal)) => Ok(nothing(&refusal, scope)),
            Err(error) => Ok(nothing(&error, scope)),
        }
    }

    fn told(&self, people: &People, grant: &Grant, scope: String, now: Timestamp) -> Preview {
        let issue = Issue { grant, scope: &grant.access.scope, bound_to: None, nonce: None };
        let openid = grant.access.scope.contains(name::OPENID);
        let mut id_token = openid.then(|| object(&self.id_token_claims(people, issue, "", now)));
        if let Some(claims) = &mut id_token {
            claims.remove("at_hash");
        }
        let access_token = Some(object(&self.grant_claims(&people.client, issue, now)));
        let userinfo = openid.then(|| self.userinfo_claims(people, grant, &grant.access.scope));
        Preview { refusal: None, scope, id_token, access_token, userinfo }
    }

    /// The grant that the person would give by signing in now.
    fn imagined(
        &self,
        client: &Client,
        (tenant, user): (&Tenant, &User),
        connection: Option<&Connection>,
        access: Access,
        now: Timestamp,
    ) -> Grant {
        Grant {
            id: GrantId::new(now, &*self.entropy),
            tenant: user.tenant,
            client: client.id.clone(),
            user: user.id,
            epoch: Epoch::of(tenant, user, connection),
            remembered_until: None,
            session: SessionId::new(now, &*self.entropy),
            connection: connection.map(|it| it.id),
            client_document: client.document,
            access,
            actor: None,
            nonce: None,
            authentication: Authentication { time: now, acr: None, amr: Vec::new(), session_expiry: None },
            code: Plain::generate(&*self.entropy).hash(),
            bound_to: None,
            state: GrantState::Waiting,
            expires_at: now + self.settings.lifetimes.grant,
        }
    }

    async fn tenant_of(&self, slug: &str, now: Timestamp) -> Result<Tenant, PreviewError> {
        let found = match Slug::parse(slug) {
            Ok(slug) => self.store.tenant_by_slug(&slug, now).await?,
            Err(_) => None,
        };
        Ok(found.ok_or_else(|| unknown("tenant", slug))?.record)
    }

    async fn user_of(&self, tenant: &Tenant, id: &str, now: Timestamp) -> Result<User, PreviewError> {
        let user: UserId = id.parse().map_err(|_| unknown("user", id))?;
        let found = self.store.read::<User>(&at::user(tenant.id, user), now).await?;
        Ok(found.ok_or_else(|| unknown("user", id))?.record)
    }

    /// The connection that the person would come through: the one that was named, or the first that leads to
    /// the client, or the first there is. Where there is none, people sign in at doorward itself.
    async fn way_in(
        &self,
        asked: &PreviewRequest,
        tenant: &Tenant,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<Connection>, PreviewError> {
        const MOST: usize = 1_000;
        let mut all = Vec::new();
        for owner in std::iter::once(&tenant.id).chain(&tenant.ancestors) {
            let range = Range::of(*owner, Kind::Connection);
            let found = self.store.read_range::<Connection>(&range, MOST, now).await?;
            all.extend(found.into_iter().map(|found| found.record));
        }
        match &asked.connection {
            Some(name) => match all.into_iter().find(|connection| connection.name == *name) {
                None => Err(unknown("connection", name)),
                Some(found) => Ok(Some(found)),
            },
            None => {
                let leads = |it: &&Connection| it.is_usable() && it.leads_to(client);
                Ok(all.iter().find(leads).or(all.first()).cloned())
            }
        }
    }
}

/// What of the scope and resources that are asked for the client may have.
fn asked_access(asked: &PreviewRequest, client: &Client) -> Result<Access, PreviewError> {
    let scope = match &asked.scope {
        None => client.scope.clone(),
        Some(text) => ScopeSet::parse(text).ok_or(PreviewError::Beyond)?.intersection(&client.scope),
    };
    let registered = asked.resources.iter().all(|resource| client.resources.contains(resource));
    if scope.is_empty() || !registered {
        return Err(PreviewError::Beyond);
    }
    Ok(Access { resources: asked.resources.clone(), ..Access::of(scope) })
}

/// That there would be no tokens, and why.
fn nothing(refusal: &dyn std::fmt::Display, scope: String) -> Preview {
    let refusal = Some(refusal.to_string());
    Preview { refusal, scope, id_token: None, access_token: None, userinfo: None }
}

fn unknown(what: &'static str, name: &str) -> PreviewError {
    PreviewError::Unknown { what, name: name.to_owned() }
}

fn object(claims: &impl Serialize) -> Map<String, Value> {
    match serde_json::to_value(claims) {
        Ok(Value::Object(claims)) => claims,
        _ => Map::new(),
    }
}
