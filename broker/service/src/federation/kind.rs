//! What differs from one kind of provider to the next. Each question is one exhaustive `match`, so a
//! new [`ConnectionKind`] does not compile before it has answered them all.

use doorward_domain::connection::ConnectionKind;
use doorward_domain::{Connection, Subject};

use super::id_token::VerifiedClaims;

/// Who somebody is at the provider, for ever: what an identity is linked to.
pub(super) fn subject(connection: &Connection, claims: &VerifiedClaims) -> Subject {
    match connection.kind {
        ConnectionKind::Oidc => {
            Subject { issuer: connection.issuer.clone(), subject: claims.subject().to_owned() }
        }
    }
}
