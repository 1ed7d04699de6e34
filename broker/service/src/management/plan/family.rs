//! What tenants are a part of, and the populations that they are made of.

use std::collections::{BTreeMap, BTreeSet};

use doorward_domain::{LoginPolicy, Population, Slug, Tenant, TenantId};

use super::Planner;
use crate::management::document;
use crate::management::existing::ExistingTenant;

/// All tenants that could be a parent: those of the document, and those that it names.
pub(super) struct Family<'a> {
    pub(super) entries: &'a [document::Tenant],
    pub(super) ids: &'a BTreeMap<Slug, TenantId>,
    pub(super) existing: &'a BTreeMap<Slug, ExistingTenant>,
}

impl Family<'_> {
    /// The tenants above one whose parent is `slug`, that one first; `None` where there is none, or too
    /// many, as in a circle.
    fn above(&self, slug: &Slug) -> Option<Vec<TenantId>> {
        let (mut above, mut next) = (Vec::new(), Some(slug));
        while let Some(slug) = next {
            if above.len() == Tenant::MOST_ANCESTORS {
                return None;
            }
            if let Some(existing) = self.existing.get(slug) {
                let parent = &existing.tenant.record;
                above.extend(std::iter::once(parent.id).chain(parent.ancestors.iter().copied()));
                break;
            }
            above.push(*self.ids.get(slug)?);
            next = self.entries.iter().find(|entry| entry.slug == *slug)?.parent.as_ref();
        }
        (above.len() <= Tenant::MOST_ANCESTORS).then_some(above)
    }
}

impl Planner<'_> {
    /// The organisations that a tenant is a part of. Its people and their tokens depend on them, so a
    /// tenant that exists stays where it is.
    pub(super) fn ancestors(
        &mut self,
        entry: &document::Tenant,
        old: Option<&Tenant>,
        family: &Family<'_>,
        path: &str,
    ) -> Vec<TenantId> {
        let above = match &entry.parent {
            None => Some(Vec::new()),
            Some(parent) => family.above(parent),
        };
        let path = format!("{path}.parent");
        let Some(above) = above else {
            let most = Tenant::MOST_ANCESTORS;
            self.problem(path, format!("must be a tenant that exists, with less than {most} above it"));
            return Vec::new();
        };
        if old.is_some_and(|old| old.ancestors != above) {
            self.problem(path, "cannot change: make a new tenant there, and disable this one");
        }
        above
    }

    pub(super) fn populations(&mut self, entries: &[document::Population], path: &str) -> Vec<Population> {
        let mut names = BTreeSet::new();
        for entry in entries {
            let path = format!("{path}.population[{}]", entry.name);
            if !names.insert(&entry.name) {
                self.problem(&path, "stands in the document twice");
            }
            if let Some(title) = &entry.title {
                self.check_title(&format!("{path}.title"), title);
            }
        }
        entries.iter().map(population).collect()
    }
}

fn population(entry: &document::Population) -> Population {
    let document::Population { local_sign_in, standard_form, sso_button, .. } = *entry;
    let document::Population { automatic_redirect, remembered_redirect, .. } = *entry;
    Population {
        name: entry.name.clone(),
        title: entry.title.clone(),
        policy: LoginPolicy {
            local_sign_in,
            standard_form,
            sso_button,
            automatic_redirect,
            remembered_redirect,
        },
    }
}
