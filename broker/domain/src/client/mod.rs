//! Clients: the downstream apps.

mod assurance;
mod authentication;
mod metadata;
mod profile;

use serde::{Deserialize, Serialize};

pub use assurance::Assurance;
pub use authentication::{CertificateName, ClientAuthentication, ClientKeys, ClientSecret, Method};
pub use metadata::{
    AccessTokenForm, GrantType, LogoutChannels, Presentation, Registration, RequestDefaults, RequestRules,
    SubjectType, TokenForms,
};
pub use profile::{ClientProfile, Demands};

use crate::{
    Algorithm, ClientId, Environment, Grant, PopulationName, RedirectUri, ScopeSet, SecretHash, Tenant,
    TenantId, Timestamp, UrisDigest,
};

/// A downstream app (RFC 6749 section 2, metadata of RFC 7591 section 2 and OIDC Registration
/// section 2). What is kept leaves out what is the default: it is read with every request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Client {
    /// Its `client_id`.
    pub id: ClientId,
    /// Its name, as people read it.
    pub name: String,
    /// How it proves who it is at the token endpoint.
    pub authentication: ClientAuthentication,
    /// Its public keys.
    #[serde(default, skip_serializing_if = "is_default")]
    pub keys: ClientKeys,
    /// The set of rules that it has chosen as a whole.
    #[serde(default, skip_serializing_if = "is_default")]
    pub profile: ClientProfile,
    /// Whether it runs on a person's device, where the port of a loopback redirect is free.
    #[serde(default, skip_serializing_if = "is_default")]
    pub native: bool,
    /// The grants it may use.
    #[serde(default = "GrantType::usual", skip_serializing_if = "GrantType::are_usual")]
    pub grant_types: Vec<GrantType>,
    /// Where answers may be sent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub redirect_uris: Vec<RedirectUri>,
    /// Where a signed-out browser may be sent.
    #[serde(default, skip_serializing_if = "is_default")]
    pub post_logout_redirect_uris: Vec<RedirectUri>,
    /// The most it may ask for.
    pub scope: ScopeSet,
    /// The protected resources that it may ask tokens for (RFC 8707), besides userinfo.
    #[serde(default, skip_serializing_if = "is_default")]
    pub resources: Vec<String>,
    /// The types of authorization details that it may ask for (RFC 9396 section 10).
    #[serde(default, skip_serializing_if = "is_default")]
    pub authorization_details_types: Vec<String>,
    /// Whether people are asked before it gets their data.
    pub trust: ClientTrust,
    /// The tenants whose people may use it, with the parts of each; empty for all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tenants: Vec<TenantId>,
    /// The populations that it serves; empty for all.
    #[serde(default, skip_serializing_if = "is_default")]
    pub populations: Vec<PopulationName>,
    /// The environment that it belongs to.
    #[serde(default, skip_serializing_if = "is_default")]
    pub environment: Environment,
    /// In which form it gets what is issued.
    #[serde(default, skip_serializing_if = "is_default")]
    pub tokens: TokenForms,
    /// In which form it must ask.
    #[serde(default, skip_serializing_if = "is_default")]
    pub requests: RequestRules,
    /// What its requests mean when they do not say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub defaults: RequestDefaults,
    /// What it demands of a sign-in, whatever its requests say.
    #[serde(default, skip_serializing_if = "is_default")]
    pub assurance: Assurance,
    /// How it knows people.
    #[serde(default, skip_serializing_if = "is_default")]
    pub subject_type: SubjectType,
    /// How it learns that somebody signed out.
    #[serde(default, skip_serializing_if = "is_default")]
    pub logout: LogoutChannels,
    /// What people are shown of it.
    #[serde(default, skip_serializing_if = "is_default")]
    pub presentation: Presentation,
    /// Where a sign-in that others start begins (OIDC Core section 4).
    #[serde(default, skip_serializing_if = "is_default")]
    pub initiate_login_uri: Option<String>,
    /// How it registered, when it did so itself (RFC 7591).
    #[serde(default, skip_serializing_if = "is_default")]
    pub registration: Option<Registration>,
    /// What its redirect URIs come to, when it publishes its metadata itself (draft-ietf-oauth-client-id-
    /// metadata-document). Such a client is kept nowhere.
    #[serde(skip)]
    pub document: Option<UrisDigest>,
    /// Whether its assertions may name the token endpoint as their audience; only a registration can say so.
    #[serde(default, skip_serializing_if = "is_default")]
    pub token_endpoint_audience: bool,
    /// Whether it must send a PKCE challenge (RFC 7636); only a registration can say no.
    pub require_pkce: bool,
    /// Whether it may act at all.
    pub enabled: bool,
    /// When it was registered.
    pub created_at: Timestamp,
}

/// Whose app it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientTrust {
    /// The operator's own: no consent is asked.
    FirstParty,
    /// Somebody else's: people consent first.
    ThirdParty,
}

