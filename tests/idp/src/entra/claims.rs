//! The claims of an ID token. Absent, because Entra has none of them here: `amr`,
//! `acr`, `azp`, `email_verified`, `jti`.

use serde_json::{Map, Value, json};

use super::Entra;
use super::app::App;
use super::grants::Grant;
use super::user::User;
use crate::common::guid;
use crate::common::names::Switch;
use crate::common::scope::At;

/// How long an ID token is good, in seconds: 65 minutes in recordings, an hour in the documentation.
const LIFETIME: i64 = 3900;

impl Entra {
    /// What is true of the person.
    pub(super) fn claims(&self, grant: &Grant, app: &App, user: &User) -> Map<String, Value> {
        let now = self.now();
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        set("aud", json!(grant.client_id));
        set("iss", json!(self.token_issuer(&grant.tenant)));
        set("iat", json!(now));
        set("nbf", json!(now));
        set("exp", json!(now + LIFETIME));
        set("sub", json!(subject(grant)));
        set("rh", json!(format!("0.A{}", &guid::pairwise(&["rh", &grant.tenant])[..24])));
        set("uti", json!(&guid::pairwise(&["uti", &guid::fresh()])[..22]));
        set("ver", json!("2.0"));
        if let Some(nonce) = &grant.nonce {
            set("nonce", json!(nonce));
        }
        if grant.has_scope("profile") {
            set("name", json!(user.display_name));
            set("oid", json!(user.oid));
            set("preferred_username", json!(preferred_username(user)));
            set("tid", json!(grant.tenant));
        }
        if let Some(idp) = user.identity_provider() {
            set("idp", json!(idp));
        }
        if !grant.contexts.is_empty() {
            set("acrs", json!(grant.contexts));
        }
        if grant.tells_auth_time || app.has_optional("auth_time") {
            set("auth_time", json!(grant.auth_time));
        }
        claims.extend(self.optional_claims(grant, app, user));
        let at = At::issuer(&grant.tenant).client(&grant.client_id).person(user.typed());
        if !self.switches().fires(Switch::NoEmail, &at) {
            claims.extend(self.email_claims(grant, app, user, &at));
        }
        claims
    }

    /// Those that the registration adds under "Token configuration".
    fn optional_claims(&self, grant: &Grant, app: &App, user: &User) -> Map<String, Value> {
        let region = self.directory().tenant(&grant.tenant).map(|tenant| tenant.region);
        let all = [
            ("upn", json!(user.upn)),
            ("sid", json!(guid::of(&grant.sid))),
            ("login_hint", json!(login_hint(&user.oid))),
            ("acct", json!(i32::from(user.is_guest()))),
            ("given_name", json!(user.given_name)),
            ("family_name", json!(user.surname)),
            ("tenant_region_scope", json!(region)),
        ];
        let chosen = all.into_iter().filter(|(name, _)| app.has_optional(name));
        chosen.map(|(name, value)| (name.to_owned(), value)).collect()
    }
}

/// Opaque, and the same wherever the account signs in.
pub(super) fn login_hint(oid: &str) -> String {
    format!("O.{}", guid::pairwise(&["hint", oid]))
}

/// Pairwise: another one for each app, and for each tenant that somebody is a guest of.
pub(super) fn subject(grant: &Grant) -> String {
    guid::pairwise(&[&grant.tenant, &grant.oid, &grant.client_id])
}

/// For people to read, and mutable: a UPN, a guest's address, or a phone number.
fn preferred_username(user: &User) -> &str {
    user.preferred_username.as_deref().unwrap_or_else(|| user.typed())
}
