//! What a provider publishes of itself: its metadata (OpenID Connect Discovery 1.0) and its keys.

use std::fmt;

use doorward_domain::Connection;
use doorward_domain::connection::kind::Endpoints;
use doorward_net::{Limits, NetError, Outbound, Response};
use http::Method;
use openidconnect::IssuerUrl;
use serde::Deserialize;
use url::Url;

use super::exchange::{TokenError, refusal};
use super::jwk::UpstreamKey;
use super::kind::{self, Documents};
use super::request;
use crate::keys::jwks::{JwksError, VerifyingKeys};

/// What doorward needs of a provider's metadata.
#[derive(Debug)]
pub(super) struct Metadata {
    /// The issuer, as the connection has it.
    pub(super) issuer: IssuerUrl,
    /// By what name it is kept and reached: the issuer, unless the connection says more of it.
    pub(super) peer: String,
    pub(super) authorization_endpoint: Url,
    pub(super) token_endpoint: Url,
    pub(super) userinfo_endpoint: Option<Url>,
    pub(super) jwks_uri: Url,
    /// Where people sign out (RP-Initiated Logout section 2.1).
    pub(super) end_session_endpoint: Option<Url>,
    /// Whether every authorization response carries `iss` (RFC 9207 section 3).
    pub(super) sends_iss: bool,
    /// Whether it takes part in PKCE with S256. Entra does, and does not say so.
    pub(super) takes_s256: bool,
    /// The host of Microsoft Graph in Entra's clouds.
    pub(super) graph_host: Option<String>,
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
    /// The provider said in the protocol's own form what is wrong.
    #[error("{document} was refused with {error:?}: {description:?}")]
    Refused {
        /// What was asked for.
        document: Document,
        /// The error code.
        error: String,
        /// The provider's explanation.
        description: Option<String>,
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
    end_session_endpoint: Option<Url>,
    #[serde(default)]
    authorization_response_iss_parameter_supported: bool,
    code_challenge_methods_supported: Option<Vec<String>>,
    msgraph_host: Option<String>,
}

/// Fetches the metadata of a connection's provider, as far as the connection does not tell it itself.
pub(super) async fn fetch_metadata(
    outbound: &dyn Outbound,
    connection: &Connection,
) -> Result<Metadata, MetadataError> {
    let documents = kind::of(&connection.kind).documents();
    let issuer = connection.issuer.as_str();
    let peer = documents.key(issuer);
    if let Some(told) = documents.endpoints.and_then(|endpoints| told(issuer, endpoints)) {
        return accept(issuer, peer.into_owned(), told?, &documents);
    }
    let mut url = discovery_url(documents.base.unwrap_or(issuer))?;
    with_query(&mut url, documents.query.filter(|_| documents.query_for_documents));
    let response = fetch(outbound, &peer, &url, Document::Metadata).await?;
    let mut discovery: Discovery =
        serde_json::from_slice(response.body()).map_err(|_| MetadataError::Malformed)?;
    if let Some(endpoints) = documents.endpoints {
        discovery.replace(endpoints)?;
    }
    accept(issuer, peer.into_owned(), discovery, &documents)
}

/// The document itself, as it is published; nothing where the connection tells every endpoint.
pub(super) async fn fetch_document(
    outbound: &dyn Outbound,
    connection: &Connection,
) -> Result<Option<Response>, MetadataError> {
    let documents = kind::of(&connection.kind).documents();
    let issuer = connection.issuer.as_str();
    if documents.endpoints.is_some_and(|endpoints| told(issuer, endpoints).is_some()) {
        return Ok(None);
    }
    let mut url = discovery_url(documents.base.unwrap_or(issuer))?;
    with_query(&mut url, documents.query.filter(|_| documents.query_for_documents));
    fetch(outbound, &documents.key(issuer), &url, Document::Metadata).await.map(Some)
}

/// The metadata of a provider whose every necessary endpoint the connection tells.
fn told(issuer: &str, endpoints: &Endpoints) -> Option<Result<Discovery, MetadataError>> {
    let Endpoints {
        authorization_endpoint,
        token_endpoint,
        jwks_uri,
        userinfo_endpoint,
        end_session_endpoint,
    } = endpoints;
    let read = |url: &str| Url::parse(url).map_err(|_| MetadataError::Malformed);
    let all = (authorization_endpoint.as_deref()?, token_endpoint.as_deref()?, jwks_uri.as_deref()?);
    let discovery = |(authorize, token, keys)| {
        Ok(Discovery {
            issuer: issuer.to_owned(),
            authorization_endpoint: read(authorize)?,
            token_endpoint: read(token)?,
            userinfo_endpoint: userinfo_endpoint.as_deref().map(read).transpose()?,
            jwks_uri: read(keys)?,
            end_session_endpoint: end_session_endpoint.as_deref().map(read).transpose()?,
            authorization_response_iss_parameter_supported: false,
            code_challenge_methods_supported: None,
            msgraph_host: None,
        })
    };
    Some(discovery(all))
}

impl Discovery {
    /// Puts the endpoints that the connection tells in the place of those that are published.
    fn replace(&mut self, endpoints: &Endpoints) -> Result<(), MetadataError> {
        let read = |url: &String| Url::parse(url).map_err(|_| MetadataError::Malformed);
        for (told, place) in [
            (&endpoints.authorization_endpoint, &mut self.authorization_endpoint),
            (&endpoints.token_endpoint, &mut self.token_endpoint),
            (&endpoints.jwks_uri, &mut self.jwks_uri),
        ] {
            if let Some(url) = told {
                *place = read(url)?;
            }
        }
        for (told, place) in [
            (&endpoints.userinfo_endpoint, &mut self.userinfo_endpoint),
            (&endpoints.end_session_endpoint, &mut self.end_session_endpoint),
        ] {
            if let Some(url) = told {
                *place = Some(read(url)?);
            }
        }
        Ok(())
    }
}

/// Adds a parameter to a URL's query, unless it is there.
fn with_query(url: &mut Url, parameter: Option<(&str, &str)>) {
    if let Some((name, value)) = parameter
        && !url.query_pairs().any(|(known, _)| known == name)
    {
        url.query_pairs_mut().append_pair(name, value);
    }
}

/// Fetches the keys that lie at `url`. Weak ones and those for other uses are left out.
pub(super) async fn fetch_keys(
    outbound: &dyn Outbound,
    metadata: &Metadata,
    url: &Url,
) -> Result<Vec<UpstreamKey>, MetadataError> {
    let response = fetch(outbound, &metadata.peer, url, Document::Keys).await?;
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
    peer: &str,
    url: &Url,
    document: Document,
) -> Result<Response, MetadataError> {
    let limits = match document {
        Document::Metadata => Limits::DOCUMENT,
        Document::Keys => Limits::KEYS,
    };
    let unreachable = |cause| MetadataError::Unreachable { document, cause };
    let request = request::json(Method::GET, url).map_err(unreachable)?;
    let response = outbound.send(peer, request, limits).await.map_err(unreachable)?;
    match refusal(&response) {
        None => Ok(response),
        Some(TokenError::TokenEndpoint { status: 400..500, error: Some(error), description }) => {
            Err(MetadataError::Refused { document, error, description })
        }
        Some(_) => Err(MetadataError::Status { document, status: response.status().as_u16() }),
    }
}

/// Section 4.3: the issuer is the same, byte for byte. An https issuer's endpoints are https.
fn accept(
    issuer: &str,
    peer: String,
    mut discovery: Discovery,
    documents: &Documents<'_>,
) -> Result<Metadata, MetadataError> {
    if discovery.issuer != issuer {
        return Err(MetadataError::IssuerMismatch { expected: issuer.to_owned(), got: discovery.issuer });
    }
    let Discovery {
        authorization_endpoint,
        token_endpoint,
        userinfo_endpoint,
        jwks_uri,
        end_session_endpoint,
        ..
    } = &mut discovery;
    with_query(jwks_uri, documents.query.filter(|_| documents.query_for_documents));
    let optional = userinfo_endpoint.iter_mut().chain(end_session_endpoint);
    for endpoint in [authorization_endpoint, token_endpoint].into_iter().chain(optional) {
        with_query(endpoint, documents.query);
    }
    let issuer = IssuerUrl::new(discovery.issuer).map_err(|_| MetadataError::IssuerUrl)?;
    let endpoints = [
        ("authorization_endpoint", Some(&discovery.authorization_endpoint)),
        ("token_endpoint", Some(&discovery.token_endpoint)),
        ("userinfo_endpoint", discovery.userinfo_endpoint.as_ref()),
        ("jwks_uri", Some(&discovery.jwks_uri)),
        ("end_session_endpoint", discovery.end_session_endpoint.as_ref()),
    ];
    let plain_http_too = issuer.url().scheme() == "http";
    for (name, endpoint) in endpoints {
        let allowed = |url: &Url| url.scheme() == "https" || (plain_http_too && url.scheme() == "http");
        if !endpoint.is_none_or(allowed) {
            return Err(MetadataError::InsecureEndpoint(name));
        }
    }
    let methods = discovery.code_challenge_methods_supported;
    Ok(Metadata {
        issuer,
        peer,
        authorization_endpoint: discovery.authorization_endpoint,
        token_endpoint: discovery.token_endpoint,
        userinfo_endpoint: discovery.userinfo_endpoint,
        jwks_uri: discovery.jwks_uri,
        end_session_endpoint: discovery.end_session_endpoint,
        sends_iss: discovery.authorization_response_iss_parameter_supported,
        takes_s256: methods.is_none_or(|methods| methods.iter().any(|method| method == "S256")),
        graph_host: discovery.msgraph_host,
    })
}
