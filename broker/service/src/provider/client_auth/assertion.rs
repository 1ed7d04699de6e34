//! Client assertions: JWTs that a client signs to say who it is (RFC 7523 section 3), with a key of its own
//! or with the secret that it shares with us.

use std::time::Duration;

use doorward_domain::{Algorithm, Client, ClientId, ClientSecret, Sealed, Timestamp};
use doorward_store::Stored;

use crate::keys::{Audience, Claims, Expected, Expiry, Typ, verify_mac};
use crate::provider::Provider;
use crate::provider::discovery::path;
use crate::provider::error::EndpointError;
use crate::provider::replay::{Holder, Once, Used};

/// An assertion may not outlive this, so that the memory of used ones stays small (DS-05).
const LONGEST_ASSERTION: Duration = Duration::from_secs(5 * 60);

/// Clocks may differ by this much.
const LEEWAY: Duration = Duration::from_secs(30);

impl Provider {
    /// `private_key_jwt`: signed with one of the client's keys.
    pub(super) async fn check_assertion(
        &self,
        client: &Stored<Client>,
        algorithm: Option<Algorithm>,
        assertion: &str,
        now: Timestamp,
    ) -> Result<bool, EndpointError> {
        let id = &client.record.id;
        let allowed = client.record.signing_algorithms();
        let algorithms = algorithm.as_ref().map_or(allowed, std::slice::from_ref);
        let token_endpoint = self.named_besides(&client.record);
        let expected = Expected { algorithms, ..self.expected_assertion(id, token_endpoint.as_deref(), now) };
        match self.signed_by(client, assertion, &expected).await {
            Ok(claims) => self.use_assertion(id, &claims, now).await,
            Err(error) => {
                tracing::debug!(client = %id, %error, "an assertion was refused");
                Ok(false)
            }
        }
    }

    /// `client_secret_jwt`: with an HMAC of one of the client's secrets.
    pub(super) async fn check_mac_assertion(
        &self,
        client: &Stored<Client>,
        secrets: &[ClientSecret<Sealed>],
        assertion: &str,
        now: Timestamp,
    ) -> Result<bool, EndpointError> {
        let id = &client.record.id;
        let ready = match self.client_secrets(client, secrets) {
            Ok(ready) => ready,
            Err(error) => {
                tracing::error!(client = %id, %error, "a client's secret cannot be opened");
                return Ok(false);
            }
        };
        let good = secrets.iter().zip(ready.iter()).filter(|(secret, _)| secret.is_good(now));
        let token_endpoint = self.named_besides(&client.record);
        let expected = self.expected_assertion(id, token_endpoint.as_deref(), now);
        match verify_mac(assertion, good.map(|(_, ready)| ready), &expected) {
            Ok(claims) => self.use_assertion(id, &claims, now).await,
            Err(_) => Ok(false),
        }
    }

    /// The token endpoint, when the client may name it as the audience.
    fn named_besides(&self, client: &Client) -> Option<String> {
        client.may_name_token_endpoint().then(|| self.settings.url(path::TOKEN))
    }

    /// RFC 7523 section 3, with the issuer as the audience, or what may be named besides. No key pair's
    /// algorithm is expected yet.
    fn expected_assertion<'a>(
        &'a self,
        client: &'a ClientId,
        besides: Option<&'a str>,
        now: Timestamp,
    ) -> Expected<'a> {
        let issuer = self.settings.issuer();
        Expected {
            algorithms: &[],
            typ: Typ::JwtOrAbsent,
            issuer: client.as_str(),
            audience: besides
                .map_or(Audience::Exactly(issuer), |besides| Audience::ExactlyEither(issuer, besides)),
            required: &["exp", "jti", "sub"],
            expiry: Expiry::Enforced,
            now,
            leeway: LEEWAY,
        }
    }

    /// Whether a genuine assertion is in order besides, and here for the first time.
    async fn use_assertion(
        &self,
        client: &ClientId,
        claims: &Claims,
        now: Timestamp,
    ) -> Result<bool, EndpointError> {
        let (Some(jti), Some(expiry)) = (claims.str("jti"), claims.time("exp")) else { return Ok(false) };
        if claims.str("sub") != Some(client.as_str()) || expiry > now + LONGEST_ASSERTION + LEEWAY {
            return Ok(false);
        }
        let holder = Holder::client(client);
        let once = Once { holder, what: "assertion", jti, expires_at: expiry + LEEWAY };
        match self.use_once(once, now).await? {
            Used::First => Ok(true),
            Used::Before => Ok(false),
            Used::TooMuch(wait) => Err(EndpointError::TooManyUses(wait)),
        }
    }
}
