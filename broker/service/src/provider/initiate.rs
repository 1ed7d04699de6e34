//! Logins that somebody else starts than the app (OIDC Core section 4): where a browser is sent so that the
//! app begins one.

use doorward_domain::Client;
use url::Url;

/// Hints are e-mail addresses at most.
const LONGEST_HINT: usize = 320;
/// The longest target, in bytes.
const LONGEST_TARGET: usize = 1024;

/// What the app is told of the login that it shall begin.
#[derive(Clone, Copy, Debug, Default)]
pub struct Initiation<'a> {
    /// Who it is about.
    pub login_hint: Option<&'a str>,
    /// Where the person goes afterwards.
    pub target_link_uri: Option<&'a str>,
}

/// Why a login is not started.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InitiateError {
    /// The app has no `initiate_login_uri`, or may not act.
    #[error("the app cannot be told to begin a login")]
    NotOffered,
    /// The target is not the app's, or the hint is too long.
    #[error("the login_hint or target_link_uri is not one for this app")]
    Unfit,
}

/// The address at the app of `client` where a login at `issuer` begins.
///
/// # Errors
/// [`InitiateError`]; nobody is sent anywhere then.
pub fn initiate_login(
    client: &Client,
    issuer: &str,
    initiation: Initiation<'_>,
) -> Result<Url, InitiateError> {
    let uri = client.initiate_login_uri.as_deref().filter(|_| client.enabled);
    let mut url = uri.and_then(|uri| Url::parse(uri).ok()).ok_or(InitiateError::NotOffered)?;
    let Initiation { login_hint, target_link_uri } = initiation;
    let fit = login_hint.is_none_or(|hint| hint.len() <= LONGEST_HINT && !hint.contains(char::is_control))
        && target_link_uri.is_none_or(|target| is_of(client, &url, target));
    if !fit {
        return Err(InitiateError::Unfit);
    }
    let mut query = url.query_pairs_mut();
    query.append_pair("iss", issuer);
    for (name, value) in [("login_hint", login_hint), ("target_link_uri", target_link_uri)] {
        if let Some(value) = value {
            query.append_pair(name, value);
        }
    }
    drop(query);
    Ok(url)
}

/// Whether a target is a page of the app's: at the origin where its logins begin, or come back to. Apps are
/// told to check that themselves, and not all of them do.
fn is_of(client: &Client, initiate: &Url, target: &str) -> bool {
    let Some(target) = Url::parse(target).ok().filter(|it| it.as_str().len() <= LONGEST_TARGET) else {
        return false;
    };
    let web = matches!(target.scheme(), "https" | "http")
        && target.username().is_empty()
        && target.password().is_none();
    let redirects = client.redirect_uris.iter().filter_map(|uri| Url::parse(uri.as_str()).ok());
    web && redirects.chain([initiate.clone()]).any(|own| own.origin() == target.origin())
}
