//! What tokens and userinfo say.

use serde_json::{Map, Value, json};

use super::app::App;
use super::error::Refusal;
use super::grants::{Grant, TOKEN_LIFETIME};
use super::keys::numbered;
use super::messages;
use super::place::Place;
use super::switch::OktaSwitch;
use super::user::User;
use crate::common::id_token::{Draft, half_hash};
use crate::common::keys::random_handle;
use crate::common::names::Switch;

/// How many groups a claim may have before the request fails.
const MOST_GROUPS: usize = 100;

impl Place {
    /// The ID token of a grant; thin, it leaves the person to userinfo.
    pub(super) fn id_token(
        &self,
        app: &App,
        grant: &Grant,
        access_token: Option<&str>,
        thin: bool,
    ) -> Result<String, Refusal> {
        let user = self.okta.user(&grant.user).ok_or(messages::CODE)?;
        let at = self.at().client(&app.client_id).person(&user.login);
        let switches = self.okta.switches();
        let thin = thin || switches.fires(OktaSwitch::ThinIdToken, &at);
        let mut claims = if thin { Map::new() } else { self.person(app, grant, &user)? };
        claims.extend(self.protocol_claims(app, grant, &user));
        if let Some(access_token) = access_token {
            claims.insert("at_hash".to_owned(), json!(half_hash(access_token)));
        }
        if switches.fires(Switch::RotateKey, &at) {
            // An emergency: not even the key that was published ahead of its use.
            self.okta.keys().rotate(self.name(), 2);
        }
        let current = self.okta.keys().current(self.name());
        let key = numbered(self.name(), app.pinned_key.unwrap_or(current)).map_err(|_| messages::CODE)?;
        let secret = app.secrets.first().map(|(secret, _)| secret.as_str());
        let draft = Draft { key, claims, secret, now: self.okta.now() };
        draft.sign(switches, &at).map_err(|_| messages::CODE.into())
    }

    /// What every ID token has.
    fn protocol_claims(&self, app: &App, grant: &Grant, user: &User) -> Map<String, Value> {
        let now = self.okta.now();
        let at = self.at().client(&app.client_id).person(&user.login);
        let amr = match self.okta.switches().fire(OktaSwitch::Amr, &at) {
            Some(values) => values.split(',').map(|value| json!(value)).collect::<Vec<_>>(),
            None => grant.session.methods.iter().map(|method| json!(method)).collect(),
        };
        let idp = user.identity_provider.as_deref().unwrap_or(&self.okta.0.id);
        let claims = json!({
            "sub": user.id,
            "ver": 1,
            "iss": self.token_issuer(app, &user.login),
            "aud": app.client_id,
            "iat": now,
            "exp": now + TOKEN_LIFETIME,
            "jti": format!("ID.{}", random_handle()),
            "amr": amr,
            "idp": idp,
            "auth_time": grant.session.auth_time,
        });
        let mut claims = claims.as_object().cloned().unwrap_or_default();
        let mut add = |name: &str, value: Option<&str>| {
            claims.extend(value.map(|value| (name.to_owned(), json!(value))));
        };
        add("nonce", grant.nonce.as_deref());
        add("acr", grant.acr);
        add("sid", app.front_channel_logout_uri.is_some().then_some(grant.session.sid.as_str()));
        claims
    }

    /// What the scopes tell of the person.
    pub(super) fn person(
        &self,
        app: &App,
        grant: &Grant,
        user: &User,
    ) -> Result<Map<String, Value>, Refusal> {
        let at = self.at().client(&app.client_id).person(&user.login);
        let switches = self.okta.switches();
        let mut claims = Map::new();
        let mut set = |name: &str, value: Value| claims.insert(name.to_owned(), value);
        if grant.has_scope("profile") {
            set("name", json!(user.name()));
            set("given_name", json!(user.first_name));
            set("family_name", json!(user.last_name));
            set("preferred_username", json!(user.login));
            set("zoneinfo", json!("America/Los_Angeles"));
            set("locale", json!("en_US"));
            set("updated_at", json!(grant.session.auth_time));
        }
        let email = user.email.as_deref().filter(|_| grant.has_scope("email"));
        if let Some(email) = email
            && !switches.fires(Switch::NoEmail, &at)
        {
            let unverified = switches.fires(OktaSwitch::EmailUnverified, &at);
            set("email", json!(email));
            set("email_verified", json!(user.email_verified && !unverified));
        }
        let groups = self.groups(app, grant, user);
        if groups.as_ref().is_some_and(|groups| groups.len() > MOST_GROUPS) {
            return Err(messages::TOO_MANY_GROUPS.into());
        }
        if let Some(groups) = groups {
            set("groups", json!(groups));
        }
        Ok(claims)
    }

    /// Names, not identifiers. The org server wants a filter on the app and the scope `groups`; a
    /// custom one a claim of its own.
    fn groups(&self, app: &App, grant: &Grant, user: &User) -> Option<Vec<String>> {
        let filter = match &self.server {
            None => app.groups_claim.as_ref().filter(|_| grant.has_scope("groups")),
            Some(server) => {
                let told = server.groups_scope.as_ref().is_none_or(|scope| grant.has_scope(scope));
                server.groups_claim.as_ref().filter(|_| told)
            }
        }?;
        let all = ["Everyone".to_owned()].into_iter().chain(user.groups.iter().cloned());
        Some(all.filter(|group| filter.lets_pass(group)).collect())
    }
}
