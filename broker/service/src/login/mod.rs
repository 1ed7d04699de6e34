//! The way of a login: an app sends the person here, the person goes to their company's identity
//! provider and comes back, the app gets a code.
//!
//! [`begin`] reads the app's request, which a [`start`] link may have led to, [`home`] is where the browser
//! belongs, [`leave`] finds the company and sends the person there, [`arrive`] is the way back, [`local`] the
//! way in at doorward itself, with [`passkey`] for who needs no password, [`enter`] the end of all, [`consent`]
//! the question a third-party app needs, [`device`] how a person lets a device in; [`attempt`] makes the trace
//! of it. Between them the login lives in the browser, as a sealed [`transaction`]; nothing is written until
//! the person is known.

mod arrive;
mod attempt;
mod begin;
mod consent;
mod device;
mod enter;
mod guesses;
mod home;
mod home_realm;
mod leave;
mod local;
mod passkey;
mod pilot;
mod prove;
mod sign_out;
pub mod start;
pub mod transaction;
mod under_way;

use std::sync::Arc;

use doorward_domain::{Client, Entropy, GrantId, Plain, Session, Slug, Tenant, Timestamp, User};
use doorward_store::records::at;
use doorward_store::{Kind, Record as _, Store, StoreError, Stored};
use url::Url;

use crate::federation::{Federation, FederationError};
use crate::identity::local::{Busy, Local};
use crate::identity::{NotAdmitted, Sessions};
use crate::keys::Sealer;
use crate::management::rollout::retreat::Retreat;
use crate::provider::authorize::AuthorizeError;
use crate::provider::{Answer, Logo, Provider};
use crate::settings::Settings;
use crate::trace::{Reference, Traces};
use guesses::Guesses;
use home_realm::Lookups;

pub use consent::ConsentDecision;
pub use device::{CodeProblem, DeviceCode, DeviceQuestion};
pub use guesses::Guesser;
pub use home::{Browser, Home};
pub use home_realm::{Asking, HomeRealm, Next as HomeRealmNext, WayIn};
pub use local::{Entered, PasswordQuestion, SecondFactorQuestion, TryProblem, Typed};
pub use passkey::{PasskeyQuestion, WithPasskey};
pub use prove::{ProofForm, ProofQuestion, Wanted};
pub use sign_out::Onward;
pub use transaction::{Transaction, TransactionCookie, TransactionId};

/// Joins provider, federation and identity into one login.
pub struct Login {
    pub(crate) provider: Arc<Provider>,
    pub(crate) federation: Arc<Federation>,
    pub(crate) sessions: Arc<Sessions>,
    pub(crate) local: Arc<Local>,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sealer: Arc<Sealer>,
    pub(crate) entropy: Arc<dyn Entropy>,
    pub(crate) settings: Arc<Settings>,
    pub(crate) traces: Arc<Traces>,
    guesses: Guesses,
    lookups: Lookups,
    retreat: Retreat,
}

impl Login {
    /// The login of a broker that is made of these parts.
    pub fn new(
        provider: Arc<Provider>,
        federation: Arc<Federation>,
        sessions: Arc<Sessions>,
        local: Arc<Local>,
        traces: Arc<Traces>,
    ) -> Self {
        let (store, sealer) = (Arc::clone(&local.store), Arc::clone(&local.sealer));
        let (entropy, settings) = (Arc::clone(&local.entropy), Arc::clone(&local.settings));
        let (guesses, lookups) = (Guesses::new(), Lookups::new());
        let retreat = Retreat::new(Arc::clone(&local));
        Self {
            provider,
            federation,
            sessions,
            local,
            store,
            sealer,
            entropy,
            settings,
            traces,
            guesses,
            lookups,
            retreat,
        }
    }
}

/// What the browser does next.
#[derive(Debug)]
pub enum Step {
    /// The person says where they belong.
    SignIn(SignIn),
    /// The person chooses between several connections of the company.
    Choose(Choose),
    /// The person types name and password.
    Password(PasswordQuestion),
    /// The person types the code of their second factor.
    SecondFactor(SecondFactorQuestion),
    /// The person proves that an account or an address is theirs.
    Prove(Box<ProofQuestion>),
    /// The browser goes to the identity provider.
    Leave {
        /// The login under way.
        transaction: TransactionCookie,
        /// The identity provider's authorization endpoint.
        location: Url,
    },
    /// The person is asked for consent.
    Consent(Box<ConsentQuestion>),
    /// The person types the code that their device shows.
    DeviceCode(DeviceCode),
    /// The person is asked whether a device is let in.
    Device(Box<DeviceQuestion>),
    /// The person has answered, and goes back to the device.
    DeviceAnswered {
        /// What they answered.
        decision: ConsentDecision,
        /// The app's name.
        app: String,
        /// The transaction that is over.
        done: TransactionId,
    },
    /// The browser goes back to the app.
    Return(Return),
}

/// What every page of a login under way has.
#[derive(Debug)]
pub struct Heading {
    /// The login.
    pub transaction: TransactionCookie,
    /// The languages that the app asked for (OIDC Core section 3.1.2.1).
    pub ui_locales: Option<String>,
    /// The app's name.
    pub app: String,
}

