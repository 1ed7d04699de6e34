//! What may not stand in a mapping, or in the rules about who is what, however it came there.

use std::collections::BTreeSet;

use doorward_domain::standing::{LONGEST_GIVEN, MOST_GIVEN, MOST_RULES};
use doorward_domain::{ClaimMapping, Rule, StandingRules, StatusRule};

use crate::federation::claims::{MAX_TEXT, is_reserved};

/// A place, by its name in the connection, and what is wrong there.
type Problem = (String, String);

/// Everything that is wrong with them.
pub(in crate::management) fn problems(mapping: &ClaimMapping, standing: &StandingRules) -> Vec<Problem> {
    let mut problems = Problems(Vec::new());
    for (field, source) in mapping.exceptions() {
        let place = format!("mapping.{}", field.as_str());
        if let Some(claim) = &source.claim {
            problems.claim(&place, claim);
        }
        match &source.default {
            Some(_) if source.required => problems.add(&place, "what is required has no default"),
            Some(_) if !field.takes_default() => problems.add(&place, "nobody is reached by a default"),
            Some(text) if text.trim().is_empty() || text.chars().count() > MAX_TEXT => {
                problems.add(&place, format!("a default has 1 to {MAX_TEXT} characters"));
            }
            _ => {}
        }
    }
    problems.rules("standing.roles", &standing.roles, &standing.default_roles);
    problems.rules("standing.sites", &standing.sites, &standing.default_sites);
    if let Some(status) = &standing.status {
        problems.status(status);
    }
    problems.0
}

struct Problems(Vec<Problem>);

impl Problems {
    fn add(&mut self, place: &str, problem: impl Into<String>) {
        self.0.push((place.to_owned(), problem.into()));
    }

    fn claim(&mut self, place: &str, claim: &str) {
        if claim.is_empty() {
            self.add(place, "a claim has an empty name");
        } else if is_reserved(claim) {
            self.add(place, format!("`{claim}` is a claim of the protocol and tells nothing of a person"));
        }
    }

    fn rules(&mut self, place: &str, rules: &[Rule], default: &[String]) {
        if rules.len() > MOST_RULES {
            self.add(place, format!("there are more than {MOST_RULES} rules"));
        }
        for rule in rules {
            if rule.groups.is_empty() && rule.claims.is_empty() {
                let what = format!(
                    "the rule for `{}` demands nothing; what everybody gets is a default",
                    rule.gives
                );
                self.add(place, what);
            }
            for (claim, values) in &rule.claims {
                self.claim(place, claim);
                if values.is_empty() {
                    self.add(place, format!("the rule for `{}` names no value of `{claim}`", rule.gives));
                }
            }
        }
        let given: BTreeSet<_> = rules.iter().map(|rule| &rule.gives).chain(default).collect();
        if given.len() > MOST_GIVEN {
            self.add(place, format!("they give more than {MOST_GIVEN} different names"));
        }
        let is_name = |name: &str| {
            (1..=LONGEST_GIVEN).contains(&name.len())
                && name.trim() == name
                && !name.contains(char::is_control)
        };
        if let Some(wrong) = given.into_iter().find(|name| !is_name(name)) {
            let what = format!("`{wrong}` is no name of 1 to {LONGEST_GIVEN} bytes without blanks around it");
            self.add(place, what);
        }
    }

    fn status(&mut self, status: &StatusRule) {
        let place = "standing.status";
        self.claim(place, &status.claim);
        let lets_in = !status.active.is_empty() || status.otherwise == doorward_domain::Status::Active;
        if !lets_in {
            self.add(place, "no value lets anybody in");
        }
        if status.active.iter().any(|value| status.inactive.contains(value)) {
            self.add(place, "a value is both active and inactive");
        }
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::{Value, json};

    use super::*;

    fn found(mapping: Value, standing: Value) -> Vec<String> {
        let mapping = serde_json::from_value(mapping).unwrap();
        let standing = serde_json::from_value(standing).unwrap();
        problems(&mapping, &standing).into_iter().map(|(place, _)| place).collect()
    }

    #[test]
    fn what_is_right_has_no_problem() {
        let mapping = json!({"email": "upn", "name": {"required": true}, "locale": {"default": "en"}});
        let standing = json!({
            "roles": [{"gives": "agent", "groups": ["IT"]}, {"gives": "boss", "claims": {"kind": ["1"]}}],
            "default_roles": ["guest"], "default_sites": ["Bern"],
            "status": {"claim": "status", "active": ["active"]},
        });
        assert_eq!(found(mapping, standing), [""; 0]);
    }

    #[rstest]
    #[case::no_claim(json!({"name": ""}), "mapping.name")]
    #[case::reserved(json!({"preferred_username": "sub"}), "mapping.preferred_username")]
    #[case::required_and_default(json!({"locale": {"required": true, "default": "en"}}), "mapping.locale")]
    #[case::address_for_all(json!({"email": {"default": "all@acme.test"}}), "mapping.email")]
    #[case::blank(json!({"name": {"default": "  "}}), "mapping.name")]
    fn up_16_a_mapping_that_cannot_be(#[case] mapping: Value, #[case] place: &str) {
        assert_eq!(found(mapping, json!({})), [place]);
    }

    #[rstest]
    #[case::demands_nothing(json!({"roles": [{"gives": "admin"}]}), "standing.roles")]
    #[case::reserved(json!({"roles": [{"gives": "admin", "claims": {"amr": ["mfa"]}}]}), "standing.roles")]
    #[case::no_value(json!({"sites": [{"gives": "Bern", "claims": {"town": []}}]}), "standing.sites")]
    #[case::no_name(json!({"default_roles": [""]}), "standing.roles")]
    #[case::blanks(json!({"default_roles": [" admin"]}), "standing.roles")]
    #[case::long(json!({"default_sites": ["x".repeat(65)]}), "standing.sites")]
    #[case::many(json!({"default_sites": (0..101).map(|n| n.to_string()).collect::<Vec<_>>()}), "standing.sites")]
    #[case::lets_nobody_in(json!({"status": {"claim": "status", "inactive": ["left"]}}), "standing.status")]
    #[case::status_of_the_protocol(json!({"status": {"claim": "acr", "active": ["1"]}}), "standing.status")]
    #[case::both(json!({"status": {"claim": "s", "active": ["a"], "inactive": ["a"]}}), "standing.status")]
    fn up_16_rules_that_cannot_be(#[case] standing: Value, #[case] place: &str) {
        assert_eq!(found(json!({}), standing), [place]);
    }
}
