//! A login that is under way in a browser, with the app that waits for its end.

use doorward_domain::{Client, Timestamp};

use super::{
    Heading, Login, LoginError, Problem, SignIn, Step, Transaction, TransactionCookie, TransactionId,
};
use crate::provider::AuthorizationRequest;

/// A login under way.
#[derive(Clone)]
pub(super) struct UnderWay {
    /// Its name.
    pub id: TransactionId,
    /// How far it has come.
    pub transaction: Transaction,
    /// The app.
    pub client: Client,
}

impl UnderWay {
    /// What the app asked for.
    pub const fn request(&self) -> (&AuthorizationRequest, &Client) {
        (&self.transaction.request, &self.client)
    }

    /// Remembers what the person typed, so that it need not be typed again.
    #[must_use]
    pub fn with_hint(mut self, identifier: &str) -> Self {
        if identifier.len() <= 320 {
            self.transaction.request.login_hint = Some(identifier.to_owned());
        }
        self
    }

    /// What the app or the person said of who it is; empty when nobody did.
    pub fn hint(&self) -> String {
        self.transaction.request.login_hint.clone().unwrap_or_default()
    }
}

impl Login {
    /// A login that the app's request begins.
    pub(super) fn begun(&self, request: AuthorizationRequest, client: Client, now: Timestamp) -> UnderWay {
        let (id, transaction) = self.new_transaction(request, now);
        UnderWay { id, transaction, client }
    }

    /// The login `id` of this browser's cookie, whose app may still get an answer.
    pub(super) async fn under_way(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<UnderWay, LoginError> {
        let transaction = self.open(id, cookie, now).await?;
        let client = self.app(&transaction, now).await?;
        Ok(UnderWay { id, transaction, client })
    }

    /// The login as the browser carries it.
    pub(super) fn carried(&self, login: &UnderWay) -> TransactionCookie {
        self.seal(login.id, &login.transaction)
    }

    /// What the login's next page has of it.
    pub(super) fn heading(&self, login: &UnderWay) -> Heading {
        Heading {
            transaction: self.carried(login),
            ui_locales: login.transaction.request.ui_locales.clone(),
            app: login.client.name.clone(),
        }
    }

    /// The sign-in page, with what was typed and why it led nowhere.
    pub(super) async fn sign_in(
        &self,
        login: &UnderWay,
        identifier: String,
        problem: Option<Problem>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let offer = match &login.transaction.offered {
            Some(home) => self.offer(home, &login.client, now).await?,
            None => None,
        };
        Ok(Step::SignIn(SignIn {
            heading: self.heading(login),
            passkey: self.passkey_question(login),
            identifier,
            offer,
            problem,
            may_cancel: login.transaction.request.device.is_none(),
        }))
    }
}
