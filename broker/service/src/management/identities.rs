//! Who people are at providers, as an operator sees it: a list that says whose account a subject is before
//! anybody has come, the identities of a user, and taking one away.

use std::collections::BTreeSet;

use doorward_domain::audit::Action;
use doorward_domain::{
    AuditEvent, Connection, ConnectionId, EventId, Identity, Subject, Tenant, Timestamp, User, UserId,
};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Management;
use super::views::ViewError;
use crate::federation::kind;
use crate::identity::accounts;

/// The most lines of a list; a longer one comes in parts.
const MOST_LINES: usize = 5_000;

/// A list to load.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct IdentityList {
    /// CSV with the columns `subject` and `account`: who somebody is at the provider, and whose account that
    /// is, by identifier, username or e-mail address.
    pub list: String,
    /// Whether it is only looked at.
    #[serde(default)]
    pub dry_run: bool,
}

/// What came of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, ToSchema)]
pub struct Loaded {
    /// Each line.
    pub lines: Vec<Line>,
    /// Whether it was written: all of it, or nothing while a line is in conflict.
    pub written: bool,
}

/// What came of a line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct Line {
    /// Its number in the list; the headings are line 1.
    pub line: u64,
    /// Who it is at the provider.
    pub subject: String,
    /// Whose account it shall be.
    pub account: String,
    /// What that comes to.
    pub outcome: Outcome,
    /// Why it cannot be.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub conflict: Option<String>,
}

/// What a line comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The account gets the identity.
    Linked,
    /// It has it already.
    Unchanged,
    /// It cannot be so.
    Conflict,
}

/// An identity of a user.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct IdentityView {
    /// The connection it came through.
    #[schema(value_type = String)]
    pub connection: ConnectionId,
    /// The issuer.
    pub issuer: String,
    /// The subject there.
    pub subject: String,
    /// When it was linked.
    #[schema(value_type = i64)]
    pub linked_at: Timestamp,
}

/// Which identity.
#[derive(Clone, Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct WhichIdentity {
    /// The connection it came through.
    #[schema(value_type = String)]
    pub connection: ConnectionId,
    /// The subject there.
    pub subject: String,
}

/// Why a list is not loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// There is no such connection.
    #[error(transparent)]
    View(#[from] ViewError),
    /// It is no list of subjects and accounts.
    #[error("{0}")]
    List(String),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A line as it stands in a list.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    subject: String,
    account: String,
}

impl Management {
    /// Says of each line of a list whose account the subject becomes, and writes it unless it is a dry run or
    /// a line is in conflict.
    ///
    /// # Errors
    /// [`LoadError`].
    pub async fn load_identities(
        &self,
        slug: &str,
        connection: &str,
        list: &IdentityList,
        actor: &str,
    ) -> Result<Loaded, LoadError> {
        let (tenant, stored) = self.find_connection(slug, connection).await?;
        let (mut loaded, mut batch) = (Loaded::default(), Batch::new());
        let mut seen = BTreeSet::new();
        for (line, row) in read(&list.list)? {
            let subject = kind::named(&stored.record, row.subject.trim());
            let judged = match seen.insert(subject.subject.clone()) {
                true => self.judge(&tenant, &stored.record, subject, row.account.trim()).await?,
                false => Err("the subject stands in the list twice".to_owned()),
            };
            let (outcome, conflict) = match judged {
                Ok(Some(identity)) => {
                    batch = accounts::link(batch, &identity)?;
                    (Outcome::Linked, None)
                }
                Ok(None) => (Outcome::Unchanged, None),
                Err(why) => (Outcome::Conflict, Some(why)),
            };
            loaded.lines.push(Line { line, subject: row.subject, account: row.account, outcome, conflict });
        }
        let conflicts = loaded.lines.iter().any(|line| line.outcome == Outcome::Conflict);
        if !list.dry_run && !conflicts {
            let event = self.identity_event(&tenant, Action::IdentityLinked, stored.record.id, actor);
            self.store.commit(batch.insert(&event)?).await?;
            loaded.written = true;
        }
        Ok(loaded)
    }

