//! Token introspection (RFC 7662), for the client that a token was issued to: whoever else asks learns
//! nothing, so there is one `sub` that an answer can have.

use doorward_domain::grant::Presented;
use doorward_domain::{Client, Grant, RevokedToken, Timestamp, client_may_act_now};
use doorward_store::records::at;
use doorward_store::{StoreError, StoreExt as _};
use serde_json::{Map, Value, json};

use super::error::EndpointError;
use super::statement::{StatementForm, prefers};
use super::token::{ClientRequest, may_refresh, token_type};
use super::tokens::AccessToken;
use super::{Provenance, Provider, Statement};

/// A signed answer (RFC 9701 section 5).
const MEDIA_TYPE: &str = "application/token-introspection+jwt";

impl Provider {
    /// Says whether a token is active, and what it allows; signed, if the request would rather have that
    /// (RFC 9701 section 4), and encrypted if the client registered for that.
    ///
    /// # Errors
    /// Only for the request itself: about every token that is not the client's own live one the
    /// answer is the same, `{"active":false}` (section 2.2).
    pub async fn introspect(
        &self,
        request: ClientRequest<'_>,
        now: Timestamp,
    ) -> Result<Statement, EndpointError> {
        let params = request.params()?;
        let client = self.authenticate(&request, &params, now).await?.record;
        if client.is_public() {
            return Err(EndpointError::invalid_client());
        }
        let token = params.get("token").ok_or(EndpointError::invalid_request("token is missing"))?;
        let about = match self.about_access_token(token, &client, now).await? {
            None => self.about_refresh_token(token, &client, now).await?,
            some => some,
        };
        let about = about.unwrap_or_else(|| json!({"active": false}));
        if !prefers(request.headers, MEDIA_TYPE) {
            return Ok(Statement::Plain(about.as_object().cloned().unwrap_or_default()));
        }
        let form = StatementForm {
            typ: "token-introspection+jwt",
            media_type: MEDIA_TYPE,
            signing: client.tokens.introspection.or(Some(client.tokens.id_token_algorithm())),
            encryption: client.tokens.introspection_encryption,
        };
        let claims = Map::from_iter([("token_introspection".to_owned(), about)]);
        self.statement(form, &client, claims, now).await
    }

    async fn about_access_token(
        &self,
        token: &str,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<Value>, EndpointError> {
        let Some(token) = self.read_access_token(token, now).filter(|token| token.client == client.id) else {
            return Ok(None);
        };
        let mut about = json!({
            "active": true,
            "token_type": token_type(token.bound_to.as_ref()),
            "iss": self.settings.issuer(),
            "aud": one_or_many(&token.audience),
            "client_id": client.id,
            "scope": token.scope.intersection(&client.scope).to_string(),
            "iat": token.issued_at.as_secs(),
            "exp": token.expires_at.as_secs(),
            "jti": token.id,
        });
        if let Some(key) = &token.bound_to {
            about["cnf"] = json!(key);
        }
        if !token.authorization_details.is_empty() {
            about["authorization_details"] = json!(token.authorization_details);
        }
        if token.grant.is_none() {
            about["sub"] = client.id.as_str().into();
            return Ok(self.lives_alone(&token, client, now).await?.then_some(about));
        }
        let Some((grant, people)) = self.live(&token, now).await? else { return Ok(None) };
        about["sub"] = self.subject_for(client, people.user.tenant, people.user.id).into();
        about["auth_time"] = grant.authentication.time.as_secs().into();
        if let Some(actor) = &grant.actor {
            about["act"] = json!(self.actors_for(client, actor));
        }
        Ok(Some(about))
    }

    /// Whether a token that `client` has for itself is good: it may still have one, and did not give this
    /// one back.
    pub(super) async fn lives_alone(
        &self,
        token: &AccessToken,
        client: &Client,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        let revoked = self.store.read::<RevokedToken>(&at::revoked_token(&token.id), now).await?;
        Ok(revoked.is_none() && client_may_act_now(client).is_ok())
    }

    async fn about_refresh_token(
        &self,
        token: &str,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<Value>, EndpointError> {
        let Some(grant) = self.grant_of_refresh_token(token, client, now).await? else { return Ok(None) };
        match self.may_act(client.clone(), Provenance::from(&grant), now).await {
            Ok(people) => Ok(Some(json!({
                "active": true,
                "iss": self.settings.issuer(),
                "sub": self.subject_for(client, people.user.tenant, people.user.id),
                "client_id": people.client.id,
                "scope": grant.access.scope.intersection(&people.client.scope).to_string(),
                "exp": grant.expires_at.as_secs(),
            }))),
            Err(EndpointError::Inactive(_)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// The grant of a refresh token that is `client`'s and could be used right now.
    async fn grant_of_refresh_token(
        &self,
        token: &str,
        client: &Client,
        now: Timestamp,
    ) -> Result<Option<Grant>, EndpointError> {
        if !may_refresh(client) {
            return Ok(None);
        }
        let token = self.read_refresh_token(token, now).await?;
        let Some(token) = token.filter(|token| token.grant.record.client == client.id) else {
            return Ok(None);
        };
        let lifetimes = &self.settings.lifetimes;
        let presented =
            token.family.presented(token.generation, now, lifetimes.refresh_grace, lifetimes.refresh_idle);
        Ok((presented == Presented::Current).then_some(token.grant.record))
    }
}

/// An audience as the token has it: a string when there is one, else an array.
fn one_or_many(audience: &[String]) -> Value {
    match audience {
        [one] => one.as_str().into(),
        many => many.into(),
    }
}
