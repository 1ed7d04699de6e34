//! Clients.

pub(crate) mod authentication;
mod certificates;
pub(crate) mod metadata;

use std::collections::BTreeSet;

use doorward_domain::{Client, TenantId};
use doorward_store::StoreError;

use super::{Described, Planner};
use crate::management::document::{self, ApplicationType, Tenants};

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
        let new = Client {
            keys: self.client_keys(entry, &authentication, path),
            profile: entry.profile,
            native: entry.application_type == ApplicationType::Native,
            grant_types: entry.grant_types.clone(),
            redirect_uris: entry.redirect_uris.clone(),
            post_logout_redirect_uris: entry.post_logout_redirect_uris.clone(),
            scope: entry.scope.clone(),
            resources: entry.resources.clone(),
            authorization_details_types: entry.authorization_details_types.clone(),
            trust: entry.trust,
            tenants,
            populations: entry.populations.clone(),
            environment: entry.environment,
            tokens: self.token_forms(entry, path),
            requests: self.request_rules(entry, path),
            defaults: metadata::request_defaults(entry),
            assurance: metadata::assurance(entry),
            subject_type: self.subject_type(entry, path),
            logout: self.logout_channels(entry, path),
            presentation: self.presentation(entry, path),
            initiate_login_uri: entry.initiate_login_uri.clone(),
            registration: match self.making.registration {
                Some(registration) => Some(registration.clone()),
                None => old.and_then(|old| old.record.registration.clone()),
            },
            token_endpoint_audience: entry.token_endpoint_audience,
            require_pkce: entry.require_pkce,
            enabled: entry.enabled,
            ..Client::new(
                entry.client_id.clone(),
                entry.name.clone(),
                authentication,
                old.map_or(self.making.now, |old| old.record.created_at),
            )
        };
        self.check_profile(&new, entry, path);
        let before = old.map(|old| (old, Described::client(&old.record, &self.slugs)));
        let after = Described::client(&new, &self.slugs);
        self.put((TenantId::BROKER, new.id.to_string()), path, before, (&new, after))?;
        self.plan.client = Some(new);
        Ok(())
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
}
