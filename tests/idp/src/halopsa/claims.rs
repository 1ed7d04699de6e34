//! What tokens and userinfo say. An address is no proof of anything.

use serde_json::{Map, Value, json};

use super::HaloPsa;
use super::model::{Person, Population};
use super::switch::HaloPsaSwitch;
use crate::common::names::Switch;
use crate::common::scope::At;

impl HaloPsa {
    /// What the scopes tell of the person.
    pub(super) fn claims(&self, scope: &str, person: &Person, at: &At<'_>) -> Map<String, Value> {
        let has = |wanted: &str| scope.split_ascii_whitespace().any(|it| it == wanted || it == "all");
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("sub", json!(self.subject(person)));
        if has("profile") {
            set("name", json!(person.name));
            set("preferred_username", json!(person.username));
        }
        let hidden = self.switches().fires(HaloPsaSwitch::EmailAbsent, at)
            || self.switches().fires(Switch::NoEmail, at);
        if let Some(email) = person.email.as_deref().filter(|_| has("email") && !hidden) {
            set("email", json!(email));
            if let Some(verified) = self.variant().email_verified {
                set("email_verified", json!(verified));
            }
        }
        claims
    }

    /// A number, and perhaps not even one that is only one person's.
    fn subject(&self, person: &Person) -> String {
        match (self.variant().overlapping_subjects, person.population) {
            (true, _) => person.number.to_string(),
            (false, Population::Agent) => format!("agent-{}", person.number),
            (false, Population::EndUser) => format!("user-{}", person.number),
        }
    }
}
