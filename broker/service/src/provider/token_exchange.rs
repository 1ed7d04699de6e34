//! Token exchange (RFC 8693): a client that calls another service gets an access token for that from one
//! that it has.
//!
//! The new token is about the same person, comes from the same sign-in and ends with it. Whoever asks must
//! pass what the person's own sign-in to that client would: tenant, connection, user and consent.

use doorward_domain::audit::Action;
use doorward_domain::scope::name;
use doorward_domain::{
    Access, Actor, Client, ClientTrust, Confirmation, Consent, Grant, GrantId, GrantState, Party, Plain,
    ScopeSet, Timestamp,
};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};

use super::access::{narrowed_details, resources};
use super::binding::Binding;
use super::error::{EndpointError, ErrorCode};
use super::token::{Issue, TokenResponse};
use super::tokens::AccessToken;
use super::{Params, Provenance, Provider};

/// The one type of token that is taken and given here (RFC 8693 section 3).
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";

/// One answer for every subject token that gets nothing (RFC 8693 section 2.2.2).
const UNUSABLE: EndpointError =
    EndpointError::invalid_request("the subject_token is unknown, over, or not for this client");

/// An exchange that lost a race with a refresh of the same grant is decided again.
const TRIES: usize = 8;

impl Provider {
    pub(super) async fn exchange_token(
        &self,
        params: &Params,
        client: Client,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        if client.is_public() {
            let description = "this grant is for confidential clients";
            return Err(EndpointError::refused(ErrorCode::UnauthorizedClient, description));
        }
        let subject = self.subject_token(params, &client, now)?;
        let scope = exchanged_scope(params.get("scope"), &subject, &client)?;
        check_holder(&subject, &client, binding)?;
        let issuer = self.settings.issuer();
        let access = Access {
            resources: resources(&["resource", "audience"], params, &client, Some(issuer))?,
            authorization_details: narrowed_details(params, &subject.authorization_details)?
                .unwrap_or_default(),
            ..Access::of(scope)
        };
        self.use_binding(binding, (&client, None), now).await?;
        let bound_to = binding.key.as_ref();
        for _ in 0..TRIES {
            let actor = self.actor(params, &client, binding, now).await?;
            match self.exchange_once(&subject, &client, (access.clone(), actor), bound_to, now).await {
                Err(EndpointError::Store(StoreError::Conflict(_))) => {}
                decided => return decided,
            }
        }
        Err(UNUSABLE)
    }

    /// The token that is exchanged: one of ours, given to this client or meant for it.
    fn subject_token(
        &self,
        params: &Params,
        client: &Client,
        now: Timestamp,
    ) -> Result<AccessToken, EndpointError> {
        let text = params.get("subject_token");
        let text = text.ok_or(EndpointError::invalid_request("subject_token is missing"))?;
        let ours =
            [params.get("subject_token_type"), params.get("requested_token_type").or(Some(ACCESS_TOKEN))];
        if ours != [Some(ACCESS_TOKEN); 2] {
            return Err(EndpointError::invalid_request("access tokens alone are taken and given"));
        }
        let id = client.id.as_str();
        let token = self.read_access_token(text, now).ok_or(UNUSABLE)?;
        let for_client = token.client == client.id || token.audience.iter().any(|audience| audience == id);
        if for_client { Ok(AccessToken::clone(&token)) } else { Err(UNUSABLE) }
    }

