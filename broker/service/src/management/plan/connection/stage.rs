//! How far a connection's introduction has come, and whether it may go there.

use doorward_domain::connection::Pilot;
use doorward_domain::{Connection, Slug, Stage, Staged, TenantId};

use crate::management::document;
use crate::management::plan::Planner;
use crate::management::rollout::guard::{OWNERS, lacking};

impl Planner<'_> {
    /// Puts `new` at its stage. A test is not said to have been: it has been, or the connection is a draft.
    pub(super) fn stage(
        &mut self,
        entry: &document::Connection,
        new: &mut Connection,
        old: Option<&Connection>,
        path: &str,
    ) {
        let as_before = old.is_some_and(|old| old.works_like(new));
        new.revision = old.map_or(0, |old| old.revision.saturating_add(u32::from(!as_before)));
        new.stage = match (entry.stage, old.map(|old| old.stage)) {
            (Stage::Draft | Stage::Tested, Some(Stage::Tested)) if as_before => Stage::Tested,
            (Stage::Tested, _) => {
                self.warn(path, "counts as a draft until a test of it, as it is now, has come to its end");
                Stage::Draft
            }
            (stage, _) => stage,
        };
        // Whatever becomes of the only way in, it is watched anew.
        let stays = |old: &&Connection| old.stage == new.stage && (as_before || new.stage != Stage::Required);
        let now = Staged { at: self.making.now, by: self.making.actor.to_owned() };
        new.staged = old.filter(stays).map_or(Some(now), |old| old.staged.clone());
        new.pilot = self.pilot(entry, path);
        if new.stage == Stage::Required && old.is_none_or(|old| !is_required_already(old, new)) {
            self.moves.push((format!("{path}.stage"), new.clone()));
        }
    }

    fn pilot(&mut self, entry: &document::Connection, path: &str) -> Pilot {
        let path = format!("{path}.pilot");
        let Pilot { people, groups, share } = &entry.pilot;
        if entry.stage == Stage::Pilot && entry.pilot.is_empty() {
            self.problem(&path, "nobody takes part: name `people` or `groups`, or give a `share`");
        }
        if *share > 100 {
            self.problem(format!("{path}.share"), "is a number of people out of a hundred");
        }
        if people.len().max(groups.len()) > Pilot::MOST_NAMED {
            let most = Pilot::MOST_NAMED;
            self.problem(&path, format!("a list has at most {most} entries; make a group at the provider"));
        }
        let mut named = Vec::with_capacity(people.len());
        for person in people {
            match Pilot::canonical(person) {
                Some(person) => named.push(person),
                None => {
                    let message = format!("`{person}` is neither an e-mail address nor a username");
                    self.problem(format!("{path}.people"), message);
                }
            }
        }
        Pilot { people: named, groups: groups.clone(), share: *share }
    }

    /// Lets nothing become the only way in, and no owner go while it is, that would lock a tenant out.
    pub(in crate::management::plan) fn guard(&mut self, slug: &Slug, tenant: TenantId) {
        let ways = self.ways.get(&tenant).map_or(0, std::collections::BTreeSet::len);
        let existing = self.existing.tenants.get(slug);
        for (path, connection) in std::mem::take(&mut self.moves) {
            let sign_in = existing.and_then(|it| it.readiness.sign_ins.get(&connection.id));
            for lack in lacking(&connection, sign_in, ways, self.making.now) {
                self.problem(&path, lack.to_string());
            }
        }
        let before = existing.filter(|it| !it.tenant.record.required.is_empty());
        if before.is_some_and(|it| ways < OWNERS && ways < it.readiness.ways.len()) {
            let message = format!(
                "a connection is required, so {OWNERS} owners keep a working way in at doorward itself; make \
                 somebody else an owner first"
            );
            self.problem(format!("tenant[{slug}].user"), message);
        }
    }
}

/// Whether it is the only way in of the same people already, and leads to the same place.
fn is_required_already(old: &Connection, new: &Connection) -> bool {
    old.stage == Stage::Required
        && old.counterpart().eq(new.counterpart())
        && old.client_id == new.client_id
        && old.population == new.population
        && old.environment == new.environment
}
