//! The way back from the provider (OpenID Connect Core sections 3.1.2.5 to 3.1.3.8, RFC 9207).
//!
//! Connection, `state` and `iss` must agree before anything is sent to the provider (UP-04, UP-05).

use doorward_domain::{
    Authentication, Connection, ConnectionId, Domain, Lacking, Profile, Subject, Tenant, Timestamp,
};

use super::error::clipped;
use super::exchange::Tokens;
use super::id_token::VerifiedClaims;
use super::metadata::Metadata;
use super::providers::Provider;
use super::verify::{self, Expected, IdTokenError};
use super::{Destination, Federation, FederationError, Leg, Note, claims, kind};

/// What the provider sent back through the browser.
#[derive(Clone, Default)]
pub struct CallbackResponse {
    /// The authorization code.
    pub code: Option<String>,
    /// The `state` that we sent.
    pub state: Option<String>,
    /// The issuer that answers (RFC 9207).
    pub iss: Option<String>,
    /// The error code, instead of a code.
    pub error: Option<String>,
    /// The provider's explanation, for its administrators.
    pub error_description: Option<String>,
}

/// A person whose provider vouches for them.
#[derive(Clone, Debug)]
pub struct Verified {
    /// Whose people signed in.
    pub tenant: Tenant,
    /// The connection, as it is now.
    pub connection: Connection,
    /// Who the person is at the provider.
    pub subject: Subject,
    /// What the provider says of the person.
    pub profile: Profile,
    /// How and when the person proved who they are.
    pub authentication: Authentication,
    /// What was left out of the profile.
    pub notes: Vec<Note>,
    /// What the person lacks to become a user through this connection.
    pub lacking: Option<Lacking>,
}

impl Verified {
    /// Whether the address in the profile is verified, and in a domain of the tenant. Whatever a provider
    /// says of addresses elsewhere leads to nobody's account (UP-09).
    pub fn address_is_proven(&self) -> bool {
        let domain = self.profile.email.as_deref().and_then(Domain::of_email);
        self.profile.email_verified && domain.is_some_and(|domain| self.tenant.domains.contains(&domain))
    }
}

impl Federation {
    /// Takes a person back from the provider: the whole of what the callback URL of `path_connection`
    /// received, with the leg from the browser's transaction.
    ///
    /// # Errors
    /// A [`FederationError`] names the cause and says who can mend it.
    pub async fn callback(
        &self,
        path_connection: ConnectionId,
        leg: &Leg,
        response: &CallbackResponse,
        now: Timestamp,
    ) -> Result<Verified, FederationError> {
        leg.check(path_connection, response.state.as_deref(), now)?;
        let Destination { tenant, connection } = self.destination_of(leg, now).await?;
        let provider = self.providers.get(&connection.issuer, now).await?;
        check_issuer(&provider.metadata, response.iss.as_deref())?;
        let code = code_of(response)?;
        let tokens = self.exchange(&connection, &provider.metadata, leg, code).await?;
        let claims = self.verified_claims(&connection, &provider, leg, &tokens, now).await?;
        let subject = kind::subject(&connection, &claims);
        let authentication = claims.authentication(now);
        let wanted = (&connection.mapping, connection.scopes.as_slice());
        let claims = self.fill_up(claims, wanted, &provider.metadata, &tokens.access_token).await?;
        let (profile, notes) = claims::map(&connection.mapping, &claims)?;
        let lacking = claims::lacking(&connection.admission, &profile, &claims);
        Ok(Verified { tenant, connection, subject, profile, authentication, notes, lacking })
    }

    /// The connection the person was sent through, if it is still in use and still leads there (UP-13,
    /// UP-14).
    async fn destination_of(&self, leg: &Leg, now: Timestamp) -> Result<Destination, FederationError> {
        let found = self.destination(leg.tenant, leg.connection, now).await?;
        let found = found.ok_or(FederationError::ConnectionNotInUse)?;
        if leg.still_fits(&found.connection) { Ok(found) } else { Err(FederationError::ConnectionChanged) }
    }

    /// Verifies the ID token; if no known key does, once more with newer keys.
    async fn verified_claims(
        &self,
        connection: &Connection,
        provider: &Provider,
        leg: &Leg,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Result<VerifiedClaims, FederationError> {
        let issuer = &provider.metadata.issuer;
        let expected = Expected { connection, issuer, leg, access_token: &tokens.access_token, now };
        let first = verify::verify(&tokens.id_token, &provider.keys, &expected);
        // A provider may also have put a new key under an old name.
        if !matches!(first, Err(IdTokenError::UnknownKey | IdTokenError::SignatureInvalid)) {
            return Ok(first?);
        }
        match self.providers.with_newer_keys(provider, now).await? {
            Some(newer) => Ok(verify::verify(&tokens.id_token, &newer.keys, &expected)?),
            None => Ok(first?),
        }
    }
}

/// RFC 9207 section 2.4. Applies to errors as well.
fn check_issuer(metadata: &Metadata, got: Option<&str>) -> Result<(), FederationError> {
    let expected = metadata.issuer.as_str();
    match got {
        Some(got) if got == expected => Ok(()),
        None if !metadata.sends_iss => Ok(()),
        _ => Err(FederationError::IssuerMismatch { expected: expected.to_owned(), got: got.map(clipped) }),
    }
}

fn code_of(response: &CallbackResponse) -> Result<&str, FederationError> {
    if let Some(error) = &response.error {
        return Err(FederationError::UpstreamRefused {
            error: clipped(error),
            description: response.error_description.as_deref().map(clipped),
        });
    }
    response.code.as_deref().ok_or(FederationError::NoCode)
}
