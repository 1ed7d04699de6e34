//! The pushed authorization request endpoint (RFC 9126): the client leaves its request with us before the
//! person comes, and the browser brings nothing but a name of it.

use doorward_domain::{Client, Plain, PushedRequest, SecretHash, Timestamp};
use doorward_store::Batch;
use doorward_store::records::at;
use http::Method;
use serde::Serialize;

use super::asked::{Asked, Passed, check_signed};
use super::dpop::Endpoint;
use super::error::{EndpointError, ErrorCode};
use super::request::AuthorizationRequest;
use super::request_object::Brought;
use super::token::ClientRequest;
use super::{Params, Provider};

/// How the `request_uri` of a pushed request begins (RFC 9126 section 2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";

/// What is kept of a pushed request: never what authenticated the client.
const KEPT: [&str; 24] = [
    "acr_values",
    "authorization_details",
    "claims",
    "claims_locales",
    "client_id",
    "code_challenge",
    "code_challenge_method",
    "connection",
    "display",
    "domain_hint",
    "dpop_jkt",
    "id_token_hint",
    "login_hint",
    "max_age",
    "nonce",
    "prompt",
    "redirect_uri",
    "resource",
    "response_mode",
    "response_type",
    "scope",
    "state",
    "tenant",
    "ui_locales",
];

/// The most that is kept of a request, in bytes: what is granted of it goes into records, and into access tokens
/// that travel in a header.
const LONGEST_KEPT: usize = 8 * 1024;

/// The answer to a pushed request (RFC 9126 section 2.2).
#[derive(Debug, Serialize)]
pub struct PushedResponse {
    /// What the browser brings to the authorization endpoint.
    pub request_uri: String,
    /// For how many seconds it may.
    pub expires_in: u64,
}

/// The hash that the record of a pushed request is found by; `None` for any other `request_uri`.
pub(super) fn request_uri_hash(uri: &str) -> Option<SecretHash> {
    uri.starts_with(PREFIX).then(|| Plain::new(uri).hash())
}

impl Provider {
    /// Takes an authorization request that a client pushes.
    ///
    /// # Errors
    /// [`EndpointError`]: what the authorization endpoint would have told the app, it learns here.
    pub async fn push(
        &self,
        request: ClientRequest<'_>,
        now: Timestamp,
    ) -> Result<PushedResponse, EndpointError> {
        let params = request.params()?;
        let client = self.authenticate(&request, &params, now).await?;
        if params.get("request_uri").is_some() {
            return Err(EndpointError::invalid_request("a pushed request names no request_uri"));
        }
        let asked = match params.get("request") {
            Some(object) => self.signed(&client, object, Brought::ByValue, now).await?,
            None => Asked { params: with_client(params, &client.record), passed: Passed::Plainly },
        };
        check_signed(&client.record, asked.passed)?;
        let asked = self.bound_by_proof(asked, &request, &client.record, now).await?;
        self.judge(&asked, &client.record, now)?;
        self.keep(&asked.params, &client.record, now).await
    }

    /// A proof that comes with the request binds the code to its key, as `dpop_jkt` does (RFC 9449
    /// section 10.1).
    async fn bound_by_proof(
        &self,
        mut asked: Asked,
        request: &ClientRequest<'_>,
        client: &Client,
        now: Timestamp,
    ) -> Result<Asked, EndpointError> {
        let endpoint = Endpoint { method: &Method::POST, path: request.path, access_token: None };
        let Some(proof) = self.dpop_proof(request.headers, endpoint, client, now)? else { return Ok(asked) };
        match asked.params.get("dpop_jkt") {
            None => asked.params.add("dpop_jkt".to_owned(), proof.thumbprint.clone()),
            Some(named) if named == proof.thumbprint => {}
            Some(_) => {
                let description = "dpop_jkt names another key than the DPoP proof";
                return Err(EndpointError::refused(ErrorCode::InvalidDpopProof, description));
            }
        }
        self.use_proof(&proof, (client, None), now).await?;
        Ok(asked)
    }

    async fn keep(
        &self,
        params: &Params,
        client: &Client,
        now: Timestamp,
    ) -> Result<PushedResponse, EndpointError> {
        let mut parameters = Vec::new();
        for name in KEPT {
            let values = params.all(name).into_iter();
            parameters.extend(values.map(|value| (name.to_owned(), value.to_owned())));
        }
        if parameters.iter().map(|(name, value)| name.len() + value.len()).sum::<usize>() > LONGEST_KEPT {
            return Err(EndpointError::invalid_request("the parameters are too long together"));
        }
        let secret = Plain::generate(&*self.entropy);
        let request_uri = format!("{PREFIX}{}", secret.expose());
        let begins_until = now + PushedRequest::LIFE;
        // The sign-in may take its time, and so may a question for consent after it.
        let expires_at = begins_until + self.settings.lifetimes.transaction * 2;
        let pushed = PushedRequest {
            uri: Plain::new(request_uri.as_str()).hash(),
            client: client.id.clone(),
            parameters,
            begins_until,
            expires_at,
        };
        self.store.commit(Batch::new().insert(&pushed)?).await?;
        Ok(PushedResponse { request_uri, expires_in: PushedRequest::LIFE.as_secs() })
    }
}

/// The app gets its answer with this batch: if the request was pushed, it must be there still, and is
/// gone then. Of any number of sign-ins that it began, one ends (RFC 9126 section 4).
pub(crate) fn consume(batch: Batch, request: &AuthorizationRequest) -> Batch {
    match &request.pushed {
        Some(uri) => batch.consume(at::pushed_request(uri)),
        None => batch,
    }
}

/// An assertion or a header names the client as well as `client_id` does.
fn with_client(mut params: Params, client: &Client) -> Params {
    if params.get("client_id").is_none() {
        params.add("client_id".to_owned(), client.id.as_str().to_owned());
    }
    params
}
