//! Whether a provider still knows us, asked without anybody signing in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::connection::UpstreamAuthentication;
use doorward_domain::{Connection, Timestamp};

use super::client_auth::Credential;
use super::exchange::{TokenError, refusal};
use super::kind;
use super::metadata::Metadata;
use super::{Federation, FederationError};

/// What a provider thinks of one credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CredentialCheck {
    /// When it was agreed.
    pub created_at: Option<Timestamp>,
    /// When it runs out, if that is known.
    pub ends_at: Option<Timestamp>,
    /// What came of it.
    pub outcome: Outcome,
    /// Why it is not known to be good.
    pub cause: Option<FederationError>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The provider takes us for its client.
    Accepted,
    /// It does not.
    Refused,
    /// It did not say.
    Unclear,
}

impl Federation {
    /// Asks the provider of `connection` whether it knows our credentials, the newest first. Entra is asked
    /// for a token for ourselves; another is offered a code that was never given, for who refuses the code
    /// has accepted the client (RFC 6749 section 5.2).
    ///
    /// # Errors
    /// When the provider's metadata cannot be had.
    pub async fn check_credentials(
        &self,
        connection: &Connection,
        now: Timestamp,
    ) -> Result<Vec<CredentialCheck>, FederationError> {
        let provider = self.providers.get(connection, now).await?;
        let mut checks = Vec::new();
        for credential in Credential::all(&connection.authentication) {
            let answer = self.try_out(credential, (connection, &provider.metadata), now).await;
            let outcome = match &answer {
                None => Outcome::Accepted,
                Some(error) => outcome(error),
            };
            checks.push(CredentialCheck {
                created_at: credential.created_at(),
                ends_at: credential.ends_at(),
                outcome,
                cause: answer.filter(|_| outcome != Outcome::Accepted).map(FederationError::Token),
            });
        }
        Ok(checks)
    }

    /// The other way to send the same secret, where the provider accepts that one.
    pub async fn other_method(&self, connection: &Connection, now: Timestamp) -> Option<&'static str> {
        let other = match connection.authentication.clone() {
            UpstreamAuthentication::ClientSecretBasic { secrets } => {
                UpstreamAuthentication::ClientSecretPost { secrets }
            }
            UpstreamAuthentication::ClientSecretPost { secrets } => {
                UpstreamAuthentication::ClientSecretBasic { secrets }
            }
            _ => return None,
        };
        let connection = Connection { authentication: other, ..connection.clone() };
        let newest = self.check_credentials(&connection, now).await.ok()?.into_iter().next()?;
        (newest.outcome == Outcome::Accepted).then(|| connection.authentication.method().as_str())
    }

    async fn try_out(
        &self,
        credential: Credential<'_>,
        (connection, metadata): (&Connection, &Metadata),
        now: Timestamp,
    ) -> Option<TokenError> {
        let callback = self.callback_url(connection.id);
        let scope = kind::of(&connection.kind).own_scope(metadata);
        let [code, verifier] = [self.entropy.bytes::<32>(), self.entropy.bytes()].map(|it| BASE64.encode(it));
        let asked = match &scope {
            Some(scope) => vec![("grant_type", "client_credentials"), ("scope", scope.as_str())],
            None => vec![
                ("grant_type", "authorization_code"),
                ("code", &*code),
                ("redirect_uri", callback.as_str()),
                ("code_verifier", &*verifier),
            ],
        };
        match self.ask_for_tokens((connection, metadata), &asked, credential, now).await {
            Ok(answer) => refusal(&answer),
            Err(error) => Some(error),
        }
    }
}

fn outcome(error: &TokenError) -> Outcome {
    match error {
        TokenError::TokenEndpoint { error: Some(error), .. } => match error.as_str() {
            "invalid_grant" => Outcome::Accepted,
            "invalid_client" | "unauthorized_client" => Outcome::Refused,
            _ => Outcome::Unclear,
        },
        _ => Outcome::Unclear,
    }
}
