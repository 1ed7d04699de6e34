//! Everything that Entra knows of tenants, people and apps.

use std::collections::{BTreeMap, BTreeSet};

use super::Entra;
use super::app::{App, Audience, EnterpriseApp, Group};
use super::request::Request;
use super::tenant::{Authority, CONSUMERS, Tenant};
use super::user::{Home, User, domain};
use crate::common::sessions::Session;

/// The directory of all tenants.
pub(super) struct Directory {
    pub(super) tenants: Vec<Tenant>,
    /// By tenant.
    pub(super) users: BTreeMap<String, Vec<User>>,
    /// By tenant.
    pub(super) groups: BTreeMap<String, Vec<Group>>,
    /// With the tenant that each is registered in.
    pub(super) apps: Vec<(String, App)>,
    /// By tenant and `client_id`.
    pub(super) enterprise_apps: BTreeMap<(String, String), EnterpriseApp>,
}

/// What became of a username and password.
pub(super) enum Found {
    /// The person, in the tenant that they sign in to.
    User { tenant: String, user: Box<User> },
    /// The account is another tenant's.
    Elsewhere { home: String },
    /// There is no such account.
    Nobody,
}

impl Default for Directory {
    fn default() -> Self {
        Self {
            tenants: vec![Tenant::consumers()],
            users: BTreeMap::new(),
            groups: BTreeMap::new(),
            apps: Vec::new(),
            enterprise_apps: BTreeMap::new(),
        }
    }
}

impl Directory {
    /// What a path segment stands for; nothing when there is no such tenant.
    pub(super) fn authority(&self, segment: &str) -> Option<Authority> {
        match segment {
            "common" => return Some(Authority::Common),
            "organizations" => return Some(Authority::Organizations),
            "consumers" => return Some(Authority::Tenant(CONSUMERS.to_owned())),
            _ => {}
        }
        let known = |tenant: &&Tenant| tenant.id.eq_ignore_ascii_case(segment) || tenant.owns(segment);
        self.tenants.iter().find(known).map(|tenant| Authority::Tenant(tenant.id.clone()))
    }

    pub(super) fn tenant(&self, id: &str) -> Option<&Tenant> {
        self.tenants.iter().find(|tenant| tenant.id == id)
    }

    pub(super) fn users_of(&self, tenant: &str) -> &[User] {
        self.users.get(tenant).map(Vec::as_slice).unwrap_or_default()
    }

    pub(super) fn user(&self, tenant: &str, oid: &str) -> Option<&User> {
        self.users_of(tenant).iter().find(|user| user.oid == oid)
    }

    pub(super) fn user_mut(&mut self, tenant: &str, name: &str) -> Option<&mut User> {
        self.users.get_mut(tenant)?.iter_mut().find(|user| user.oid == name || user.answers_to(name))
    }

    /// The app in this tenant: registered there, or open to all and so at most to be consented to.
    pub(super) fn app(&self, authority: &Authority, client_id: &str) -> Option<&App> {
        let (home, app) = self.apps.iter().find(|(_, app)| app.client_id == client_id)?;
        let here = match (authority, app.audience) {
            (Authority::Tenant(tenant), Audience::SingleTenant) => tenant == home,
            (Authority::Tenant(tenant), Audience::MultiTenant) => tenant != CONSUMERS,
            (_, Audience::MultiTenantAndPersonal) => true,
            // AADSTS50194 is for later: the app exists, it is only not allowed here.
            (Authority::Common | Authority::Organizations, _) => true,
        };
        here.then_some(app)
    }

    pub(super) fn enterprise_app(&self, tenant: &str, client_id: &str) -> EnterpriseApp {
        let known = self.enterprise_apps.get(&(tenant.to_owned(), client_id.to_owned()));
        known.cloned().unwrap_or_default()
    }

    pub(super) fn enterprise_app_mut(&mut self, tenant: &str, client_id: &str) -> &mut EnterpriseApp {
        self.enterprise_apps.entry((tenant.to_owned(), client_id.to_owned())).or_default()
    }

