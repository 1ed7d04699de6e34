//! Which claims a scope releases (OIDC Core section 5.4).

use std::collections::BTreeMap;

use doorward_domain::scope::name;
use doorward_domain::{ClaimRequest, Client, ClientTrust, ScopeSet, Tenant, User};
use serde_json::{Map, Value, json};

/// The claims about `user` that `scope` releases, besides `sub`.
pub fn released(user: &User, tenant: &Tenant, scope: &ScopeSet) -> Map<String, Value> {
    let mut claims = Map::new();
    let mut text = |claim: &str, value: &Option<String>| {
        if let Some(value) = value {
            claims.insert(claim.to_owned(), Value::from(value.as_str()));
        }
    };
    let profile = &user.profile;
    if scope.contains(name::PROFILE) {
        text("name", &profile.name);
        text("given_name", &profile.given_name);
        text("family_name", &profile.family_name);
        text("preferred_username", &profile.preferred_username);
        text("locale", &profile.locale);
        text("zoneinfo", &profile.zoneinfo);
        text("picture", &profile.picture);
        claims.insert("updated_at".to_owned(), user.updated_at.as_secs().into());
        claims.insert("tenant".to_owned(), tenant.slug.as_str().into());
    }
    if let (true, Some(email)) = (scope.contains(name::EMAIL), &profile.email) {
        claims.insert("email".to_owned(), email.as_str().into());
        claims.insert("email_verified".to_owned(), profile.email_verified.into());
    }
    if let (true, Some(number)) = (scope.contains(name::PHONE), &profile.phone_number) {
        claims.insert("phone_number".to_owned(), number.as_str().into());
        claims.insert("phone_number_verified".to_owned(), profile.phone_number_verified.into());
    }
    if let (true, Some(address)) = (scope.contains(name::ADDRESS), &profile.address) {
        claims.insert("address".to_owned(), json!(address));
    }
    if scope.contains(name::GROUPS) {
        let told =
            [("groups", &profile.groups), ("roles", &user.standing.roles), ("sites", &user.standing.sites)];
        for (claim, listed) in told.into_iter().filter(|(_, listed)| !listed.is_empty()) {
            claims.insert(claim.to_owned(), listed.as_slice().into());
        }
    }
    claims
}

/// The claims about `user` that `scope` releases, and those that `client` asks for by name (section 5.5):
/// of these no more than what some scope of its registration would release, and for an app that people
/// are asked about no more than what they were asked (UI-02).
pub fn released_as_asked(
    (user, tenant): (&User, &Tenant),
    scope: &ScopeSet,
    asked: &BTreeMap<String, ClaimRequest>,
    client: &Client,
) -> Map<String, Value> {
    let mut claims = released(user, tenant, scope);
    if !asked.is_empty() && client.trust == ClientTrust::FirstParty {
        let possible = released(user, tenant, &client.scope).into_iter();
        claims.extend(possible.filter(|(claim, _)| asked.contains_key(claim)));
    }
    claims
}

/// The claims that discovery lists (OIDC Discovery section 3).
pub const SUPPORTED: &[&str] = &[
    "sub",
    "iss",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "locale",
    "zoneinfo",
    "picture",
    "updated_at",
    "tenant",
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "address",
    "groups",
    "roles",
    "sites",
];
