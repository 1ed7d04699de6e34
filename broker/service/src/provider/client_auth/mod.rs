//! Client authentication at the endpoints that clients call (RFC 6749 section 2.3, OIDC Core
//! section 9, RFC 8705): which client a request says it comes from, and whether that is so.

mod assertion;
mod certificate;
mod presented;
mod secret;

use doorward_domain::{Client, ClientAuthentication, ClientId, Timestamp};
use doorward_store::Stored;

use super::error::{EndpointError, ErrorCode};
use super::token::ClientRequest;
use super::{ClientCertificate, Params, Provider};
use presented::{Presented, presented};

impl Provider {
    /// Authenticates the client of a request in the one way it is registered for.
    ///
    /// # Errors
    /// `invalid_request` when more than one way was tried, `invalid_client` in every other case.
    pub async fn authenticate(
        &self,
        request: &ClientRequest<'_>,
        params: &Params,
        now: Timestamp,
    ) -> Result<Stored<Client>, EndpointError> {
        let presented = presented(request.headers, params)?;
        let found = self.client(presented.client(), now).await?;
        let found = found.ok_or_else(|| self.unknown_client(presented.client()))?;
        let genuine =
            found.record.enabled && self.is_genuine(&found, &presented, request.certificate, now).await?;
        if genuine { Ok(found) } else { Err(EndpointError::invalid_client()) }
    }

    /// A client whose document cannot be had comes back later; one that nobody knows does not.
    fn unknown_client(&self, id: &ClientId) -> EndpointError {
        match self.lacks_document(id) {
            true => EndpointError::refused(
                ErrorCode::TemporarilyUnavailable,
                "the client's metadata document cannot be had, or is not in order",
            ),
            false => EndpointError::invalid_client(),
        }
    }

    async fn is_genuine(
        &self,
        client: &Stored<Client>,
        presented: &Presented<'_>,
        certificate: Option<&ClientCertificate>,
        now: Timestamp,
    ) -> Result<bool, EndpointError> {
        match (&client.record.authentication, presented) {
            (ClientAuthentication::None, Presented::Name(_)) => Ok(true),
            (ClientAuthentication::ClientSecretBasic { secrets }, Presented::Basic(_, readings)) => {
                Ok(readings.iter().any(|given| secret::matches(secrets, given, now)))
            }
            (ClientAuthentication::ClientSecretPost { secrets }, Presented::Post(_, given)) => {
                Ok(secret::matches(secrets, given, now))
            }
            (ClientAuthentication::PrivateKeyJwt { algorithm }, Presented::Assertion(_, assertion)) => {
                self.check_assertion(client, *algorithm, assertion, now).await
            }
            (ClientAuthentication::ClientSecretJwt { secrets }, Presented::Assertion(_, assertion)) => {
                self.check_mac_assertion(client, secrets, assertion, now).await
            }
            (ClientAuthentication::TlsClientAuth { subject }, Presented::Name(_)) => {
                Ok(certificate.is_some_and(|shown| shown.is_certified_for(subject, now)))
            }
            (ClientAuthentication::SelfSignedTlsClientAuth, Presented::Name(_)) => match certificate {
                Some(shown) => Ok(self.check_own_certificate(client, shown, now).await),
                None => Ok(false),
            },
            _ => Ok(false),
        }
    }
}
