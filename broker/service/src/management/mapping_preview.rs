//! A changed mapping, tried on what the provider told of everybody who has signed in: who gains what, who
//! loses what, and who would not come in any more. Nothing is written.

use std::collections::BTreeMap;

use doorward_domain::{
    ClaimMapping, Connection, Identity, Profile, StandingRules, Subject, Told, User, UserId,
};
use doorward_store::records::at;
use doorward_store::{Range, Record as _, StoreError, StoreExt as _, Stored};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use utoipa::ToSchema;

use super::Management;
use super::plan::FieldChange;
use super::plan::connection::mapping;
use super::read::Misread;
use super::schema;
use super::views::{Ask, ViewError};
use crate::federation::told::{self, Judged};

/// A mapping, and rules, that shall be. What is left out stays as it is.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct MappingChange {
    /// The mapping.
    #[serde(default)]
    #[schema(schema_with = schema::mapping)]
    pub mapping: Option<ClaimMapping>,
    /// Who is what, and where.
    #[serde(default)]
    #[schema(schema_with = schema::standing)]
    pub standing: Option<StandingRules>,
}

/// What would come of a change.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct MappingPreview {
    /// How many people it is about; on the first page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counts: Option<Counts>,
    /// The people for whom something changes, or of whom that is not known.
    pub items: Vec<PersonChange>,
    /// What to ask for the rest with; absent at the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

/// How many people a change is about.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Counts {
    /// All who have signed in through the connection.
    pub people: u64,
    /// Those for whom nothing changes.
    pub same: u64,
    /// Those for whom something changes.
    pub changed: u64,
    /// Those of them who would not come in any more.
    pub refused: u64,
    /// Those of them who would come in again.
    pub let_in: u64,
    /// Those of whom it is not known: a claim that the change looks at was not looked for when they signed in.
    pub undecided: u64,
    /// How many gain a role.
    pub roles_gained: BTreeMap<String, u64>,
    /// How many lose one.
    pub roles_lost: BTreeMap<String, u64>,
    /// How many gain a site.
    pub sites_gained: BTreeMap<String, u64>,
    /// How many lose one.
    pub sites_lost: BTreeMap<String, u64>,
}

/// What changes for somebody.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct PersonChange {
    /// Who it is here.
    #[schema(value_type = String)]
    pub user: UserId,
    /// What they are called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Who it is at the provider.
    #[schema(value_type = Object)]
    pub identity: Subject,
    /// What changes.
    #[serde(flatten)]
    pub effect: Effect,
}

/// What a change means for one person.
#[derive(Clone, Debug, Default, PartialEq, Serialize, ToSchema)]
pub struct Effect {
    /// The roles that they gain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles_gained: Vec<String>,
    /// The roles that they lose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles_lost: Vec<String>,
    /// The sites that they gain.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sites_gained: Vec<String>,
    /// The sites that they lose.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub sites_lost: Vec<String>,
    /// The fields of the profile that change.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<FieldChange>,
    /// Why they would not come in any more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
    /// Whether they would come in again.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub let_in: bool,
    /// The claims that were not looked for when they signed in, so that nobody knows what changes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_claims: Vec<String>,
}

