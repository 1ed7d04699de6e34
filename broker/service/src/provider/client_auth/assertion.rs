//! Client assertions: JWTs that a client signs to say who it is (RFC 7523 section 3).

use std::time::Duration;

use doorward_domain::{Algorithm, Client, Timestamp};
use doorward_store::Stored;

use crate::keys::{Audience, Expected, Expiry, Typ, verify};
use crate::provider::Provider;
use crate::provider::error::EndpointError;
use crate::provider::replay::{Once, Used};

/// An assertion may not outlive this, so that the memory of used ones stays small (DS-05).
const LONGEST_ASSERTION: Duration = Duration::from_secs(5 * 60);

/// Clocks may differ by this much.
const LEEWAY: Duration = Duration::from_secs(30);

impl Provider {
    /// RFC 7523 section 3, with the issuer as the only audience and every `jti` good for once.
    pub(super) async fn check_assertion(
        &self,
        client: &Stored<Client>,
        algorithm: Option<Algorithm>,
        assertion: &str,
        now: Timestamp,
    ) -> Result<bool, EndpointError> {
        let id = &client.record.id;
        let keys = match self.client_keys(client).await {
            Ok(keys) => keys,
            Err(error) => {
                tracing::warn!(client = %id, %error, "an assertion cannot be verified");
                return Ok(false);
            }
        };
        let allowed = client.record.signing_algorithms();
        let expected = Expected {
            algorithms: algorithm.as_ref().map_or(allowed, std::slice::from_ref),
            typ: Typ::JwtOrAbsent,
            issuer: id.as_str(),
            audience: Audience::Exactly(self.settings.issuer()),
            required: &["exp", "jti", "sub"],
            expiry: Expiry::Enforced,
            now,
            leeway: LEEWAY,
        };
        let Ok(claims) = verify(assertion, &keys, &expected) else { return Ok(false) };
        let (Some(jti), Some(expiry)) = (claims.str("jti"), claims.time("exp")) else { return Ok(false) };
        if claims.str("sub") != Some(id.as_str()) || expiry > now + LONGEST_ASSERTION + LEEWAY {
            return Ok(false);
        }
        let once = Once { client: id, what: "assertion", jti, expires_at: expiry + LEEWAY };
        Ok(self.use_once(once).await? == Used::First)
    }
}
