//! Letters to people: what they are about. Whoever carries them puts them into the person's language.

use doorward_domain::{EmailAddress, Plain};

use super::{Account, Local};

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// To whom.
    pub to: EmailAddress,
    /// The language that is known of them.
    pub locale: Option<String>,
    /// What it says.
    pub message: Message,
}

/// What a letter says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Message {
    /// You have an account: choose how you sign in.
    Invitation {
        /// The company's name.
        tenant: String,
        /// Where.
        link: Plain,
    },
    /// Somebody wants another password for you.
    Reset {
        /// The company's name.
        tenant: String,
        /// Where to choose it.
        link: Plain,
        /// What to type at another device.
        code: Plain,
    },
    /// Is this your address?
    Verification {
        /// The company's name.
        tenant: String,
        /// Where to say so.
        link: Plain,
    },
    /// Somebody signs in through their company with your address.
    AddressCode {
        /// The company's name.
        tenant: String,
        /// What to type where they do that.
        code: Plain,
    },
    /// Your password was changed.
    PasswordChanged {
        /// The company's name.
        tenant: String,
    },
    /// Your second factor, a passkey or your recovery codes were changed.
    SignInChanged {
        /// The company's name.
        tenant: String,
    },
    /// A connection is not the only way in any more.
    Retreated {
        /// The company's name.
        tenant: String,
        /// What people know the connection by.
        connection: String,
    },
    /// Somebody signed in with a recovery code.
    RecoveryCodeUsed {
        /// The company's name.
        tenant: String,
        /// How many are left.
        left: usize,
    },
}

/// Carries letters. It takes them at once and sends them later; what cannot be sent is told to the
/// operator.
pub trait Post: Send + Sync + 'static {
    /// Takes a letter.
    fn post(&self, letter: Letter);
}

/// Nobody carries letters: for tests and measurements that have no use for them.
impl Post for () {
    fn post(&self, _: Letter) {}
}

impl Local {
    /// Posts a letter if there is one.
    pub fn post(&self, letter: Option<Letter>) {
        if let Some(letter) = letter {
            self.carrier.post(letter);
        }
    }

    /// Tells the owner of an account what happened to it.
    pub fn tell(&self, account: &Account, message: impl FnOnce(String) -> Message) {
        let locale = account.user.record.profile.locale.clone();
        let to = account.credentials.record.email.clone();
        self.post(to.map(|to| Letter { to, locale, message: message(account.tenant.name.clone()) }));
    }
}
