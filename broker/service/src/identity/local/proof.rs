//! Proofs that reach a person by e-mail. Only hashes of them are kept; looking at one does not use it up,
//! and using one is a conditional write with all that it brings about (PW-04).

use doorward_domain::audit::Action;
use doorward_domain::credential::WeakPassword;
use doorward_domain::{
    AuditEvent, Credentials, EventId, Plain, Proof, ProofPurpose, ProofToken, TenantId, Timestamp, User,
};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _, Stored};

use super::codes::{self, CodeKind};
use super::mail::{Letter, Message};
use super::throttle::{Counted, Source};
use super::{Account, Busy, Local};

/// Why a proof is not honoured.
#[derive(Debug, thiserror::Error)]
pub enum ProofError {
    /// It was used, it is too old, a newer one has been sent, or it never was one. Nobody learns which.
    #[error("the link or code is not good any more")]
    Gone,
    /// The password is not taken; the proof can be used again.
    #[error(transparent)]
    Weak(#[from] WeakPassword),
    /// Too many wrong codes.
    #[error("too many wrong codes")]
    TooMany,
    /// Too many passwords at once.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What somebody shows.
#[derive(Clone, Copy)]
pub enum Shown<'a> {
    /// The token of a link.
    Link(&'a str),
    /// The name of an account, after a company code if one was typed before, and the code of its mail.
    Code(&'a str, Option<TenantId>, &'a str),
}

/// A proof that is good, and whose it is.
pub struct Proven {
    /// The proof.
    pub proof: Stored<Proof>,
    /// Whose it is.
    pub account: Account,
}

/// Whether what was shown is the proof that was sent.
type Fits<'a> = Box<dyn Fn(&Proof) -> bool + Send + 'a>;

impl Local {
    /// Makes a proof for `account` in `batch`, in place of an earlier one, with the letter that brings it;
    /// nothing without an address. Once that is durable, call [`Local::posted`].
    ///
    /// # Errors
    /// When one of them cannot be written as a record.
    pub fn prove(
        &self,
        batch: Batch,
        (tenant_name, user, credentials): (&str, &User, &Credentials),
        purpose: ProofPurpose,
        now: Timestamp,
    ) -> Result<Option<Batch>, StoreError> {
        let Some(email) = credentials.email.clone() else { return Ok(None) };
        let (tenant, of) = (credentials.tenant, (credentials.tenant, credentials.user));
        let token = ProofToken { purpose, tenant, user: credentials.user, secret: self.entropy.bytes() };
        let token = token.to_plain();
        let code = (purpose == ProofPurpose::Reset).then(|| codes::generate(CodeKind::Reset, &*self.entropy));
        let kept = code.as_ref().and_then(|code| codes::keep(CodeKind::Reset, code, of, &self.sealer));
        let proof = Proof {
            tenant,
            user: credentials.user,
            purpose,
            email: email.clone(),
            link: token.hash(),
            code: kept,
            expires_at: now + purpose.life(),
        };
        let link = Plain::new(self.settings.url(&format!("{}?token={}", path(purpose), token.expose())));
        let tenant = tenant_name.to_owned();
        let message = match (purpose, code) {
            (ProofPurpose::Invitation, _) => Message::Invitation { tenant, link },
            (ProofPurpose::Verification, _) => Message::Verification { tenant, link },
            (ProofPurpose::Reset, code) => {
                Message::Reset { tenant, link, code: code.unwrap_or(Plain::new("")) }
            }
        };
        let letter = Letter { to: email, locale: user.profile.locale.clone(), message };
        self.post(batch.put(&proof)?, of, &letter, now).map(Some)
    }

    /// Somebody cannot sign in and asks for a mail. Whether there is such an account decides nothing about
    /// how long this takes: the work is done when the answer is out (PW-01). What strangers may cause to
    /// be written is one record for each account, a few times an hour.
    pub fn ask_reset(
        self: &std::sync::Arc<Self>,
        login: &str,
        company: Option<TenantId>,
        from: Option<std::net::IpAddr>,
        now: Timestamp,
    ) {
        let from = Source::from(from);
        let Ok(errand) = std::sync::Arc::clone(&self.errands).try_acquire_owned() else { return };
        if self.throttle.count(&[Counted::MailFrom(from)], now).is_err() {
            return;
        }
        let (local, login) = (std::sync::Arc::clone(self), login.to_owned());
        tokio::spawn(async move {
            if let Err(error) = local.send_reset(&login, company, now).await {
                tracing::warn!(%error, "a mail that resets a password could not be sent");
            }
            drop(errand);
        });
    }

    async fn send_reset(
        &self,
        login: &str,
        company: Option<TenantId>,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let Some(account) = self.find(login, company, now).await? else { return Ok(()) };
        let name = account.counted();
        if !self.may_sign_in(&account, now).await?
            || self.throttle.count(&[Counted::Mail(&name), Counted::Mails], now).is_err()
        {
            return Ok(());
        }
        let of = (account.tenant.name.as_str(), &account.user.record, &account.credentials.record);
        let proof = self.prove(Batch::new(), of, ProofPurpose::Reset, now)?;
        let Some(batch) = proof else { return Ok(()) };
        self.store.commit(batch).await?;
        self.posted();
        Ok(())
    }

    /// The proof that somebody shows, and whose it is. Nothing is used up.
    ///
    /// # Errors
    /// [`ProofError`].
    pub async fn proven(
        &self,
        purpose: ProofPurpose,
        shown: Shown<'_>,
        now: Timestamp,
    ) -> Result<Proven, ProofError> {
        let (account, fits): (_, Fits<'_>) = match shown {
            Shown::Link(text) => {
                let token = ProofToken::parse(purpose, text).ok_or(ProofError::Gone)?;
                let link = Plain::new(text);
                let fits = Box::new(move |proof: &Proof| proof.link.matches(&link));
                (self.account(token.tenant, token.user, now).await?, fits)
            }
            Shown::Code(login, company, code) => {
                let account = self.find(login, company, now).await?;
                let name = account
                    .as_ref()
                    .map_or_else(|| login.trim().to_lowercase().into_bytes(), Account::counted);
                self.throttle.count(&[Counted::Code(&name)], now).map_err(|_| ProofError::TooMany)?;
                (account, self.fits_code(code))
            }
        };
        let account = account.ok_or(ProofError::Gone)?;
        let user = &account.user.record;
        let proof = self.store.read::<Proof>(&at::proof(user.tenant, user.id, purpose), now).await?;
        let proof = proof.filter(|it| fits(&it.record)).ok_or(ProofError::Gone)?;
        let same_address = account.credentials.record.email.as_ref() == Some(&proof.record.email);
        if !same_address || !self.may_sign_in(&account, now).await? {
            return Err(ProofError::Gone);
        }
        Ok(Proven { proof, account })
    }

    fn fits_code<'a>(&'a self, code: &'a str) -> Fits<'a> {
        Box::new(move |proof| {
            let of = (proof.tenant, proof.user);
            let kept = proof.code.as_ref();
            kept.is_some_and(|kept| codes::matches(CodeKind::Reset, code, of, kept, &self.sealer))
        })
    }

    /// Uses a proof up: the person has this password from now on, and all that came from earlier
    /// sign-ins ends. Second factors stay.
    ///
    /// # Errors
    /// [`ProofError`]; of several at once one succeeds.
    pub async fn choose_password(
        &self,
        proven: &Proven,
        typed: &str,
        now: Timestamp,
    ) -> Result<(), ProofError> {
        let Proven { proof, account } = proven;
        let hash = self.choose::<ProofError>(account, typed).await?;
        let credentials = Credentials {
            password: Some(hash),
            email_verified: true,
            changed_at: now,
            ..account.credentials.record.clone()
        };
        let event = self.event(account, Action::PasswordChanged, now);
        let batch = Batch::new().delete(proof).update(&account.credentials, &credentials)?.insert(&event)?;
        let batch = self.tell(batch, account, |tenant| Message::PasswordChanged { tenant }, now)?;
        self.finish(batch, proven, now).await?;
        self.posted();
        Ok(())
    }

    /// Uses a proof up: mail reaches the person at the address.
    ///
    /// # Errors
    /// [`ProofError`].
    pub async fn verify_email(&self, proven: &Proven, now: Timestamp) -> Result<(), ProofError> {
        let Proven { proof, account } = proven;
        let credentials =
            Credentials { email_verified: true, changed_at: now, ..account.credentials.record.clone() };
        let mut user = account.user.record.clone();
        if user.profile.email.as_deref() == Some(proof.record.email.as_str()) {
            user.profile.email_verified = true;
            user.updated_at = now;
        }
        let event = self.event(account, Action::EmailVerified, now);
        let batch = Batch::new().delete(proof).update(&account.credentials, &credentials)?;
        let batch = batch.update(&account.user, &user)?.insert(&event)?;
        self.store.commit(batch).await.map_err(gone)?;
        Ok(())
    }

    /// Commits what changes a password: no other proof is good afterwards, and nobody stays signed in.
    async fn finish(&self, batch: Batch, proven: &Proven, now: Timestamp) -> Result<(), ProofError> {
        let user = &proven.account.user.record;
        let others = ProofPurpose::ALL.into_iter().filter(|purpose| *purpose != proven.proof.record.purpose);
        let batch =
            others.fold(batch, |batch, purpose| batch.remove(at::proof(user.tenant, user.id, purpose)));
        self.store.commit(batch).await.map_err(gone)?;
        self.throttle.forgive(&[Counted::Code(&proven.account.counted())], now);
        self.end_everything_of(user, now).await?;
        Ok(())
    }

    /// An audit event about an account.
    pub fn event(&self, account: &Account, action: Action, now: Timestamp) -> AuditEvent {
        let user = &account.user.record;
        AuditEvent {
            id: EventId::new(now, &*self.entropy),
            tenant: user.tenant,
            at: now,
            actor: user.id.to_string(),
            action,
            target: user.id.to_string(),
        }
    }
}

/// Of several who use a proof at once, all but one find that it is gone.
fn gone(error: StoreError) -> ProofError {
    match error {
        StoreError::Conflict(_) => ProofError::Gone,
        error => ProofError::Store(error),
    }
}

/// Where the link of a proof leads.
pub const fn path(purpose: ProofPurpose) -> &'static str {
    match purpose {
        ProofPurpose::Invitation => "/invitation",
        ProofPurpose::Reset => "/reset",
        ProofPurpose::Verification => "/verify-email",
    }
}
