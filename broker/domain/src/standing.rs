//! What somebody is at a tenant, and where: roles and sites. They follow from what the provider says of the
//! person by rules of the tenant's own; nothing that a provider says is a role by itself (UP-16).

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What somebody is, and where. Apps read it as the claims `roles` and `sites`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Standing {
    /// The roles, in the order of the rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The sites, likewise.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<String>,
}

/// The rules of a connection. What is left out gives nothing, and every status lets in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StandingRules {
    /// Who has which roles.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Rule>,
    /// The roles of those who have none by these rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_roles: Vec<String>,
    /// Who belongs to which sites.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sites: Vec<Rule>,
    /// The sites of those who have none by these rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub default_sites: Vec<String>,
    /// Whose status lets them in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<StatusRule>,
}

/// Gives something to those whom all of it fits.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The role or the site.
    pub gives: String,
    /// The person is in one of these groups.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<String>,
    /// Each of these claims has one of these values.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub claims: BTreeMap<String, Vec<String>>,
}

/// Which values of a claim let somebody in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StatusRule {
    /// The claim.
    pub claim: String,
    /// Its values that let in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub active: Vec<String>,
    /// Its values that do not, whatever else it says.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inactive: Vec<String>,
    /// What any other value means, and that there is none.
    #[serde(default, skip_serializing_if = "is_inactive")]
    pub otherwise: Status,
}

/// Whether somebody is let in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Not.
    #[default]
    Inactive,
    /// They are.
    Active,
}

/// Why nobody comes in with such claims, whoever they are here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unfit {
    /// The mapping cannot do without it.
    #[error("the claim `{0}` is missing or cannot be read, and the mapping requires it")]
    Missing(String),
    /// Its value is not one that lets in.
    #[error("the claim `{0}` does not say that the person is active")]
    Inactive(String),
}

/// A claim's values as texts: a list has several, and whatever is no text, number or truth value has none.
pub type Values<'a> = Vec<Cow<'a, str>>;

/// The most roles, and the most sites, that a connection gives: they go into tokens, which have to fit into a
/// header.
pub const MOST_GIVEN: usize = 100;
/// The longest name of one of them, in bytes.
pub const LONGEST_GIVEN: usize = 64;
/// The most rules of a connection for either.
pub const MOST_RULES: usize = 1000;

impl StandingRules {
    /// What somebody is whose groups these are, and whose claims have these values; `None` when nobody
    /// knows the groups. That is not to have none: what hangs on groups is not given then, and what those
    /// get who have nothing neither.
    ///
    /// # Errors
    /// [`Unfit::Inactive`] when the status does not let them in.
    pub fn judge<'a>(
        &self,
        groups: Option<&[String]>,
        values: impl Fn(&str) -> Values<'a>,
    ) -> Result<Standing, Unfit> {
        if let Some(rule) = &self.status
            && rule.judge(&values(&rule.claim)) == Status::Inactive
        {
            return Err(Unfit::Inactive(rule.claim.clone()));
        }
        let given = |rules: &[Rule], default: &[String]| given(rules, default, groups, &values);
        Ok(Standing {
            roles: given(&self.roles, &self.default_roles),
            sites: given(&self.sites, &self.default_sites),
        })
    }

    /// Whether a rule looks at groups.
    pub fn asks_for_groups(&self) -> bool {
        self.roles.iter().chain(&self.sites).any(|rule| !rule.groups.is_empty())
    }

    /// The claims that the rules look at.
    pub fn claims(&self) -> impl Iterator<Item = &str> {
        let rules = self.roles.iter().chain(&self.sites).flat_map(|rule| rule.claims.keys());
        rules.chain(self.status.as_ref().map(|status| &status.claim)).map(String::as_str)
    }
}

impl StatusRule {
    fn judge(&self, values: &[Cow<'_, str>]) -> Status {
        let says = |listed: &[String]| values.iter().any(|value| listed.iter().any(|it| it == value));
        match (says(&self.inactive), says(&self.active)) {
            (true, _) => Status::Inactive,
            (false, true) => Status::Active,
            (false, false) => self.otherwise,
        }
    }
}

fn given<'a>(
    rules: &[Rule],
    default: &[String],
    groups: Option<&[String]>,
    values: &impl Fn(&str) -> Values<'a>,
) -> Vec<String> {
    let mut given: Vec<String> = Vec::new();
    for rule in rules.iter().filter(|rule| rule.fits(groups, values)) {
        if !given.contains(&rule.gives) {
            given.push(rule.gives.clone());
        }
    }
    let undecided = groups.is_none() && rules.iter().any(|rule| !rule.groups.is_empty());
    if given.is_empty() && !undecided { default.to_vec() } else { given }
}

impl Rule {
    /// A rule that demands nothing fits nobody.
    fn fits<'a>(&self, groups: Option<&[String]>, values: &impl Fn(&str) -> Values<'a>) -> bool {
        let in_group = |groups: &[String]| self.groups.iter().any(|group| groups.contains(group));
        let has_value = |(claim, wanted): (&String, &Vec<String>)| {
            values(claim).iter().any(|value| wanted.iter().any(|it| it == value))
        };
        !(self.groups.is_empty() && self.claims.is_empty())
            && (self.groups.is_empty() || groups.is_some_and(in_group))
            && self.claims.iter().all(has_value)
    }
}

