//! The authorization code grant (RFC 6749 section 4.1.3).
//!
//! A code is redeemed by one conditional write: it expects the version that was checked and leaves
//! the code marked as redeemed, together with the grant it became. Whoever comes second conflicts,
//! reads again and finds the mark; that is reuse, and the grant is revoked (RFC 9700 section 2.1.1).

use doorward_domain::audit::Action;
use doorward_domain::scope::name;
use doorward_domain::{
    AuditEvent, AuthorizationCode, Client, CodeState, EventId, Grant, GrantId, Handle, HandleKind,
    RefreshFamily, Timestamp,
};
use doorward_store::records::{GrantOfSession, at};
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};

use super::error::EndpointError;
use super::token::TokenResponse;
use super::{Params, Provenance, Provider, oxide};

const UNUSABLE: EndpointError = EndpointError::invalid_grant("the code is unknown, expired, or used already");

impl Provider {
    pub(super) async fn redeem_code(
        &self,
        params: &Params,
        client: Client,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let text = params.get("code").ok_or(EndpointError::invalid_request("code is missing"))?;
        let handle = Handle::parse(HandleKind::Code, text).ok_or(UNUSABLE)?;
        let key = at::code(handle.tenant(), GrantId::from_bytes(handle.id()));
        let code = self.store.read::<AuthorizationCode>(&key, now).await?.ok_or(UNUSABLE)?;
        if code.record.secret != handle.hash() || code.record.client != client.id {
            return Err(UNUSABLE);
        }
        if code.record.state == CodeState::Redeemed {
            return self.code_reused(&code.record, now).await;
        }
        if now >= code.record.redeemable_until {
            return Err(UNUSABLE);
        }
        match check_terms(params, &client, &code.record) {
            Ok(()) => self.exchange(client, &code, now).await,
            Err(error) => self.spoil(&code, error, now).await,
        }
    }

    /// A wrong verifier or redirect URI costs the code: there is no second guess. The mark stays, so that
    /// the login it came from cannot come to its end again. If somebody has redeemed it meanwhile, this
    /// was reuse.
    async fn spoil<T>(
        &self,
        code: &Stored<AuthorizationCode>,
        error: EndpointError,
        now: Timestamp,
    ) -> Result<T, EndpointError> {
        match self.store.commit(Batch::new().update(code, &redeemed(&code.record))?).await {
            Ok(_) => Err(error),
            Err(StoreError::Conflict(_)) => self.code_reused(&code.record, now).await,
            Err(error) => Err(error.into()),
        }
    }

    async fn exchange(
        &self,
        client: Client,
        code: &Stored<AuthorizationCode>,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let record = &code.record;
        let of = Provenance {
            tenant: record.tenant,
            user: record.user,
            connection: record.connection,
            grant: None,
        };
        let people = self.may_act(client, of, now).await?;
        let grant = self.new_grant(record, now);
        let index = GrantOfSession {
            tenant: grant.tenant,
            session: grant.session,
            grant: grant.id,
            expires_at: grant.expires_at,
        };
        let batch = Batch::new().update(code, &redeemed(record))?.insert(&grant)?.insert(&index)?;
        match self.store.commit(batch).await {
            Ok(_) => self.answer(&people, &grant, &grant.scope, now),
            Err(StoreError::Conflict(_)) => self.code_reused(record, now).await,
            Err(error) => Err(error.into()),
        }
    }

    fn new_grant(&self, code: &AuthorizationCode, now: Timestamp) -> Grant {
        let lifetimes = &self.settings.lifetimes;
        let refresh = code.scope.contains(name::OFFLINE_ACCESS).then(|| RefreshFamily {
            key: self.sealer.active().to_owned(),
            seed: self.entropy.bytes(),
            generation: 0,
            rotated_at: now,
        });
        let life = if refresh.is_some() { lifetimes.grant } else { lifetimes.access_token };
        Grant {
            id: code.grant,
            tenant: code.tenant,
            client: code.client.clone(),
            user: code.user,
            session: code.session,
            connection: code.connection,
            scope: code.scope.clone(),
            nonce: code.nonce.clone(),
            authentication: code.authentication.clone(),
            refresh,
            expires_at: now + life,
        }
    }

    /// Somebody has a copy of the code: everything it gave dies (RFC 6749 section 4.1.2).
    async fn code_reused<T>(&self, code: &AuthorizationCode, now: Timestamp) -> Result<T, EndpointError> {
        let event =
            self.audit(code.tenant, code.client.as_str(), Action::CodeReuse, &code.grant.to_string(), now);
        // A refresh may change the grant meanwhile; it must die all the same.
        while let Some(grant) = self.store.read::<Grant>(&at::grant(code.tenant, code.grant), now).await? {
            match self.store.commit(Batch::new().delete(&grant).insert(&event)?).await {
                Ok(_) => {
                    tracing::warn!(tenant = %code.tenant, client = %code.client, "a redeemed code came again");
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
        tenant: doorward_domain::TenantId,
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

fn redeemed(code: &AuthorizationCode) -> AuthorizationCode {
    AuthorizationCode { state: CodeState::Redeemed, ..code.clone() }
}

fn check_terms(params: &Params, client: &Client, code: &AuthorizationCode) -> Result<(), EndpointError> {
    // The library compares parsed URLs; the rule is byte equality.
    if params.get("redirect_uri") != Some(code.redirect_uri.as_str()) {
        return Err(EndpointError::invalid_grant("the redirect_uri is not the one the code was sent to"));
    }
    oxide::redeem(params, client, code)
}
