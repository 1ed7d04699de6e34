//! `kind = "okta"`: which org, and which of its authorization servers.

use doorward_domain::connection::ConnectionKind;
use doorward_domain::connection::kind::Okta;
use url::Url;

use super::{Settled, advice};
use crate::management::document;
use crate::management::plan::Planner;

impl Planner<'_> {
    pub(super) fn okta(&mut self, entry: &document::Connection, path: &str) -> Settled {
        let org = self.needed(entry.org.as_ref(), path, "org")?.trim_end_matches('/');
        let path_of_org = format!("{path}.org");
        if is_admin_console(org) {
            self.problem(path_of_org, advice("okta.admin_host"));
            return None;
        }
        let url = Url::parse(org).ok();
        if url.is_some_and(|url| url.path().contains("/oauth2")) {
            let message = "is the issuer of an authorization server; give the org's URL alone, and the \
                           server's identifier in `authorization_server`";
            self.problem(path_of_org, message);
            return None;
        }
        let server = entry.authorization_server.as_deref();
        let named = server.is_none_or(is_identifier);
        if !named {
            let message = "is no identifier such as \"default\" or \"aus…\"; it is what stands behind \
                           /oauth2/ in the issuer";
            self.problem(format!("{path}.authorization_server"), message);
        }
        let reachable = self.check_place(org, &path_of_org);
        let settings = Okta { org: org.to_owned(), authorization_server: server.map(str::to_owned) };
        let issuer = settings.issuer();
        (reachable && named).then_some((ConnectionKind::Okta(settings), issuer))
    }
}

/// `acme-admin.okta.com` is where administrators work.
pub(super) fn is_admin_console(url: &str) -> bool {
    let url = Url::parse(url).ok();
    let label = url.as_ref().and_then(|url| url.host_str()).and_then(|host| host.split('.').next());
    label.is_some_and(|label| label.ends_with("-admin"))
}

fn is_identifier(server: &str) -> bool {
    !server.is_empty() && server.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}
