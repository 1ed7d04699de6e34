//! `email` and `xms_edov`: an address that nobody has checked, and whether the
//! owner of its domain is known.

use serde_json::{Map, Value, json};

use super::Entra;
use super::app::App;
use super::grants::Grant;
use super::switch::EntraSwitch;
use super::user::{Home, User};
use crate::common::scope::At;

impl Entra {
    pub(super) fn email_claims(
        &self,
        grant: &Grant,
        app: &App,
        user: &User,
        at: &At<'_>,
    ) -> Map<String, Value> {
        let mut claims = Map::new();
        let asked = user.is_guest() || app.has_optional("email") || grant.has_scope("email");
        let Some(mail) = user.mail.as_deref().filter(|_| asked) else { return claims };
        let verified = self.is_domain_owner_verified(&grant.tenant, user, mail);
        if app.removes_unverified_email && !verified {
            return claims;
        }
        claims.insert("email".to_owned(), json!(mail));
        // Only where the address is in the token too.
        if app.has_optional("xms_edov") {
            let said = self.switches().fire(EntraSwitch::XmsEdov, at);
            let said = said.and_then(|json| serde_json::from_str(&json).ok());
            claims.insert("xms_edov".to_owned(), said.unwrap_or(json!(verified)));
        }
        if app.has_optional("verified_primary_email") {
            let verified: Vec<&str> = verified.then_some(mail).into_iter().collect();
            claims.insert("verified_primary_email".to_owned(), json!(verified));
        }
        claims
    }

    /// The domain belongs to the tenant that the account is at home in, or the account is one whose
    /// address was proved: Microsoft, Google, a code by e-mail. SAML never counts.
    fn is_domain_owner_verified(&self, tenant: &str, user: &User, mail: &str) -> bool {
        match &user.home {
            Home::Here => self.directory().owns_domain_of(tenant, mail),
            Home::Tenant(home) => self.directory().owns_domain_of(home, mail),
            Home::Microsoft | Home::Google | Home::EmailCode => true,
            Home::Saml => false,
        }
    }
}
