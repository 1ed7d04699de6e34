//! Which clients a list has.

use doorward_domain::{Client, ClientId, Tenant};
use doorward_store::Range;
use doorward_store::records::at;

use super::all;

/// Which clients a list has; all when nothing is asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientFilter {
    /// Their `client_id` starts like this.
    pub prefix: Option<String>,
    /// Their name or `client_id` has this in it, in whatever case.
    pub search: Option<String>,
    /// They serve the people of the tenant with this company code.
    pub tenant: Option<String>,
    /// They may act, or may not.
    pub enabled: Option<bool>,
}

impl ClientFilter {
    /// Where they lie.
    pub(super) fn range(&self) -> Range {
        match &self.prefix {
            None => all(),
            Some(prefix) => Range::starting_with(at::client(&ClientId::new(prefix.as_str()))),
        }
    }

    /// Whether some that lie there are left out.
    pub(super) fn examines(&self) -> bool {
        self.search.is_some() || self.tenant.is_some() || self.enabled.is_some()
    }

    /// Whether `client` is one of them; `tenant` is the one that was asked for.
    pub(super) fn takes(&self, client: &Client, tenant: Option<&Tenant>) -> bool {
        let has = |text: &str, part: &str| text.to_lowercase().contains(&part.to_lowercase());
        let named = |part: &String| has(&client.name, part) || has(client.id.as_str(), part);
        self.search.as_ref().is_none_or(named)
            && self.enabled.is_none_or(|enabled| client.enabled == enabled)
            && tenant.is_none_or(|tenant| client.serves(tenant))
    }

    /// The whole question, which a cursor belongs to.
    pub(super) fn question(&self) -> String {
        format!("{self:?}")
    }
}
