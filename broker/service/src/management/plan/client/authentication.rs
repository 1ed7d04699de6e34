//! How a client authenticates, its secrets and its keys.

use std::time::Duration;

use doorward_domain::client::Method;
use doorward_domain::{
    Algorithm, Client, ClientAuthentication, ClientKeys, ClientSecret, Plain, Sealed, SecretHash, TenantId,
};
use doorward_store::{Kind, Stored};
use serde_json::Value;

use super::super::Planner;
use crate::keys::{KnownCertificates, Place, VerifyingKeys, check_strength};
use crate::management::document::{self, KeySet, SecretSource};

/// No secret of a client is shorter.
const SHORTEST_SECRET: usize = 8;
/// A text of 128 random bits is at least this long (base64url).
const STRONG_SECRET: usize = 22;
/// An HMAC key of HS256 has at least this many bytes (RFC 7518 section 3.2).
const SHORTEST_HMAC_SECRET: usize = 32;
/// Two secrets stand beside each other for no longer.
const LONGEST_OVERLAP: Duration = Duration::from_secs(90 * 24 * 60 * 60);

impl Planner<'_> {
    pub(super) fn client_authentication(
        &mut self,
        entry: &document::Client,
        old: Option<&Stored<Client>>,
        path: &str,
    ) -> Option<ClientAuthentication> {
        let has_keys = entry.jwks.is_some() || entry.jwks_uri.is_some();
        let method = entry.token_endpoint_auth_method.unwrap_or(match (&entry.client_secret, has_keys) {
            (Some(_), _) => Method::ClientSecretBasic,
            (None, true) => Method::PrivateKeyJwt,
            (None, false) => Method::None,
        });
        self.check_method(entry, method, path);
        self.check_certificates(entry, method, path);
        let stored = old.map(|old| &old.record.authentication);
        match method {
            Method::None => Some(ClientAuthentication::None),
            Method::ClientSecretBasic => self
                .hashed_secrets(entry, stored, path)
                .map(|secrets| ClientAuthentication::ClientSecretBasic { secrets }),
            Method::ClientSecretPost => self
                .hashed_secrets(entry, stored, path)
                .map(|secrets| ClientAuthentication::ClientSecretPost { secrets }),
            Method::ClientSecretJwt => self.sealed_secrets(entry, stored, path),
            Method::PrivateKeyJwt => {
                Some(ClientAuthentication::PrivateKeyJwt { algorithm: entry.token_endpoint_auth_signing_alg })
            }
            Method::TlsClientAuth => self.tls_client_auth(entry, path),
            Method::SelfSignedTlsClientAuth => Some(ClientAuthentication::SelfSignedTlsClientAuth),
        }
    }

    fn check_method(&mut self, entry: &document::Client, method: Method, path: &str) {
        let has_secret =
            matches!(method, Method::ClientSecretBasic | Method::ClientSecretPost | Method::ClientSecretJwt);
        if entry.client_secret.is_some() && !has_secret {
            self.problem(format!("{path}.client_secret"), "its token_endpoint_auth_method takes no secret");
        }
        if entry.token_endpoint_auth_signing_alg.is_some() && method != Method::PrivateKeyJwt {
            self.problem(format!("{path}.token_endpoint_auth_signing_alg"), "is for `private_key_jwt` only");
        }
        if entry.client_secret_overlap.is_some_and(|secs| secs > LONGEST_OVERLAP.as_secs()) {
            self.problem(format!("{path}.client_secret_overlap"), "is longer than 90 days");
        }
        if method == Method::None && !entry.require_pkce {
            self.problem(
                format!("{path}.require_pkce"),
                "a public client must use PKCE (RFC 9700 section 2.1.1)",
            );
        }
    }

    /// The hash of the given secret before those that are stored, or those alone.
    fn hashed_secrets(
        &mut self,
        entry: &document::Client,
        stored: Option<&ClientAuthentication>,
        path: &str,
    ) -> Option<Vec<ClientSecret<SecretHash>>> {
        let path = format!("{path}.client_secret");
        let stored = match stored {
            Some(
                ClientAuthentication::ClientSecretBasic { secrets }
                | ClientAuthentication::ClientSecretPost { secrets },
            ) => secrets.as_slice(),
            _ => &[],
        };
        let given = match &entry.client_secret {
            Some(given) => Some(self.secret(given, SHORTEST_SECRET, &path)?),
            None => None,
        };
        match given {
            Some(secret) if stored.first().is_none_or(|newest| !newest.value.matches(secret)) => {
                Some(self.before_stored(entry, secret.hash(), stored))
            }
            _ => self.kept(stored, &path),
        }
    }

    /// The same for a secret that must be read again.
    fn sealed_secrets(
        &mut self,
        entry: &document::Client,
        stored: Option<&ClientAuthentication>,
        path: &str,
    ) -> Option<ClientAuthentication> {
        let path = format!("{path}.client_secret");
        let stored = match stored {
            Some(ClientAuthentication::ClientSecretJwt { secrets }) => secrets.as_slice(),
            _ => &[],
        };
        let secrets = match &entry.client_secret {
            None => self.kept(stored, &path)?,
            Some(given) => {
                let plain = self.secret(given, SHORTEST_HMAC_SECRET, &path)?.expose().as_bytes();
                let place = secret_place(entry.client_id.as_str());
                let same = |sealed: &Sealed| {
                    self.making.sealer.open(&place, sealed).is_ok_and(|known| known.as_slice() == plain)
                };
                if stored.first().is_some_and(|newest| same(&newest.value)) {
                    stored.to_vec()
                } else {
                    let sealed = self.making.sealer.seal(&place, plain, self.making.entropy);
                    self.before_stored(entry, sealed, stored)
                }
            }
        };
        Some(ClientAuthentication::ClientSecretJwt { secrets })
    }

    /// A new secret, and the one before it for as long as they overlap.
    fn before_stored<T: Clone>(
        &self,
        entry: &document::Client,
        newest: T,
        stored: &[ClientSecret<T>],
    ) -> Vec<ClientSecret<T>> {
        let now = self.making.now;
        let overlap = entry.client_secret_overlap.map(Duration::from_secs);
        let mut secrets = vec![ClientSecret { value: newest, created_at: now, ends_at: None }];
        if let (Some(overlap), Some(older)) = (overlap, stored.first()) {
            secrets.push(ClientSecret { ends_at: Some(now + overlap), ..older.clone() });
        }
        secrets
    }

    fn kept<T: Clone>(&mut self, stored: &[ClientSecret<T>], path: &str) -> Option<Vec<ClientSecret<T>>> {
        if stored.is_empty() {
            self.problem(path, "is missing; give it, or set `token_endpoint_auth_method = \"none\"`");
            return None;
        }
        Some(stored.to_vec())
    }

    fn secret<'s>(&mut self, given: &'s SecretSource, shortest: usize, path: &str) -> Option<&'s Plain> {
        let secret = self.literal(given, path)?;
        let length = secret.expose().len();
        if length < shortest {
            self.problem(path, "is too short; `openssl rand -base64 32` makes a good one");
            return None;
        }
        if length < STRONG_SECRET {
            self.warn(path, "has less than 128 random bits; use it for demonstrations only");
        }
        Some(secret)
    }

    /// The client's public keys.
    pub(super) fn client_keys(
        &mut self,
        entry: &document::Client,
        authentication: &ClientAuthentication,
        path: &str,
    ) -> ClientKeys {
        let needed = match authentication {
            ClientAuthentication::PrivateKeyJwt { algorithm } => Some(Needed::Key(
                algorithm.map_or_else(|| entry.profile.demands().algorithms.to_vec(), |one| vec![one]),
            )),
            ClientAuthentication::SelfSignedTlsClientAuth => Some(Needed::Certificate),
            _ => None,
        };
        let path_of_keys = format!("{path}.jwks");
        match (&entry.jwks, &entry.jwks_uri) {
            (Some(_), Some(_)) => self.problem(path_of_keys, "stands beside `jwks_uri`; one will do"),
            (Some(KeySet::At(_)), None) => self.problem(path_of_keys, REFERENCE),
            (Some(KeySet::Inline(jwks)), None) => match unfit(jwks, needed.as_ref()) {
                None => return ClientKeys::Inline(jwks.clone()),
                Some(problem) => self.problem(path_of_keys, problem),
            },
            (None, Some(uri)) => {
                self.check_reachable(&format!("{path}.jwks_uri"), uri);
                return ClientKeys::At(uri.clone());
            }
            (None, None) if needed.is_some() => {
                self.problem(path_of_keys, "is missing: its method needs the client's public keys");
            }
            (None, None) => {}
        }
        ClientKeys::None
    }

    /// The secret itself; a reference should have been followed, and a mask is no secret (AD-08).
    pub(in super::super) fn literal<'s>(
        &mut self,
        source: &'s SecretSource,
        path: &str,
    ) -> Option<&'s Plain> {
        let problem = match source {
            SecretSource::At(_) => REFERENCE,
            SecretSource::Literal(secret) if is_mask(secret) => "is empty or a mask; leave it out to keep it",
            SecretSource::Literal(secret) => return Some(secret),
        };
        self.problem(path, problem);
        None
    }
}

