//! What comes after a password: a code of an authenticator app (RFC 6238), or one of the recovery codes.

use doorward_domain::{Credentials, Plain, Timestamp, Totp as Kept};
use doorward_store::Kind;
use totp_rs::{Builder, Totp};
use zeroize::Zeroizing;

use super::codes::{self, CodeKind};
use super::throttle::Counted;
use super::{Account, Denied, Local};
use crate::keys::{Place, Purpose};

/// How many recovery codes there are at first.
const RECOVERY_CODES: usize = 10;

/// An authenticator app about to be set up. Nothing is written before its first code has come.
pub struct Setup {
    /// The secret, to be typed where no camera is.
    pub secret: Plain,
    /// What the app scans (Key Uri Format).
    pub uri: Plain,
    /// The sealed secret, which comes back with the first code.
    pub sealed: Plain,
}

/// Which second factor it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Factor {
    /// The authenticator app.
    Authenticator,
    /// A recovery code.
    RecoveryCode,
}

impl Local {
    /// Whether a typed code is the second factor of `account`: then the credentials as they are to be
    /// written, in the commit that honours it, for a code is good once.
    ///
    /// # Errors
    /// [`Denied`].
    pub fn check_second_factor(
        &self,
        account: &Account,
        typed: &str,
        now: Timestamp,
    ) -> Result<(Credentials, Factor), Denied> {
        let name = account.counted();
        let counted = [Counted::SecondFactor(&name)];
        self.throttle.count(&counted, now).map_err(Denied::TooSoon)?;
        let credentials = &account.credentials.record;
        let found = match self.step_of(credentials, typed, now) {
            Some(step) => Some((with_used_step(credentials, step), Factor::Authenticator)),
            None => self.without_code(credentials, typed).map(|rest| (rest, Factor::RecoveryCode)),
        };
        match found {
            Some(found) => {
                self.throttle.forgive(&counted, now);
                Ok(found)
            }
            None => {
                self.note_failure("second factor");
                Err(Denied::Wrong)
            }
        }
    }

    /// The time step of an authenticator's code, if it is a new one (RFC 6238 section 5.2).
    fn step_of(&self, credentials: &Credentials, typed: &str, now: Timestamp) -> Option<u64> {
        let kept = credentials.totp.as_ref()?;
        let secret = self.sealer.open(&place(credentials), &kept.secret).ok()?;
        let step = step(&secret, typed, now)?;
        (step > kept.used_step).then_some(step)
    }

    /// The credentials without the recovery code that was typed.
    fn without_code(&self, credentials: &Credentials, typed: &str) -> Option<Credentials> {
        let of = (credentials.tenant, credentials.user);
        let fits = |kept: &_| codes::matches(CodeKind::Recovery, typed, of, kept, &self.sealer);
        let at = credentials.recovery_codes.iter().position(fits)?;
        let mut rest = credentials.clone();
        rest.recovery_codes.remove(at);
        Some(rest)
    }

    /// An authenticator app to be set up for `account`.
    pub fn set_up_authenticator(&self, account: &Account, now: Timestamp) -> Setup {
        let secret = Zeroizing::new(self.entropy.bytes::<20>());
        let expires_at = now + self.settings.lifetimes.transaction;
        let plain = Zeroizing::new([&expires_at.as_millis().to_be_bytes(), secret.as_slice()].concat());
        let sealed = self.sealer.seal_token(Purpose::Setup, &account.counted(), &plain, &*self.entropy);
        let text = base32(&secret);
        let label = account.credentials.record.email.as_ref().map(ToString::to_string);
        let label = label.or_else(|| account.credentials.record.username.as_ref().map(ToString::to_string));
        Setup {
            uri: key_uri(&account.tenant.name, &label.unwrap_or_default(), &text),
            secret: text,
            sealed: Plain::new(sealed),
        }
    }

