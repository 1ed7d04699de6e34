//! What administrators do, by hand of a test. Nothing that happens
//! here is told to any app: a disabled account is noticed at the next refresh, and not before (1.10).

use super::Entra;
use super::app::{App, EnterpriseApp, Group};
use super::jwks::RollOver;
use super::tenant::Tenant;
use super::user::User;

impl Entra {
    /// Adds a tenant.
    pub fn add_tenant(&self, tenant: Tenant) {
        self.directory().tenants.push(tenant);
    }

    /// Changes a tenant.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_tenant(&self, tenant: &Tenant, change: impl FnOnce(&mut Tenant)) {
        match self.directory().tenants.iter_mut().find(|known| known.id == tenant.id) {
            Some(tenant) => change(tenant),
            None => panic!("there is no {}", tenant.name),
        }
    }

    /// Adds a user or a guest to a tenant.
    pub fn add_user(&self, tenant: &Tenant, user: User) {
        self.directory().users.entry(tenant.id.clone()).or_default().push(user);
    }

    /// Adds a personal Microsoft account.
    pub fn add_personal_account(&self, address: &str, display_name: &str) {
        let consumers = Tenant::consumers();
        let user = User { upn: address.to_owned(), ..User::member(&consumers, address, display_name) };
        self.add_user(&consumers, user.mail(address));
    }

    /// Adds a group to a tenant.
    pub fn add_group(&self, tenant: &Tenant, group: Group) {
        self.directory().groups.entry(tenant.id.clone()).or_default().push(group);
    }

    /// Registers an app in a tenant. Nobody has consented to it yet.
    pub fn register(&self, tenant: &Tenant, app: App) {
        self.directory().apps.push((tenant.id.clone(), app));
    }

    /// Changes a user, by the name that they type or by object ID.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_user(&self, tenant: &Tenant, name: &str, change: impl FnOnce(&mut User)) {
        match self.directory().user_mut(&tenant.id, name) {
            Some(user) => change(user),
            None => panic!("there is no {name} in {}", tenant.name),
        }
    }

    /// Changes an app registration.
    ///
    /// # Panics
    /// When there is none such.
    pub fn change_app(&self, client_id: &str, change: impl FnOnce(&mut App)) {
        match self.directory().apps.iter_mut().find(|(_, app)| app.client_id == client_id) {
            Some((_, app)) => change(app),
            None => panic!("there is no app {client_id}"),
        }
    }

    /// Changes what an app is in a tenant: assignment, consent, whether it is enabled.
    pub fn change_enterprise_app(
        &self,
        tenant: &Tenant,
        client_id: &str,
        change: impl FnOnce(&mut EnterpriseApp),
    ) {
        change(self.directory().enterprise_app_mut(&tenant.id, client_id));
    }

    /// Changes a group's members.
    ///
    /// # Panics
    /// When there is no such group.
    pub fn change_group(&self, tenant: &Tenant, id: &str, change: impl FnOnce(&mut Group)) {
        let mut directory = self.directory();
        let groups = directory.groups.entry(tenant.id.clone()).or_default();
        match groups.iter_mut().find(|group| group.id == id) {
            Some(group) => change(group),
            None => panic!("there is no group {id}"),
        }
    }

    /// Consents for everybody, to all that the registration asks for.
    pub fn grant_admin_consent(&self, tenant: &Tenant, client_id: &str) {
        let mut directory = self.directory();
        let app = directory.apps.iter().find(|(_, app)| app.client_id == client_id).cloned();
        if let Some((_, app)) = app {
            directory.consent_for_all(&tenant.id, &app);
        }
    }

    /// Revokes somebody's sessions: refresh tokens from before are good no more (1.7).
    pub fn revoke_sessions(&self, tenant: &Tenant, name: &str) {
        let now = self.now();
        self.change_user(tenant, name, |user| user.sessions_valid_from = now + 1);
        let user = self.directory().user_mut(&tenant.id, name).cloned();
        if let Some(user) = user {
            let account = self.account(&tenant.id, &user);
            self.sessions().end_all_of(&account);
        }
    }

    /// Deletes a user for good.
    pub fn delete_user(&self, tenant: &Tenant, name: &str) {
        let mut directory = self.directory();
        let oid = directory.user_mut(&tenant.id, name).map(|user| user.oid.clone());
        if let Some(users) = directory.users.get_mut(&tenant.id) {
            users.retain(|user| Some(&user.oid) != oid.as_ref());
        }
    }

    /// Replaces signing keys.
    pub fn roll_over_keys(&self, how: RollOver) {
        self.keys().roll_over(how);
    }
}
