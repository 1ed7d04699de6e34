//! The key that a request's sender proved to hold, and that tokens are bound to: `cnf` of RFC 7800. It is
//! proved by DPoP (RFC 9449), or in the TLS handshake (RFC 8705 section 3).

use doorward_domain::{Client, Confirmation, GrantId, GrantType, Timestamp};
use http::{HeaderMap, Method};

use super::dpop::{DpopProof, Endpoint};
use super::error::{EndpointError, ErrorCode};
use super::token::ClientRequest;
use super::{ClientCertificate, Provider};

const NO_CERTIFICATE: EndpointError = EndpointError::invalid_request(
    "the tokens of this client are bound to its certificate: show it in the TLS handshake",
);

/// What a request proved.
#[derive(Clone, Debug, Default)]
pub(super) struct Binding {
    /// The key.
    pub key: Option<Confirmation>,
    /// The proof, which is good for one use.
    proof: Option<DpopProof>,
}

/// How a token is used at a protected resource of ours (RFC 6750 section 2, RFC 9449 section 7.1).
#[derive(Clone, Copy, Debug)]
pub struct ResourceRequest<'a> {
    /// The request's method.
    pub method: &'a Method,
    /// The path that it went to, as `discovery::path` has it.
    pub path: &'a str,
    /// Its headers.
    pub headers: &'a HeaderMap,
    /// The certificate that its sender has the key of.
    pub certificate: Option<&'a ClientCertificate>,
    /// Whether the token came as `Authorization: DPoP` instead of `Bearer`.
    pub dpop: bool,
    /// The access token.
    pub token: &'a str,
}

impl Provider {
    /// The key that what this request asks for is bound to. A client whose tokens are bound to its
    /// certificate has no others.
    ///
    /// # Errors
    /// `invalid_dpop_proof` when a proof is wrong, or missing where the client's tokens must be bound;
    /// `invalid_grant` when it is a refresh token that comes without; `invalid_request` when a certificate
    /// is missing.
    pub(super) fn binding(
        &self,
        request: &ClientRequest<'_>,
        (client, grant): (&Client, GrantType),
        now: Timestamp,
    ) -> Result<Binding, EndpointError> {
        let endpoint = Endpoint { method: &Method::POST, path: request.path, access_token: None };
        let proof = self.dpop_proof(request.headers, endpoint, client, now)?;
        let bound_to_certificate = client.tokens.certificate_bound;
        let key = match (&proof, request.certificate) {
            (Some(_), _) if bound_to_certificate => {
                let description =
                    "the tokens of this client are bound to its certificate: send no DPoP proof";
                return Err(EndpointError::refused(ErrorCode::InvalidDpopProof, description));
            }
            (Some(proof), _) => Some(proof.confirmation()),
            (None, Some(shown)) if bound_to_certificate => Some(shown.confirmation()),
            (None, None) if bound_to_certificate => return Err(NO_CERTIFICATE),
            (None, _) if client.must_bind_tokens() => {
                let description = "the tokens of this client are bound to a key: send a DPoP proof";
                let code = match grant {
                    GrantType::RefreshToken => ErrorCode::InvalidGrant,
                    _ => ErrorCode::InvalidDpopProof,
                };
                return Err(EndpointError::refused(code, description));
            }
            (None, _) => None,
        };
        Ok(Binding { key, proof })
    }

    /// Uses up what a binding was proved with. The caller has found out before that its sender is
    /// somebody: a client that authenticated itself, or the holder of a code or refresh token of `grant`.
    pub(super) async fn use_binding(
        &self,
        binding: &Binding,
        (client, grant): (&Client, Option<GrantId>),
        now: Timestamp,
    ) -> Result<(), EndpointError> {
        match &binding.proof {
            Some(proof) => self.use_proof(proof, (client, grant), now).await,
            None => Ok(()),
        }
    }

    /// Whether who uses a token of a grant may: the bearer of one that is bound to nothing, the holder of the
    /// key of one that is (RFC 9449 section 7.1, RFC 8705 section 3).
    pub(super) async fn is_holder(
        &self,
        request: &ResourceRequest<'_>,
        bound_to: Option<&Confirmation>,
        (client, grant): (&Client, GrantId),
        now: Timestamp,
    ) -> Result<bool, EndpointError> {
        match (bound_to, request.dpop) {
            (None, false) => Ok(true),
            (Some(Confirmation::DpopKey(_)), true) => {
                let ResourceRequest { method, path, token, .. } = *request;
                let endpoint = Endpoint { method, path, access_token: Some(token) };
                let by = (client, Some(grant));
                let proved = self.dpop_key(request.headers, endpoint, by, now).await?;
                let missing = "send a DPoP proof with the access token";
                let proved = proved.ok_or(EndpointError::refused(ErrorCode::InvalidDpopProof, missing))?;
                Ok(bound_to == Some(&proved))
            }
            (Some(Confirmation::Certificate(bound_to)), false) => {
                Ok(request.certificate.is_some_and(|shown| shown.thumbprint() == bound_to))
            }
            (None | Some(_), _) => Ok(false),
        }
    }
}
