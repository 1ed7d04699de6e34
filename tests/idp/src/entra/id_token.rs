//! ID tokens, signed.

use serde_json::json;

use super::Entra;
use super::error::Refusal;
use super::grants::Grant;
use super::jwks::{RollOver, of_app, of_consumers};
use super::switch::EntraSwitch;
use super::tenant::CONSUMERS;
use crate::common::id_token::{Draft, half_hash};
use crate::common::names::Switch;
use crate::common::scope::At;

impl Entra {
    /// The ID token of a grant; from the authorization endpoint with the hash of the code that comes
    /// along, from the token endpoint with no hash at all.
    pub(super) fn id_token(&self, grant: &Grant, code: Option<&str>) -> Result<String, Refusal> {
        let failed = || self.refusal(90033, &[]);
        let (app, user, name) = {
            let directory = self.directory();
            let app = directory.apps.iter().find(|(_, app)| app.client_id == grant.client_id);
            let user = directory.user(&grant.tenant, &grant.oid).cloned();
            let (Some((_, app)), Some(user)) = (app, user) else { return Err(failed()) };
            (app.clone(), user.clone(), user.typed().to_owned())
        };
        let at = At::issuer(&grant.tenant).client(&grant.client_id).person(&name);
        let on = |switch| self.switches().fires(switch, &at);

        let mut claims = self.claims(grant, &app, &user);
        claims.extend(self.group_claims(grant, &app, &user, code.is_some()));
        if let Some(code) = code {
            claims.insert("c_hash".to_owned(), json!(half_hash(code)));
        }
        if on(EntraSwitch::IssuerTemplateLiteral) {
            claims.insert("iss".to_owned(), json!(self.token_issuer("{tenantid}")));
        }
        if let Some(other) = self.switches().fire(EntraSwitch::OtherTenant, &at) {
            claims.insert("iss".to_owned(), json!(self.token_issuer(&other)));
            claims.insert("tid".to_owned(), json!(other));
        }
        if let Some(other) = self.switches().fire(EntraSwitch::OtherTid, &at) {
            claims.insert("tid".to_owned(), json!(other));
        }
        if on(EntraSwitch::EmergencyRollover) || self.switches().fires(Switch::RotateKey, &at) {
            self.keys().roll_over(RollOver::Emergency);
        }
        let key = match (on(EntraSwitch::ConsumerKey) || grant.tenant == CONSUMERS, app.own_signing_key) {
            (true, _) => of_consumers(),
            (false, true) => of_app(&grant.client_id),
            (false, false) => self.keys().signing(),
        };
        let secret = app.secrets.first().map(|secret| secret.value.as_str());
        let draft = Draft { key: key.map_err(|_| failed())?, claims, secret, now: self.now() };
        draft.sign(self.switches(), &at).map_err(|_| failed())
    }
}
