//! Users who sign in at doorward itself. A document gives a first password; it never replaces one.

use std::collections::BTreeSet;

use doorward_domain::audit::Action as Audited;
use doorward_domain::{Credentials, TenantId, User, UserId};
use doorward_store::{Batch, Record as _, StoreError};

use super::{Action, Change, Described, Planner};
use crate::identity::accounts;
use crate::identity::local::accounts::logins;
use crate::management::document;
use crate::management::existing::ExistingUser;
use crate::management::rollout::guard::has_a_way;
use crate::management::users::{Made, NewUser};

impl Planner<'_> {
    pub(super) fn users(&mut self, entry: &document::Tenant, tenant: TenantId) -> Result<(), StoreError> {
        let existing = self.existing.tenants.get(&entry.slug);
        let mut named = BTreeSet::new();
        for user in &entry.users {
            let Some(login) = user.login() else {
                self.problem(format!("tenant[{}].user", entry.slug), "needs a username or an email");
                continue;
            };
            let path = format!("tenant[{}].user[{login}]", entry.slug);
            if !user.logins().all(|login| named.insert(login.to_owned())) {
                self.problem(path, "has a name that stands in the document twice");
                continue;
            }
            if let Some(name) = &user.name {
                self.check_title(&format!("{path}.name"), name);
            }
            self.user(user, tenant, existing.and_then(|it| it.users.get(login)), &path)?;
        }
        Ok(())
    }

    fn user(
        &mut self,
        entry: &document::User,
        tenant: TenantId,
        old: Option<&ExistingUser>,
        path: &str,
    ) -> Result<(), StoreError> {
        let (user, credentials) = self.made(entry, tenant, old, path);
        self.note_way(&user, &credentials);
        let described = Described::user(&user, &credentials);
        let before = old.map(|old| Described::user(&old.user.record, &old.credentials.record));
        let fields = described.since(before.as_ref());
        if old.is_some() && fields.is_empty() {
            return Ok(());
        }
        let action = if old.is_some() { Action::Update } else { Action::Create };
        let mut event = self.event((tenant, user.id.to_string()));
        if old.is_none() {
            event.action = Audited::UserCreated;
        }
        self.plan.changes.push(Change { path: path.to_owned(), action, fields });
        self.user_logins(&credentials, old.map(|old| &old.credentials.record), path)?;
        self.write(|batch| match old {
            Some(old) => accounts::change(batch, &old.user, &user)?.update(&old.credentials, &credentials),
            None => accounts::create(batch, &user)?.insert(&credentials),
        })?;
        if entry.invited && !credentials.can_sign_in_now() && old.is_none() {
            self.plan.invited.push((tenant, user.id));
        }
        self.write(|batch| batch.insert(&event))
    }

    /// Notes whether the user would be an owner with a way in at doorward itself.
    fn note_way(&mut self, user: &User, credentials: &Credentials) {
        let ways = self.ways.entry(user.tenant).or_default();
        match has_a_way(user, credentials) {
            true => ways.insert(user.id),
            false => ways.remove(&user.id),
        };
    }

    /// The user and their credentials as they would be.
    fn made(
        &mut self,
        entry: &document::User,
        tenant: TenantId,
        old: Option<&ExistingUser>,
        path: &str,
    ) -> (User, Credentials) {
        let now = self.making.now;
        let id = old.map_or_else(|| UserId::new(now, self.making.entropy), |old| old.user.record.id);
        let new = NewUser {
            username: entry.username.clone(),
            email: entry.email.clone(),
            name: entry.name.clone(),
            population: entry.population.clone(),
            owner: entry.owner,
            invite: entry.invited,
        };
        let Made { mut user, mut credentials } = Made::new(&new, tenant, id, now);
        user.enabled = entry.enabled;
        if let Some(old) = old {
            let before = &old.user.record;
            let (made, was) = (user.profile, before.profile.clone());
            user = User {
                population: user.population,
                owner: user.owner,
                enabled: user.enabled,
                ..before.clone()
            };
            user.profile = doorward_domain::Profile {
                name: made.name.or(was.name),
                preferred_username: made.preferred_username.or(was.preferred_username),
                email: made.email.or(was.email),
                ..was
            };
            let same_address =
                credentials.email.is_none() || credentials.email == old.credentials.record.email;
            credentials = Credentials {
                username: credentials.username.or(old.credentials.record.username.clone()),
                email: credentials.email.or(old.credentials.record.email.clone()),
                email_verified: old.credentials.record.email_verified && same_address,
                ..old.credentials.record.clone()
            };
        }
        if credentials.password.is_none() {
            credentials.password = self.making.passwords.get(path).cloned();
        }
        (user, credentials)
    }

    /// Lets the names that people type lead to the credentials, and those that went no more.
    fn user_logins(
        &mut self,
        new: &Credentials,
        old: Option<&Credentials>,
        path: &str,
    ) -> Result<(), StoreError> {
        let (wanted, everywhere) = logins(new);
        let (had, had_everywhere) = old.map(logins).unwrap_or_default();
        for login in wanted.iter().filter(|login| !had.contains(login)) {
            if self.existing.logins.contains_key(&login.key()) {
                self.problem(path, format!("`{}` is the name of another user", login.login));
            }
            self.write(|batch| batch.insert(login))?;
        }
        for gone in had.iter().filter(|login| !wanted.contains(login)) {
            self.write(|batch| Ok::<Batch, StoreError>(batch.remove(gone.key())))?;
        }
        if everywhere != had_everywhere {
            if let Some(login) = &everywhere {
                match self.existing.logins.contains_key(&login.key()) {
                    true => {
                        self.warn(path, "the address is another account's too; the company code comes first")
                    }
                    false => self.write(|batch| batch.insert(login))?,
                }
            }
            let was_own =
                had_everywhere.filter(|login| self.existing.logins.get(&login.key()) == Some(login));
            if let Some(gone) = was_own {
                self.write(|batch| Ok::<Batch, StoreError>(batch.remove(gone.key())))?;
            }
        }
        Ok(())
    }
}
