//! The device authorization grant (RFC 8628), as the device sees it: it asks, shows the person a code, and
//! polls until they have answered. What the person sees is `login/device.rs`.

use std::net::IpAddr;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::scope::name;
use doorward_domain::{
    Access, Client, DeviceAuthorization, DeviceState, Grant, GrantId, GrantState, GrantType, Plain, ScopeSet,
    SecretHash, Session, Timestamp, UserCode,
};
use doorward_store::records::at;
use doorward_store::{Batch, Key, StoreError, StoreExt as _, Stored};
use serde::Serialize;

use super::access::{authorization_details, narrowed, resources};
use super::binding::Binding;
use super::discovery::path;
use super::error::{EndpointError, ErrorCode};
use super::token::{ClientRequest, Issue, TokenResponse, still_allowed};
use super::{AuthorizationRequest, Params, Provenance, Provider};

/// What a device is told (RFC 8628 section 3.2).
#[derive(Debug, Serialize)]
pub struct DeviceResponse {
    /// What it polls with.
    #[serde(serialize_with = "super::token::expose")]
    pub device_code: Plain,
    /// What the person types.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: String,
    /// The same with the code in it, for those who can show it as a picture.
    pub verification_uri_complete: String,
    /// Seconds until it is too late.
    pub expires_in: u64,
    /// Seconds between two polls.
    pub interval: u64,
}

/// How soon a device may ask again, and by how much longer it waits when it was too soon (section 3.5).
const INTERVAL: Duration = Duration::from_secs(5);

const UNUSABLE: EndpointError =
    EndpointError::invalid_grant("the device_code is unknown, or was used already");

/// How a device has polled so far. It is remembered here alone: it spares us work and guards nothing.
#[derive(Clone, Copy, Debug)]
pub(super) struct Pace {
    polled_at: Timestamp,
    interval: Duration,
    too_soon: bool,
}

