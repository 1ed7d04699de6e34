//! Codes that show whether an e-mail address is the person's who comes with it from a provider, within the
//! login that is under way. There is no link: it would be followed in another browser, and by somebody who
//! did not begin this login.

use std::net::IpAddr;
use std::sync::Arc;

use doorward_domain::{AddressProof, EmailAddress, SessionId, TenantId, Timestamp, User, UserId};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};

use super::codes::{self, CodeKind};
use super::throttle::{Counted, Source};
use super::{Denied, Letter, Local, Message};
use crate::identity::accounts;

/// Whose address is to be proved, and for which login.
#[derive(Clone, Debug)]
pub struct AddressClaim {
    /// Whose people sign in.
    pub tenant: TenantId,
    /// The session that the login leads to.
    pub session: SessionId,
    /// The account that the code opens, or the one that is made then.
    pub user: UserId,
    /// Whether there is that account.
    pub has_account: bool,
    /// The address.
    pub email: EmailAddress,
    /// The language that is known of the person.
    pub locale: Option<String>,
}

impl Local {
    /// Mails a code. Whether there is an account, and whether mail proves that it is somebody's, decides
    /// nothing about how long this takes: the work is done when the answer is out (PW-01).
    pub fn send_address_code(self: &Arc<Self>, claim: AddressClaim, from: Option<IpAddr>, now: Timestamp) {
        let Ok(errand) = Arc::clone(&self.errands).try_acquire_owned() else { return };
        if self.throttle.count(&[Counted::MailFrom(Source::from(from))], now).is_err() {
            return;
        }
        let local = Arc::clone(self);
        tokio::spawn(async move {
            if let Err(error) = local.mail_address_code(claim, now).await {
                tracing::warn!(%error, "a code that proves an address could not be sent");
            }
            drop(errand);
        });
    }

    async fn mail_address_code(&self, claim: AddressClaim, now: Timestamp) -> Result<(), StoreError> {
        let Some(tenant) = self.store.tenant(claim.tenant, now).await? else { return Ok(()) };
        let name = [claim.tenant.as_bytes().as_slice(), claim.email.as_str().as_bytes()].concat();
        if claim.has_account && !self.is_proved_by_mail(&claim, now).await?
            || self.throttle.count(&[Counted::Mail(&name), Counted::Mails], now).is_err()
        {
            return Ok(());
        }
        let code = codes::generate(CodeKind::Address, &*self.entropy);
        let of = (claim.tenant, claim.user);
        let Some(kept) = codes::keep(CodeKind::Address, &code, of, &self.sealer) else { return Ok(()) };
        let AddressClaim { session, user, email, locale, .. } = claim;
        let expires_at = now + AddressProof::LIFE;
        let proof = AddressProof {
            tenant: claim.tenant,
            session,
            user,
            email: email.clone(),
            code: kept,
            expires_at,
        };
        let message = Message::AddressCode { tenant: tenant.record.name, code };
        let letter = Letter { to: email, locale, message };
        let batch = self.post(Batch::new().put(&proof)?, of, &letter, now)?;
        self.store.commit(batch).await?;
        self.posted();
        Ok(())
    }

    /// Whether mail to the address proves that the account is the reader's: it has the address, and not from
    /// somebody who came with it and never proved it.
    async fn is_proved_by_mail(&self, claim: &AddressClaim, now: Timestamp) -> Result<bool, StoreError> {
        let user = self.store.read::<User>(&at::user(claim.tenant, claim.user), now).await?;
        let Some(user) = user.map(|stored| stored.record).filter(|user| user.enabled) else {
            return Ok(false);
        };
        let address = user.profile.email.as_deref().and_then(|email| EmailAddress::parse(email).ok());
        Ok(address.as_ref() == Some(&claim.email)
            && accounts::owns_its_address(&*self.store, &user, now).await?)
    }

    /// Whether a typed code is the one that was sent. Nothing is used up: whoever honours it deletes the proof
    /// in the commit that it brings about.
    ///
    /// # Errors
    /// [`Denied`].
    pub async fn check_address_code(
        &self,
        claim: &AddressClaim,
        typed: &str,
        now: Timestamp,
    ) -> Result<(), Denied> {
        let counted = [Counted::Code(claim.session.as_bytes())];
        self.throttle.count(&counted, now).map_err(Denied::TooSoon)?;
        let found = self.address_proof(claim, now).await?;
        let of = (claim.tenant, claim.user);
        let fits = |it: &AddressProof| codes::matches(CodeKind::Address, typed, of, &it.code, &self.sealer);
        if found.is_some_and(|found| fits(&found.record)) {
            self.throttle.forgive(&counted, now);
            Ok(())
        } else {
            self.note_failure("code for an address");
            Err(Denied::Wrong)
        }
    }

    /// The proof that was sent for a login, while it is good.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn address_proof(
        &self,
        claim: &AddressClaim,
        now: Timestamp,
    ) -> Result<Option<Stored<AddressProof>>, StoreError> {
        let key = at::address_proof(claim.tenant, claim.session);
        let found = self.store.read::<AddressProof>(&key, now).await?;
        Ok(found.filter(|it| it.record.user == claim.user && it.record.email == claim.email))
    }
}