    /// The identity that a line makes; nothing when there is it already, and a reason when it cannot be.
    async fn judge(
        &self,
        tenant: &Tenant,
        connection: &Connection,
        subject: Subject,
        account: &str,
    ) -> Result<Result<Option<Identity>, String>, StoreError> {
        let now = self.clock.now();
        if subject.subject.is_empty() {
            return Ok(Err("there is no subject".to_owned()));
        }
        let user = match self.account(tenant, account, now).await? {
            Ok(user) => user,
            Err(why) => return Ok(Err(why)),
        };
        let key = at::identity(tenant.id, connection.id, &subject);
        Ok(match self.store.read::<Identity>(&key, now).await? {
            Some(known) if known.record.user == user.id => Ok(None),
            Some(_) => Err("the subject is somebody else's".to_owned()),
            None => Ok(Some(Identity {
                tenant: tenant.id,
                connection: connection.id,
                subject,
                user: user.id,
                linked_at: now,
                told: None,
            })),
        })
    }

    /// The one account that a line names.
    async fn account(
        &self,
        tenant: &Tenant,
        name: &str,
        now: Timestamp,
    ) -> Result<Result<User, String>, StoreError> {
        let mut same_address = accounts::with_address(&*self.store, tenant.id, name, now).await?;
        if same_address.len() > 1 {
            return Ok(Err("several accounts have this address; name one by its identifier".to_owned()));
        }
        match (same_address.pop(), self.find_user(tenant, name).await) {
            (_, Ok(found)) | (Some(found), _) => Ok(Ok(found.record)),
            (None, Err(ViewError::Store(error))) => Err(error),
            (None, Err(_)) => Ok(Err("there is no such account".to_owned())),
        }
    }

    /// A user's identities.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn identities(&self, slug: &str, name: &str) -> Result<Vec<IdentityView>, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let user = self.find_user(&tenant, name).await?.record.id;
        Ok(self.of_user(&tenant, user).await?.into_iter().map(|stored| view(stored.record)).collect())
    }

    /// Takes an identity from a user, who is signed out everywhere: nobody comes in by it any more.
    ///
    /// # Errors
    /// [`ViewError`].
    pub async fn unlink(
        &self,
        slug: &str,
        name: &str,
        which: &WhichIdentity,
        actor: &str,
    ) -> Result<Vec<IdentityView>, ViewError> {
        let tenant = self.find_tenant(slug).await?;
        let user = self.find_user(&tenant, name).await?.record.id;
        let meant = |it: &Stored<Identity>| {
            it.record.connection == which.connection && it.record.subject.subject == which.subject
        };
        let found = self.of_user(&tenant, user).await?.into_iter().find(meant);
        let found =
            found.ok_or_else(|| ViewError::Unknown { what: "identity", name: which.subject.clone() })?;
        let event = self.identity_event(&tenant, Action::IdentityUnlinked, which.connection, actor);
        self.store.commit(accounts::unlink(Batch::new(), &found).insert(&event)?).await?;
        self.sign_out_user(slug, name, actor).await?;
        self.identities(slug, name).await
    }

    async fn of_user(&self, tenant: &Tenant, user: UserId) -> Result<Vec<Stored<Identity>>, StoreError> {
        accounts::identities(&*self.store, tenant.id, user, self.clock.now()).await
    }

    fn identity_event(
        &self,
        tenant: &Tenant,
        action: Action,
        connection: ConnectionId,
        actor: &str,
    ) -> AuditEvent {
        let now = self.clock.now();
        AuditEvent {
            id: EventId::new(now, &*self.entropy),
            tenant: tenant.id,
            at: now,
            actor: actor.to_owned(),
            action,
            target: connection.to_string(),
        }
    }
}

fn read(list: &str) -> Result<Vec<(u64, Row)>, LoadError> {
    let mut reader = csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(list.as_bytes());
    let mut rows = Vec::new();
    for (index, row) in reader.deserialize().enumerate() {
        if index == MOST_LINES {
            return Err(LoadError::List(format!(
                "the list has more than {MOST_LINES} lines; load it in parts"
            )));
        }
        let row = row.map_err(|cause| LoadError::List(cause.to_string()))?;
        rows.push((index as u64 + 2, row));
    }
    if rows.is_empty() {
        return Err(LoadError::List("a list has the headings `subject,account`, and lines below".to_owned()));
    }
    Ok(rows)
}

fn view(identity: Identity) -> IdentityView {
    IdentityView {
        connection: identity.connection,
        issuer: identity.subject.issuer,
        subject: identity.subject.subject,
        linked_at: identity.linked_at,
    }
}
