//! What else a client registers, and whether it keeps its profile.

use doorward_domain::client::{
    Assurance, LogoutChannels, Presentation, RequestDefaults, RequestRules, SubjectType, TokenForms,
};
use doorward_domain::{
    Algorithm, Client, ContentEncryption, Encryption, GrantType, KeyManagement, RedirectUri,
};
use url::{Host, Url};

use super::super::Planner;
use crate::keys::{EncryptionKeys, OFFERED};
use crate::management::document::{self, KeySet, SubjectKind};

pub(super) fn request_defaults(entry: &document::Client) -> RequestDefaults {
    RequestDefaults { max_age: entry.default_max_age, acr_values: entry.default_acr_values.clone() }
}

pub(super) fn assurance(entry: &document::Client) -> Assurance {
    Assurance { mfa: entry.require_mfa, acr: entry.require_acr.clone() }
}

impl Planner<'_> {
    pub(super) fn token_forms(&mut self, entry: &document::Client, path: &str) -> TokenForms {
        let id_token = entry.id_token_signed_response_alg;
        let mut signed = |name: &str, algorithm: Option<Algorithm>| {
            if let Some(algorithm) = algorithm
                && !self.making.algorithms.contains(&algorithm)
            {
                self.problem(
                    format!("{path}.{name}"),
                    format!("this broker has no {algorithm} key (see `[keys] algorithms`)"),
                );
            }
            algorithm
        };
        TokenForms {
            id_token: signed("id_token_signed_response_alg", Some(id_token))
                .filter(|algorithm| *algorithm != Algorithm::ES256),
            userinfo: signed("userinfo_signed_response_alg", entry.userinfo_signed_response_alg),
            introspection: signed(
                "introspection_signed_response_alg",
                entry.introspection_signed_response_alg,
            ),
            authorization: signed(
                "authorization_signed_response_alg",
                entry.authorization_signed_response_alg,
            ),
            id_token_encryption: self.encryption(
                &format!("{path}.id_token_encrypted_response"),
                (entry.id_token_encrypted_response_alg, entry.id_token_encrypted_response_enc),
                entry,
            ),
            userinfo_encryption: self.encryption(
                &format!("{path}.userinfo_encrypted_response"),
                (entry.userinfo_encrypted_response_alg, entry.userinfo_encrypted_response_enc),
                entry,
            ),
            introspection_encryption: self.encryption(
                &format!("{path}.introspection_encrypted_response"),
                (entry.introspection_encrypted_response_alg, entry.introspection_encrypted_response_enc),
                entry,
            ),
            authorization_encryption: self.encryption(
                &format!("{path}.authorization_encrypted_response"),
                (entry.authorization_encrypted_response_alg, entry.authorization_encrypted_response_enc),
                entry,
            ),
            access_token: entry.access_token_format,
            dpop_bound: entry.dpop_bound_access_tokens,
            certificate_bound: entry.tls_client_certificate_bound_access_tokens,
        }
    }

    /// One of those that there is a key of ours for.
    fn request_encryption(&mut self, entry: &document::Client, path: &str) -> Option<Encryption> {
        let path = format!("{path}.request_object_encryption");
        let (alg, enc) = (entry.request_object_encryption_alg, entry.request_object_encryption_enc);
        let encryption = self.named_encryption(&path, alg, enc)?;
        if !OFFERED.contains(&encryption.alg) {
            let names = OFFERED.map(KeyManagement::as_str).join(" or ");
            self.problem(format!("{path}_alg"), format!("must be {names}"));
        }
        Some(encryption)
    }

    /// `enc` without `alg` is an error (OIDC Registration section 2).
    fn named_encryption(
        &mut self,
        path: &str,
        alg: Option<KeyManagement>,
        enc: Option<ContentEncryption>,
    ) -> Option<Encryption> {
        if alg.is_none() && enc.is_some() {
            self.problem(format!("{path}_enc"), "stands without its `alg`");
        }
        Some(Encryption { alg: alg?, enc: enc.unwrap_or_default() })
    }

    /// There must be a key of the client's for it; those that it publishes elsewhere may come later.
    fn encryption(
        &mut self,
        path: &str,
        (alg, enc): (Option<KeyManagement>, Option<ContentEncryption>),
        entry: &document::Client,
    ) -> Option<Encryption> {
        let encryption = self.named_encryption(path, alg, enc)?;
        let fits = match (&entry.jwks, &entry.jwks_uri) {
            (Some(KeySet::Inline(jwks)), _) => {
                EncryptionKeys::parse(jwks).is_ok_and(|keys| keys.recipient(encryption).is_some())
            }
            (_, Some(_)) => true,
            _ => false,
        };
        if !fits {
            self.problem(
                format!("{path}_alg"),
                "needs a key of the client's for it in `jwks` or at `jwks_uri`",
            );
        }
        Some(encryption)
    }

    pub(super) fn request_rules(&mut self, entry: &document::Client, path: &str) -> RequestRules {
        let demanded = entry.profile.demands().signed_requests;
        let require_signed = entry.require_signed_request_object.unwrap_or(demanded);
        if demanded && !require_signed && entry.authorization_signed_response_alg.is_none() {
            self.problem(
                format!("{path}.require_signed_request_object"),
                "its profile signs requests, or responses by `authorization_signed_response_alg`",
            );
        }
        for uri in &entry.request_uris {
            self.check_reachable(&format!("{path}.request_uris"), uri);
        }
        RequestRules {
            require_pushed: entry.require_pushed_authorization_requests,
            require_signed,
            signing: entry.request_object_signing_alg,
            encryption: self.request_encryption(entry, path),
            request_uris: entry.request_uris.clone(),
        }
    }

    /// The sector of a client without a `sector_identifier_uri` is the one host of its redirect URIs
    /// (OIDC Core section 8.1). Somebody's own machine is no sector: all native apps would share it.
    pub(super) fn subject_type(&mut self, entry: &document::Client, path: &str) -> SubjectType {
        let path = format!("{path}.sector_identifier_uri");
        if let Some(uri) = &entry.sector_identifier_uri {
            self.check_reachable(&path, uri);
        }
        if entry.subject_type == SubjectKind::Public {
            return SubjectType::Public;
        }
        let uri = entry.sector_identifier_uri.clone();
        let mut hosts: Vec<_> = match &uri {
            Some(uri) => vec![sector_of(uri)],
            None => entry.redirect_uris.iter().map(|uri| sector_of(uri.as_str())).collect(),
        };
        hosts.sort_unstable();
        hosts.dedup();
        match hosts.as_mut_slice() {
            [Some(sector)] => SubjectType::Pairwise { sector: std::mem::take(sector), uri },
            _ => {
                self.problem(path, "is missing: its redirect URIs have several hosts, or one has none");
                SubjectType::Public
            }
        }
    }

    pub(super) fn logout_channels(&mut self, entry: &document::Client, path: &str) -> LogoutChannels {
        if let Some(uri) = &entry.backchannel_logout_uri {
            self.check_reachable(&format!("{path}.backchannel_logout_uri"), uri);
        }
        if let Some(uri) = &entry.frontchannel_logout_uri {
            let path = format!("{path}.frontchannel_logout_uri");
            self.check_web_page(&path, uri);
            // What the browser loads silently must be the app's own (Front-Channel Logout section 2).
            let own = |redirect: &RedirectUri| origin(redirect.as_str()) == origin(uri);
            if !entry.redirect_uris.iter().any(own) {
                self.problem(path, "must have scheme, host and port of one of the redirect URIs");
            }
        }
        LogoutChannels {
            back_channel: entry.backchannel_logout_uri.clone(),
            back_channel_session_required: entry.backchannel_logout_session_required,
            front_channel: entry.frontchannel_logout_uri.clone(),
            front_channel_session_required: entry.frontchannel_logout_session_required,
        }
    }

    pub(super) fn presentation(&mut self, entry: &document::Client, path: &str) -> Presentation {
        let pages = [
            ("logo_uri", &entry.logo_uri),
            ("client_uri", &entry.client_uri),
            ("policy_uri", &entry.policy_uri),
            ("tos_uri", &entry.tos_uri),
            ("initiate_login_uri", &entry.initiate_login_uri),
        ];
        for (name, uri) in pages {
            if let Some(uri) = uri {
                self.check_web_page(&format!("{path}.{name}"), uri);
            }
        }
        // OIDC Core section 4; on a developer's machine the operator may say otherwise.
        let insecure = entry.initiate_login_uri.as_ref().is_some_and(|uri| !uri.starts_with("https://"));
        if insecure && self.making.registration.is_some() {
            self.problem(format!("{path}.initiate_login_uri"), "must be an https URL");
        }
        Presentation {
            logo_uri: entry.logo_uri.clone(),
            client_uri: entry.client_uri.clone(),
            policy_uri: entry.policy_uri.clone(),
            tos_uri: entry.tos_uri.clone(),
            contacts: entry.contacts.clone(),
            software_id: entry.software_id.clone(),
            software_version: entry.software_version.clone(),
        }
    }

    /// Whether the client can do what its profile and its grants demand.
    pub(super) fn check_profile(&mut self, client: &Client, entry: &document::Client, path: &str) {
        let demands = client.demands();
        if !demands.methods.contains(&client.authentication.method()) {
            let names: Vec<_> = demands.methods.iter().map(|method| method.as_str()).collect();
            self.problem(
                format!("{path}.token_endpoint_auth_method"),
                format!("its profile allows {}", names.join(", ")),
            );
        }
        let algorithms = [
            ("id_token_signed_response_alg", Some(client.tokens.id_token_algorithm())),
            ("userinfo_signed_response_alg", client.tokens.userinfo),
            ("authorization_signed_response_alg", client.tokens.authorization),
            ("introspection_signed_response_alg", client.tokens.introspection),
            ("token_endpoint_auth_signing_alg", entry.token_endpoint_auth_signing_alg),
            ("request_object_signing_alg", client.requests.signing),
        ];
        for (name, algorithm) in algorithms {
            if algorithm.is_some_and(|algorithm| !demands.algorithms.contains(&algorithm)) {
                self.problem(format!("{path}.{name}"), "is not allowed by its profile");
            }
        }
        let path_of_audience = format!("{path}.token_endpoint_audience");
        match (client.token_endpoint_audience, demands.issuer_audience) {
            (false, _) => {}
            (true, true) => self.problem(path_of_audience, "is not allowed by its profile"),
            (true, false) => self.warn(
                &path_of_audience,
                "lets any other server that the client trusts pass its assertions on to this one",
            ),
        }
        let insecure = |uri: &RedirectUri| !uri.as_str().starts_with("https://");
        if demands.https_redirects && client.redirect_uris.iter().any(insecure) {
            self.problem(format!("{path}.redirect_uris"), "its profile allows https alone");
        }
        if client.is_public()
            && [GrantType::ClientCredentials, GrantType::TokenExchange].iter().any(|it| client.may_use(*it))
        {
            self.problem(
                format!("{path}.grant_types"),
                "client_credentials and token exchange are not for public clients",
            );
        }
    }

    /// A URL that people's browsers open: https, or http on loopback.
    fn check_web_page(&mut self, path: &str, uri: &str) {
        let fine = Url::parse(uri).is_ok_and(|url| {
            let secure = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(&url));
            secure && url.username().is_empty() && url.password().is_none() && uri.len() <= 1024
        });
        if !fine {
            self.problem(path, "must be an https URL");
        }
    }

    /// A URL that doorward itself asks.
    pub(super) fn check_reachable(&mut self, path: &str, uri: &str) {
        match Url::parse(uri) {
            Ok(url) if !has_plain_host(&url) => {
                self.problem(
                    path,
                    "has a host with other characters than a name in the DNS: nothing is filled in",
                );
            }
            Ok(url) if url.fragment().is_none() && uri.len() <= 1024 => {
                if let Err(refusal) = self.making.egress.check(&url) {
                    self.problem(path, format!("{refusal} (see `[egress]` in the configuration)"));
                }
            }
            _ => self.problem(path, "is not a URL without fragment"),
        }
    }
}

/// Whether a host that is a name could be one in the DNS; a URL may have odder ones, such as `{host}`.
fn has_plain_host(url: &Url) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    url.domain().is_none_or(|name| name.chars().all(plain))
}

/// The host that a URI gives its sector.
fn sector_of(uri: &str) -> Option<String> {
    let url = Url::parse(uri).ok().filter(|url| !is_loopback(url))?;
    url.host_str().map(str::to_owned)
}

fn origin(uri: &str) -> Option<url::Origin> {
    Url::parse(uri).ok().map(|url| url.origin())
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