    /// Who acts with the new token, when the client says so: the bearer of another token of
    /// its own (section 2.1).
    async fn actor(
        &self,
        params: &Params,
        client: &Client,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<Option<Party>, EndpointError> {
        const UNUSABLE: EndpointError =
            EndpointError::invalid_request("the actor_token is unknown, over, or not this client's");
        let text = match (params.get("actor_token"), params.get("actor_token_type")) {
            (None, None) => return Ok(None),
            (Some(text), Some(ACCESS_TOKEN)) => text,
            _ => return Err(EndpointError::invalid_request("actor_token and its type do not fit")),
        };
        let token = self.read_access_token(text, now).filter(|token| token.client == client.id);
        let token = token.ok_or(UNUSABLE)?;
        check_holder(&token, client, binding)?;
        if token.grant.is_none() {
            let lives = self.lives_alone(&token, client, now).await?;
            return if lives { Ok(Some(Party::Client(client.id.clone()))) } else { Err(UNUSABLE) };
        }
        let (_, people) = self.live(&token, now).await?.ok_or(UNUSABLE)?;
        Ok(Some(Party::User(people.user.tenant, people.user.id)))
    }

    async fn exchange_once(
        &self,
        subject: &AccessToken,
        client: &Client,
        (access, actor): (Access, Option<Party>),
        bound_to: Option<&Confirmation>,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let from = self.subject_grant(subject, now).await?;
        let grant = self.exchanged(&from.record, subject, client, (access, actor), now);
        self.may_act(client.clone(), Provenance::from(&grant), now).await?;
        self.check_consent(&grant, client, now).await?;
        if grant.actor.as_ref().is_some_and(|actor| actor.count() > Actor::MOST) {
            return Err(EndpointError::invalid_request("too many have acted before"));
        }
        let (actor, target) = (client.id.as_str(), grant.id.to_string());
        let event = self.audit(grant.tenant, actor, Action::TokenExchanged, &target, now);
        // The grant that it comes from is written as it is: it must stand when the new one begins.
        let batch = Batch::new().update(&from, &from.record)?.insert(&grant)?.insert(&event)?;
        self.store.commit(batch).await?;
        let issue = Issue { grant: &grant, scope: &grant.access.scope, bound_to, nonce: None };
        let access_token = self.access_token(client, issue, now)?;
        Ok(TokenResponse {
            issued_token_type: Some(ACCESS_TOKEN),
            expires_in: u64::try_from(grant.expires_at.as_secs() - now.as_secs()).unwrap_or(0),
            ..self.token_response(access_token, &grant.access, bound_to)
        })
    }

    /// The grant of a subject token, whose own client and people may still act.
    async fn subject_grant(
        &self,
        subject: &AccessToken,
        now: Timestamp,
    ) -> Result<Stored<Grant>, EndpointError> {
        let reference = subject.grant.ok_or(UNUSABLE)?;
        let grant = self.store.read::<Grant>(&reference.key(), now).await?.ok_or(UNUSABLE)?;
        match self.live(subject, now).await? {
            Some(_) => Ok(grant),
            None => Err(UNUSABLE),
        }
    }

    /// The new grant: of the same sign-in, and for no longer than the token that it comes from.
    fn exchanged(
        &self,
        from: &Grant,
        subject: &AccessToken,
        client: &Client,
        (access, actor): (Access, Option<Party>),
        now: Timestamp,
    ) -> Grant {
        let actor = match actor {
            Some(actor) => Some(Actor::after(from.actor.clone(), actor)),
            None => from.actor.clone(),
        };
        Grant {
            id: GrantId::new(now, &*self.entropy),
            client: client.id.clone(),
            access,
            actor,
            nonce: None,
            code: Plain::generate(&*self.entropy).hash(),
            client_document: None,
            bound_to: None,
            state: GrantState::Redeemed { refresh: None },
            remembered_until: None,
            expires_at: (now + self.settings.lifetimes.access_token).min(subject.expires_at),
            ..from.clone()
        }
    }

    /// A third-party client gets by exchange what the person allowed it, and no more (TX-03). Details are
    /// allowed for once, when it asks the person.
    async fn check_consent(
        &self,
        grant: &Grant,
        client: &Client,
        now: Timestamp,
    ) -> Result<(), EndpointError> {
        if client.trust == ClientTrust::FirstParty {
            return Ok(());
        }
        let given =
            self.store.read::<Consent>(&at::consent(grant.tenant, grant.user, &client.id), now).await?;
        match given.is_some_and(|given| given.record.covers(client, &grant.access)) {
            true => Ok(()),
            false => Err(EndpointError::invalid_grant("the person has not allowed this client so much")),
        }
    }
}

/// A token that is bound to a key serves its own client only with that key, here as everywhere (RFC 9449
/// section 7, RFC 8705 section 3). A service that it is meant for has seen it used, and has no such key.
fn check_holder(token: &AccessToken, client: &Client, binding: &Binding) -> Result<(), EndpointError> {
    match token.client == client.id && token.bound_to.is_some() && token.bound_to != binding.key {
        true => {
            Err(EndpointError::invalid_request("the token is bound to a key that the request does not prove"))
        }
        false => Ok(()),
    }
}

/// The scope of the new token: no more than the subject token allows, nor than the client may have. A
/// refresh token is not among it.
fn exchanged_scope(
    asked: Option<&str>,
    subject: &AccessToken,
    client: &Client,
) -> Result<ScopeSet, EndpointError> {
    const INVALID: EndpointError = EndpointError::refused(
        ErrorCode::InvalidScope,
        "the scope is malformed, or wider than the subject_token's or the client's",
    );
    let most = subject.scope.intersection(&client.scope).without(name::OFFLINE_ACCESS);
    let scope = match asked {
        None => most,
        Some(asked) => ScopeSet::parse(asked).filter(|asked| asked.is_subset(&most)).ok_or(INVALID)?,
    };
    if scope.is_empty() { Err(INVALID) } else { Ok(scope) }
}
