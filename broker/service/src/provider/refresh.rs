//! The refresh token grant (RFC 6749 section 6): every use rotates the token, unless the client's profile
//! says otherwise. A rotated one that
//! comes back revokes the family (RFC 9700 section 4.14.2), unless it comes so soon that the answer
//! must have been lost: then it gets that same answer again.

use doorward_domain::audit::Action;
use doorward_domain::grant::Presented;
use doorward_domain::{Client, Grant, GrantState, RefreshFamily, Timestamp};
use doorward_store::{Batch, StoreError, Stored};

use super::access::narrowed;
use super::binding::Binding;
use super::error::{EndpointError, ErrorCode};
use super::refresh_token::RefreshToken;
use super::token::{Issue, TokenResponse, may_refresh, still_allowed};
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
        binding: &Binding,
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
        let mut token = self.read_refresh_token(text, now).await?.ok_or(UNUSABLE)?;
        if token.grant.record.client != client.id {
            return self.refresh_of_another(&token.grant.record, &client, now).await;
        }
        self.check_holder(&token.grant.record, &client, binding, now).await?;
        for _ in 0..TRIES {
            match self.refresh_once(params, &client, &token, binding, now).await {
                Err(EndpointError::Store(StoreError::Conflict(_))) => {
                    token = self.read_refresh_token(text, now).await?.ok_or(UNUSABLE)?;
                }
                decided => return decided,
            }
        }
        Err(UNUSABLE)
    }

    /// The refresh token of a public client is bound to its first DPoP key (RFC 9449 section 5), or to its
    /// certificate (RFC 8705 section 7.1).
    async fn check_holder(
        &self,
        grant: &Grant,
        client: &Client,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<(), EndpointError> {
        if grant.bound_to.is_some() && grant.bound_to != binding.key {
            return Err(EndpointError::invalid_grant("the refresh token is bound to another key"));
        }
        self.use_binding(binding, (client, Some(grant.id)), now).await
    }

    async fn refresh_once(
        &self,
        params: &Params,
        client: &Client,
        token: &RefreshToken,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let (grant, bound_to) = (&token.grant, binding.key.as_ref());
        let scope = still_allowed(client, &oxide::refresh(params, client, &grant.record)?)?;
        let issue = Issue { grant: &grant.record, scope: &scope, bound_to, nonce: None };
        let lifetimes = &self.settings.lifetimes;
        match token.family.presented(token.generation, now, lifetimes.refresh_grace, lifetimes.refresh_idle) {
            Presented::Current => self.rotate(params, client, token, issue, now).await,
            Presented::JustRotated => {
                let shown = narrowed(params, &grant.record, self.settings.issuer())?;
                self.repeat(client, Issue { grant: &shown, ..issue }, now).await
            }
            Presented::Replayed => self.refresh_reused(grant, now).await,
            Presented::Unknown | Presented::Idle => Err(UNUSABLE),
        }
    }

    /// Notes the use. A client whose profile does not rotate keeps its token (FAPI 2.0 Security Profile
    /// section 5.3.2.1), which is bound to its authentication instead.
    async fn rotate(
        &self,
        params: &Params,
        client: &Client,
        token: &RefreshToken,
        issue: Issue<'_>,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let RefreshToken { grant, family, .. } = token;
        let people = self.may_act(client.clone(), Provenance::from(&grant.record), now).await?;
        let generation = family.generation + u32::from(client.demands().rotates_refresh_tokens);
        let next = RefreshFamily { generation, rotated_at: now, ..family.clone() };
        let rotated = Grant { state: GrantState::Redeemed { refresh: Some(next) }, ..grant.record.clone() };
        let shown = narrowed(params, &rotated, self.settings.issuer())?;
        self.store.commit(Batch::new().update(grant, &rotated)?).await?;
        self.answer(&people, Issue { grant: &shown, ..issue }, now)
    }

    /// The answer to the rotation before was lost: the same successor goes out again.
    async fn repeat(
        &self,
        client: &Client,
        issue: Issue<'_>,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let people = self.may_act(client.clone(), Provenance::from(issue.grant), now).await?;
        self.answer(&people, issue, now)
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
