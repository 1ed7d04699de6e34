//! Connections and their secrets.

use std::collections::BTreeSet;

use doorward_domain::connection::UpstreamAuthentication;
use doorward_domain::{Connection, ConnectionId, PopulationName, Sealed, TenantId, scope};
use doorward_store::{Kind, StoreError, Stored};
use url::Url;

use super::{Described, Making, Planner};
use crate::keys::Place;
use crate::management::document::{self, ConnectionAuthentication, SecretSource};

const MISSING: &str = "is missing; give it, or set `authentication = \"none\"`";
const OF_ANOTHER_ISSUER: &str = "the issuer changes, so the stored secret is not kept; give the new one";

impl Planner<'_> {
    pub(super) fn connections(
        &mut self,
        entry: &document::Tenant,
        tenant: TenantId,
    ) -> Result<(), StoreError> {
        let existing = self.existing;
        let stored = existing.tenants.get(&entry.slug).map(|existing| &existing.connections);
        let mut names = BTreeSet::new();
        for connection in &entry.connections {
            let path = format!("tenant[{}].connection[{}]", entry.slug, connection.name);
            if !names.insert(&connection.name) {
                self.problem(&path, "stands in the document twice");
            }
            let known = |population: &document::Population| population.name == connection.population;
            if connection.population != PopulationName::default() && !entry.populations.iter().any(known) {
                self.problem(format!("{path}.population"), "must be one of the tenant's populations");
            }
            let old = stored.and_then(|stored| stored.get(&connection.name));
            self.connection(connection, tenant, old, &path)?;
        }
        Ok(())
    }

    fn connection(
        &mut self,
        entry: &document::Connection,
        tenant: TenantId,
        old: Option<&Stored<Connection>>,
        path: &str,
    ) -> Result<(), StoreError> {
        self.check_connection(entry, path);
        let Making { now, entropy, .. } = *self.making;
        let id = old.map_or_else(|| ConnectionId::new(now, entropy), |old| old.record.id);
        let Some(authentication) = self.authentication(entry, (tenant, id), old, path) else {
            return Ok(());
        };
        if old.is_some_and(|old| old.record.issuer != entry.issuer) {
            self.warn(
                path,
                "the issuer changes: nobody who signed in at the old one is known at the new one",
            );
        }
        let new = Connection {
            id,
            tenant,
            name: entry.name.clone(),
            title: entry.title.clone().unwrap_or_else(|| entry.name.clone()),
            population: entry.population.clone(),
            environment: entry.environment,
            apps: entry.apps.clone(),
            kind: entry.kind,
            issuer: entry.issuer.clone(),
            client_id: entry.client_id.clone(),
            authentication,
            scopes: entry.scopes.clone(),
            algorithms: entry.algorithms.clone(),
            mapping: entry.mapping.clone(),
            linking: entry.linking,
            provisioning: entry.provisioning,
            admission: entry.admission.clone(),
            stage: entry.stage,
            created_at: old.map_or(now, |old| old.record.created_at),
        };
        let before = old.map(|old| (old, Described::connection(&old.record)));
        self.put((tenant, id.to_string()), path, before, (&new, Described::connection(&new)))
    }

    fn check_connection(&mut self, entry: &document::Connection, path: &str) {
        if !is_short_name(&entry.name) {
            self.problem(
                format!("{path}.name"),
                "must have 1 to 63 lower-case letters, digits, hyphens and underscores",
            );
        }
        if let Some(title) = &entry.title {
            self.check_title(&format!("{path}.title"), title);
        }
        self.check_issuer(&entry.issuer, &format!("{path}.issuer"));
        if entry.client_id.is_empty() {
            self.problem(format!("{path}.client_id"), "must not be empty");
        }
        if !entry.scopes.iter().any(|value| value == scope::name::OPENID) {
            self.problem(format!("{path}.scopes"), "must contain \"openid\" (OIDC Core section 3.1.2.1)");
        }
        if entry.algorithms.is_empty() {
            self.problem(format!("{path}.algorithms"), "must name at least one signature algorithm");
        }
        if entry.mapping.wanted().any(str::is_empty) {
            self.problem(format!("{path}.mapping"), "a claim has an empty name");
        }
    }

    /// An issuer is a URL without query and fragment (OIDC Discovery section 3) that the egress
    /// policy lets us reach.
    fn check_issuer(&mut self, issuer: &str, path: &str) {
        match Url::parse(issuer) {
            Ok(url) if url.query().is_none() && url.fragment().is_none() => {
                if let Err(refusal) = self.making.egress.check(&url) {
                    self.problem(
                        path,
                        format!("`{issuer}`: {refusal} (see `[egress]` in the configuration)"),
                    );
                }
            }
            _ => self.problem(path, format!("`{issuer}` is not a URL without query and fragment")),
        }
    }

    /// How we will authenticate. The stored secret is kept only for the issuer it was given for
    /// (architecture rule 9, AD-08).
    fn authentication(
        &mut self,
        entry: &document::Connection,
        (tenant, id): (TenantId, ConnectionId),
        old: Option<&Stored<Connection>>,
        path: &str,
    ) -> Option<UpstreamAuthentication> {
        let path = format!("{path}.client_secret");
        let method = entry.authentication.unwrap_or(match entry.client_secret {
            Some(_) => ConnectionAuthentication::ClientSecretBasic,
            None => ConnectionAuthentication::None,
        });
        if method == ConnectionAuthentication::None {
            if entry.client_secret.is_some() {
                self.problem(&path, "`authentication = \"none\"` takes no secret");
            }
            return Some(UpstreamAuthentication::None);
        }
        let stored = old.and_then(|old| secret_of(&old.record.authentication));
        let same_issuer = old.is_some_and(|old| old.record.issuer == entry.issuer);
        let secret = match (&entry.client_secret, stored) {
            (Some(given), stored) => self.seal(given, (tenant, id), stored, &path)?,
            (None, Some(stored)) if same_issuer => stored.clone(),
            (None, stored) => {
                self.problem(&path, if stored.is_some() { OF_ANOTHER_ISSUER } else { MISSING });
                return None;
            }
        };
        Some(match method {
            ConnectionAuthentication::ClientSecretPost => UpstreamAuthentication::ClientSecretPost { secret },
            _ => UpstreamAuthentication::ClientSecretBasic { secret },
        })
    }

    /// Seals a given secret; the stored one stays when it is the same.
    fn seal(
        &mut self,
        given: &SecretSource,
        (tenant, id): (TenantId, ConnectionId),
        stored: Option<&Sealed>,
        path: &str,
    ) -> Option<Sealed> {
        let place = Place { tenant, kind: Kind::Connection, id: id.as_bytes(), field: "client_secret" };
        let Making { sealer, entropy, .. } = *self.making;
        let given = self.literal(given, path)?.expose().as_bytes();
        let is_same =
            |sealed: &&Sealed| sealer.open(&place, sealed).is_ok_and(|plain| plain.as_slice() == given);
        Some(stored.filter(is_same).cloned().unwrap_or_else(|| sealer.seal(&place, given, entropy)))
    }
}

/// The sealed secret, if the way of authentication has one.
fn secret_of(authentication: &UpstreamAuthentication) -> Option<&Sealed> {
    match authentication {
        UpstreamAuthentication::None => None,
        UpstreamAuthentication::ClientSecretBasic { secret }
        | UpstreamAuthentication::ClientSecretPost { secret } => Some(secret),
    }
}

fn is_short_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=63).contains(&name.len()) && name.bytes().all(allowed)
}
