//! The way back from the provider (OpenID Connect Core sections 3.1.2.5 to 3.1.3.8, RFC 9207).
//!
//! Connection, `state` and `iss` must agree before anything is sent to the provider (UP-04, UP-05).

use doorward_domain::connection::Field;
use doorward_domain::{
    Authentication, Connection, ConnectionId, Lacking, Profile, Standing, Subject, Tenant, Timestamp, Told,
    Unfit,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::claims::Flaw;
use super::compared::compare;
use super::error::clipped;
use super::exchange::Tokens;
use super::id_token::VerifiedClaims;
use super::logout::Naming;
use super::metadata::Metadata;
use super::providers::Provider;
use super::verify::{self, Expected, IdTokenError};
use super::{Destination, EmailTrust, Federation, FederationError, Leg, Note, claims, kind, told};
use crate::trace::{Compared, Passed, Source, Trail};

/// What the provider sent back through the browser.
#[derive(Clone, Default, Serialize, Deserialize)]
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
    /// What the person is, and where, by the connection's rules; or why they may not come in at all.
    pub standing: Result<Standing, Unfit>,
    /// How far the e-mail address in it is to be believed.
    pub email_trust: EmailTrust,
    /// Whether the person is a guest there, at home somewhere else.
    pub is_guest: bool,
    /// How and when the person proved who they are.
    pub authentication: Authentication,
    /// What a sign-out will name the sign-in by.
    pub naming: Naming,
    /// What was left out of the profile.
    pub notes: Vec<Note>,
    /// What the person lacks to become a user through this connection.
    pub lacking: Option<Lacking>,
    /// What is kept of what the provider told.
    pub told: Told,
}

impl Verified {
    /// Whether the address in the profile is believed, and in a domain of the tenant. Whatever a provider
    /// says of addresses elsewhere leads to nobody's account (UP-09).
    pub fn address_is_proven(&self) -> bool {
        self.email_trust == EmailTrust::TenantDomain
    }
}

/// A code that was redeemed for an ID token that stands up to every check.
struct Redeemed {
    to: Destination,
    provider: Provider,
    tokens: Tokens,
    claims: VerifiedClaims,
}

impl Federation {
    /// Takes a person back from the provider: the whole of what the callback URL of `path_connection`
    /// received, with the leg from the browser's transaction. What happens on the way is noted on `trail`.
    ///
    /// # Errors
    /// A [`FederationError`] names the cause and says who can mend it.
    pub async fn callback(
        &self,
        path_connection: ConnectionId,
        leg: &Leg,
        response: &CallbackResponse,
        trail: &mut Trail,
        now: Timestamp,
    ) -> Result<Verified, FederationError> {
        let redeemed = self.redeemed(path_connection, leg, response, trail, now).await?;
        self.recognised(redeemed, trail, now).await
    }

    /// The answer belongs to the leg, its code was redeemed, and the ID token is one for us.
    async fn redeemed(
        &self,
        path_connection: ConnectionId,
        leg: &Leg,
        response: &CallbackResponse,
        trail: &mut Trail,
        now: Timestamp,
    ) -> Result<Redeemed, FederationError> {
        leg.check(path_connection, response.state.as_deref(), now)?;
        let to = self.destination_of(leg, now).await?;
        trail.pass(Passed::Agreed);
        let provider = self.providers.get(&to.connection, now).await?;
        check_issuer(&provider.metadata, response.iss.as_deref())?;
        trail.pass(Passed::Provider);
        let code = code_of(response)?;
        let tokens = self.exchange(&to.connection, &provider.metadata, (leg, code), now).await?;
        trail.pass(Passed::Redeemed);
        match self.verified_claims(&to.connection, &provider, leg, &tokens, now).await {
            Ok(claims) => {
                trail.pass(Passed::Verified);
                trail.see(claims.all(), Source::IdToken);
                Ok(Redeemed { to, provider, tokens, claims })
            }
            Err(error) => {
                trail.noted.compared = self.compared(&to.connection, &provider, leg, &tokens, now);
                Err(error)
            }
        }
    }

