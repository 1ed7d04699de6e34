//! `kind = "entra"`: which directory.

use doorward_domain::connection::ConnectionKind;
use doorward_domain::connection::kind::Entra;
use uuid::Uuid;

use super::{Settled, advice};
use crate::federation::directory::{Directory, is_for_many};
use crate::management::document;
use crate::management::plan::Planner;

const CLIENT_ID: &str =
    "is not a GUID; give the Application (client) ID: App registrations › (the app) › Overview";

impl Planner<'_> {
    pub(super) fn entra(&mut self, entry: &document::Connection, path: &str) -> Settled {
        if !entry.client_id.is_empty() && Uuid::parse_str(entry.client_id.trim()).is_err() {
            self.problem(format!("{path}.client_id"), CLIENT_ID);
        }
        let authority = entry.authority.as_deref().unwrap_or(Entra::AUTHORITY).trim_end_matches('/');
        let reachable = self.check_place(authority, &format!("{path}.authority"));
        let directory = self.directory(entry, authority, path)?;
        let settings = Entra {
            directory,
            authority: authority.to_owned(),
            graph_groups: entry.graph_groups,
            domain_hint: entry.domain_hint.clone(),
        };
        let issuer = settings.issuer();
        reachable.then_some((ConnectionKind::Entra(settings), issuer))
    }

    /// The directory's identifier. A domain was looked up before the plan was made.
    fn directory(&mut self, entry: &document::Connection, authority: &str, path: &str) -> Option<Uuid> {
        let named = self.needed(entry.directory.as_ref(), path, "directory")?;
        let path = format!("{path}.directory");
        if is_for_many(named) {
            self.problem(path, advice("entra.issuer_template"));
            return None;
        }
        if let Ok(directory) = Uuid::parse_str(named) {
            return Some(directory);
        }
        let asked = Directory::named(authority, named);
        match asked.as_ref().and_then(|asked| self.making.directories?.get(asked)) {
            Some(Ok(directory)) => Some(*directory),
            Some(Err(cause)) => {
                let cause = format!("`{named}` leads to no directory: {cause}");
                self.problem(path, cause);
                None
            }
            None => {
                let message = "is neither a Directory (tenant) ID nor a domain of the directory; the ID is on \
                               the overview page of the directory and of the app registration";
                self.problem(path, message);
                None
            }
        }
    }
}