/// The sign-in page.
#[derive(Debug)]
pub struct SignIn {
    /// Whose login it is.
    pub heading: Heading,
    /// What the person typed, or what the app believes.
    pub identifier: String,
    /// Where the browser belongs, and the person most likely with it.
    pub offer: Option<Offer>,
    /// The question for the browser: is there a passkey?
    pub passkey: PasskeyQuestion,
    /// Why the last try led nowhere.
    pub problem: Option<Problem>,
    /// Whether the person may give up and go back to the app; whoever came from a device has nowhere to go.
    pub may_cancel: bool,
}

/// What the sign-in page offers before it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    /// What people read: "Acme staff".
    pub title: String,
}

/// What a browser keeps of somebody who has just signed in.
#[derive(Debug)]
pub struct NewSession {
    /// The session's cookie.
    pub cookie: Plain,
    /// The note of where they belong.
    pub home: Plain,
}

/// Why what a person typed leads nowhere. The same for everybody of a company, so that nothing is
/// learnt of single people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Problem {
    /// No company has this e-mail domain or code.
    UnknownCompany,
    /// The company has no connection in use.
    NoConnection,
    /// The company's people may not use this app.
    AppNotForCompany,
}

/// The page that offers several connections.
#[derive(Debug)]
pub struct Choose {
    /// Whose login it is.
    pub heading: Heading,
    /// Identifier and title of each connection.
    pub choices: Vec<(String, String)>,
    /// Whether a password at doorward itself is one of the ways.
    pub password: bool,
}

/// The consent page.
#[derive(Debug)]
pub struct ConsentQuestion {
    /// The login under way.
    pub transaction: TransactionCookie,
    /// The languages that the app asked for (OIDC Core section 3.1.2.1).
    pub ui_locales: Option<String>,
    /// Who asks.
    pub client: Client,
    /// Its logo.
    pub logo: Option<Logo>,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// Whose person is asked.
    pub tenant: Tenant,
    /// Who is asked.
    pub user: User,
    /// The scope values asked for, and the types of authorization details.
    pub scope: Vec<String>,
    /// The protected resources asked for.
    pub resources: Vec<String>,
    /// The session that has just begun.
    pub session: Option<NewSession>,
    /// The transaction of the sign-in before the question, which is over.
    pub done: Option<TransactionId>,
}

/// The way back to the app.
#[derive(Debug)]
pub struct Return {
    /// The answer and how it travels.
    pub answer: Answer,
    /// The session that has just begun.
    pub session: Option<NewSession>,
    /// The transaction that is over.
    pub done: Option<TransactionId>,
}

/// Why a login does not go on.
#[derive(Debug, thiserror::Error)]
pub enum LoginError {
    /// The request was not right.
    #[error(transparent)]
    Authorize(#[from] AuthorizeError),
    /// This browser has no such login under way, or it took too long.
    #[error("this browser has no such login under way")]
    NoTransaction,
    /// The login was finished already.
    #[error("this login was finished already")]
    Finished,
    /// The app or its redirect URI was removed meanwhile.
    #[error("the app was disabled meanwhile")]
    AppGone,
    /// Something between doorward and the identity provider.
    #[error("{cause}")]
    Federation {
        /// What it was.
        #[source]
        cause: Box<FederationError>,
        /// How the person goes on.
        way_on: Box<WayOn>,
    },
    /// The person may not come in.
    #[error("{cause}")]
    NotAdmitted {
        /// Why.
        cause: NotAdmitted,
        /// How the person goes on.
        way_on: Box<WayOn>,
    },
    /// Too many sign in with a password at once.
    #[error(transparent)]
    Busy(#[from] Busy),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl LoginError {
    /// What it means that the answer to an app could not be written: a pushed request is answered once.
    fn answered(error: StoreError) -> Self {
        match error {
            StoreError::Conflict(key) if key.kind() == Kind::PushedRequest => Self::Finished,
            error => Self::Store(error),
        }
    }
}

/// How a person goes on after a failed login.
#[derive(Debug)]
pub struct WayOn {
    /// The login, which can be tried again.
    pub heading: Heading,
    /// The company it led to.
    pub tenant: Option<Slug>,
    /// What the trace of the attempt is found by.
    pub reference: Reference,
    /// Back to the app, telling it `access_denied`.
    pub back: Option<Answer>,
}

/// A browser's live session, when it has one.
pub type BrowserSession = Option<Stored<Session>>;

impl Login {
    /// The session of a browser's cookie.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn session(&self, cookie: Option<&str>, now: Timestamp) -> Result<BrowserSession, StoreError> {
        match cookie {
            Some(cookie) => self.sessions.find(cookie, now).await,
            None => Ok(None),
        }
    }

    /// The app of a login under way, if it may still get an answer.
    pub(crate) async fn app(&self, transaction: &Transaction, now: Timestamp) -> Result<Client, LoginError> {
        let found = self.provider.client(&transaction.request.client, now).await?.map(|found| found.record);
        found
            .filter(|client| client.enabled && transaction.request.is_allowed(client))
            .ok_or(LoginError::AppGone)
    }

    /// Takes the code of `grant` back if the person signed out while it was issued for their session. A
    /// logout ends the session first and then every grant it finds, so one of the two sees the other.
    pub(crate) async fn keep_while_signed_in(
        &self,
        grant: GrantId,
        session: &Session,
    ) -> Result<(), LoginError> {
        if self.store.get(&session.key()).await?.is_some() {
            return Ok(());
        }
        self.store.take(&at::grant(session.tenant, session.id, grant)).await?;
        Err(LoginError::NoTransaction)
    }
}
