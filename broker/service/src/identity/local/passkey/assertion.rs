//! Whose passkey signed? An unknown passkey, one of somebody who may not sign in here and a wrong signature
//! are one answer (PW-01).

use std::net::IpAddr;

use doorward_domain::audit::Action;
use doorward_domain::{Credentials, Passkey, Timestamp};
use doorward_store::records::{PasskeyOf, at};
use doorward_store::{Batch, StoreExt as _};
use sha2::{Digest as _, Sha256};

use super::super::throttle::{Counted, Source};
use super::super::{Account, Denied, Local};
use super::authenticator_data::{AuthenticatorData, Flags};
use super::challenge::Ceremony;
use super::client_data::Kind;
use super::key::PublicKey;
use super::options::user_handle;
use super::{PasskeyError, Verified, decode};

/// What a browser posts after a passkey signed, each in base64url (`AuthenticationResponseJSON`, WebAuthn
/// Level 3 section 5.1.8).
#[derive(Clone, Copy, Debug)]
pub struct ShownPasskey<'a> {
    /// The credential's identifier.
    pub id: &'a str,
    /// What the browser says.
    pub client_data: &'a str,
    /// What the authenticator says.
    pub authenticator_data: &'a str,
    /// The signature over both.
    pub signature: &'a str,
    /// Whom the authenticator takes it for; may be empty where the site knows.
    pub user_handle: &'a str,
}

/// Somebody whose passkey signed.
#[derive(Clone, Debug)]
pub struct Passed {
    /// Whose it is.
    pub account: Account,
    /// Their credentials as they are to be written, in the commit that honours the signature.
    pub changed: Credentials,
    /// Whether the passkey may exist on several devices.
    pub synced: bool,
}

impl Local {
    /// Whose passkey answered the sign-in page of a login.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn check_passkey(
        &self,
        login: [u8; 16],
        shown: &ShownPasskey<'_>,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<Passed, Denied> {
        let counted = [Counted::From(Source::from(from))];
        self.throttle.count(&counted, now).map_err(Denied::TooSoon)?;
        let index = self.store.read::<PasskeyOf>(&at::passkey(shown.id), now).await?;
        let account = match index.map(|index| index.record) {
            Some(index) => self.account(index.tenant, index.user, now).await?,
            None => None,
        };
        let may = match &account {
            Some(account) => self.may_sign_in(account, now).await?,
            None => false,
        };
        let Some(account) = account.filter(|_| may) else { return self.refuse(PasskeyError::Unknown) };
        let ceremony = Ceremony::SignIn(login);
        let passed = self.check(account, &ceremony, shown, Verified::Demanded, now).await?;
        self.throttle.forgive(&counted, now);
        Ok(passed)
    }

    /// Whether a passkey of `account`, whose password was right, answered its page.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn confirm_by_passkey(
        &self,
        account: Account,
        login: [u8; 16],
        shown: &ShownPasskey<'_>,
        now: Timestamp,
    ) -> Result<Passed, Denied> {
        let name = account.counted();
        let counted = [Counted::SecondFactor(&name)];
        self.throttle.count(&counted, now).map_err(Denied::TooSoon)?;
        let user = &account.user.record;
        let ceremony = Ceremony::SecondFactor(login, (user.tenant, user.id));
        let passed = self.check(account, &ceremony, shown, Verified::Welcome, now).await?;
        self.throttle.forgive(&counted, now);
        Ok(passed)
    }

    async fn check(
        &self,
        account: Account,
        ceremony: &Ceremony,
        shown: &ShownPasskey<'_>,
        verified: Verified,
        now: Timestamp,
    ) -> Result<Passed, Denied> {
        let (passkey, count) = match self.signed(&account, ceremony, shown, verified, now) {
            Ok(signed) => signed,
            Err(error) => return self.refuse(error),
        };
        if !passkey.has_counted_on(count) {
            let event = self.event(&account, Action::PasskeyCloned, now);
            self.store.commit(Batch::new().insert(&event)?).await?;
            return self.refuse(PasskeyError::Signature);
        }
        let synced = passkey.synced;
        let mut changed = account.credentials.record.clone();
        for passkey in changed.passkeys.iter_mut().filter(|passkey| passkey.id == shown.id) {
            (passkey.sign_count, passkey.used_at) = (count, Some(now));
        }
        Ok(Passed { account, changed, synced })
    }

    /// The passkey that signed, and how often it has signed (WebAuthn Level 3 section 7.2).
    fn signed<'a>(
        &self,
        account: &'a Account,
        ceremony: &Ceremony,
        shown: &ShownPasskey<'_>,
        verified: Verified,
        now: Timestamp,
    ) -> Result<(&'a Passkey, u32), PasskeyError> {
        const FORM: PasskeyError = PasskeyError::AuthenticatorData("not base64url");
        let credentials = &account.credentials.record;
        let passkey = credentials.passkey(shown.id).ok_or(PasskeyError::Unknown)?;
        let handle = decode(shown.user_handle).ok_or(FORM)?;
        let named = handle == user_handle(credentials);
        if !named && (verified == Verified::Demanded || !handle.is_empty()) {
            return Err(PasskeyError::Unknown);
        }
        let client_data = decode(shown.client_data).ok_or(FORM)?;
        self.check_client_data(&client_data, Kind::Get, ceremony, now)?;
        let said = decode(shown.authenticator_data).ok_or(FORM)?;
        let data = AuthenticatorData::read(&said)?;
        self.check_answer(data.rp_id_hash, data.flags, verified)?;
        // What may be copied to other devices may always, and what may not never (section 6.1.3).
        if data.flags.has(Flags::BACKUP_ELIGIBLE) != passkey.synced {
            return Err(PasskeyError::AuthenticatorData("another backup eligibility than at first"));
        }
        let message = [said.as_slice(), &Sha256::digest(&client_data)].concat();
        let signature = decode(shown.signature).ok_or(FORM)?;
        match PublicKey::kept(&passkey.public_key)?.verifies(&message, &signature) {
            true => Ok((passkey, data.sign_count)),
            false => Err(PasskeyError::Signature),
        }
    }

    /// Refuses a passkey: operators read why, nobody else does.
    pub(super) fn refuse<T>(&self, why: PasskeyError) -> Result<T, Denied> {
        tracing::info!(%why, "a passkey was refused");
        self.note_failure("passkey");
        Err(Denied::Wrong)
    }
}
