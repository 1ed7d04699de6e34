//! A tenant's own part of the configuration: what whoever administers that tenant alone sees and says of it.
//!
//! Connections, populations and people are theirs. Which organisation the tenant is a part of, which domains
//! lead to it and whether it is enabled are the operator's to say, and so are apps.

use doorward_domain::{Slug, Tenant, TenantId};
use doorward_store::{StoreError, StoreExt as _};

use super::document::{self, Document};
use super::plan::{Plan, PlanError, Problem};
use super::views::ViewError;
use super::{Management, export};
use crate::management::existing::{connections_of, slugs_of};

/// On whose behalf a tenant's document is applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Behalf {
    /// The operator's, who may say everything of it.
    Operator,
    /// The tenant's own.
    Tenant,
}

impl Management {
    /// Whether who administers `tenant` administers the one called `slug` too: itself, or a part of it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn administers(&self, tenant: TenantId, slug: &str) -> Result<bool, StoreError> {
        let Ok(slug) = Slug::parse(slug) else { return Ok(false) };
        let found = self.store.tenant_by_slug(&slug, self.clock.now()).await?;
        Ok(found.is_some_and(|found| found.record.belongs_to(tenant)))
    }

    /// What applying `document`, which is about the tenant `slug` alone, would do.
    ///
    /// # Errors
    /// As [`Management::plan`]; and when it says more than it may.
    pub async fn plan_own(
        &self,
        slug: &str,
        document: Document,
        (behalf, actor): (Behalf, &str),
    ) -> Result<Plan, OwnError> {
        let document = self.own_document(slug, document, behalf).await?;
        Ok(self.plan(&document, actor).await?)
    }

    /// Makes `document` true, which is about the tenant `slug` alone.
    ///
    /// # Errors
    /// As [`Management::apply`]; and when it says more than it may.
    pub async fn apply_own(
        &self,
        slug: &str,
        document: Document,
        (behalf, actor): (Behalf, &str),
    ) -> Result<Plan, OwnError> {
        let document = self.own_document(slug, document, behalf).await?;
        Ok(self.apply(&document, actor).await?)
    }

    /// All that is configured of one tenant, as a document without secrets.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn export_own(&self, slug: &str) -> Result<Document, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        Ok(Document { tenants: vec![self.exported(&tenant).await?], clients: Vec::new() })
    }

    /// A tenant with everything that is configured of it.
    pub(super) async fn exported(&self, tenant: &Tenant) -> Result<document::Tenant, StoreError> {
        let now = self.clock.now();
        let slugs = slugs_of(&*self.store, tenant.parent().as_slice(), now).await?;
        let stored = connections_of(&*self.store, tenant.id, now).await?;
        let connections = stored.iter().map(|read| export::connection(&read.record)).collect();
        let users = self.local_users(tenant.id).await?;
        Ok(document::Tenant { connections, users, ..export::tenant(tenant, &slugs) })
    }

    /// `document`, which is about the tenant `slug` alone, with what is the operator's as it is where it is
    /// applied on the tenant's behalf.
    pub(super) async fn own_document(
        &self,
        slug: &str,
        mut document: Document,
        behalf: Behalf,
    ) -> Result<Document, OwnError> {
        let tenant = self.find_tenant(slug).await?;
        let mut problems = strangers(&document, &tenant.slug);
        if let (Behalf::Tenant, [entry]) = (behalf, document.tenants.as_mut_slice()) {
            let slugs = slugs_of(&*self.store, tenant.parent().as_slice(), self.clock.now()).await;
            let now = export::tenant(&tenant, &slugs.map_err(ViewError::from)?);
            keep(entry, now, &mut problems);
        }
        if problems.is_empty() { Ok(document) } else { Err(PlanError::Invalid(problems).into()) }
    }
}

/// Why a tenant's document is not applied.
#[derive(Debug, thiserror::Error)]
pub enum OwnError {
    /// There is no such tenant.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The document cannot be, or says more than it may.
    #[error(transparent)]
    Plan(#[from] PlanError),
}

/// What a document says of anything but this tenant.
fn strangers(document: &Document, slug: &Slug) -> Vec<Problem> {
    let tenants = document.tenants.iter().filter(|entry| entry.slug != *slug);
    let tenants = tenants.map(|entry| {
        let message = format!("this is for tenant `{slug}` alone");
        Problem { path: format!("tenant[{}]", entry.slug), message }
    });
    let clients = document.clients.iter().map(|entry| {
        let message = "apps are the operator's to say".to_owned();
        Problem { path: format!("client[{}]", entry.client_id), message }
    });
    tenants.chain(clients).collect()
}

/// Leaves what is the operator's as it is; who says otherwise is told.
fn keep(entry: &mut document::Tenant, now: document::Tenant, problems: &mut Vec<Problem>) {
    let mut operators = |name: &str, differs: bool| {
        if differs {
            let message = "is the operator's to change; leave it out, or as it is".to_owned();
            problems.push(Problem { path: format!("tenant[{}].{name}", now.slug), message });
        }
    };
    operators("parent", entry.parent.is_some() && entry.parent != now.parent);
    operators("domains", !entry.domains.is_empty() && entry.domains != now.domains);
    operators("enabled", entry.enabled != now.enabled);
    (entry.parent, entry.domains) = (now.parent, now.domains);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(text: &str) -> document::Tenant {
        toml::from_str(&format!("slug = \"acme\"\nname = \"Acme\"\n{text}")).unwrap()
    }

    fn kept(text: &str) -> (document::Tenant, Vec<String>) {
        let now = entry("parent = \"group\"\ndomains = [\"acme.test\"]");
        let (mut entry, mut problems) = (entry(text), Vec::new());
        keep(&mut entry, now, &mut problems);
        (entry, problems.into_iter().map(|problem| problem.path).collect())
    }

    #[test]
    fn ad_a_tenant_keeps_what_is_the_operators() {
        let (entry, problems) = kept("[[population]]\nname = \"staff\"");
        assert_eq!((entry.domains[0].as_str(), entry.populations.len()), ("acme.test", 1));
        assert_eq!((entry.parent.unwrap().as_str(), problems), ("group", vec![]));
        let (_, problems) = kept("parent = \"other\"\ndomains = [\"victim.test\"]\nenabled = false");
        assert_eq!(problems, ["tenant[acme].parent", "tenant[acme].domains", "tenant[acme].enabled"]);
    }

    #[test]
    fn ad_a_tenants_document_is_about_nobody_else() {
        let document = Document { tenants: vec![entry("")], ..Document::default() };
        assert!(strangers(&document, &Slug::parse("acme").unwrap()).is_empty());
        assert_eq!(strangers(&document, &Slug::parse("other").unwrap())[0].path, "tenant[acme]");
    }
}
