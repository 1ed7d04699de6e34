//! Which product a provider is, as far as words go. A wrong guess shows a more general text.

use doorward_domain::Connection;
use doorward_domain::connection::ConnectionKind;
use url::Url;

/// A product that the catalogue has rows about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Product {
    /// Microsoft Entra ID.
    Entra,
    /// Okta.
    Okta,
    /// HaloPSA and HaloITSM.
    HaloPsa,
    /// Google.
    Google,
    /// Any OpenID Provider.
    Oidc,
}

/// Hosts, and what ends with a dot and one of them.
const HOSTS: [(&str, Product); 10] = [
    ("login.microsoftonline.com", Product::Entra),
    ("login.microsoftonline.us", Product::Entra),
    ("login.partner.microsoftonline.cn", Product::Entra),
    ("sts.windows.net", Product::Entra),
    ("okta.com", Product::Okta),
    ("oktapreview.com", Product::Okta),
    ("okta-emea.com", Product::Okta),
    ("halopsa.com", Product::HaloPsa),
    ("haloitsm.com", Product::HaloPsa),
    ("accounts.google.com", Product::Google),
];

impl Product {
    /// Every one of them.
    pub const ALL: [Self; 5] = [Self::Entra, Self::Okta, Self::HaloPsa, Self::Google, Self::Oidc];

    /// Its name, which is its file's in `data/errors`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entra => "entra",
            Self::Okta => "okta",
            Self::HaloPsa => "halopsa",
            Self::Google => "google",
            Self::Oidc => "oidc",
        }
    }

    /// The product of a name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|product| product.name() == name)
    }

    /// The product behind a connection.
    pub fn of(connection: &Connection) -> Self {
        match &connection.kind {
            ConnectionKind::Oidc(_) => Self::of_issuer(&connection.issuer),
            ConnectionKind::Entra(_) => Self::Entra,
            ConnectionKind::Okta(_) => Self::Okta,
            ConnectionKind::HaloPsa(_) => Self::HaloPsa,
            ConnectionKind::Google(_) => Self::Google,
        }
    }

    /// The product that an issuer's host belongs to.
    pub fn of_issuer(issuer: &str) -> Self {
        let Ok(url) = Url::parse(issuer) else { return Self::Oidc };
        let host = url.host_str().unwrap_or_default();
        let belongs =
            |known: &str| host.strip_suffix(known).is_some_and(|it| it.is_empty() || it.ends_with('.'));
        HOSTS.into_iter().find(|(known, _)| belongs(known)).map_or(Self::Oidc, |(_, product)| product)
    }

    /// The file about it.
    pub(super) const fn rows(self) -> &'static str {
        match self {
            Self::Entra => include_str!("../../../../../data/errors/entra.toml"),
            Self::Okta => include_str!("../../../../../data/errors/okta.toml"),
            Self::HaloPsa => include_str!("../../../../../data/errors/halopsa.toml"),
            Self::Google => include_str!("../../../../../data/errors/google.toml"),
            Self::Oidc => include_str!("../../../../../data/errors/oidc.toml"),
        }
    }
}
