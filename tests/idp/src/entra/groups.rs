//! `groups`, `roles` and `wids`, and what stands there when the groups are too many.

use serde_json::{Map, Value, json};

use super::Entra;
use super::app::{App, Group, GroupClaims};
use super::grants::Grant;
use super::switch::EntraSwitch;
use super::user::User;
use crate::common::scope::At;

/// How many groups a token holds.
const LIMIT: usize = 200;
/// How many a token holds that travels in a URL.
const LIMIT_IN_URL: usize = 6;
/// The role template of Global Administrators.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

impl Entra {
    pub(super) fn group_claims(
        &self,
        grant: &Grant,
        app: &App,
        user: &User,
        in_url: bool,
    ) -> Map<String, Value> {
        let mut claims = Map::new();
        let groups = self.groups_in_token(grant, app);
        let at = At::issuer(&grant.tenant).client(&grant.client_id).person(user.typed());
        let forced = self.switches().fires(EntraSwitch::GroupsOverage, &at);
        if in_url && groups.len() > LIMIT_IN_URL {
            claims.insert("hasgroups".to_owned(), json!(true));
        } else if groups.len() > LIMIT || forced {
            overage(grant, &mut claims);
        } else if !groups.is_empty() {
            claims.insert("groups".to_owned(), json!(groups));
        }
        let tells_roles = matches!(app.group_claims, GroupClaims::All | GroupClaims::DirectoryRole);
        if tells_roles && user.administrator {
            claims.insert("wids".to_owned(), json!([GLOBAL_ADMINISTRATOR]));
        }
        let roles = self.app_roles(grant);
        if !roles.is_empty() {
            claims.insert("roles".to_owned(), json!(roles));
        }
        claims
    }

    /// Object IDs, never names.
    fn groups_in_token(&self, grant: &Grant, app: &App) -> Vec<String> {
        let directory = self.directory();
        let all = directory.groups_of(&grant.tenant, &grant.oid, true);
        let assigned = directory.enterprise_app(&grant.tenant, &grant.client_id).assignments;
        let told = |group: &&Group| match app.group_claims {
            GroupClaims::None | GroupClaims::DirectoryRole => false,
            GroupClaims::SecurityGroup => group.security,
            GroupClaims::All => true,
            GroupClaims::ApplicationGroup => assigned.iter().any(|(to, _)| *to == group.id),
        };
        all.into_iter().filter(told).map(|group| group.id.clone()).collect()
    }

    /// The values of app roles, of the person and of groups that they are a *direct* member of.
    fn app_roles(&self, grant: &Grant) -> Vec<String> {
        let directory = self.directory();
        let groups = directory.groups_of(&grant.tenant, &grant.oid, false);
        let assigned = directory.enterprise_app(&grant.tenant, &grant.client_id).assignments;
        let own = |to: &str| to == grant.oid || groups.iter().any(|group| group.id == to);
        assigned.into_iter().filter(|(to, _)| own(to)).filter_map(|(_, role)| role).collect()
    }
}

/// A pointer to an API that was switched off long ago. Nobody may follow it.
fn overage(grant: &Grant, claims: &mut Map<String, Value>) {
    let Grant { tenant, oid, .. } = grant;
    let endpoint = format!("https://graph.windows.net/{tenant}/users/{oid}/getMemberObjects");
    claims.insert("_claim_names".to_owned(), json!({ "groups": "src1" }));
    claims.insert("_claim_sources".to_owned(), json!({ "src1": { "endpoint": endpoint } }));
}
