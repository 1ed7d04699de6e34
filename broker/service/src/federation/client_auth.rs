//! How doorward proves to a provider that it is its client (OpenID Connect Core section 9, RFC 7523).
//!
//! Of two credentials the newest is used. The other is tried once when the provider does not know that one,
//! so that a secret can be replaced there and here one after the other.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD as BASE64, URL_SAFE_NO_PAD as BASE64_URL};
use doorward_domain::connection::{UpstreamAuthentication, UpstreamKey, UpstreamSecret};
use doorward_domain::{Connection, Sealed, Timestamp};
use doorward_net::{Limits, Request, Response};
use doorward_store::Kind;
use http::header::AUTHORIZATION;
use http::{HeaderValue, Method};
use serde_json::json;
use url::Url;
use url::form_urlencoded::{self, Serializer};
use zeroize::Zeroizing;

use super::exchange::TokenError;
use super::kind;
use super::metadata::Metadata;
use super::{Federation, request};
use crate::keys::AssertionSigner;
use crate::keys::sealing::Place;

/// The field of a connection's secrets, where the sealer expects them.
pub const CLIENT_SECRET: &str = "client_secret";
/// The same for its private keys.
pub const CLIENT_KEY: &str = "client_key";

/// RFC 7523 section 2.2.
const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// How long an assertion is good. Entra wants no more than ten minutes, and none needs one.
const ASSERTION_LIFETIME: Duration = Duration::from_secs(300);

