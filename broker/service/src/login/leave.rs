//! The person says where they belong and leaves for the company's identity provider.

use doorward_domain::{Client, ConnectionId, Tenant, Timestamp};

use super::transaction::LocalLeg;
use super::{Choose, Login, LoginError, Problem, SignIn, Step, Transaction, TransactionId, WayOn};
use crate::federation::{Ask, Destination, FederationError, Hint, Route};

impl Login {
    /// Goes on with what the person typed: an e-mail address or a company code.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when the login is not under way in this browser, and what can go
    /// wrong on the way to the identity provider.
    pub async fn typed(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        identifier: &str,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let transaction = self.open(id, cookie, now).await?;
        let client = self.app(&transaction, now).await?;
        self.find_company(id, &transaction, &client, identifier, now).await
    }

    /// Goes on with the connection that the person chose among those of their company.
    ///
    /// # Errors
    /// As [`Login::typed`].
    pub async fn chosen(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        connection: Option<ConnectionId>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let transaction = self.open(id, cookie, now).await?;
        let client = self.app(&transaction, now).await?;
        let identifier = transaction.request.login_hint.clone().unwrap_or_default();
        let company = transaction.company.ok_or(LoginError::NoTransaction)?;
        let route = match self.federation.choose(&Hint::Tenant(company), &client, now).await? {
            // Only what was offered can be chosen: another tenant's connection is not (AZ-10).
            Route::Choose(tenant, offered) => {
                match offered.into_iter().find(|it| Some(it.id) == connection) {
                    Some(connection) => {
                        Route::Connection(Box::new(Destination { tenant: *tenant, connection }))
                    }
                    None => Route::NoConnection,
                }
            }
            route => route,
        };
        self.follow(route, id, &transaction, &client, &identifier, now).await
    }

    pub(super) async fn find_company(
        &self,
        id: TransactionId,
        transaction: &Transaction,
        client: &Client,
        identifier: &str,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let route = self.federation.choose(&Hint::Typed(identifier), client, now).await?;
        match (self.way_here(identifier, &route, now).await?, route) {
            (Some(local), Route::NotFound | Route::NoConnection) => {
                let mut transaction = with_hint(transaction.clone(), identifier);
                transaction.local = local;
                Ok(Step::Password(self.ask_password(id, &transaction, client)))
            }
            (Some(local), route @ Route::Choose(..)) => {
                let transaction = Transaction { local, ..transaction.clone() };
                self.follow(route, id, &transaction, client, identifier, now).await
            }
            (_, route) => {
                // What was typed before leads nowhere any more.
                let transaction = Transaction { local: LocalLeg::default(), ..transaction.clone() };
                self.follow(route, id, &transaction, client, identifier, now).await
            }
        }
    }

    pub(super) async fn follow(
        &self,
        route: Route,
        id: TransactionId,
        transaction: &Transaction,
        client: &Client,
        identifier: &str,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let nowhere = |problem| Ok(self.led_nowhere(id, transaction, client, identifier, problem));
        match route {
            Route::NotFound => nowhere(Problem::UnknownCompany),
            Route::NoConnection => nowhere(Problem::NoConnection),
            Route::NotServed => nowhere(Problem::AppNotForCompany),
            Route::Connection(to) => self.leave(id, transaction.clone(), client, &to, identifier, now).await,
            Route::Choose(tenant, offered) => {
                let mut remembered = with_hint(transaction.clone(), identifier);
                remembered.company = Some(tenant.id);
                Ok(Step::Choose(Choose {
                    transaction: self.seal(id, &remembered),
                    ui_locales: remembered.request.ui_locales,
                    app: client.name.clone(),
                    choices: offered.into_iter().map(|it| (it.id.to_string(), it.title)).collect(),
                    password: remembered.local.company.is_some(),
                }))
            }
        }
    }

    async fn leave(
        &self,
        id: TransactionId,
        transaction: Transaction,
        client: &Client,
        to: &Destination,
        identifier: &str,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let mut transaction = with_hint(transaction, identifier);
        let request = &transaction.request;
        let ask = Ask {
            login_hint: Some(identifier).filter(|text| text.contains('@')).map(str::to_owned),
            prompt: request.prompt.for_identity_provider().map(str::to_owned),
            max_age: request.max_age,
            ui_locales: request.ui_locales.clone(),
            acr_values: request.acr_values.clone(),
        };
        match self.federation.start(to, id.0, &ask, now).await {
            Ok(start) => {
                transaction.leg = Some(start.leg);
                Ok(Step::Leave { transaction: self.seal(id, &transaction), location: start.location })
            }
            Err(cause) => Err(self.federation_error(cause, id, &transaction, client, to, now).await?),
        }
    }

    /// The error page's way on: try again from the sign-in page, or go back to the app.
    pub(super) async fn way_on(
        &self,
        id: TransactionId,
        transaction: &Transaction,
        client: &Client,
        tenant: Option<&Tenant>,
        now: Timestamp,
    ) -> Result<Box<WayOn>, LoginError> {
        let code = crate::provider::ErrorCode::AccessDenied;
        let request = (&transaction.request, client);
        let back = self.provider.error_response(request, code, "the person could not sign in", now).await;
        Ok(Box::new(WayOn {
            transaction: self.seal(id, transaction),
            ui_locales: transaction.request.ui_locales.clone(),
            tenant: tenant.map(|tenant| tenant.slug.clone()),
            app: client.name.clone(),
            back,
        }))
    }

    pub(super) async fn federation_error(
        &self,
        cause: FederationError,
        id: TransactionId,
        transaction: &Transaction,
        client: &Client,
        to: &Destination,
        now: Timestamp,
    ) -> Result<LoginError, LoginError> {
        let way_on = self.way_on(id, transaction, client, Some(&to.tenant), now).await?;
        Ok(LoginError::Federation { cause: Box::new(cause), way_on })
    }

    fn led_nowhere(
        &self,
        id: TransactionId,
        transaction: &Transaction,
        client: &Client,
        identifier: &str,
        problem: Problem,
    ) -> Step {
        Step::SignIn(SignIn {
            transaction: self.seal(id, transaction),
            ui_locales: transaction.request.ui_locales.clone(),
            app: client.name.clone(),
            identifier: identifier.to_owned(),
            problem: Some(problem),
            may_cancel: transaction.request.device.is_none(),
        })
    }
}

/// Remembers what the person typed, so that it need not be typed again.
fn with_hint(mut transaction: Transaction, identifier: &str) -> Transaction {
    if identifier.len() <= 320 {
        transaction.request.login_hint = Some(identifier.to_owned());
    }
    transaction
}
