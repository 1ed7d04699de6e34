//! Passkeys are added and removed by whoever is signed in here and knows the password. With the first second
//! factor come recovery codes, for a device can be lost; with the last one they go.

use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{Credentials, Passkey, Plain, Session, Timestamp};
use doorward_store::Batch;
use doorward_store::records::{PasskeyOf, at};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use super::super::{Account, Again, Denied, Local};
use super::authenticator_data::Flags;
use super::challenge::{self, Ceremony};
use super::client_data::Kind;
use super::{PasskeyError, Verified, attested, decode};

/// So long a fresh proof is good for adding a passkey: time to find the device.
const FRESH: Duration = Duration::from_secs(5 * 60);

/// What a browser posts of a new passkey (`RegistrationResponseJSON`, WebAuthn Level 3 section 5.1).
#[derive(Clone, Copy, Debug)]
pub struct NewPasskey<'a> {
    /// What its owner calls it.
    pub name: &'a str,
    /// What the browser says, in base64url.
    pub client_data: &'a str,
    /// What the authenticator says, in base64url.
    pub attestation_object: &'a str,
}

impl Local {
    /// The question to make a passkey, for whoever proves again who they are.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn offer_passkey(
        &self,
        account: &Account,
        session: &Session,
        again: Again<'_>,
        now: Timestamp,
    ) -> Result<Value, Denied> {
        let account = self.check_again(account, again, now).await?;
        let ceremony = enrolment(&account, session);
        let challenge = challenge::issue(&self.sealer, &ceremony, now + FRESH, &*self.entropy);
        Ok(self.creation_options(&challenge, &account))
    }

    /// Adds the passkey that answered the question; recovery codes come with it when nothing else was there
    /// to confirm a password. Whatever came from earlier sign-ins ends (SE-02).
    ///
    /// # Errors
    /// [`Denied`]; nothing has changed then.
    pub async fn add_passkey(
        &self,
        account: &Account,
        session: &Session,
        new: &NewPasskey<'_>,
        now: Timestamp,
    ) -> Result<Vec<Plain>, Denied> {
        let passkey = match self.new_passkey(account, session, new, now) {
            Ok(passkey) => passkey,
            Err(error) => return self.refuse(error),
        };
        let user = &account.user.record;
        let index = PasskeyOf { id: passkey.id.clone(), tenant: user.tenant, user: user.id };
        let mut changed = account.credentials.record.clone();
        changed.passkeys.push(passkey);
        let (changed, codes) = match account.credentials.record.has_second_factor() {
            true => (changed, Vec::new()),
            false => self.with_recovery_codes(changed),
        };
        // Nobody else has a passkey of this name (section 7.1).
        let batch = Batch::new().insert(&index)?;
        self.change(account, batch, changed, Action::PasskeyAdded, now).await?;
        Ok(codes)
    }

    /// Takes a passkey away. Whatever came from earlier sign-ins ends.
    ///
    /// # Errors
    /// [`Denied`]; nothing has changed then.
    pub async fn remove_passkey(
        &self,
        account: &Account,
        id: &str,
        again: Again<'_>,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let account = self.check_again(account, again, now).await?;
        let Some((batch, changed)) = without(&account.credentials.record, id) else {
            return Err(Denied::Wrong);
        };
        self.change(&account, batch, changed, Action::PasskeyRemoved, now).await
    }

    /// The passkey that was made (WebAuthn Level 3 section 7.1).
    fn new_passkey(
        &self,
        account: &Account,
        session: &Session,
        new: &NewPasskey<'_>,
        now: Timestamp,
    ) -> Result<Passkey, PasskeyError> {
        const FORM: PasskeyError = PasskeyError::AuthenticatorData("not base64url");
        if account.credentials.record.passkeys.len() >= Credentials::MOST_PASSKEYS {
            return Err(PasskeyError::Taken);
        }
        let client_data = decode(new.client_data).ok_or(FORM)?;
        self.check_client_data(&client_data, Kind::Create, &enrolment(account, session), now)?;
        let object = decode(new.attestation_object).ok_or(FORM)?;
        let made = attested(&object, &Sha256::digest(&client_data))?;
        self.check_answer(&made.site, made.flags, Verified::Demanded)?;
        Ok(Passkey {
            id: made.id,
            public_key: made.key.jwk,
            sign_count: made.sign_count,
            synced: made.flags.has(Flags::BACKUP_ELIGIBLE),
            name: Passkey::name(new.name),
            created_at: now,
            used_at: None,
        })
    }
}

fn enrolment(account: &Account, session: &Session) -> Ceremony {
    let user = &account.user.record;
    Ceremony::Enrolment(session.id, (user.tenant, user.id))
}

/// The credentials without a passkey, and what else has to be written; `None` when it is not among them.
pub fn without(credentials: &Credentials, id: &str) -> Option<(Batch, Credentials)> {
    credentials.passkey(id)?;
    let mut changed = credentials.clone();
    changed.passkeys.retain(|passkey| passkey.id != id);
    Some((Batch::new().remove(at::passkey(id)), changed.without_idle_codes()))
}
