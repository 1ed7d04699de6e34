//! The userinfo endpoint (OIDC Core section 5.3).

use doorward_domain::scope::name;
use doorward_domain::{Grant, ScopeSet, Timestamp};
use doorward_store::{StoreError, StoreExt as _};
use serde_json::{Map, Value};

use super::error::{EndpointError, ErrorCode};
use super::statement::StatementForm;
use super::tokens::AccessToken;
use super::{People, Provenance, Provider, ResourceRequest, Statement, claims};

/// One answer for every token that is not valid (RFC 6750 section 3.1).
const INVALID: EndpointError =
    EndpointError::refused(ErrorCode::InvalidToken, "the access token is unknown, expired or revoked");

impl Provider {
    /// The claims that who holds the token of `request` may have.
    ///
    /// # Errors
    /// `invalid_token` unless it is one of our live access tokens for `openid`, used by who may.
    pub async fn userinfo(
        &self,
        request: ResourceRequest<'_>,
        now: Timestamp,
    ) -> Result<Statement, EndpointError> {
        let token = self.read_access_token(request.token, now).ok_or(INVALID)?;
        let (grant, people) = self.live(&token, now).await?.ok_or(INVALID)?;
        let by = (&people.client, grant.id);
        if !self.is_holder(&request, token.bound_to.as_ref(), by, now).await? {
            return Err(INVALID);
        }
        let scope = token.scope.intersection(&people.client.scope);
        let is_for_us = token.audience.iter().any(|audience| audience == self.settings.issuer());
        if !is_for_us || !scope.contains(name::OPENID) {
            return Err(INVALID);
        }
        let claims = self.userinfo_claims(&people, &grant, &scope);
        let tokens = &people.client.tokens;
        let form = StatementForm {
            typ: "JWT",
            media_type: "application/jwt",
            signing: tokens.userinfo,
            encryption: tokens.userinfo_encryption,
        };
        self.statement(form, &people.client, claims, now).await
    }

    /// What is told of a person within `scope`.
    pub(super) fn userinfo_claims(
        &self,
        people: &People,
        grant: &Grant,
        scope: &ScopeSet,
    ) -> Map<String, Value> {
        let mut claims = claims::released_as_asked(
            (&people.user, &people.tenant),
            scope,
            &grant.access.claims.userinfo,
            &people.client,
        );
        let sub = self.subject_for(&people.client, people.user.tenant, people.user.id);
        claims.insert("sub".to_owned(), sub.into());
        claims
    }

    /// The grant and people behind an access token; `None` when there is nobody, when it has been revoked
    /// or when one of them may no longer act.
    pub(super) async fn live(
        &self,
        token: &AccessToken,
        now: Timestamp,
    ) -> Result<Option<(Grant, People)>, StoreError> {
        let Some(reference) = token.grant else { return Ok(None) };
        let Some(grant) = self.store.read::<Grant>(&reference.key(), now).await? else { return Ok(None) };
        let Some(client) = self.client(&token.client, now).await? else { return Ok(None) };
        match self.may_act(client.record, Provenance::from(&grant.record), now).await {
            Ok(people) => Ok(Some((grant.record, people))),
            Err(EndpointError::Store(error)) => Err(error),
            Err(_) => Ok(None),
        }
    }
}
