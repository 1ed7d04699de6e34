//! The authorization code grant (RFC 6749 section 4.1.3).
//!
//! A code is the first state of a grant. It is redeemed by one conditional write, which expects the
//! version that was checked. Whoever comes second conflicts, reads again and finds the code redeemed;
//! that is reuse, and the grant is revoked (RFC 9700 section 2.1.1).

use doorward_domain::audit::Action;
use doorward_domain::scope::name;
use doorward_domain::{
    Access, AuditEvent, Client, CodeTerms, Confirmation, EventId, Grant, GrantState, Handle, HandleKind,
    RefreshFamily, ScopeSet, TenantId, Timestamp,
};
use doorward_store::records::at;
use doorward_store::{Batch, Key, StoreError, StoreExt as _, Stored};

use super::access::narrowed;
use super::binding::Binding;
use super::error::EndpointError;
use super::token::{Issue, TokenResponse, may_refresh, still_allowed};
use super::{Params, Provenance, Provider, oxide};

const UNUSABLE: EndpointError = EndpointError::invalid_grant("the code is unknown, expired, or used already");

impl Provider {
    pub(super) async fn redeem_code(
        &self,
        params: &Params,
        client: Client,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let text = params.get("code").ok_or(EndpointError::invalid_request("code is missing"))?;
        let handle = Handle::parse(HandleKind::Code, text).ok_or(UNUSABLE)?;
        let key = at::grant(handle.tenant(), handle.session(), handle.grant());
        let grant = self.store.read::<Grant>(&key, now).await?.ok_or(UNUSABLE)?;
        if grant.record.code != handle.hash() || grant.record.client != client.id {
            return Err(UNUSABLE);
        }
        let GrantState::Offered(terms) = &grant.record.state else {
            return self.code_reused(&key, now).await;
        };
        match check_terms(params, &client, &grant.record, (terms, binding)) {
            Ok(()) => self.exchange(params, client, &grant, binding, now).await,
            Err(error) => self.spoil(&grant, &key, error, now).await,
        }
    }

    /// A wrong verifier or redirect URI costs the code: there is no second guess. If somebody has
    /// redeemed it meanwhile, this was reuse.
    async fn spoil<T>(
        &self,
        grant: &Stored<Grant>,
        key: &Key,
        error: EndpointError,
        now: Timestamp,
    ) -> Result<T, EndpointError> {
        match self.store.commit(Batch::new().delete(grant)).await {
            Ok(_) => Err(error),
            Err(StoreError::Conflict(_)) => self.code_reused(key, now).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn exchange(
        &self,
        params: &Params,
        client: Client,
        offered: &Stored<Grant>,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let scope = still_allowed(&client, &offered.record.access.scope)?;
        let people = self.may_act(client, Provenance::from(&offered.record), now).await?;
        self.keys.check(people.client.tokens.id_token_algorithm())?;
        let grant = self.redeemed((&people.client, binding), &offered.record, scope, now);
        let shown = narrowed(params, &grant, self.settings.issuer())?;
        self.use_binding(binding, (&people.client, Some(grant.id)), now).await?;
        let issue = Issue { grant: &shown, ..Issue::first(&grant, binding, &offered.record) };
        match self.store.commit(Batch::new().update(offered, &grant)?).await {
            Ok(_) => self.answer(&people, issue, now),
            Err(StoreError::Conflict(key)) => self.code_reused(&key, now).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The grant once its client has its first tokens. The refresh tokens of a public client are bound to
    /// its key (RFC 9449 section 5).
    pub(super) fn redeemed(
        &self,
        (client, binding): (&Client, &Binding),
        offered: &Grant,
        scope: ScopeSet,
        now: Timestamp,
    ) -> Grant {
        let lifetimes = &self.settings.lifetimes;
        let refreshes = may_refresh(client) && scope.contains(name::OFFLINE_ACCESS);
        let refresh = refreshes.then(|| RefreshFamily {
            key: self.sealer.active().to_owned(),
            seed: self.entropy.bytes(),
            generation: 0,
            rotated_at: now,
        });
        let life = if refresh.is_some() { lifetimes.grant } else { lifetimes.access_token };
        let access = Access { scope, ..offered.access.clone() };
        let (bound_to, state) =
            (binding.key.clone().filter(|_| client.is_public()), GrantState::Redeemed { refresh });
        Grant { access, bound_to, nonce: None, state, expires_at: now + life, ..offered.clone() }
    }

    /// Somebody has a copy of the code: everything it gave dies (RFC 6749 section 4.1.2).
    async fn code_reused<T>(&self, key: &Key, now: Timestamp) -> Result<T, EndpointError> {
        // A refresh may change the grant meanwhile; it must die all the same.
        while let Some(grant) = self.store.read::<Grant>(key, now).await? {
            let Grant { tenant, client, id, .. } = &grant.record;
            let event = self.audit(*tenant, client.as_str(), Action::CodeReuse, &id.to_string(), now);
            match self.store.commit(Batch::new().delete(&grant).insert(&event)?).await {
                Ok(_) => {
                    tracing::warn!(%tenant, %client, "a redeemed code came again");
                    break;
                }
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(UNUSABLE)
    }

    /// An audit event of a tenant.
    pub(crate) fn audit(
        &self,
        tenant: TenantId,
        actor: &str,
        action: Action,
        target: &str,
        now: Timestamp,
    ) -> AuditEvent {
        AuditEvent {
            id: EventId::new(now, &*self.entropy),
            tenant,
            at: now,
            actor: actor.to_owned(),
            action,
            target: target.to_owned(),
        }
    }
}

fn check_terms(
    params: &Params,
    client: &Client,
    grant: &Grant,
    (terms, binding): (&CodeTerms, &Binding),
) -> Result<(), EndpointError> {
    // The library compares parsed URLs; the rule is byte equality.
    if params.get("redirect_uri") != Some(terms.redirect_uri.as_str()) {
        return Err(EndpointError::invalid_grant("the redirect_uri is not the one the code was sent to"));
    }
    let demanded = terms.dpop_jkt.clone().map(Confirmation::DpopKey);
    if demanded.is_some() && demanded != binding.key {
        return Err(EndpointError::invalid_grant("the code is bound to another DPoP key"));
    }
    oxide::redeem(params, client, grant, terms)
}