impl Provider {
    /// Answers a device authorization request (section 3.1), which came from this address.
    ///
    /// # Errors
    /// [`EndpointError`], which has the code for the client.
    pub async fn authorize_device(
        &self,
        request: ClientRequest<'_>,
        address: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<DeviceResponse, EndpointError> {
        let params = request.params()?;
        let client = self.authenticate(&request, &params, now).await?.record;
        if !client.may_use(GrantType::DeviceCode) {
            let description = "this client is not registered for the device grant";
            return Err(EndpointError::refused(ErrorCode::UnauthorizedClient, description));
        }
        let access = Access {
            resources: resources(&["resource"], &params, &client, Some(self.settings.issuer()))?,
            authorization_details: authorization_details(&params, &client)?,
            ..Access::of(asked_scope(params.get("scope"), &client)?)
        };
        let asked_from = address.map(|address| address.to_string());
        let expires_at = now + self.settings.lifetimes.device;
        loop {
            let (user_code, device_code) = self.new_codes();
            let device = DeviceAuthorization {
                user_code,
                device_code: device_code.hash(),
                client: client.id.clone(),
                access: access.clone(),
                asked_from: asked_from.clone(),
                state: DeviceState::Pending,
                expires_at,
            };
            if !AuthorizationRequest::of_device(&device).can_travel() {
                return Err(EndpointError::invalid_request("the parameters are too long together"));
            }
            match self.store.commit(Batch::new().insert(&device)?).await {
                Ok(_) => return Ok(self.device_response(device_code, user_code)),
                // Another device has this code right now.
                Err(StoreError::Conflict(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// A new pair of codes. The device's begins with the person's, by which the request is found.
    fn new_codes(&self) -> (UserCode, Plain) {
        let user_code = UserCode::generate(&*self.entropy);
        let secret = BASE64.encode(self.entropy.bytes::<32>());
        (user_code, Plain::new(format!("{user_code}-{secret}")))
    }

    fn device_response(&self, device_code: Plain, user_code: UserCode) -> DeviceResponse {
        let verification_uri = self.settings.url(path::DEVICE);
        DeviceResponse {
            device_code,
            user_code: user_code.to_string(),
            verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
            verification_uri,
            expires_in: self.settings.lifetimes.device.as_secs(),
            interval: INTERVAL.as_secs(),
        }
    }

    /// Answers a device that asks whether the person has answered (section 3.4).
    pub(super) async fn poll_device(
        &self,
        params: &Params,
        client: Client,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        let code = params.get("device_code");
        let code = Plain::new(code.ok_or(EndpointError::invalid_request("device_code is missing"))?).hash();
        let key = params.get("device_code").and_then(named_device).ok_or(UNUSABLE)?;
        let device = self.store.read::<DeviceAuthorization>(&key, now).await?.ok_or(UNUSABLE)?;
        if device.record.device_code != code || device.record.client != client.id {
            return Err(UNUSABLE);
        }
        let refused = |code, description| Err(EndpointError::refused(code, description));
        match device.record.state {
            _ if now >= device.record.expires_at => {
                refused(ErrorCode::ExpiredToken, "the person did not answer in time")
            }
            DeviceState::Denied => refused(ErrorCode::AccessDenied, "the person said no"),
            DeviceState::Pending => Err(self.not_yet(&code, now)),
            DeviceState::Approved { tenant, session, grant } => {
                self.fetch((params, client), &device, &at::grant(tenant, session, grant), binding, now).await
            }
        }
    }

    /// The person has not answered; a device that asks too soon waits longer from now on (section 3.5).
    fn not_yet(&self, code: &SecretHash, now: Timestamp) -> EndpointError {
        let first = Pace { polled_at: now, interval: INTERVAL, too_soon: false };
        let polled = self.device_polls.entry(*code.as_bytes()).and_upsert_with(|before| match before {
            None => first,
            Some(before) => {
                let before = before.into_value();
                let too_soon = now < before.polled_at + before.interval;
                let interval = if too_soon { before.interval + INTERVAL } else { before.interval };
                Pace { polled_at: now, interval, too_soon }
            }
        });
        match polled.into_value().too_soon {
            true => EndpointError::refused(ErrorCode::SlowDown, "wait five seconds longer between polls"),
            false => {
                EndpointError::refused(ErrorCode::AuthorizationPending, "the person has not answered yet")
            }
        }
    }

    /// Gives the device what the person granted it, once: one conditional write takes its request away and
    /// turns the grant into tokens.
    async fn fetch(
        &self,
        (params, client): (&Params, Client),
        device: &Stored<DeviceAuthorization>,
        key: &Key,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        // Whoever has signed out since has taken the grant back.
        let offered = self.store.read::<Grant>(key, now).await?.ok_or(UNUSABLE)?;
        let scope = still_allowed(&client, &offered.record.access.scope)?;
        let people = self.may_act(client, Provenance::from(&offered.record), now).await?;
        self.keys.check(people.client.tokens.id_token_algorithm())?;
        let grant = self.redeemed((&people.client, binding), &offered.record, scope, now);
        let shown = narrowed(params, &grant, self.settings.issuer())?;
        self.use_binding(binding, (&people.client, Some(grant.id)), now).await?;
        let issue = Issue { grant: &shown, ..Issue::first(&grant, binding, &offered.record) };
        match self.store.commit(Batch::new().update(&offered, &grant)?.delete(device)).await {
            Ok(_) => self.answer(&people, issue, now),
            Err(StoreError::Conflict(_)) => Err(UNUSABLE),
            Err(error) => Err(error.into()),
        }
    }

    /// The request of a device that still waits for an answer.
    ///
    /// # Errors
    /// When the store fails.
    pub(crate) async fn waiting_device(
        &self,
        code: UserCode,
        now: Timestamp,
    ) -> Result<Option<Stored<DeviceAuthorization>>, StoreError> {
        let found = self.store.read::<DeviceAuthorization>(&at::device(code), now).await?;
        Ok(found.filter(|it| it.record.state.is_pending() && now < it.record.expires_at))
    }

    /// Adds to `batch` that the person of `session` lets the device in: its request is approved, and the
    /// grant `grant` waits for it.
    ///
    /// # Errors
    /// When one of them cannot be written as a record.
    pub(crate) fn approve_device(
        &self,
        batch: Batch,
        (device, client): (&Stored<DeviceAuthorization>, &Client),
        grant: GrantId,
        session: &Session,
    ) -> Result<Batch, StoreError> {
        let state = DeviceState::Approved { tenant: session.tenant, session: session.id, grant };
        let approved = DeviceAuthorization { state, ..device.record.clone() };
        let offered = Grant {
            id: grant,
            tenant: session.tenant,
            client: approved.client.clone(),
            user: session.user,
            session: session.id,
            connection: session.connection,
            access: approved.access.clone(),
            actor: None,
            nonce: None,
            authentication: session.authentication.clone(),
            code: approved.device_code,
            client_document: None,
            bound_to: None,
            state: GrantState::Waiting,
            epoch: session.epoch,
            remembered_until: client.logout.any().then_some(session.ends_at),
            expires_at: approved.expires_at,
        };
        batch.update(device, &approved)?.insert(&offered)
    }
}

/// Where the request of a device code lies, before the code is known to be genuine.
fn named_device(device_code: &str) -> Option<Key> {
    const USER_CODE: usize = "XXXX-XXXX".len();
    UserCode::parse(device_code.get(..USER_CODE)?).map(at::device)
}

/// What a device asks for and its client may have (RFC 6749 section 3.3). A refresh token must be asked
/// for by name (OIDC Core section 11).
fn asked_scope(asked: Option<&str>, client: &Client) -> Result<ScopeSet, EndpointError> {
    let scope = match asked {
        None => Some(client.scope.without(name::OFFLINE_ACCESS)),
        Some(asked) => ScopeSet::parse(asked).map(|asked| asked.intersection(&client.scope)),
    };
    scope.filter(|scope| !scope.is_empty()).ok_or(EndpointError::refused(
        ErrorCode::InvalidScope,
        "the scope is malformed, or holds nothing that this client is registered for",
    ))
}