impl Client {
    /// A confidential or public web app with nothing but defaults: the strictest there is.
    pub fn new(
        id: ClientId,
        name: String,
        authentication: ClientAuthentication,
        created_at: Timestamp,
    ) -> Self {
        Self {
            id,
            name,
            authentication,
            keys: ClientKeys::default(),
            profile: ClientProfile::default(),
            native: false,
            grant_types: GrantType::usual(),
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            scope: ScopeSet::default(),
            resources: Vec::new(),
            authorization_details_types: Vec::new(),
            trust: ClientTrust::ThirdParty,
            tenants: Vec::new(),
            populations: Vec::new(),
            environment: Environment::default(),
            tokens: TokenForms::default(),
            requests: RequestRules::default(),
            defaults: RequestDefaults::default(),
            assurance: Assurance::default(),
            subject_type: SubjectType::default(),
            logout: LogoutChannels::default(),
            presentation: Presentation::default(),
            initiate_login_uri: None,
            registration: None,
            document: None,
            token_endpoint_audience: false,
            require_pkce: true,
            enabled: true,
            created_at,
        }
    }

    /// What its profile demands of it.
    pub const fn demands(&self) -> &'static Demands {
        self.profile.demands()
    }

    /// Whether a request's `redirect_uri` is a registered one.
    pub fn may_redirect_to(&self, requested: &str) -> bool {
        self.redirect_uris.iter().any(|registered| registered.matches(requested, self.native))
    }

    /// Whether a `post_logout_redirect_uri` is a registered one.
    pub fn may_leave_to(&self, requested: &str) -> bool {
        self.post_logout_redirect_uris.iter().any(|registered| registered.matches(requested, self.native))
    }

    /// Whether it has no secret and no key, so that anybody can use its name.
    pub fn is_public(&self) -> bool {
        self.authentication == ClientAuthentication::None
    }

    /// Whether nobody but itself says who it is.
    pub fn is_unverified(&self) -> bool {
        let by_itself = self.registration.is_some() || self.document.is_some();
        by_itself && self.trust == ClientTrust::ThirdParty
    }

    /// Whether a grant was given to it as it is now. One that publishes its metadata itself may have other
    /// hands at its URL by now: what went to the old redirect URIs is not for the new ones.
    pub fn is_as_granted(&self, grant: &Grant) -> bool {
        let same = grant.client_document.is_none()
            || self.document.is_none()
            || grant.client_document == self.document;
        same && self.was_there_at(grant.id.made_at())
    }

    /// Whether it was registered by then. What a client was given ends with it, also when another one gets
    /// its name. One that publishes its metadata itself is read anew each time, and is who it was.
    pub fn was_there_at(&self, time: Timestamp) -> bool {
        self.document.is_some() || self.created_at <= time
    }

    /// Whether it may use a grant (RFC 7591 section 2).
    pub fn may_use(&self, grant: GrantType) -> bool {
        self.grant_types.contains(&grant)
    }

    /// Whether it must send a PKCE challenge. A public client has no other proof that a code is its
    /// own, so it must whatever its registration says (RFC 9700 section 2.1.1).
    pub fn must_use_pkce(&self) -> bool {
        self.require_pkce || self.is_public() || self.demands().pkce
    }

    /// Whether its assertions may name the token endpoint as their audience, as OIDC Core section 9 has it.
    /// Another server that the client trusts could call our token endpoint its own and pass them on here, so
    /// they name the issuer unless a registration says otherwise (CA-06).
    pub fn may_name_token_endpoint(&self) -> bool {
        self.token_endpoint_audience && !self.demands().issuer_audience
    }

    /// Whether its authorization requests must be pushed (RFC 9126 section 6).
    pub fn must_push_requests(&self) -> bool {
        self.requests.require_pushed || self.demands().pushed_requests
    }

    /// Whether its authorization requests must be signed (RFC 9101 section 10.5).
    pub fn must_sign_requests(&self) -> bool {
        self.requests.require_signed
    }

    /// Whether its authorization responses must be signed (JARM), because its profile wants something signed
    /// and its requests are not (FAPI 2.0 Message Signing section 5.4).
    pub fn must_get_signed_responses(&self) -> bool {
        self.demands().signed_requests && !self.must_sign_requests()
    }

    /// Whether its tokens must be bound to a key of its own: by DPoP (RFC 9449), or by its certificate
    /// when it is registered for that (RFC 8705 section 3).
    pub fn must_bind_tokens(&self) -> bool {
        self.tokens.dpop_bound || self.tokens.certificate_bound || self.demands().sender_constrained
    }

    /// The algorithms that may sign what it sends: assertions, request objects and proofs.
    pub const fn signing_algorithms(&self) -> &'static [Algorithm] {
        self.demands().algorithms
    }

    /// Whether people of `tenant` may use it.
    pub fn serves(&self, tenant: &Tenant) -> bool {
        self.tenants.is_empty() || self.tenants.iter().any(|served| tenant.belongs_to(*served))
    }
}

/// Something that was used and may not be used again until it has expired by itself: the `jti` of a
/// client assertion (RFC 7523 section 3), of a DPoP proof (RFC 9449 section 11.1), or of a request
/// object (RFC 9101 section 10.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReplayMark {
    /// Whose it was.
    pub client: ClientId,
    /// SHA-256 of what it is and its `jti`.
    pub jti: SecretHash,
    /// When it expires.
    pub expires_at: Timestamp,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}