    /// The credentials with the authenticator app whose first code was typed, and with new recovery codes.
    ///
    /// # Errors
    /// [`Denied::Wrong`] for a wrong code, or a setup that is another's or took too long.
    pub fn add_authenticator(
        &self,
        account: &Account,
        sealed: &str,
        typed: &str,
        now: Timestamp,
    ) -> Result<(Credentials, Vec<Plain>), Denied> {
        let plain =
            self.sealer.open_token(Purpose::Setup, &account.counted(), sealed).map_err(|_| Denied::Wrong)?;
        let (expires_at, secret) = plain.split_first_chunk::<8>().ok_or(Denied::Wrong)?;
        if now.as_millis() >= i64::from_be_bytes(*expires_at) {
            return Err(Denied::Wrong);
        }
        let used_step = step(secret, typed, now).ok_or(Denied::Wrong)?;
        let credentials = &account.credentials.record;
        let place = place(credentials);
        let secret = self.sealer.seal(&place, secret, &*self.entropy);
        let with = Credentials { totp: Some(Kept { secret, used_step }), ..credentials.clone() };
        Ok(self.with_recovery_codes(with))
    }

    /// The credentials with new recovery codes in place of the old ones.
    pub fn with_recovery_codes(&self, mut credentials: Credentials) -> (Credentials, Vec<Plain>) {
        let of = (credentials.tenant, credentials.user);
        let codes: Vec<Plain> =
            (0..RECOVERY_CODES).map(|_| codes::generate(CodeKind::Recovery, &*self.entropy)).collect();
        let keep = |code: &Plain| codes::keep(CodeKind::Recovery, code, of, &self.sealer);
        credentials.recovery_codes = codes.iter().filter_map(keep).collect();
        (credentials, codes)
    }
}

fn with_used_step(credentials: &Credentials, step: u64) -> Credentials {
    let mut credentials = credentials.clone();
    if let Some(totp) = &mut credentials.totp {
        totp.used_step = step;
    }
    credentials
}

fn place(credentials: &Credentials) -> Place<'_> {
    let id = credentials.user.as_bytes();
    Place { tenant: credentials.tenant, kind: Kind::Credentials, id, field: "totp" }
}

/// The time step that a code is of: this one, the one before or the one after (RFC 6238 section 5.2).
fn step(secret: &[u8], typed: &str, now: Timestamp) -> Option<u64> {
    let code: String = typed.chars().filter(|c| *c != ' ').take(16).collect();
    authenticator(secret)?.check(&code, u64::try_from(now.as_secs()).ok()?)
}

/// Six digits by SHA-1, every thirty seconds: what every authenticator app knows.
fn authenticator(secret: &[u8]) -> Option<Totp> {
    let secret: [u8; 20] = secret.try_into().ok()?;
    Builder::new().with_secret(secret).build().ok()
}

/// The code that an authenticator app with this secret shows: for those who play its part.
pub fn code_of(secret: &Plain, now: Timestamp) -> Option<String> {
    let secret = totp_rs::Secret::try_from_base32(secret.expose()).ok()?;
    let totp = authenticator(secret.as_bytes())?;
    Some(totp.generate(u64::try_from(now.as_secs()).ok()?).to_string())
}

fn base32(secret: &[u8; 20]) -> Plain {
    Plain::new(totp_rs::Secret::from(*secret).to_base32())
}

fn key_uri(issuer: &str, account: &str, secret: &Plain) -> Plain {
    // A colon parts the two names in the label.
    let (issuer, account) = (issuer.replace(':', " "), account.replace(':', " "));
    let mut uri = url::Url::parse("otpauth://totp/").ok();
    if let Some(uri) = &mut uri {
        uri.set_path(&format!("{issuer}:{account}"));
        uri.query_pairs_mut().append_pair("secret", secret.expose()).append_pair("issuer", &issuer);
    }
    Plain::new(uri.map(String::from).unwrap_or_default())
}
