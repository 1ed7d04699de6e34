//! Client secrets (RFC 6749 section 2.3.1).

use doorward_domain::{ClientSecret, Plain, SecretHash, Timestamp};

/// Whether `given` is one of the secrets that are good now.
pub(super) fn matches(secrets: &[ClientSecret<SecretHash>], given: &Plain, now: Timestamp) -> bool {
    secrets.iter().any(|secret| secret.value.matches(given) && secret.is_good(now))
}
