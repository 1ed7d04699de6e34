//! What is issued: ID tokens (OIDC Core section 2) and access tokens (RFC 9068), and how our own are read
//! again.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::client::AccessTokenForm;
use doorward_domain::{
    Access, Algorithm, Client, ClientId, Confirmation, GrantId, ScopeSet, SessionId, TenantId, Timestamp,
};
use doorward_store::Key;
use doorward_store::records::at;
use serde::{Deserialize as _, Serialize, Serializer};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256, Sha512};

use super::access::audience;
use super::subject::ActClaim;
use super::token::Issue;
use super::{EndpointError, People, Provider, claims};
use crate::keys::{Audience, Claims, Expected, Expiry, KeyError, Purpose, Typ, verify};

/// The claims of an ID token. What the identity provider did not say is left out.
#[derive(Debug, Serialize)]
pub(super) struct IdToken<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    iat: i64,
    exp: i64,
    auth_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    acr: Option<&'a str>,
    #[serde(skip_serializing_if = "<[String]>::is_empty")]
    amr: &'a [String],
    #[serde(skip_serializing_if = "Option::is_none")]
    session_expiry: Option<i64>,
    sid: String,
    at_hash: String,
    #[serde(flatten)]
    released: Map<String, Value>,
}

/// The claims of an access token (RFC 9068 section 2.2); `tenant_id`, `sid` and `gid` find the grant.
#[derive(Debug, Serialize)]
pub(super) struct AccessTokenClaims<'a> {
    iss: &'a str,
    sub: String,
    #[serde(serialize_with = "one_or_many")]
    aud: Vec<&'a str>,
    client_id: &'a str,
    #[serde(skip_serializing_if = "String::is_empty")]
    scope: String,
    #[serde(skip_serializing_if = "<[Map<String, Value>]>::is_empty")]
    authorization_details: &'a [Map<String, Value>],
    iat: i64,
    exp: i64,
    jti: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<ActClaim>,
    #[serde(skip_serializing_if = "Option::is_none")]
    auth_time: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    gid: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    tenant_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnf: Option<&'a Confirmation>,
}

/// One of our own access tokens after verification.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessToken {
    /// The grant it belongs to; none when its client has it for itself.
    pub grant: Option<GrantReference>,
    /// The client it was issued to.
    pub client: ClientId,
    /// Whom it is for: this issuer's userinfo, or protected resources (RFC 8707).
    pub audience: Vec<String>,
    /// What it allows.
    pub scope: ScopeSet,
    /// What it allows in detail (RFC 9396).
    pub authorization_details: Vec<Map<String, Value>>,
    /// The key it is bound to.
    pub bound_to: Option<Confirmation>,
    /// When it was issued.
    pub issued_at: Timestamp,
    /// When it ends.
    pub expires_at: Timestamp,
    /// Its `jti`.
    pub id: String,
}

impl AccessToken {
    /// What these claims of ours say.
    fn of(claims: &Claims) -> Option<Self> {
        let grant = match claims.str("gid") {
            None => None,
            Some(grant) => Some(GrantReference {
                tenant: claims.str("tenant_id")?.parse().ok()?,
                session: claims.str("sid")?.parse().ok()?,
                grant: grant.parse().ok()?,
            }),
        };
        Some(Self {
            grant,
            client: ClientId::new(claims.str("client_id")?),
            scope: ScopeSet::parse(claims.str("scope").unwrap_or_default())?,
            audience: claims.strings("aud").into_iter().map(str::to_owned).collect(),
            authorization_details: match claims.get("authorization_details") {
                None => Vec::new(),
                Some(details) => Vec::deserialize(details).ok()?,
            },
            bound_to: match claims.get("cnf") {
                None => None,
                Some(key) => Some(Confirmation::deserialize(key).ok()?),
            },
            issued_at: claims.time("iat")?,
            expires_at: claims.time("exp")?,
            id: claims.str("jti")?.to_owned(),
        })
    }
}

/// Which grant a token belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct GrantReference {
    /// The tenant whose user it is about.
    pub tenant: TenantId,
    /// The session it comes from.
    pub session: SessionId,
    /// The grant.
    pub grant: GrantId,
}

impl GrantReference {
    /// Where the grant lies.
    pub fn key(&self) -> Key {
        at::grant(self.tenant, self.session, self.grant)
    }
}