/// Why there is nothing to see.
#[derive(Debug, thiserror::Error)]
pub enum MappingPreviewError {
    /// There is no such connection, or no such page.
    #[error(transparent)]
    View(#[from] ViewError),
    /// The change cannot be.
    #[error(transparent)]
    Change(#[from] Misread),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Management {
    /// What would come of another mapping, for everybody who has signed in through a connection.
    ///
    /// # Errors
    /// [`MappingPreviewError`].
    pub async fn preview_mapping(
        &self,
        slug: &str,
        name: &str,
        change: &MappingChange,
        ask: &Ask,
    ) -> Result<MappingPreview, MappingPreviewError> {
        let (_, stored) = self.find_connection(slug, name).await?;
        let before = stored.record;
        let after = changed(&before, change)?;
        let range = Range::starting_with(at::identities_through(before.tenant, before.id));
        let question = json!(change).to_string();
        let counts = match ask.after {
            None => Some(self.count(&range, (&before, &after)).await?),
            Some(_) => None,
        };
        let (mut items, mut rest) = (Vec::new(), self.rest(&range, &question, ask)?);
        let mut reached = at::identities_through(before.tenant, before.id);
        loop {
            let page = self.store.read_range::<Identity>(&rest, Ask::MOST, self.clock.now()).await?;
            let Some(last) = page.last() else { return Ok(MappingPreview { counts, items, next: None }) };
            rest = rest.after(&last.record.key());
            for Stored { record: identity, .. } in page {
                if items.len() == ask.limit() {
                    let next = Some(self.cursor(&range, &question, &reached));
                    return Ok(MappingPreview { counts, items, next });
                }
                reached = identity.key();
                let effect = effect((&before, &after), identity.told.as_ref());
                if effect != Effect::default() {
                    items.push(self.person(identity, effect).await?);
                }
            }
        }
    }

    async fn count(
        &self,
        range: &Range,
        connections: (&Connection, &Connection),
    ) -> Result<Counts, StoreError> {
        let (mut counts, mut rest) = (Counts::default(), range.clone());
        loop {
            let page = self.store.read_range::<Identity>(&rest, Ask::MOST, self.clock.now()).await?;
            let Some(last) = page.last() else { return Ok(counts) };
            rest = rest.after(&last.record.key());
            for told in page.iter().filter_map(|identity| identity.record.told.as_ref()) {
                counts.add(&effect(connections, Some(told)));
            }
        }
    }

    async fn person(&self, identity: Identity, effect: Effect) -> Result<PersonChange, StoreError> {
        let key = at::user(identity.tenant, identity.user);
        let user = self.store.read::<User>(&key, self.clock.now()).await?;
        let profile = user.map(|user| user.record.profile).unwrap_or_default();
        let name = profile.email.or(profile.name).or(profile.preferred_username);
        Ok(PersonChange { user: identity.user, name, identity: identity.subject, effect })
    }
}

impl Counts {
    fn add(&mut self, effect: &Effect) {
        self.people += 1;
        if !effect.unknown_claims.is_empty() {
            self.undecided += 1;
        } else if *effect == Effect::default() {
            self.same += 1;
        } else {
            self.changed += 1;
            self.refused += u64::from(effect.refused.is_some());
            self.let_in += u64::from(effect.let_in);
        }
        for (counted, names) in [
            (&mut self.roles_gained, &effect.roles_gained),
            (&mut self.roles_lost, &effect.roles_lost),
            (&mut self.sites_gained, &effect.sites_gained),
            (&mut self.sites_lost, &effect.sites_lost),
        ] {
            for name in names {
                *counted.entry(name.clone()).or_default() += 1;
            }
        }
    }
}

/// The connection as it would be.
fn changed(before: &Connection, change: &MappingChange) -> Result<Connection, Misread> {
    let mut after = before.clone();
    after.mapping = change.mapping.clone().unwrap_or(after.mapping);
    after.standing = change.standing.clone().unwrap_or(after.standing);
    match mapping::problems(&after.mapping, &after.standing).into_iter().next() {
        Some((place, message)) => Err(Misread { pointer: format!("/{}", place.replace('.', "/")), message }),
        None => Ok(after),
    }
}

/// What a change means for somebody of whom this was told. Who has never come is nobody yet.
fn effect((before, after): (&Connection, &Connection), told: Option<&Told>) -> Effect {
    let Some(told) = told else { return Effect::default() };
    let unknown = told::not_looked_for(after, told);
    if !unknown.is_empty() {
        let unknown_claims = unknown.into_iter().map(str::to_owned).collect();
        return Effect { unknown_claims, ..Effect::default() };
    }
    match (told::judge(before, told), told::judge(after, told)) {
        (Ok(before), Ok(after)) => difference(&before, &after),
        (Ok(_), Err(why)) => Effect { refused: Some(why), ..Effect::default() },
        (Err(_), Ok(_)) => Effect { let_in: true, ..Effect::default() },
        (Err(_), Err(_)) => Effect::default(),
    }
}

fn difference(before: &Judged, after: &Judged) -> Effect {
    let (was, is) = (&before.standing, &after.standing);
    Effect {
        roles_gained: without(&is.roles, &was.roles),
        roles_lost: without(&was.roles, &is.roles),
        sites_gained: without(&is.sites, &was.sites),
        sites_lost: without(&was.sites, &is.sites),
        fields: fields(&before.profile, &after.profile),
        ..Effect::default()
    }
}

fn without(these: &[String], those: &[String]) -> Vec<String> {
    these.iter().filter(|name| !those.contains(name)).cloned().collect()
}

/// The fields that change. Whether an address is verified is not the mapping's to say.
fn fields(before: &Profile, after: &Profile) -> Vec<FieldChange> {
    let told = |profile: &Profile| {
        let plain = Profile { email_verified: false, phone_number_verified: false, ..profile.clone() };
        json!(plain).as_object().cloned().unwrap_or_default()
    };
    let (before, after) = (told(before), told(after));
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    let value = |of: &serde_json::Map<String, Value>, name: &str| of.get(name).cloned();
    names
        .filter(|name| before.get(*name) != after.get(*name))
        .map(|name| FieldChange {
            field: name.clone(),
            before: value(&before, name),
            after: value(&after, name),
        })
        .collect()
}
