//! Connections: what all kinds have in common, and a file for what each has of its own.

pub(in crate::management) mod credentials;
mod entra;
mod google;
mod halopsa;
pub(in crate::management) mod mapping;
mod oidc;
mod okta;
mod stage;

use std::collections::BTreeSet;

use doorward_domain::connection::{ConnectionKind, Contexts, UpstreamAuthentication, UpstreamLogout};
use doorward_domain::{Connection, ConnectionId, PopulationName, Stage, TenantId, scope};
use doorward_store::{StoreError, Stored};
use url::Url;

use super::{Described, Making, Planner};
use crate::federation::catalogue::Catalogue;
use crate::management::document::{self, Kind};

/// What a kind's settings come to: the settings, and the issuer that follows from them.
type Settled = Option<(ConnectionKind, String)>;

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
        let Some((kind, issuer)) = self.settle(entry, path) else { return Ok(()) };
        let Making { now, entropy, .. } = *self.making;
        let id = old.map_or_else(|| ConnectionId::new(now, entropy), |old| old.record.id);
        let mut new = Connection {
            title: entry.title.clone().unwrap_or_else(|| entry.name.clone()),
            population: entry.population.clone(),
            environment: entry.environment,
            apps: entry.apps.clone(),
            kind,
            authentication: UpstreamAuthentication::None,
            scopes: entry.scopes.clone(),
            algorithms: entry.algorithms.clone(),
            mapping: entry.mapping.clone(),
            standing: entry.standing.clone(),
            refresh_profile: entry.refresh_profile,
            contexts: Contexts { names: entry.acr.clone(), by_policy: entry.acr_by_policy.clone() },
            linking: entry.linking,
            verify_email: entry.verify_email,
            logout: UpstreamLogout {
                reach: entry.logout,
                back_channel: entry.backchannel_logout,
                front_channel: entry.frontchannel_logout,
            },
            provisioning: entry.provisioning,
            admission: entry.admission.clone(),
            epoch: old.map_or(0, |old| old.record.epoch),
            created_at: old.map_or(now, |old| old.record.created_at),
            ..Connection::new((tenant, id), entry.name.clone(), (issuer, entry.client_id.clone()), now)
        };
        let Some(authentication) = self.authentication(entry, &new, old.map(|old| &old.record), path) else {
            return Ok(());
        };
        new.authentication = authentication;
        self.stage(entry, &mut new, old.map(|old| &old.record), path);
        if old.is_some_and(|old| old.record.issuer != new.issuer) {
            self.warn(
                path,
                "the issuer changes: nobody who signed in at the old one is known at the new one",
            );
        }
        let before = old.map(|old| (old, Described::connection(&old.record)));
        self.put((tenant, id.to_string()), path, before, (&new, Described::connection(&new)))?;
        Ok(())
    }

    /// The settings of the entry's kind.
    fn settle(&mut self, entry: &document::Connection, path: &str) -> Settled {
        self.refuse_fields_of_others(entry, path);
        match entry.kind {
            Kind::Oidc => self.oidc(entry, path),
            Kind::Entra => self.entra(entry, path),
            Kind::Okta => self.okta(entry, path),
            Kind::HaloPsa => self.halopsa(entry, path),
            Kind::Google => self.google(entry, path),
        }
    }

    /// A field that means nothing to the kind is a mistake (architecture rule 10).
    fn refuse_fields_of_others(&mut self, entry: &document::Connection, path: &str) {
        for (field, stands, kinds) in special_fields(entry) {
            if stands && !kinds.contains(&entry.kind) {
                let names: Vec<_> = kinds.iter().map(|kind| format!("\"{}\"", kind.as_str())).collect();
                let message = format!(
                    "is a field of {} and means nothing to \"{}\"",
                    names.join(" and "),
                    entry.kind.as_str()
                );
                self.problem(format!("{path}.{field}"), message);
            }
        }
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
        // The provider gives it away after it was told the redirect URI, which a draft has already.
        if entry.client_id.is_empty() && entry.stage != Stage::Draft {
            self.problem(format!("{path}.client_id"), "must not be empty");
        } else if entry.client_id.trim() != entry.client_id {
            self.problem(format!("{path}.client_id"), advice("paste.blanks"));
        }
        if !entry.scopes.iter().any(|value| value == scope::name::OPENID) {
            self.problem(format!("{path}.scopes"), "must contain \"openid\" (OIDC Core section 3.1.2.1)");
        }
        if entry.algorithms.is_empty() {
            self.problem(format!("{path}.algorithms"), "must name at least one signature algorithm");
        }
        for (place, problem) in mapping::problems(&entry.mapping, &entry.standing) {
            self.problem(format!("{path}.{place}"), problem);
        }
    }

    /// A field that the kind cannot do without.
    fn needed<'e>(&mut self, value: Option<&'e String>, path: &str, field: &str) -> Option<&'e str> {
        if value.is_none() {
            self.problem(format!("{path}.{field}"), "is missing");
        }
        value.map(String::as_str)
    }

    /// A URL without query and fragment (OIDC Discovery section 3) that the egress policy lets us reach.
    fn check_place(&mut self, url: &str, path: &str) -> bool {
        match Url::parse(url) {
            Ok(parsed) if parsed.query().is_none() && parsed.fragment().is_none() => {
                self.check_egress(url, &parsed, path)
            }
            _ => {
                self.problem(path, format!("`{url}` is not a URL without query and fragment"));
                false
            }
        }
    }

    /// A URL with or without a query.
    fn check_endpoint(&mut self, url: &str, path: &str) -> bool {
        match Url::parse(url) {
            Ok(parsed) if parsed.fragment().is_none() => self.check_egress(url, &parsed, path),
            _ => {
                self.problem(path, format!("`{url}` is not a URL without fragment"));
                false
            }
        }
    }

    fn check_egress(&mut self, url: &str, parsed: &Url, path: &str) -> bool {
        let refusal = self.making.egress.check(parsed).err();
        if let Some(refusal) = refusal {
            self.problem(path, format!("`{url}`: {refusal} (see `[egress]` in the configuration)"));
        }
        refusal.is_none()
    }
}

