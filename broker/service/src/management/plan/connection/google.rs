//! `kind = "google"`: whose people.

use doorward_domain::connection::ConnectionKind;
use doorward_domain::connection::kind::{Google, HostedDomains};

use super::Settled;
use crate::management::document;
use crate::management::plan::Planner;

impl Planner<'_> {
    pub(super) fn google(&mut self, entry: &document::Connection, path: &str) -> Settled {
        let issuer = entry.issuer.as_deref().unwrap_or(Google::ISSUER);
        let reachable = self.check_place(issuer, &format!("{path}.issuer"));
        for (scope, message) in [
            ("offline_access", "is no scope of Google's"),
            ("groups", "is no scope of Google's: it tells no groups"),
        ] {
            if entry.scopes.iter().any(|asked| asked == scope) {
                self.problem(format!("{path}.scopes"), format!("`{scope}` {message}"));
            }
        }
        let hosted_domains = match &entry.hosted_domains {
            Some(document::HostedDomains::Any) => HostedDomains::Any,
            Some(document::HostedDomains::These(domains)) => HostedDomains::These(domains.clone()),
            None => {
                let message = "is missing: name the primary domains of the organisations whose people may come \
                               in, or write \"any\" for everybody who has a Google account";
                self.problem(format!("{path}.hosted_domains"), message);
                return None;
            }
        };
        let settings = Google { hosted_domains };
        reachable.then(|| (ConnectionKind::Google(settings), issuer.to_owned()))
    }
}
