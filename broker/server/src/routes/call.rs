//! What an app sends itself, outside of any browser's navigation.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{FromRequest, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use doorward_service::provider::token::ClientRequest;
use doorward_service::provider::{ClientCertificate, EndpointError};

use crate::listen::Peer;

/// A request of an app's: its parts, and who sent it.
pub struct Call {
    /// Who sent it, and the certificate that they have the key of.
    pub peer: Option<Peer>,
    /// Its headers.
    pub headers: HeaderMap,
    /// Its query.
    pub query: Option<String>,
    /// Its body.
    pub body: Bytes,
}

impl<S: Send + Sync> FromRequest<S> for Call {
    type Rejection = BytesRejection;

    async fn from_request(mut request: Request, state: &S) -> Result<Self, BytesRejection> {
        let peer = request.extensions_mut().remove::<Peer>();
        let headers = std::mem::take(request.headers_mut());
        let query = request.uri().query().map(str::to_owned);
        Ok(Self { peer, headers, query, body: Bytes::from_request(request, state).await? })
    }
}

impl Call {
    /// The certificate that its sender has the key of.
    pub fn certificate(&self) -> Option<&ClientCertificate> {
        self.peer.as_ref()?.certificate.as_deref()
    }

    /// The call as one to an endpoint that takes a form in the body and nothing else (TK-01).
    pub fn form<'a>(&'a self, path: &'a str) -> Result<ClientRequest<'a>, EndpointError> {
        let is_form = |value: &HeaderValue| {
            let media_type = value.to_str().unwrap_or_default().split(';').next().unwrap_or_default();
            media_type.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded")
        };
        let mut types = self.headers.get_all(CONTENT_TYPE).iter();
        if !(types.next().is_some_and(is_form) && types.next().is_none()) {
            return Err(EndpointError::invalid_request(
                "send the parameters as application/x-www-form-urlencoded",
            ));
        }
        Ok(ClientRequest { headers: &self.headers, certificate: self.certificate(), body: &self.body, path })
    }
}