/// Where a client's sealed secrets belong.
pub(crate) fn secret_place(client_id: &str) -> Place<'_> {
    Place { tenant: TenantId::BROKER, kind: Kind::Client, id: client_id.as_bytes(), field: "client_secret" }
}

const REFERENCE: &str = "the server follows no references; `doorward apply` does, or send the text itself";

fn is_mask(secret: &Plain) -> bool {
    let text = secret.expose();
    text.chars().all(|c| matches!(c, '*' | '•' | ' ')) || text == format!("{secret:?}")
}

/// What a client's way of authentication needs of its JWK Set.
enum Needed {
    /// A key that verifies one of these algorithms.
    Key(Vec<Algorithm>),
    /// A certificate, or the key of one.
    Certificate,
}

/// Why a JWK Set is none, or none to authenticate a client with.
fn unfit(jwks: &Value, needed: Option<&Needed>) -> Option<String> {
    if let Err(cause) = check_strength(jwks) {
        return Some(format!("is {cause}"));
    }
    match needed {
        None => None,
        Some(Needed::Key(algorithms)) => {
            let keys = VerifyingKeys::parse(jwks).unwrap_or_default();
            let fits = algorithms.iter().any(|algorithm| keys.fitting(*algorithm, None).next().is_some());
            let names: Vec<_> = algorithms.iter().map(|algorithm| algorithm.as_str()).collect();
            (!fits).then(|| {
                format!("has no usable {} key; see `token_endpoint_auth_signing_alg`", names.join(" or "))
            })
        }
        Some(Needed::Certificate) => KnownCertificates::parse(jwks)
            .unwrap_or_default()
            .is_empty()
            .then(|| "has no certificate in `x5c`, and no key of one".to_owned()),
    }
}