    /// Who it is, by all that the provider says and by the connection's rules.
    async fn recognised(
        &self,
        redeemed: Redeemed,
        trail: &mut Trail,
        now: Timestamp,
    ) -> Result<Verified, FederationError> {
        let Redeemed { to: Destination { tenant, connection }, provider, tokens, claims } = redeemed;
        let metadata = &*provider.metadata;
        let kind = kind::of(&connection.kind);
        let subject = kind.subject(&connection.issuer, &claims);
        let context = kind.context(&claims, &connection.contexts);
        let authentication = claims.authentication(connection.contexts.told(context), now);
        let naming = Naming::of(&connection, &claims, &tokens.id_token);
        let is_guest = kind.is_guest(&claims);
        let claims = self.fill_up(claims, &connection, metadata, &tokens.access_token).await?;
        trail.see(claims.all(), Source::Userinfo);
        let (claims, groups_known) = self.with_groups(claims, (&connection, metadata), now).await;
        trail.see(claims.all(), Source::Directory);
        trail.pass(Passed::FilledUp);
        let (mut profile, mut notes) = claims::map(&connection.mapping, &claims)?;
        let email_trust = EmailTrust::of(&tenant, &connection, &profile, &claims);
        notes.extend(not_believed(&claims, email_trust));
        notes.extend((!groups_known).then_some(Note { field: Field::Groups, flaw: Flaw::Unknown }));
        profile.email_verified = email_trust.is_verified();
        trail.mapped(&connection.mapping, &profile, &notes, email_trust);
        Ok(Verified {
            standing: claims::standing(&connection, (&profile, groups_known), &claims),
            told: told::record(&connection, &claims, groups_known),
            lacking: claims::lacking(&connection, &profile, &claims),
            tenant,
            connection,
            subject,
            profile,
            email_trust,
            is_guest,
            authentication,
            naming,
            notes,
        })
    }

    /// The connection the person was sent through, if it is still in use and still leads there (UP-13,
    /// UP-14).
    async fn destination_of(&self, leg: &Leg, now: Timestamp) -> Result<Destination, FederationError> {
        let found = match leg.is_test {
            true => self.place(leg.tenant, leg.connection, now).await?,
            false => self.destination(leg.tenant, leg.connection, now).await?,
        };
        let found = found.ok_or(FederationError::ConnectionNotInUse)?;
        if leg.still_fits(&found.connection) { Ok(found) } else { Err(FederationError::ConnectionChanged) }
    }

    /// What an ID token that was refused says of itself.
    fn compared(
        &self,
        connection: &Connection,
        provider: &Provider,
        leg: &Leg,
        tokens: &Tokens,
        now: Timestamp,
    ) -> Vec<Compared> {
        let issuer = &provider.metadata.issuer;
        let expected = Expected { connection, issuer, leg, access_token: &tokens.access_token, now };
        compare(&tokens.id_token, &provider.keys, &expected)
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
        let verify = |provider: &Provider| verify::verify(&tokens.id_token, &provider.keys, &expected);
        let again = match self.providers.with_newer_keys(provider, now).await? {
            Some(newer) => verify(&newer),
            None => first,
        };
        let parameter = expected.kind().keys_of_client();
        let Some(parameter) = parameter.filter(|_| matches!(again, Err(IdTokenError::UnknownKey))) else {
            return Ok(again?);
        };
        let of_client = (parameter, connection.client_id.as_str());
        match self.providers.with_keys_of_client(provider, of_client, now).await? {
            Some(of_client) => Ok(verify(&of_client)?),
            None => Ok(again?),
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

/// That the provider calls an address verified, where it is not believed.
fn not_believed(claims: &VerifiedClaims, trust: EmailTrust) -> Option<Note> {
    let said = matches!(claims.get("email_verified"), Some(Value::Bool(true) | Value::String(_)));
    let flaw = Flaw::NotBelieved;
    (said && !trust.is_verified()).then_some(Note { field: Field::Email, flaw })
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
