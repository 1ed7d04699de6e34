//! What a provider publishes of itself: its metadata (OpenID Connect Discovery 1.0) and its keys.

use std::fmt;

use doorward_net::{Limits, NetError, Outbound, Response};
use http::{Method, StatusCode};
use openidconnect::IssuerUrl;
use serde::Deserialize;
use url::Url;

use super::jwk::UpstreamKey;
use super::request;
use crate::keys::jwks::{JwksError, VerifyingKeys};

/// What doorward needs of a provider's metadata.
#[derive(Debug)]
pub(super) struct Metadata {
    /// The issuer, as the connection has it.
    pub(super) issuer: IssuerUrl,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) userinfo_endpoint: Option<Url>,
    pub(super) jwks_uri: Url,
    /// Whether every authorization response carries `iss` (RFC 9207 section 3).
    pub(super) sends_iss: bool,
}

/// Which of a provider's documents an error is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Document {
    /// The discovery document.
    Metadata,
    /// The JWK Set.
    Keys,
}

impl fmt::Display for Document {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Metadata => "the discovery document",
            Self::Keys => "the key set",
        })
    }
}

/// Why a provider's metadata or keys cannot be had.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MetadataError {
    /// The issuer is not an absolute http or https URL in its plain spelling.
    #[error("the issuer is not a URL that metadata could lie under")]
    IssuerUrl,
    /// The provider gave no usable answer.
    #[error("{document} could not be fetched: {cause}")]
    Unreachable {
        /// What was asked for.
        document: Document,
        /// Why there was no answer.
        cause: NetError,
    },
    /// The provider answered with an error.
    #[error("{document} was answered with status {status}")]
    Status {
        /// What was asked for.
        document: Document,
        /// The HTTP status.
        status: u16,
    },
    /// The discovery document is not one.
    #[error("the discovery document lacks a member, or has one of the wrong type")]
    Malformed,
    /// The discovery document names another issuer (SS-06).
    #[error("the discovery document is of issuer {got:?}, not of {expected:?}")]
    IssuerMismatch {
        /// The connection's issuer.
        expected: String,
        /// What the document says.
        got: String,
    },
    /// An endpoint of an https issuer is not https.
    #[error("{0} is not an https URL")]
    InsecureEndpoint(&'static str),
    /// The key set is none, or cannot be trusted.
    #[error("unusable keys: {0}")]
    Keys(#[from] JwksError),
}

/// OpenID Connect Discovery section 3. Serde refuses a member that stands twice.
#[derive(Deserialize)]
struct Discovery {
    issuer: String,
    authorization_endpoint: Url,
    token_endpoint: Url,
    userinfo_endpoint: Option<Url>,
    jwks_uri: Url,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
}

/// Fetches the metadata of `issuer`.
pub(super) async fn fetch_metadata(outbound: &dyn Outbound, issuer: &str) -> Result<Metadata, MetadataError> {
    let url = discovery_url(issuer)?;
    let response = fetch(outbound, issuer, &url, Document::Metadata).await?;
    let discovery = serde_json::from_slice(response.body()).map_err(|_| MetadataError::Malformed)?;
    accept(issuer, discovery)
}

/// Fetches the keys that `metadata` points to. Weak ones and those for other uses are left out.
pub(super) async fn fetch_keys(
    outbound: &dyn Outbound,
    metadata: &Metadata,
) -> Result<Vec<UpstreamKey>, MetadataError> {
    let response = fetch(outbound, &metadata.issuer, &metadata.jwks_uri, Document::Keys).await?;
    let set = serde_json::from_slice(response.body()).map_err(|_| JwksError::NotASet)?;
    Ok(VerifyingKeys::parse(&set)?.into_iter().map(UpstreamKey::new).collect())
}

/// Section 4. A path that a URL parser would change, such as `/..`, would lead to a document outside
/// of the issuer (SS-06).
fn discovery_url(issuer: &str) -> Result<Url, MetadataError> {
    let mut url = Url::parse(issuer).map_err(|_| MetadataError::IssuerUrl)?;
    let path = issuer.splitn(4, '/').nth(3).unwrap_or_default();
    let plain = matches!(url.scheme(), "https" | "http")
        && url.path().strip_prefix('/') == Some(path)
        && url.query().is_none()
        && url.fragment().is_none();
    if !plain {
        return Err(MetadataError::IssuerUrl);
    }
    let base = url.path().trim_end_matches('/');
    url.set_path(&format!("{base}/.well-known/openid-configuration"));
    Ok(url)
}

async fn fetch(
    outbound: &dyn Outbound,
    issuer: &str,
    url: &Url,
    document: Document,
) -> Result<Response, MetadataError> {
    let limits = match document {
        Document::Metadata => Limits::DOCUMENT,
        Document::Keys => Limits::KEYS,
    };
    let unreachable = |cause| MetadataError::Unreachable { document, cause };
    let request = request::json(Method::GET, url).map_err(unreachable)?;
    let response = outbound.send(issuer, request, limits).await.map_err(unreachable)?;
    match response.status() {
        StatusCode::OK => Ok(response),
        status => Err(MetadataError::Status { document, status: status.as_u16() }),
    }
}

/// Section 4.3: the issuer is the same, byte for byte. An https issuer's endpoints are https.
fn accept(issuer: &str, discovery: Discovery) -> Result<Metadata, MetadataError> {
    if discovery.issuer != issuer {
        return Err(MetadataError::IssuerMismatch { expected: issuer.to_owned(), got: discovery.issuer });
    }
    let issuer = IssuerUrl::new(discovery.issuer).map_err(|_| MetadataError::IssuerUrl)?;
    let endpoints = [
        ("authorization_endpoint", Some(&discovery.authorization_endpoint)),
        ("token_endpoint", Some(&discovery.token_endpoint)),
        ("userinfo_endpoint", discovery.userinfo_endpoint.as_ref()),
        ("jwks_uri", Some(&discovery.jwks_uri)),
    ];
    let plain_http_too = issuer.url().scheme() == "http";
    for (name, endpoint) in endpoints {
        let allowed = |url: &Url| url.scheme() == "https" || (plain_http_too && url.scheme() == "http");
        if !endpoint.is_none_or(allowed) {
            return Err(MetadataError::InsecureEndpoint(name));
        }
    }
    Ok(Metadata {
        issuer,
        authorization_endpoint: discovery.authorization_endpoint,
        token_endpoint: discovery.token_endpoint,
        userinfo_endpoint: discovery.userinfo_endpoint,
        jwks_uri: discovery.jwks_uri,
        sends_iss: discovery.authorization_response_iss_parameter_supported,
    })
}