/// One way to prove who we are.
#[derive(Clone, Copy, Debug)]
pub(super) enum Credential<'a> {
    None,
    Basic(&'a UpstreamSecret),
    Post(&'a UpstreamSecret),
    SecretJwt(&'a UpstreamSecret),
    Key(&'a UpstreamKey),
}

impl<'a> Credential<'a> {
    /// All that a connection has, the newest first.
    pub(super) fn all(authentication: &'a UpstreamAuthentication) -> Vec<Self> {
        match authentication {
            UpstreamAuthentication::None => vec![Self::None],
            UpstreamAuthentication::ClientSecretBasic { secrets } => {
                secrets.iter().map(Self::Basic).collect()
            }
            UpstreamAuthentication::ClientSecretPost { secrets } => secrets.iter().map(Self::Post).collect(),
            UpstreamAuthentication::ClientSecretJwt { secrets } => {
                secrets.iter().map(Self::SecretJwt).collect()
            }
            UpstreamAuthentication::PrivateKeyJwt { keys } => keys.iter().map(Self::Key).collect(),
        }
    }

    /// Those that are worth a try: what has run out is not, unless there is nothing else.
    pub(super) fn good(authentication: &'a UpstreamAuthentication, now: Timestamp) -> Vec<Self> {
        let mut all = Self::all(authentication);
        if all.iter().any(|it| it.is_good(now)) {
            all.retain(|it| it.is_good(now));
        } else {
            all.truncate(1);
        }
        all
    }

    fn is_good(self, now: Timestamp) -> bool {
        self.ends_at().is_none_or(|end| now < end)
    }

    /// When it runs out, if that is known.
    pub(super) fn ends_at(self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Basic(secret) | Self::Post(secret) | Self::SecretJwt(secret) => secret.ends_at,
            Self::Key(key) => Some(key.ends_at),
        }
    }

    /// When it was agreed.
    pub(super) fn created_at(self) -> Option<Timestamp> {
        match self {
            Self::None => None,
            Self::Basic(secret) | Self::Post(secret) | Self::SecretJwt(secret) => Some(secret.created_at),
            Self::Key(key) => Some(key.created_at),
        }
    }
}

impl Federation {
    /// Asks the token endpoint for something, as the connection's client with this credential.
    pub(super) async fn ask_for_tokens(
        &self,
        to: (&Connection, &Metadata),
        asked: &[(&str, &str)],
        credential: Credential<'_>,
        now: Timestamp,
    ) -> Result<Response, TokenError> {
        let request = self.token_request(to, asked, credential, now)?;
        Ok(self.outbound.send(&to.1.peer, request, Limits::DOCUMENT).await?)
    }

    fn token_request(
        &self,
        (connection, metadata): (&Connection, &Metadata),
        asked: &[(&str, &str)],
        credential: Credential<'_>,
        now: Timestamp,
    ) -> Result<Request, TokenError> {
        let mut request = request::json(Method::POST, &metadata.token_endpoint)?;
        let mut form = Serializer::new(String::new());
        form.extend_pairs(asked).extend_pairs(kind::of(&connection.kind).token_parameters());
        self.authenticate((connection, metadata), credential, &mut request, &mut form, now)?;
        request::set_body(&mut request, "application/x-www-form-urlencoded", form.finish().into_bytes());
        Ok(request)
    }

    fn authenticate(
        &self,
        (connection, metadata): (&Connection, &Metadata),
        credential: Credential<'_>,
        request: &mut Request,
        form: &mut Serializer<'_, String>,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        let client_id = &connection.client_id;
        let open = |secret: &UpstreamSecret| self.open_secret(connection, &secret.value);
        let assertion = match credential {
            Credential::Basic(secret) => {
                request.headers_mut().insert(AUTHORIZATION, basic(client_id, &open(secret)?)?);
                return Ok(());
            }
            Credential::None => {
                form.append_pair("client_id", client_id);
                return Ok(());
            }
            Credential::Post(secret) => {
                form.append_pair("client_id", client_id).append_pair("client_secret", &open(secret)?);
                return Ok(());
            }
            Credential::SecretJwt(secret) => {
                let signer = AssertionSigner::with_secret(open(secret)?.as_bytes());
                let signer = signer.map_err(|_| TokenError::SecretTooShort)?;
                self.assertion(&signer, client_id, metadata, now)?
            }
            Credential::Key(key) => {
                self.assertion(&*self.signer(connection, key)?, client_id, metadata, now)?
            }
        };
        form.append_pair("client_id", client_id)
            .append_pair("client_assertion_type", ASSERTION_TYPE)
            .append_pair("client_assertion", &assertion);
        Ok(())
    }

    /// RFC 7523 section 3. The audience is the endpoint that is asked: some take nothing else.
    fn assertion(
        &self,
        signer: &AssertionSigner,
        client_id: &str,
        metadata: &Metadata,
        now: Timestamp,
    ) -> Result<String, TokenError> {
        let claims = json!({
            "iss": client_id,
            "sub": client_id,
            "aud": without_query(&metadata.token_endpoint).as_str(),
            "jti": BASE64_URL.encode(self.entropy.bytes::<16>()),
            "iat": now.as_secs(),
            "nbf": now.as_secs(),
            "exp": (now + ASSERTION_LIFETIME).as_secs(),
        });
        signer.sign(&claims).map_err(|_| TokenError::Key)
    }

    /// The key of ours, parsed once.
    fn signer(&self, connection: &Connection, key: &UpstreamKey) -> Result<Arc<AssertionSigner>, TokenError> {
        if let Some(known) = self.signers.get(&key.id) {
            return Ok(known);
        }
        let private = self.sealer.open(&place(connection, CLIENT_KEY), &key.private_jwk)?;
        let signer = AssertionSigner::with_key(&private, &key.public_jwk).map_err(|_| TokenError::Key)?;
        let signer = Arc::new(signer);
        self.signers.insert(key.id, Arc::clone(&signer));
        Ok(signer)
    }

    fn open_secret(&self, connection: &Connection, sealed: &Sealed) -> Result<Zeroizing<String>, TokenError> {
        let secret = self.sealer.open(&place(connection, CLIENT_SECRET), sealed)?;
        let text = std::str::from_utf8(&secret).map_err(|_| TokenError::SecretNotText)?;
        Ok(Zeroizing::new(text.to_owned()))
    }
}

const fn place<'a>(connection: &'a Connection, field: &'a str) -> Place<'a> {
    Place { tenant: connection.tenant, kind: Kind::Connection, id: connection.id.as_bytes(), field }
}

fn without_query(url: &Url) -> Url {
    let mut url = url.clone();
    url.set_query(None);
    url
}

/// RFC 6749 section 2.3.1: identifier and secret are form-encoded before they are joined.
fn basic(client_id: &str, secret: &str) -> Result<HeaderValue, TokenError> {
    let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
    let pair = Zeroizing::new(format!("{}:{}", encode(client_id), encode(secret)));
    let header = Zeroizing::new(format!("Basic {}", BASE64.encode(pair.as_bytes())));
    let mut value = HeaderValue::from_str(&header).map_err(|_| TokenError::SecretNotText)?;
    value.set_sensitive(true);
    Ok(value)
}
