//! The secrets of clients: made here, told once, and two of them good for a while so that nobody is locked
//! out while one is replaced.

use std::time::Duration;

use doorward_domain::client::Method;
use doorward_domain::{ClientAuthentication, ClientSecret, Plain, Timestamp};
use doorward_store::Version;
use serde::Serialize;
use utoipa::ToSchema;

use super::{ClientError, Written};
use crate::management::document::SecretSource;
use crate::management::{Management, document};

/// That a client has a secret.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct SecretView {
    /// When it was made, in milliseconds since 1970.
    #[schema(value_type = i64)]
    created_at: Timestamp,
    /// When it ends, if it does, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    expires_at: Option<Timestamp>,
}

impl Management {
    /// Gives a client a new secret. The one before it stays good for `overlap`; what was before that ends.
    ///
    /// # Errors
    /// [`ClientError`]; the secrets are as before then.
    pub async fn rotate_secret(
        &self,
        id: &str,
        overlap: Duration,
        expected: Option<Version>,
        actor: &str,
    ) -> Result<Written, ClientError> {
        let secret = Plain::generate(&*self.entropy);
        let written = self
            .change(id, expected, actor, |mut entry, client| {
                if !takes_secret(client.authentication.method()) {
                    return Err(ClientError::NoSecret);
                }
                entry.client_secret = Some(SecretSource::Literal(secret.clone()));
                entry.client_secret_overlap = (!overlap.is_zero()).then_some(overlap.as_secs());
                Ok(entry)
            })
            .await?;
        Ok(Written { secret: Some(secret), ..written })
    }

    /// Makes the secret that the method of `entry` needs, unless it brings one or has one `before`.
    pub(super) fn give_missing_secret(
        &self,
        entry: &mut document::Client,
        before: Option<&ClientAuthentication>,
    ) -> Option<Plain> {
        let method = entry.token_endpoint_auth_method?;
        let kept = before.is_some_and(|before| keeps_secret(before.method(), method));
        if entry.client_secret.is_some() || kept || !takes_secret(method) {
            return None;
        }
        let secret = Plain::generate(&*self.entropy);
        entry.client_secret = Some(SecretSource::Literal(secret.clone()));
        Some(secret)
    }
}

/// Whether a client authenticates with a secret.
pub(crate) const fn takes_secret(method: Method) -> bool {
    matches!(method, Method::ClientSecretBasic | Method::ClientSecretPost | Method::ClientSecretJwt)
}

/// Whether what is kept of a secret for one method will do for another: a hash only where it is compared.
fn keeps_secret(before: Method, after: Method) -> bool {
    let compares = |method| matches!(method, Method::ClientSecretBasic | Method::ClientSecretPost);
    before == after || compares(before) && compares(after)
}

/// What may be told of secrets.
pub(super) fn view(authentication: &ClientAuthentication) -> Vec<SecretView> {
    match authentication {
        ClientAuthentication::ClientSecretBasic { secrets }
        | ClientAuthentication::ClientSecretPost { secrets } => secrets.iter().map(told).collect(),
        ClientAuthentication::ClientSecretJwt { secrets } => secrets.iter().map(told).collect(),
        _ => Vec::new(),
    }
}

fn told<T>(secret: &ClientSecret<T>) -> SecretView {
    SecretView { created_at: secret.created_at, expires_at: secret.ends_at }
}