/// The fields that only some kinds have: whether they stand in the entry, and whose they are.
fn special_fields(entry: &document::Connection) -> [(&'static str, bool, &'static [Kind]); 19] {
    const OIDC: &[Kind] = &[Kind::Oidc];
    const ENTRA: &[Kind] = &[Kind::Entra];
    const HALOPSA: &[Kind] = &[Kind::HaloPsa];
    [
        ("issuer", entry.issuer.is_some(), &[Kind::Oidc, Kind::Google]),
        ("directory", entry.directory.is_some(), ENTRA),
        ("authority", entry.authority.is_some(), ENTRA),
        ("graph_groups", entry.graph_groups, ENTRA),
        ("domain_hint", entry.domain_hint.is_some(), ENTRA),
        ("org", entry.org.is_some(), &[Kind::Okta]),
        ("authorization_server", entry.authorization_server.is_some(), &[Kind::Okta, Kind::HaloPsa]),
        ("tenant_parameter", entry.tenant_parameter.is_some(), HALOPSA),
        ("tenant_for_documents", entry.tenant_for_documents, HALOPSA),
        ("expected_issuer", entry.expected_issuer.is_some(), HALOPSA),
        ("hosted_domains", entry.hosted_domains.is_some(), &[Kind::Google]),
        ("authorization_endpoint", entry.authorization_endpoint.is_some(), OIDC),
        ("token_endpoint", entry.token_endpoint.is_some(), OIDC),
        ("jwks_uri", entry.jwks_uri.is_some(), OIDC),
        ("userinfo_endpoint", entry.userinfo_endpoint.is_some(), OIDC),
        ("end_session_endpoint", entry.end_session_endpoint.is_some(), OIDC),
        ("response_mode", entry.response_mode != Default::default(), OIDC),
        ("authorize_parameters", !entry.authorize_parameters.is_empty(), OIDC),
        ("token_parameters", !entry.token_parameters.is_empty(), OIDC),
    ]
}

/// The words of the catalogue for a mistake that can be seen before anybody signs in.
fn advice(check: &str) -> String {
    let row = Catalogue::get().found(check);
    row.map(|row| format!("{} {}", row.cause, row.how.join(" "))).unwrap_or_default()
}

fn is_short_name(name: &str) -> bool {
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'_';
    (1..=63).contains(&name.len()) && name.bytes().all(allowed)
}
