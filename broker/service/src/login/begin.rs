//! An app sends a person: is the request right, is the person signed in already?

use doorward_domain::{Client, GrantId, Session, Timestamp};
use doorward_store::{Batch, StoreError, Stored};

use super::under_way::UnderWay;
use super::{Browser, Home, Login, LoginError, Return, Step, TransactionId};
use crate::federation::Hint;
use crate::provider::AuthorizationRequest;
use crate::provider::authorize::{AuthorizeError, Next, Untrusted, is_sure_enough};

impl Login {
    /// Answers an authorization request, given as the encoded parts of query and body.
    ///
    /// # Errors
    /// [`LoginError::Authorize`] says whether the person or the app learns what is wrong.
    pub async fn begin(
        &self,
        parts: &[&[u8]],
        browser: Browser<'_>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (request, client) = self.provider.authorization_request(parts, now).await?;
        let signed_in = browser.session.as_ref().map(|it| &it.record);
        let next = self.provider.next(&request, &client, signed_in, now).await?;
        match (next, &browser.session) {
            (Next::Fail(code), _) => {
                let description = "the request allows no page, and one would be needed";
                let request = (&request, &client);
                let answer = self.provider.end_with_error(request, code, description, now).await;
                let answer = answer.map_err(LoginError::answered)?;
                Ok(Step::Return(Return {
                    answer: answer.ok_or(unreachable_app())?,
                    session: None,
                    done: None,
                }))
            }
            (Next::Issue | Next::Consent, Some(session))
                if self.is_led_elsewhere(&request, session, browser.start, now) =>
            {
                self.ask_to_sign_in(request, client, &browser, now).await
            }
            (Next::Issue, Some(session)) => self.issue_silently((&request, &client), session, now).await,
            (Next::Consent, Some(session)) => {
                self.ask_consent(request, client, &session.record, None, now).await
            }
            _ => self.ask_to_sign_in(request, client, &browser, now).await,
        }
    }

    /// Whether the person came by the start link of another company than the one that they are signed in
    /// to. Which of the two is meant they say themselves.
    fn is_led_elsewhere(
        &self,
        request: &AuthorizationRequest,
        session: &Stored<Session>,
        start: Option<&str>,
        now: Timestamp,
    ) -> bool {
        let home = self.started(start, &request.client, now);
        !request.prompt.none && home.is_some_and(|home| home.tenant != session.record.tenant)
    }

    /// The sign-in page of a login that is under way already.
    ///
    /// # Errors
    /// [`LoginError::NoTransaction`] when it is not under way in this browser.
    pub async fn again(
        &self,
        id: TransactionId,
        cookie: Option<&str>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let login = self.under_way(id, cookie, now).await?;
        self.sign_in(&login, login.hint(), None, now).await
    }

    /// Goes on with the first hint that leads somewhere, or asks. Over a live session of another company none
    /// is followed: a link could otherwise replace who is signed in without a click.
    pub(super) async fn ask_to_sign_in(
        &self,
        request: AuthorizationRequest,
        client: Client,
        browser: &Browser<'_>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let mut login = self.begun(request, client, now);
        let started = self.started(browser.start, &login.client.id, now);
        let signed_in = browser.session.as_ref().map(|session| &session.record);
        login.transaction.steps_up = signed_in
            .is_some_and(|session| !is_sure_enough(&login.transaction.request, &login.client, session));
        if let Some(step) = self.led(&login, started.as_ref(), browser, now).await? {
            return Ok(step);
        }
        login.transaction.offered = started.or_else(|| self.remembered(browser.home));
        self.sign_in(&login, login.hint(), None, now).await
    }

    /// The step that goes on with the first hint that leads somewhere, unless the person wants to choose.
    async fn led(
        &self,
        login: &UnderWay,
        started: Option<&Home>,
        browser: &Browser<'_>,
        now: Timestamp,
    ) -> Result<Option<Step>, LoginError> {
        let request = &login.transaction.request;
        if request.prompt.select_account {
            return Ok(None);
        }
        let home = |tenant| browser.session.as_ref().is_none_or(|session| session.record.tenant == tenant);
        let own = browser.session.as_ref().filter(|_| login.transaction.steps_up);
        let own = own.map(|it| Home { tenant: it.record.tenant, connection: it.record.connection });
        for led in led_by(request, [started, own.as_ref()]) {
            let step = match led {
                Led::Home(to) if home(to.tenant) => self.homeward(login, to, now).await?,
                Led::Home(_) => None,
                Led::Hint(led) => {
                    match self.federation.choose(&led, &login.hint(), &login.client, now).await? {
                        route if route.tenant().is_some_and(home) => {
                            Some(self.follow(route, login.clone(), &login.hint(), now).await?)
                        }
                        _ => None,
                    }
                }
            };
            if step.is_some() {
                return Ok(step);
            }
        }
        let remembered = self.remembered(browser.home).filter(|to| home(to.tenant));
        let unhinted = request.login_hint.is_none() && request.belonging.is_unknown() && started.is_none();
        match remembered.filter(|_| unhinted) {
            Some(to) if self.is_led_home(&to, &login.client, now).await? => {
                self.homeward(login, &to, now).await
            }
            _ => Ok(None),
        }
    }

    async fn issue_silently(
        &self,
        request: (&AuthorizationRequest, &Client),
        session: &Stored<Session>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let grant = GrantId::new(now, &*self.entropy);
        let (batch, answer) =
            self.provider.issue_code(Batch::new(), grant, request, &session.record, now).await?;
        let answer = answer.ok_or(unreachable_app())?;
        let noted = self.sessions.note_use(batch.clone(), session, now)?;
        match self.store.commit(noted).await {
            // Another tab noted the use at the same moment; that is no reason to fail.
            Err(StoreError::Conflict(_)) => self.store.commit(batch).await.map_err(LoginError::answered)?,
            written => written?,
        };
        self.keep_while_signed_in(grant, &session.record).await?;
        Ok(Step::Return(Return { answer, session: None, done: None }))
    }
}

/// What leads somebody to where they belong.
enum Led<'a> {
    Hint(Hint<'a>),
    Home(&'a Home),
}

/// What is said of where the person belongs, the most certain first: by the app, by the link that they came
/// by or the session that has to step up, by the name that the app knows them by.
fn led_by<'a>(
    request: &'a AuthorizationRequest,
    [started, own]: [Option<&'a Home>; 2],
) -> impl Iterator<Item = Led<'a>> {
    let belonging = &request.belonging;
    let named = belonging.tenant.as_deref().map(|slug| Hint::Named(slug, belonging.connection.as_deref()));
    let domain = belonging.domain.as_deref().map(Hint::Domain);
    let typed = request.login_hint.as_deref().filter(|hint| !hint.is_empty()).map(Hint::Typed);
    let hint = |hint: Option<Hint<'a>>| hint.map(Led::Hint);
    let home = |home: Option<&'a Home>| home.map(Led::Home);
    [hint(named), hint(domain), home(started), home(own), hint(typed)].into_iter().flatten()
}

/// There is no way to bring the app its answer.
pub(super) fn unreachable_app() -> LoginError {
    LoginError::Authorize(AuthorizeError::Page(Untrusted::Unanswerable))
}
