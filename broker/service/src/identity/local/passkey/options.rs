//! How a browser is asked, in the JSON of WebAuthn Level 3 (sections 5.1.8 and 5.1.10).

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::{Credentials, EmailAddress, Plain, Username};
use serde_json::{Value, json};

use super::super::{Account, Local};
use super::Verified;
use super::key::ALGORITHMS;

/// What a user is called in front of authenticators: bytes that say nothing (section 14.6.1).
pub fn user_handle(credentials: &Credentials) -> [u8; 32] {
    let mut handle = [0; 32];
    handle[..16].copy_from_slice(credentials.tenant.as_bytes());
    handle[16..].copy_from_slice(credentials.user.as_bytes());
    handle
}

impl Local {
    /// The question to sign in (`PublicKeyCredentialRequestOptionsJSON`). Whoever is not known yet is offered
    /// no list of passkeys: it would say who has an account.
    pub fn request_options(&self, challenge: &Plain, account: Option<&Account>, verified: Verified) -> Value {
        let passkeys = account.map_or(&[][..], |account| &account.credentials.record.passkeys);
        json!({
            "challenge": challenge.expose(),
            "rpId": self.rp_id(),
            "allowCredentials": described(passkeys.iter().map(|passkey| passkey.id.as_str())),
            "userVerification": match verified {
                Verified::Demanded => "required",
                Verified::Welcome => "discouraged",
            },
        })
    }

    /// The question to make a passkey (`PublicKeyCredentialCreationOptionsJSON`). It is one that is found
    /// without a name, and no device gets a second one.
    pub(super) fn creation_options(&self, challenge: &Plain, account: &Account) -> Value {
        let credentials = &account.credentials.record;
        let login = credentials.email.as_ref().map(EmailAddress::as_str);
        let login = login.or(credentials.username.as_ref().map(Username::as_str)).unwrap_or_default();
        let name = account.user.record.profile.name.as_deref().unwrap_or(login);
        let parameters = ALGORITHMS.map(|(_, number)| json!({"type": "public-key", "alg": number}));
        json!({
            "challenge": challenge.expose(),
            "rp": {"id": self.rp_id(), "name": account.tenant.name},
            "user": {"id": BASE64.encode(user_handle(credentials)), "name": login, "displayName": name},
            "pubKeyCredParams": parameters,
            "excludeCredentials": described(credentials.passkeys.iter().map(|it| it.id.as_str())),
            "authenticatorSelection": {
                "residentKey": "required", "requireResidentKey": true, "userVerification": "required",
            },
            "attestation": "none",
        })
    }
}

/// Descriptors of credentials (`PublicKeyCredentialDescriptorJSON`).
fn described<'a>(ids: impl Iterator<Item = &'a str>) -> Vec<Value> {
    ids.map(|id| json!({"type": "public-key", "id": id})).collect()
}
