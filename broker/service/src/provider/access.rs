//! What an app asks for besides its scope: protected resources (RFC 8707), authorization details
//! (RFC 9396) and single claims (OIDC Core section 5.5).

use std::borrow::Cow;

use doorward_domain::scope::name;
use doorward_domain::{Access, ClaimsRequest, Client, Grant, ScopeSet};
use serde_json::{Map, Value};
use url::Url;

use super::discovery::path;
use super::error::ErrorCode;
use super::request::{Rejected, invalid, rejected};
use super::{Params, claims};

const INVALID_TARGET: Rejected =
    rejected(ErrorCode::InvalidTarget, "the resource is missing, or not one that this client may ask for");

const INVALID_DETAILS: Rejected = rejected(
    ErrorCode::InvalidAuthorizationDetails,
    "authorization_details is no array of objects, each of a type that this client is registered for",
);

/// What `client` gets of what it asks `issuer` for, besides the granted `scope`.
pub(super) fn access(
    params: &Params,
    client: &Client,
    scope: ScopeSet,
    issuer: &str,
) -> Result<Access, Rejected> {
    let claims = match params.get("claims") {
        None => ClaimsRequest::default(),
        Some(text) => ClaimsRequest::parse(text)
            .ok_or(invalid("claims is no JSON object as OIDC Core section 5.5 has it"))?
            .only(claims::SUPPORTED),
    };
    Ok(Access {
        scope,
        resources: authorized_resources(params, client, issuer)?,
        authorization_details: authorization_details(params, client)?,
        claims,
    })
}

/// RFC 8707 section 2: each an absolute URI without fragment.
fn authorized_resources(params: &Params, client: &Client, issuer: &str) -> Result<Vec<String>, Rejected> {
    let resources = resources(&["resource"], params, client, Some(issuer))?;
    let missing = params.get("resource").is_none() && client.demands().resource_indicators;
    match missing || !resources.iter().all(|resource| is_resource(resource)) {
        true => Err(INVALID_TARGET),
        false => Ok(resources),
    }
}

/// The protected resources that any of these parameters names, each of which `client` must be registered
/// for. Userinfo of `issuer` needs no registration and is none of them: `openid` opens it, and the audience
/// says so. There is none for a token that is about nobody.
pub(super) fn resources(
    parameters: &[&str],
    params: &Params,
    client: &Client,
    issuer: Option<&str>,
) -> Result<Vec<String>, Rejected> {
    let mut resources: Vec<String> = Vec::new();
    let is_userinfo = |named: &str| issuer.is_some_and(|issuer| is_userinfo(named, issuer));
    for named in parameters.iter().flat_map(|name| params.all(name)).filter(|named| !is_userinfo(named)) {
        if !client.resources.iter().any(|registered| registered == named) {
            return Err(INVALID_TARGET);
        }
        if !resources.iter().any(|known| known == named) {
            resources.push(named.to_owned());
        }
    }
    Ok(resources)
}

/// Whether a resource is userinfo, by the name in its metadata (RFC 9728) or by the issuer's, which is what
/// tokens for it have as their audience.
fn is_userinfo(resource: &str, issuer: &str) -> bool {
    resource.strip_prefix(issuer).is_some_and(|path| ["", "/", path::USERINFO].contains(&path))
}

fn is_resource(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| url.fragment().is_none())
}

/// Objects as RFC 9396 section 2 has them, each of a `type`.
type Details = Vec<Map<String, Value>>;

/// RFC 9396 section 2, with the `type`s that the client registered (section 10).
///
/// # Errors
/// `invalid_authorization_details` for anything else.
pub(super) fn authorization_details(params: &Params, client: &Client) -> Result<Details, Rejected> {
    let details = named_details(params)?.unwrap_or_default();
    let is_registered = |detail: &Map<String, Value>| {
        let kind = detail.get("type").and_then(Value::as_str);
        kind.is_some_and(|kind| client.authorization_details_types.iter().any(|known| known == kind))
    };
    if details.iter().all(is_registered) { Ok(details) } else { Err(INVALID_DETAILS) }
}

/// The authorization details that a request names; `None` when it names none.
fn named_details(params: &Params) -> Result<Option<Details>, Rejected> {
    let text = params.get("authorization_details");
    text.map(|text| serde_json::from_str(text).map_err(|_| INVALID_DETAILS)).transpose()
}

/// Those of the granted authorization details that a token request names; `None` when it names none. What a
/// type means is between client and resource, so nothing but the same is known to be no more (RFC 9396
/// section 6.1).
pub(super) fn narrowed_details(params: &Params, granted: &Details) -> Result<Option<Details>, Rejected> {
    match named_details(params)? {
        Some(named) if !named.iter().all(|detail| granted.contains(detail)) => Err(rejected(
            ErrorCode::InvalidAuthorizationDetails,
            "authorization_details holds something else than was granted",
        )),
        named => Ok(named),
    }
}

/// The grant as one access token shows it: with those of its resources (RFC 8707 section 2.2) and of its
/// authorization details (RFC 9396 section 6) that a token request names, or with all of them.
pub(super) fn narrowed<'a>(
    params: &Params,
    grant: &'a Grant,
    issuer: &str,
) -> Result<Cow<'a, Grant>, Rejected> {
    let (resources, granted) = (params.all("resource"), &grant.access);
    let opens_userinfo = granted.resources.is_empty() || granted.scope.contains(name::OPENID);
    let details = narrowed_details(params, &granted.authorization_details)?;
    if resources.is_empty() && details.is_none() {
        return Ok(Cow::Borrowed(grant));
    }
    let is_granted = |resource: &&str| match is_userinfo(resource, issuer) {
        true => opens_userinfo,
        false => granted.resources.iter().any(|granted| granted == resource),
    };
    if !resources.iter().all(is_granted) {
        return Err(INVALID_TARGET);
    }
    let mut narrowed = grant.clone();
    if !resources.is_empty() {
        narrowed.access.resources.retain(|granted| resources.contains(&granted.as_str()));
    }
    if let Some(details) = details {
        narrowed.access.authorization_details = details;
    }
    Ok(Cow::Owned(narrowed))
}

/// Whom an access token is for (RFC 9068 section 3): the resources, and userinfo when `openid` opens it.
pub(super) fn audience<'a>(issuer: &'a str, resources: &'a [String], scope: &ScopeSet) -> Vec<&'a str> {
    let userinfo = resources.is_empty() || scope.contains(name::OPENID);
    userinfo.then_some(issuer).into_iter().chain(resources.iter().map(String::as_str)).collect()
}