/// What a genuine `id_token_hint` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HintClaims {
    /// The user it was about, as the client knows them.
    pub subject: String,
    /// The client it was issued to.
    pub client: ClientId,
    /// The session it came from.
    pub session: Option<SessionId>,
}

/// Instances' clocks may differ by this much.
const LEEWAY: Duration = Duration::from_secs(10);

impl Provider {
    /// Makes the access token of a grant.
    pub(super) fn access_token(
        &self,
        client: &Client,
        issue: Issue<'_>,
        now: Timestamp,
    ) -> Result<String, EndpointError> {
        self.in_form(client.tokens.access_token, &self.grant_claims(client, issue, now))
    }

    /// The claims of the access token of a grant.
    pub(super) fn grant_claims<'a>(
        &'a self,
        client: &Client,
        Issue { grant, scope, bound_to, .. }: Issue<'a>,
        now: Timestamp,
    ) -> AccessTokenClaims<'a> {
        AccessTokenClaims {
            sub: self.subject_for(client, grant.tenant, grant.user),
            exp: (now + self.settings.lifetimes.access_token).min(grant.expires_at).as_secs(),
            act: grant.actor.as_ref().map(|actor| self.actors_for(client, actor)),
            auth_time: Some(grant.authentication.time.as_secs()),
            sid: Some(grant.session.to_string()),
            gid: Some(grant.id.to_string()),
            tenant_id: Some(grant.tenant.to_string()),
            cnf: bound_to,
            authorization_details: &grant.access.authorization_details,
            ..self.access_token_claims(&grant.client, scope, &grant.access.resources, now)
        }
    }

    /// Makes an access token that a client has for itself, which nothing in the store stands behind.
    pub(super) fn client_access_token(
        &self,
        client: &Client,
        access: &Access,
        bound_to: Option<&Confirmation>,
        now: Timestamp,
    ) -> Result<String, EndpointError> {
        let claims = AccessTokenClaims {
            cnf: bound_to,
            authorization_details: &access.authorization_details,
            ..self.access_token_claims(&client.id, &access.scope, &access.resources, now)
        };
        self.in_form(client.tokens.access_token, &claims)
    }

    /// Signs an access token, or seals it when what it says is for nobody but us.
    fn in_form(
        &self,
        form: AccessTokenForm,
        claims: &AccessTokenClaims<'_>,
    ) -> Result<String, EndpointError> {
        match form {
            AccessTokenForm::Jwt => Ok(self.keys.sign(Algorithm::ES256, "at+jwt", claims)?),
            AccessTokenForm::Opaque => {
                let text = serde_json::to_vec(claims).map_err(|cause| KeyError::Claims(cause.to_string()))?;
                Ok(self.sealer.seal_token(Purpose::AccessToken, b"", &text, &*self.entropy))
            }
        }
    }

    /// The claims of an access token that is about nobody but its client.
    fn access_token_claims<'a>(
        &'a self,
        client: &'a ClientId,
        scope: &ScopeSet,
        resources: &'a [String],
        now: Timestamp,
    ) -> AccessTokenClaims<'a> {
        AccessTokenClaims {
            iss: self.settings.issuer(),
            sub: client.to_string(),
            aud: audience(self.settings.issuer(), resources, scope),
            client_id: client.as_str(),
            scope: scope.to_string(),
            authorization_details: &[],
            iat: now.as_secs(),
            exp: (now + self.settings.lifetimes.access_token).as_secs(),
            jti: BASE64.encode(self.entropy.bytes::<16>()),
            act: None,
            auth_time: None,
            sid: None,
            gid: None,
            tenant_id: None,
            cnf: None,
        }
    }

    /// Signs the ID token that goes with `access_token`.
    pub(super) fn id_token(
        &self,
        people: &People,
        issue: Issue<'_>,
        access_token: &str,
        now: Timestamp,
    ) -> Result<String, EndpointError> {
        let claims = self.id_token_claims(people, issue, access_token, now);
        Ok(self.keys.sign(people.client.tokens.id_token_algorithm(), "JWT", &claims)?)
    }

    /// The claims of the ID token that goes with `access_token`.
    pub(super) fn id_token_claims<'a>(
        &'a self,
        people: &'a People,
        Issue { grant, scope, nonce, .. }: Issue<'a>,
        access_token: &str,
        now: Timestamp,
    ) -> IdToken<'a> {
        IdToken {
            iss: self.settings.issuer(),
            sub: self.subject_for(&people.client, people.user.tenant, people.user.id),
            aud: people.client.id.as_str(),
            iat: now.as_secs(),
            exp: (now + self.settings.lifetimes.id_token).as_secs(),
            auth_time: grant.authentication.time.as_secs(),
            nonce,
            acr: grant.authentication.acr.as_deref(),
            amr: &grant.authentication.amr,
            session_expiry: grant.authentication.session_expiry.map(Timestamp::as_secs),
            sid: grant.session.to_string(),
            at_hash: half_hash(access_token, people.client.tokens.id_token_algorithm()),
            released: claims::released_as_asked(
                (&people.user, &people.tenant),
                scope,
                &grant.access.claims.id_token,
                &people.client,
            ),
        }
    }

    /// Reads one of our own access tokens; `None` for anything that is not a valid one. A signature
    /// is checked once, then the token is recognised by its hash until it ends.
    pub(super) fn read_access_token(&self, token: &str, now: Timestamp) -> Option<Arc<AccessToken>> {
        let digest: [u8; 32] = Sha256::digest(token.as_bytes()).into();
        let known = self.verified.get(&digest).or_else(|| {
            let claims = match token.contains('.') {
                true => self.verify_access_token(token, now)?,
                false => self.open_access_token(token)?,
            };
            let read = Arc::new(AccessToken::of(&claims)?);
            self.verified.insert(digest, Arc::clone(&read));
            Some(read)
        })?;
        (now < known.expires_at).then_some(known)
    }

    fn open_access_token(&self, token: &str) -> Option<Claims> {
        Claims::opened(&self.sealer.open_token(Purpose::AccessToken, b"", token).ok()?)
    }

    fn verify_access_token(&self, token: &str, now: Timestamp) -> Option<Claims> {
        let expected = Expected {
            algorithms: &[Algorithm::ES256],
            typ: Typ::Exactly("at+jwt"),
            issuer: self.settings.issuer(),
            audience: Audience::Any,
            required: &["exp", "iat", "jti", "sub"],
            expiry: Expiry::Enforced,
            now,
            leeway: LEEWAY,
        };
        verify(token, &self.keys.verifying_keys(), &expected).ok()
    }

    /// Reads an `id_token_hint`: one of our ID tokens, for `client` when that is known. It may have
    /// run out, for it authenticates nobody (OIDC Core section 3.1.2.1, RP-Initiated Logout section 2).
    pub(super) fn id_token_hint(
        &self,
        hint: &str,
        client: Option<&ClientId>,
        now: Timestamp,
    ) -> Option<HintClaims> {
        let audience = client.map_or(Audience::Any, |client| Audience::Exactly(client.as_str()));
        let expected = Expected {
            algorithms: &Algorithm::ALL,
            typ: Typ::Exactly("JWT"),
            issuer: self.settings.issuer(),
            audience,
            required: &["exp", "iat", "sub", "aud"],
            expiry: Expiry::Ignored,
            now,
            leeway: LEEWAY,
        };
        let claims = verify(hint, &self.keys.verifying_keys(), &expected).ok()?;
        Some(HintClaims {
            subject: claims.str("sub")?.to_owned(),
            client: ClientId::new(claims.str("aud")?),
            session: claims.str("sid").and_then(|sid| sid.parse().ok()),
        })
    }
}

/// An audience (RFC 7519 section 4.1.3): a string when there is one, else an array.
fn one_or_many<S: Serializer>(audience: &[&str], serializer: S) -> Result<S::Ok, S::Error> {
    match audience {
        [one] => serializer.serialize_str(one),
        many => serializer.collect_seq(many),
    }
}

/// The left half of the digest that goes with the signature (OIDC Core section 3.1.3.6): SHA-256, but
/// SHA-512 for Ed25519, which signs with it.
fn half_hash(token: &str, algorithm: Algorithm) -> String {
    match algorithm {
        Algorithm::EdDSA => BASE64.encode(&Sha512::digest(token.as_bytes())[..32]),
        Algorithm::ES256 | Algorithm::RS256 | Algorithm::PS256 => {
            BASE64.encode(&Sha256::digest(token.as_bytes())[..16])
        }
    }
}