    /// Who signs in with this name at this place (1): at a tenant's own path its members and its
    /// guests, elsewhere people at home.
    pub(super) fn find(&self, authority: &Authority, username: &str) -> Found {
        if let Authority::Tenant(tenant) = authority
            && let Some(user) = self.users_of(tenant).iter().find(|user| user.answers_to(username))
        {
            return Found::User { tenant: tenant.clone(), user: Box::new(user.clone()) };
        }
        match self.at_home(username) {
            Some((tenant, user)) if authority.admits_home(tenant) => {
                Found::User { tenant: tenant.to_owned(), user: Box::new(user.clone()) }
            }
            Some((home, _)) => Found::Elsewhere { home: home.to_owned() },
            None => Found::Nobody,
        }
    }

    /// A guest's password is checked at home, if home is one of ours.
    pub(super) fn has_password(&self, user: &User, password: &str) -> bool {
        let at_home = match &user.home {
            Home::Tenant(_) | Home::Microsoft => {
                user.mail.as_deref().and_then(|mail| self.at_home(mail)).map(|(_, user)| user)
            }
            Home::Here | Home::Google | Home::EmailCode | Home::Saml => None,
        };
        at_home.unwrap_or(user).password == password
    }

    fn at_home(&self, username: &str) -> Option<(&str, &User)> {
        let members = self.users.iter().flat_map(|(tenant, users)| users.iter().map(move |it| (tenant, it)));
        let mut members = members.filter(|(_, user)| !user.is_guest());
        members.find(|(_, user)| user.answers_to(username)).map(|(tenant, user)| (tenant.as_str(), user))
    }

    /// The groups that somebody is in (1.5): directly, or through groups that are in groups.
    pub(super) fn groups_of(&self, tenant: &str, oid: &str, through_groups: bool) -> Vec<&Group> {
        let all = self.groups.get(tenant).map(Vec::as_slice).unwrap_or_default();
        let (mut found, mut ids) = (Vec::<&Group>::new(), BTreeSet::from([oid]));
        loop {
            let is_new = |group: &&Group| {
                found.iter().all(|known| known.id != group.id)
                    && group.members.iter().any(|member| ids.contains(member.as_str()))
            };
            let next: Vec<&Group> = all.iter().filter(is_new).collect();
            if next.is_empty() {
                return found;
            }
            ids.extend(next.iter().map(|group| group.id.as_str()));
            found.extend(next);
            if !through_groups {
                return found;
            }
        }
    }

    /// By name, or by a group that they are a *direct* member of (1.5, 2.4).
    pub(super) fn is_assigned(&self, tenant: &str, client_id: &str, oid: &str) -> bool {
        let groups = self.groups_of(tenant, oid, false);
        let app = self.enterprise_app(tenant, client_id);
        app.assignments.iter().any(|(to, _)| to == oid || groups.iter().any(|group| group.id == *to))
    }

    /// Whether the tenant has proved that it owns the domain of this address.
    pub(super) fn owns_domain_of(&self, tenant: &str, address: &str) -> bool {
        self.tenant(tenant).is_some_and(|tenant| tenant.owns(domain(address)))
    }
}

impl Entra {
    /// A session's person: an account at home, and so the same in every tenant that it is a guest of.
    pub(super) fn account(&self, tenant: &str, user: &User) -> String {
        let directory = self.directory();
        let home = user.is_guest().then(|| directory.at_home(user.typed())).flatten();
        home.map_or_else(
            || format!("{tenant}/{}", user.oid),
            |(tenant, user)| format!("{tenant}/{}", user.oid),
        )
    }

    /// Who the session's person is at the place of this request; nobody, when they have no account
    /// there.
    pub(super) fn resumed(&self, request: &Request, session: &Session) -> Option<(String, User)> {
        let (tenant, oid) = session.person.split_once('/')?;
        let directory = self.directory();
        let user = directory.user(tenant, oid)?;
        if request.authority.admits_home(tenant) {
            return Some((tenant.to_owned(), user.clone()));
        }
        match directory.find(&request.authority, user.typed()) {
            Found::User { tenant, user } => Some((tenant, *user)),
            Found::Elsewhere { .. } | Found::Nobody => None,
        }
    }
}

impl Directory {
    /// An administrator consents to all that the registration asks for.
    pub(super) fn consent_for_all(&mut self, tenant: &str, app: &App) {
        let permissions = app.application_permissions.clone();
        let enterprise_app = self.enterprise_app_mut(tenant, &app.client_id);
        enterprise_app.admin_consent = true;
        enterprise_app.granted_permissions = permissions;
    }
}
