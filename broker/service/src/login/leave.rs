//! The person says where they belong and leaves for the company's identity provider.

use doorward_domain::{Connection, ConnectionId, Tenant, Timestamp};

use super::under_way::UnderWay;
use super::{Choose, Login, LoginError, Problem, Step, TransactionId, WayOn};
use crate::federation::{Ask, Destination, FederationError, Hint, Route, context_of_several_factors};
use crate::identity::NotAdmitted;
use crate::provider::ErrorCode;

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
        let mut login = self.under_way(id, cookie, now).await?;
        let route = self.federation.choose(&Hint::Typed(identifier), identifier, &login.client, now).await?;
        let local = self.way_here(identifier, &route, now).await?;
        if let (Some(local), Route::NotFound | Route::NoConnection) = (&local, &route) {
            login.transaction.local = *local;
            return Ok(Step::Password(self.ask_password(&login.with_hint(identifier))));
        }
        // Where nothing leads to a password, what was typed before leads nowhere any more.
        let offered = local.filter(|_| matches!(route, Route::Choose(..)));
        login.transaction.local = offered.unwrap_or_default();
        self.follow(route, login, identifier, now).await
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
        let login = self.under_way(id, cookie, now).await?;
        let company = login.transaction.company.ok_or(LoginError::NoTransaction)?;
        let identifier = login.hint();
        let led = self.federation.choose(&Hint::Tenant(company), &identifier, &login.client, now).await?;
        let route = match led {
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
        self.follow(route, login, &identifier, now).await
    }

    pub(super) async fn follow(
        &self,
        route: Route,
        login: UnderWay,
        identifier: &str,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let problem = match route {
            Route::NotFound => Problem::UnknownCompany,
            Route::NoConnection => Problem::NoConnection,
            Route::NotServed => Problem::AppNotForCompany,
            Route::Connection(to) => {
                return self.leave(login.with_hint(identifier), &to, identifier, now).await;
            }
            Route::Choose(tenant, offered) => {
                let mut login = login.with_hint(identifier);
                login.transaction.company = Some(tenant.id);
                return Ok(Step::Choose(Choose {
                    heading: self.heading(&login),
                    password: login.transaction.local.company.is_some(),
                    choices: offered.into_iter().map(|it| (it.id.to_string(), it.title)).collect(),
                }));
            }
        };
        self.sign_in(&login, identifier.to_owned(), Some(problem), now).await
    }

    async fn leave(
        &self,
        mut login: UnderWay,
        to: &Destination,
        identifier: &str,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        login.transaction.leg = None;
        let acr_values = demanded(&login, &to.connection);
        let request = &login.transaction.request;
        // What cannot be asked for by name may come of a proof anew.
        let anew = (login.transaction.steps_up && acr_values.is_none()).then_some("login");
        let ask = Ask {
            login_hint: Some(identifier).filter(|text| text.contains('@')).map(str::to_owned),
            prompt: request.prompt.for_identity_provider().or(anew).map(str::to_owned),
            max_age: request.max_age,
            ui_locales: request.ui_locales.clone(),
            acr_values,
        };
        match self.federation.start(to, login.id.0, &ask, now).await {
            Ok(start) => {
                login.transaction.leg = Some(start.leg);
                self.trace_leaving(&login, (to, &start.location), now);
                Ok(Step::Leave { transaction: self.carried(&login), location: start.location })
            }
            Err(cause) => {
                self.retreat.failed((to.tenant.id, to.connection.id), &cause, now).await;
                self.trace_stuck(&login, to, cause.clone(), now);
                let way_on = self.way_on(&login, Some(&to.tenant), now).await;
                Err(LoginError::Federation { cause: Box::new(cause), way_on })
            }
        }
    }

    /// The error page's way on: try again from the sign-in page, or go back to the app.
    pub(super) async fn way_on(
        &self,
        login: &UnderWay,
        tenant: Option<&Tenant>,
        now: Timestamp,
    ) -> Box<WayOn> {
        self.way_on_with(login, tenant, ErrorCode::AccessDenied, now).await
    }

    /// The same for somebody whom the provider did not sign in.
    pub(super) async fn way_on_refused(
        &self,
        login: &UnderWay,
        cause: &FederationError,
        now: Timestamp,
    ) -> Box<WayOn> {
        let code = match cause.is_of_assurance() {
            true => ErrorCode::UnmetAuthenticationRequirements,
            false => ErrorCode::AccessDenied,
        };
        self.way_on_with(login, None, code, now).await
    }

    /// The same for somebody who proved who they are and may not come in.
    pub(super) async fn way_on_after(
        &self,
        login: &UnderWay,
        (tenant, cause): (&Tenant, &NotAdmitted),
        now: Timestamp,
    ) -> Box<WayOn> {
        let code = match cause {
            NotAdmitted::NotSureEnough => ErrorCode::UnmetAuthenticationRequirements,
            _ => ErrorCode::AccessDenied,
        };
        self.way_on_with(login, Some(tenant), code, now).await
    }

    async fn way_on_with(
        &self,
        login: &UnderWay,
        tenant: Option<&Tenant>,
        code: ErrorCode,
        now: Timestamp,
    ) -> Box<WayOn> {
        let why = "the person could not sign in";
        let back = self.provider.error_response(login.request(), code, why, now).await;
        Box::new(WayOn {
            heading: self.heading(login),
            tenant: tenant.map(|tenant| tenant.slug.clone()),
            reference: login.reference(now),
            back,
        })
    }
}

/// The contexts that the provider is asked for: those that the app demands, then those that its request
/// wishes for, or the one that means several factors there.
fn demanded(login: &UnderWay, connection: &Connection) -> Option<String> {
    let demands = &login.client.assurance;
    let wished = login.transaction.request.acr_values.as_deref().unwrap_or_default().split(' ');
    let named = demands.acr.iter().map(String::as_str).chain(wished);
    let mut asked: Vec<&str> = Vec::new();
    for context in named.filter(|context| !context.is_empty()) {
        if !asked.contains(&context) {
            asked.push(context);
        }
    }
    if asked.is_empty() && demands.mfa {
        asked.extend(context_of_several_factors(connection));
    }
    (!asked.is_empty()).then(|| asked.join(" "))
}