impl Standing {
    /// Whether somebody is nothing, and nowhere.
    pub const fn is_none(&self) -> bool {
        self.roles.is_empty() && self.sites.is_empty()
    }
}

fn is_inactive(status: &Status) -> bool {
    *status == Status::Inactive
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(texts: &[&str]) -> Vec<String> {
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn rule(gives: &str, groups: &[&str], claims: &[(&str, &[&str])]) -> Rule {
        let claims = claims.iter().map(|(name, values)| ((*name).to_owned(), texts(values)));
        Rule { gives: gives.to_owned(), groups: texts(groups), claims: claims.collect() }
    }

    fn judge(
        rules: &StandingRules,
        groups: Option<&[&str]>,
        claims: &[(&str, &[&'static str])],
    ) -> Result<Standing, Unfit> {
        let groups = groups.map(texts);
        rules.judge(groups.as_deref(), |name| {
            let found = claims.iter().find(|(known, _)| *known == name);
            found.map(|(_, values)| values.iter().map(|it| Cow::Borrowed(*it)).collect()).unwrap_or_default()
        })
    }

    fn roles(
        rules: &StandingRules,
        groups: Option<&[&str]>,
        claims: &[(&str, &[&'static str])],
    ) -> Vec<String> {
        judge(rules, groups, claims).unwrap().roles
    }

    #[test]
    fn whom_a_rule_fits_has_what_it_gives() {
        let rules = StandingRules {
            roles: vec![
                rule("admin", &["IT"], &[("country", &["CH", "AU"])]),
                rule("agent", &["Service", "IT"], &[]),
                rule("agent", &[], &[("kind", &["agent"])]),
            ],
            sites: vec![rule("Bern", &["Bern"], &[])],
            default_roles: texts(&["guest"]),
            ..StandingRules::default()
        };
        let roles = |groups: &[&str], claims: &[(&str, &[&'static str])]| roles(&rules, Some(groups), claims);
        assert_eq!(roles(&["IT"], &[("country", &["AU"])]), ["admin", "agent"]);
        assert_eq!(roles(&["IT"], &[("country", &["FR"])]), ["agent"]);
        assert_eq!(roles(&["Service"], &[("kind", &["agent"])]), ["agent"], "once");
        assert_eq!(roles(&[], &[("kind", &["person", "agent"])]), ["agent"]);
        assert_eq!(roles(&["it", "service"], &[]), ["guest"], "to the letter");
        assert_eq!(judge(&rules, Some(&["Bern"]), &[]).unwrap().sites, ["Bern"]);
    }

    #[test]
    fn groups_that_nobody_knows_are_not_none() {
        let by_group = StandingRules {
            roles: vec![rule("agent", &["IT"], &[]), rule("boss", &[], &[("kind", &["boss"])])],
            default_roles: texts(&["guest"]),
            ..StandingRules::default()
        };
        assert_eq!(roles(&by_group, None, &[]), [""; 0]);
        assert_eq!(roles(&by_group, None, &[("kind", &["boss"])]), ["boss"]);
        let by_claim = StandingRules { roles: by_group.roles[1..].to_vec(), ..by_group };
        assert_eq!(roles(&by_claim, None, &[]), ["guest"], "nothing hangs on groups here");
    }

    #[test]
    fn a_rule_that_demands_nothing_fits_nobody() {
        let rules = StandingRules { roles: vec![rule("admin", &[], &[])], ..StandingRules::default() };
        assert_eq!(roles(&rules, Some(&["IT"]), &[]), [""; 0]);
    }

    #[test]
    fn a_status_that_is_not_known_lets_nobody_in() {
        let status = |active: &[&str], inactive: &[&str], otherwise| StandingRules {
            status: Some(StatusRule {
                claim: "status".to_owned(),
                active: texts(active),
                inactive: texts(inactive),
                otherwise,
            }),
            ..StandingRules::default()
        };
        let comes_in = |rules: &StandingRules, said: &[&'static str]| {
            judge(rules, Some(&[]), &[("status", said)]).is_ok()
        };
        let strict = status(&["active", "trial"], &["left"], Status::Inactive);
        assert!(comes_in(&strict, &["active"]) && comes_in(&strict, &["trial"]));
        for said in [&["left"][..], &["Active"], &["new"], &[], &["active", "left"]] {
            assert!(!comes_in(&strict, said), "{said:?}");
        }
        let open = status(&[], &["left"], Status::Active);
        assert!(comes_in(&open, &["new"]) && comes_in(&open, &[]) && !comes_in(&open, &["left"]));
        let unfit = judge(&strict, Some(&[]), &[]).unwrap_err();
        assert_eq!(unfit, Unfit::Inactive("status".to_owned()));
    }
}
