//! Tenants, their company codes and their e-mail domains.

use std::collections::{BTreeMap, BTreeSet};

use doorward_domain::{Domain, PopulationName, Slug, Stage, Task, Tenant, TenantId};
use doorward_store::StoreError;
use doorward_store::records::TenantOf;

use super::family::Family;
use super::{Described, Planner};
use crate::jobs;
use crate::management::document;

impl Planner<'_> {
    pub(super) fn tenants(&mut self, entries: &[document::Tenant]) -> Result<(), StoreError> {
        let ids = self.identify(entries);
        self.domains(entries, &ids)?;
        let family = Family { entries, ids: &ids, existing: &self.existing.tenants };
        for entry in entries {
            if let Some(id) = ids.get(&entry.slug) {
                self.tenant(entry, *id, &family)?;
                self.connections(entry, *id)?;
                self.users(entry, *id)?;
                self.guard(&entry.slug, *id);
            }
        }
        Ok(())
    }

    /// The identifiers that the tenants have, or will have.
    fn identify(&mut self, entries: &[document::Tenant]) -> BTreeMap<Slug, TenantId> {
        let mut ids = BTreeMap::new();
        for entry in entries {
            let existing = self.existing.tenants.get(&entry.slug).map(|existing| existing.tenant.record.id);
            let id = existing.unwrap_or_else(|| TenantId::new(self.making.now, self.making.entropy));
            if ids.insert(entry.slug.clone(), id).is_some() {
                self.problem(format!("tenant[{}]", entry.slug), "stands in the document twice");
            }
            self.slugs.insert(id, entry.slug.clone());
        }
        ids
    }

    fn tenant(
        &mut self,
        entry: &document::Tenant,
        id: TenantId,
        family: &Family<'_>,
    ) -> Result<(), StoreError> {
        let existing = self.existing;
        let old = existing.tenants.get(&entry.slug).map(|existing| &existing.tenant);
        let path = format!("tenant[{}]", entry.slug);
        self.check_title(&format!("{path}.name"), &entry.name);
        let created_at = old.map_or(self.making.now, |old| old.record.created_at);
        // Whoever is switched off is signed out everywhere, and stays so when switched on again.
        let ends = old.is_some_and(|old| old.record.enabled) && !entry.enabled;
        let new = Tenant {
            ancestors: self.ancestors(entry, old.map(|old| &old.record), family, &path),
            domains: entry.domains.clone(),
            proven: old.map_or_else(Vec::new, |old| old.record.proven.clone()),
            populations: self.populations(&entry.populations, &path),
            required: self.required(entry),
            enabled: entry.enabled,
            start_app: entry.start_app.clone(),
            epoch: old.map_or(0, |old| old.record.epoch + u32::from(ends)),
            ..Tenant::new(id, entry.slug.clone(), entry.name.clone(), created_at)
        };
        if old.is_none() {
            self.write(|batch| batch.insert(&TenantOf { name: new.slug.clone(), tenant: id }))?;
        }
        if ends {
            let clear = jobs::job(
                id,
                Task::Clear { user: None, connection: None, after: None },
                self.making.entropy,
                self.making.now,
            );
            self.write(|batch| batch.insert(&clear))?;
        }
        let before = old.map(|old| (old, Described::tenant(&old.record, &self.slugs)));
        let after = Described::tenant(&new, &self.slugs);
        let written = self.put((id, id.to_string()), &path, before, (&new, after))?;
        // What a connection's stage means for the tenant is told with the connection.
        if let Some(old) = old.filter(|old| !written && old.record.required != new.required) {
            self.write(|batch| batch.update(old, &new))?;
        }
        Ok(())
    }

    /// The populations for which a connection will be the only way in.
    fn required(&self, entry: &document::Tenant) -> Vec<PopulationName> {
        let named = entry.connections.iter().map(|it| (&it.name, it.stage, &it.population));
        let stored =
            self.existing.tenants.get(&entry.slug).into_iter().flat_map(|it| it.connections.values());
        let others = stored
            .map(|read| (&read.record.name, read.record.stage, &read.record.population))
            .filter(|(name, ..)| !entry.connections.iter().any(|it| it.name == **name));
        let required = named.chain(others).filter(|(_, stage, _)| *stage == Stage::Required);
        required.map(|(.., population)| population.clone()).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// A start link leads to an app that can be told to begin a login (OIDC Core section 4).
    pub(super) fn start_apps(&mut self, document: &document::Document) {
        for entry in &document.tenants {
            let Some(app) = &entry.start_app else { continue };
            let named = document.clients.iter().find(|client| client.client_id == *app);
            let stored = self.existing.clients.get(app).map(|stored| &stored.record);
            let begins = match named {
                Some(named) => named.initiate_login_uri.is_some(),
                None => stored.is_some_and(|stored| stored.initiate_login_uri.is_some()),
            };
            if !begins {
                let path = format!("tenant[{}].start_app", entry.slug);
                self.problem(path, "must be the `client_id` of an app with an `initiate_login_uri`");
            }
        }
    }

    /// Decides to whom every domain leads. A domain has one tenant; it moves only when the same
    /// document takes it from the other. What a tenant has proven is no wish of the operator's, so it
    /// stays where it is.
    fn domains(
        &mut self,
        entries: &[document::Tenant],
        ids: &BTreeMap<Slug, TenantId>,
    ) -> Result<(), StoreError> {
        let wanted = self.wanted_domains(entries, ids);
        let named: BTreeSet<&TenantId> = ids.values().collect();
        for (domain, tenant) in &wanted {
            let record = TenantOf { name: (*domain).clone(), tenant: *tenant };
            match self.existing.domains.get(*domain) {
                None => self.write(|batch| batch.insert(&record))?,
                Some(index) if index.record.tenant == *tenant => {}
                Some(index) if self.has_proven(index.record.tenant, domain) => {
                    self.domain_of_another(domain, *tenant, index.record.tenant);
                }
                Some(index) if named.contains(&index.record.tenant) => {
                    self.write(|batch| batch.update(index, &record))?;
                }
                Some(index) => self.domain_of_another(domain, *tenant, index.record.tenant),
            }
        }
        for (domain, index) in &self.existing.domains {
            let tenant = index.record.tenant;
            let stays = wanted.contains_key(domain) || self.has_proven(tenant, domain);
            if named.contains(&tenant) && !stays {
                self.write(|batch| Ok(batch.delete(index)))?;
            }
        }
        Ok(())
    }

    fn has_proven(&self, tenant: TenantId, domain: &Domain) -> bool {
        let tenants = self.existing.tenants.values().map(|existing| &existing.tenant.record);
        tenants.filter(|it| it.id == tenant).any(|it| it.proof_of(domain).is_some())
    }

    fn wanted_domains<'d>(
        &mut self,
        entries: &'d [document::Tenant],
        ids: &BTreeMap<Slug, TenantId>,
    ) -> BTreeMap<&'d Domain, TenantId> {
        let mut wanted = BTreeMap::new();
        for entry in entries {
            for domain in &entry.domains {
                let tenant = ids.get(&entry.slug).copied().unwrap_or(TenantId::BROKER);
                if domain.is_public_mail() {
                    let path = format!("tenant[{}].domains", entry.slug);
                    self.problem(path, format!("anybody can have an address at `{domain}`"));
                }
                if wanted.insert(domain, tenant).is_some() {
                    let path = format!("tenant[{}].domains", entry.slug);
                    self.problem(path, format!("`{domain}` stands in the document twice"));
                }
            }
        }
        wanted
    }

    fn domain_of_another(&mut self, domain: &Domain, wanting: TenantId, owner: TenantId) {
        let slug = |id| self.slugs.get(&id).map_or_else(|| "another".to_owned(), Slug::to_string);
        let is_proven = self.has_proven(owner, domain);
        let (wanting, owner) = (slug(wanting), slug(owner));
        let message = match is_proven {
            true => format!(
                "tenant `{owner}` has proven `{domain}`; if that is wrong: doorward domain release {owner} {domain}"
            ),
            false => {
                format!("`{domain}` leads to tenant `{owner}`; take it from there in the same document first")
            }
        };
        self.problem(format!("tenant[{wanting}].domains"), message);
    }
}
