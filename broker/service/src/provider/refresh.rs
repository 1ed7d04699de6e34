//! The refresh token grant (RFC 6749 section 6): every use rotates the token. A rotated one that
//! comes back revokes the family (RFC 9700 section 4.14.2), unless it comes so soon that the answer
//! must have been lost: then it gets that same answer again.

use doorward_domain::audit::Action;
use doorward_domain::grant::Presented;
use doorward_domain::{Client, Grant, GrantState, Handle, HandleKind, RefreshFamily, ScopeSet, Timestamp};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};

use super::error::{EndpointError, ErrorCode};
use super::token::{TokenResponse, may_refresh, still_allowed};
use super::tokens::generation_of;
use super::{Params, Provenance, Provider, oxide};

const UNUSABLE: EndpointError =
    EndpointError::invalid_grant("the refresh token is unknown, expired, or used already");

/// A refresh that lost a race is decided again on the fresh record; the winner has rotated by then.
const TRIES: usize = 8;

impl Provider {
    pub(super) async fn refresh(
        &self,
        params: &Params,
        client: Client,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let text =
            params.get("refresh_token").ok_or(EndpointError::invalid_request("refresh_token is missing"))?;
        if !may_refresh(&client) {
            return Err(EndpointError::refused(
                ErrorCode::UnauthorizedClient,
                "this client has no refresh tokens",
            ));
        }
        let handle = Handle::parse(HandleKind::Refresh, text).ok_or(UNUSABLE)?;
        for _ in 0..TRIES {
            match self.refresh_once(params, &client, &handle, now).await {
                Err(EndpointError::Store(StoreError::Conflict(_))) => {}
                decided => return decided,
            }
        }
        Err(UNUSABLE)
    }

    async fn refresh_once(
        &self,
        params: &Params,
        client: &Client,
        handle: &Handle,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let key = at::grant(handle.tenant(), handle.session(), handle.grant());
        let grant = self.store.read::<Grant>(&key, now).await?.ok_or(UNUSABLE)?;
        let family = grant.record.refresh().cloned().ok_or(UNUSABLE)?;
        let generation = generation_of(handle);
        if self.refresh_handle(&grant.record, &family, generation).as_ref().map(Handle::hash)
            != Some(handle.hash())
        {
            return Err(UNUSABLE);
        }
        if grant.record.client != client.id {
            return self.refresh_of_another(&grant.record, client, now).await;
        }
        let scope = still_allowed(client, &oxide::refresh(params, client, &grant.record)?)?;
        let lifetimes = &self.settings.lifetimes;
        match family.presented(generation, now, lifetimes.refresh_grace, lifetimes.refresh_idle) {
            Presented::Current => self.rotate(client, &grant, &family, &scope, now).await,
            Presented::JustRotated => self.repeat(client, &grant.record, &scope, now).await,
            Presented::Replayed => self.refresh_reused(&grant, now).await,
            Presented::Unknown | Presented::Idle => Err(UNUSABLE),
        }
    }

    async fn rotate(
        &self,
        client: &Client,
        grant: &Stored<Grant>,
        family: &RefreshFamily,
        scope: &ScopeSet,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let people = self.may_act(client.clone(), Provenance::from(&grant.record), now).await?;
        let next = RefreshFamily { generation: family.generation + 1, rotated_at: now, ..family.clone() };
        let rotated = Grant { state: GrantState::Redeemed { refresh: Some(next) }, ..grant.record.clone() };
        self.store.commit(Batch::new().update(grant, &rotated)?).await?;
        self.answer(&people, &rotated, scope, now)
    }

    /// The answer to the rotation before was lost: the same successor goes out again.
    async fn repeat(
        &self,
        client: &Client,
        grant: &Grant,
        scope: &ScopeSet,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let people = self.may_act(client.clone(), Provenance::from(grant), now).await?;
        self.answer(&people, grant, scope, now)
    }

    /// Another client's token proves nothing against its owner: the grant lives on (RT-05).
    async fn refresh_of_another(
        &self,
        grant: &Grant,
        client: &Client,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let (tenant, thief) = (grant.tenant, client.id.as_str());
        tracing::warn!(%tenant, client = %grant.client, thief, "a refresh token came from another client");
        let event = self.audit(tenant, thief, Action::ForeignToken, &grant.id.to_string(), now);
        self.store.commit(Batch::new().insert(&event)?).await?;
        Err(UNUSABLE)
    }

    async fn refresh_reused(
        &self,
        grant: &Stored<Grant>,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let record = &grant.record;
        tracing::warn!(tenant = %record.tenant, client = %record.client, "a rotated refresh token came again");
        let event = self.audit(
            record.tenant,
            record.client.as_str(),
            Action::RefreshReuse,
            &record.id.to_string(),
            now,
        );
        self.store.commit(Batch::new().delete(grant).insert(&event)?).await?;
        Err(UNUSABLE)
    }
}
