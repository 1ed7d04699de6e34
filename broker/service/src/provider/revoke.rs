//! Token revocation (RFC 7009): giving back any token of a grant revokes the grant. A token that a client
//! has for itself belongs to no grant; what is written down of it is that it was revoked.

use doorward_domain::audit::Action;
use doorward_domain::{Client, Grant, RevokedToken, TenantId, Timestamp};
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};

use super::Provider;
use super::error::EndpointError;
use super::token::ClientRequest;
use super::tokens::AccessToken;

impl Provider {
    /// Revokes the grant that a token of this client belongs to, or a token without one. Unknown and
    /// foreign tokens are answered in the same way and nothing happens (section 2.2).
    ///
    /// # Errors
    /// When the request is malformed, or the store failed: then nothing is claimed to be revoked.
    pub async fn revoke(&self, request: ClientRequest<'_>, now: Timestamp) -> Result<(), EndpointError> {
        let params = request.params()?;
        let client = self.authenticate(&request, &params, now).await?.record;
        let token = params.get("token").ok_or(EndpointError::invalid_request("token is missing"))?;
        if let Some(own) = self.read_access_token(token, now).filter(|token| token.grant.is_none()) {
            return self.revoke_own(&own, &client, now).await;
        }
        while let Some(grant) = self.grant_of(token, now).await?.filter(|it| it.record.client == client.id) {
            let Grant { tenant, id, .. } = &grant.record;
            let event = self.audit(*tenant, client.id.as_str(), Action::GrantRevoked, &id.to_string(), now);
            match self.store.commit(Batch::new().delete(&grant).insert(&event)?).await {
                Ok(_) => break,
                // A refresh came in between: it must die all the same.
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(())
    }

    /// Marks a token that `client` has for itself as revoked, for as long as it would have lived.
    async fn revoke_own(
        &self,
        token: &AccessToken,
        client: &Client,
        now: Timestamp,
    ) -> Result<(), EndpointError> {
        if token.client != client.id {
            return Ok(());
        }
        let mark = RevokedToken { id: token.id.clone(), expires_at: token.expires_at };
        let event = self.audit(TenantId::BROKER, client.id.as_str(), Action::TokenRevoked, &token.id, now);
        match self.store.commit(Batch::new().insert(&mark)?.insert(&event)?).await {
            // It was given back before.
            Ok(_) | Err(StoreError::Conflict(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// The grant of a genuine token, whatever its kind.
    async fn grant_of(&self, token: &str, now: Timestamp) -> Result<Option<Stored<Grant>>, StoreError> {
        match self.read_access_token(token, now).and_then(|token| token.grant) {
            Some(grant) => self.store.read(&grant.key(), now).await,
            None => Ok(self.read_refresh_token(token, now).await?.map(|token| token.grant)),
        }
    }
}
