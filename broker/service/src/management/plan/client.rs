//! Clients, their secrets and their keys.

use std::collections::BTreeSet;

use doorward_domain::{Algorithm, Client, ClientAuthentication, Plain, SecretHash, TenantId};
use doorward_store::{StoreError, Stored};
use serde_json::Value;

use super::{Described, Planner};
use crate::keys::VerifyingKeys;
use crate::management::document::{self, ApplicationType, ClientMethod, KeySet, SecretSource, Tenants};

/// No secret of a client is shorter.
const SHORTEST_SECRET: usize = 8;
/// A text of 128 random bits is at least this long (base64url).
const STRONG_SECRET: usize = 22;

impl Planner<'_> {
    pub(super) fn clients(&mut self, entries: &[document::Client]) -> Result<(), StoreError> {
        let mut ids = BTreeSet::new();
        for entry in entries {
            let path = format!("client[{}]", entry.client_id);
            if !ids.insert(&entry.client_id) {
                self.problem(&path, "stands in the document twice");
            }
            self.client(entry, &path)?;
        }
        Ok(())
    }

    fn client(&mut self, entry: &document::Client, path: &str) -> Result<(), StoreError> {
        let existing = self.existing;
        let old = existing.clients.get(&entry.client_id);
        self.check_client(entry, path);
        let tenants = self.served(&entry.tenants, path);
        let Some(authentication) = self.client_authentication(entry, old, path) else {
            return Ok(());
        };
        if matches!(authentication, ClientAuthentication::None) && !entry.require_pkce {
            self.problem(
                format!("{path}.require_pkce"),
                "a public client must use PKCE (RFC 9700 section 2.1.1)",
            );
        }
        let new = Client {
            id: entry.client_id.clone(),
            name: entry.name.clone(),
            authentication,
            native: entry.application_type == ApplicationType::Native,
            redirect_uris: entry.redirect_uris.clone(),
            post_logout_redirect_uris: entry.post_logout_redirect_uris.clone(),
            scope: entry.scope.clone(),
            trust: entry.trust,
            tenants,
            id_token_algorithm: entry.id_token_signed_response_alg,
            require_pkce: entry.require_pkce,
            enabled: entry.enabled,
            created_at: old.map_or(self.making.now, |old| old.record.created_at),
        };
        let before = old.map(|old| (old, Described::client(&old.record, &self.slugs)));
        let after = Described::client(&new, &self.slugs);
        self.put((TenantId::BROKER, new.id.to_string()), path, before, (&new, after))
    }

    fn check_client(&mut self, entry: &document::Client, path: &str) {
        let id = entry.client_id.as_str();
        if id.is_empty() || id.len() > 200 || !id.bytes().all(|b| b.is_ascii_graphic()) {
            self.problem(
                format!("{path}.client_id"),
                "must have 1 to 200 printable ASCII characters, no blanks",
            );
        }
        self.check_title(&format!("{path}.name"), &entry.name);
    }

    /// The tenants whose people may use it; empty for all.
    fn served(&mut self, tenants: &Tenants, path: &str) -> Vec<TenantId> {
        let mut ids = Vec::new();
        for slug in tenants.named() {
            match self.slugs.iter().find(|(_, known)| *known == slug) {
                Some((id, _)) => ids.push(*id),
                None => self.problem(format!("{path}.tenants"), format!("there is no tenant `{slug}`")),
            }
        }
        ids
    }

    fn client_authentication(
        &mut self,
        entry: &document::Client,
        old: Option<&Stored<Client>>,
        path: &str,
    ) -> Option<ClientAuthentication> {
        let method = entry.token_endpoint_auth_method.unwrap_or(match (&entry.client_secret, &entry.jwks) {
            (Some(_), _) => ClientMethod::ClientSecretBasic,
            (None, Some(_)) => ClientMethod::PrivateKeyJwt,
            (None, None) => ClientMethod::None,
        });
        let has_secret = matches!(method, ClientMethod::ClientSecretBasic | ClientMethod::ClientSecretPost);
        if entry.client_secret.is_some() && !has_secret {
            self.problem(format!("{path}.client_secret"), "its token_endpoint_auth_method takes no secret");
        }
        if method != ClientMethod::PrivateKeyJwt
            && (entry.jwks.is_some() || entry.token_endpoint_auth_signing_alg.is_some())
        {
            self.problem(path, "`jwks` and `token_endpoint_auth_signing_alg` are for `private_key_jwt` only");
        }
        match method {
            ClientMethod::None => Some(ClientAuthentication::None),
            ClientMethod::ClientSecretBasic => self
                .secrets(entry, old, path)
                .map(|secrets| ClientAuthentication::ClientSecretBasic { secrets }),
            ClientMethod::ClientSecretPost => self
                .secrets(entry, old, path)
                .map(|secrets| ClientAuthentication::ClientSecretPost { secrets }),
            ClientMethod::PrivateKeyJwt => self.private_key_jwt(entry, path),
        }
    }

    /// The hash of the given secret, or those that are stored.
    fn secrets(
        &mut self,
        entry: &document::Client,
        old: Option<&Stored<Client>>,
        path: &str,
    ) -> Option<Vec<SecretHash>> {
        let path = format!("{path}.client_secret");
        match (&entry.client_secret, old.map(|old| &old.record.authentication)) {
            (Some(given), _) => {
                let secret = self.literal(given, &path)?;
                if secret.expose().len() < SHORTEST_SECRET {
                    self.problem(path, "is too short; `openssl rand -base64 32` makes a good one");
                    return None;
                }
                if secret.expose().len() < STRONG_SECRET {
                    self.warn(&path, "has less than 128 random bits; use it for demonstrations only");
                }
                Some(vec![secret.hash()])
            }
            (
                None,
                Some(
                    ClientAuthentication::ClientSecretBasic { secrets }
                    | ClientAuthentication::ClientSecretPost { secrets },
                ),
            ) => Some(secrets.clone()),
            (None, _) => {
                self.problem(path, "is missing; give it, or set `token_endpoint_auth_method = \"none\"`");
                None
            }
        }
    }

    fn private_key_jwt(&mut self, entry: &document::Client, path: &str) -> Option<ClientAuthentication> {
        let path = format!("{path}.jwks");
        let algorithm = entry.token_endpoint_auth_signing_alg.unwrap_or(Algorithm::ES256);
        let problem = match &entry.jwks {
            None => "is missing: `private_key_jwt` needs the client's public keys".to_owned(),
            Some(KeySet::At(_)) => REFERENCE.to_owned(),
            Some(KeySet::Inline(jwks)) => match unfit(jwks, algorithm) {
                None => return Some(ClientAuthentication::PrivateKeyJwt { jwks: jwks.clone(), algorithm }),
                Some(problem) => problem,
            },
        };
        self.problem(path, problem);
        None
    }

    /// The secret itself; a reference should have been followed, and a mask is no secret (AD-08).
    pub(super) fn literal<'s>(&mut self, source: &'s SecretSource, path: &str) -> Option<&'s Plain> {
        let problem = match source {
            SecretSource::At(_) => REFERENCE,
            SecretSource::Literal(secret) if is_mask(secret) => "is empty or a mask; leave it out to keep it",
            SecretSource::Literal(secret) => return Some(secret),
        };
        self.problem(path, problem);
        None
    }
}

const REFERENCE: &str = "the server follows no references; `doorward apply` does, or send the text itself";

fn is_mask(secret: &Plain) -> bool {
    let text = secret.expose();
    text.chars().all(|c| matches!(c, '*' | '•' | ' ')) || text == format!("{secret:?}")
}

/// Why a JWK Set is none to verify assertions with.
fn unfit(jwks: &Value, algorithm: Algorithm) -> Option<String> {
    match VerifyingKeys::parse(jwks) {
        Err(cause) => Some(format!("is {cause}")),
        Ok(keys) if keys.fitting(algorithm, None).next().is_some() => None,
        Ok(_) => Some(format!("has no usable {algorithm} key; see `token_endpoint_auth_signing_alg`")),
    }
}
