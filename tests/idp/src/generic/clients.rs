//! The Relying Parties that an issuer knows.

use url::{Host, Url};

/// A registered client.
#[derive(Clone, Debug, Default)]
pub struct Client {
    /// Its `client_id`.
    pub client_id: String,
    /// Its secret; a client without one is public and must use PKCE.
    pub client_secret: Option<String>,
    /// Where codes may go, compared character by character.
    pub redirect_uris: Vec<String>,
    /// Where a browser may go after logout, compared character by character.
    pub post_logout_redirect_uris: Vec<String>,
    /// Where logout tokens go, if the client takes them.
    pub back_channel_logout_uri: Option<String>,
}

/// The client of a request, as far as the issuer knows it.
pub(crate) enum KnownClient {
    Registered(Client),
    /// Accepted unseen because the issuer runs with `any_loopback_client`.
    AnyOnLoopback(String),
}

impl KnownClient {
    pub(crate) fn id(&self) -> &str {
        match self {
            Self::Registered(client) => &client.client_id,
            Self::AnyOnLoopback(client_id) => client_id,
        }
    }

    pub(crate) fn may_redirect_to(&self, uri: &str) -> bool {
        match self {
            Self::Registered(client) => client.redirect_uris.iter().any(|known| known == uri),
            Self::AnyOnLoopback(_) => is_on_loopback(uri),
        }
    }

    pub(crate) fn may_log_out_to(&self, uri: &str) -> bool {
        match self {
            Self::Registered(client) => client.post_logout_redirect_uris.iter().any(|known| known == uri),
            Self::AnyOnLoopback(_) => is_on_loopback(uri),
        }
    }

    pub(crate) fn back_channel_logout_uri(&self) -> Option<&str> {
        match self {
            Self::Registered(client) => client.back_channel_logout_uri.as_deref(),
            Self::AnyOnLoopback(_) => None,
        }
    }

    pub(crate) fn secret(&self) -> Option<&str> {
        match self {
            Self::Registered(client) => client.client_secret.as_deref(),
            Self::AnyOnLoopback(_) => None,
        }
    }

    pub(crate) fn accepts_secret(&self, presented: Option<&str>) -> bool {
        match self {
            Self::Registered(client) => client.client_secret.as_deref() == presented,
            Self::AnyOnLoopback(_) => true,
        }
    }

    pub(crate) fn must_use_pkce(&self) -> bool {
        matches!(self, Self::Registered(client) if client.client_secret.is_none())
    }
}

fn is_on_loopback(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    };
    loopback && matches!(url.scheme(), "http" | "https") && url.fragment().is_none()
}

#[cfg(test)]
mod tests {
    use super::is_on_loopback;

    #[test]
    fn loopback_is_told_by_host_not_by_text() {
        for uri in
            ["http://localhost:1/cb", "http://127.0.0.2/cb", "http://[::1]:9/cb", "http://app.localhost/"]
        {
            assert!(is_on_loopback(uri), "{uri}");
        }
        for uri in [
            "http://localhost.example/cb",
            "http://localhost@evil.example/",
            "ftp://localhost/",
            "/cb",
            "http://localhost/#x",
        ] {
            assert!(!is_on_loopback(uri), "{uri}");
        }
    }
}
