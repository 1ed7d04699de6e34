//! An app sends a person: is the request right, is the person signed in already?

use doorward_domain::{Client, GrantId, Session, Timestamp};
use doorward_store::{Batch, StoreError, Stored};

use super::under_way::UnderWay;
use super::{BrowserSession, Login, LoginError, Return, Step, TransactionId};
use crate::federation::{Hint, Route};
use crate::provider::AuthorizationRequest;
use crate::provider::authorize::{AuthorizeError, Next, Untrusted};

impl Login {
    /// Answers an authorization request, given as the encoded parts of query and body.
    ///
    /// # Errors
    /// [`LoginError::Authorize`] says whether the person or the app learns what is wrong.
    pub async fn begin(
        &self,
        parts: &[&[u8]],
        session: BrowserSession,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let (request, client) = self.provider.authorization_request(parts, now).await?;
        let signed_in = session.as_ref().map(|it| &it.record);
        match (self.provider.next(&request, &client, signed_in, now).await?, session) {
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
            (Next::Issue, Some(session)) => self.issue_silently((&request, &client), &session, now).await,
            (Next::Consent, Some(session)) => {
                self.ask_consent(request, client, &session.record, None, now).await
            }
            (_, session) => self.ask_to_sign_in(request, client, session.as_ref(), now).await,
        }
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
        Ok(self.sign_in(&login, login.hint(), None))
    }

    /// Goes on with the first of the app's hints that leads somewhere, or asks. Over a live session of
    /// another company no hint is followed: a link could otherwise replace who is signed in without a click.
    pub(super) async fn ask_to_sign_in(
        &self,
        request: AuthorizationRequest,
        client: Client,
        session: Option<&Stored<Session>>,
        now: Timestamp,
    ) -> Result<Step, LoginError> {
        let login = self.begun(request, client, now);
        let hint = login.hint();
        match self.hinted(&login, session, now).await? {
            Some(route) => self.follow(route, login, &hint, now).await,
            None => Ok(self.sign_in(&login, hint, None)),
        }
    }

    /// Where the first of the app's hints leads that leads somewhere.
    async fn hinted(
        &self,
        login: &UnderWay,
        session: Option<&Stored<Session>>,
        now: Timestamp,
    ) -> Result<Option<Route>, StoreError> {
        let request = &login.transaction.request;
        if request.prompt.select_account {
            return Ok(None);
        }
        let home = |tenant| session.is_none_or(|session| session.record.tenant == tenant);
        for hint in hints(request) {
            let route = self.federation.choose(&hint, &login.client, now).await?;
            let leads_home = match &route {
                Route::Connection(to) => home(to.tenant.id),
                Route::Choose(tenant, _) => home(tenant.id),
                _ => false,
            };
            if leads_home {
                return Ok(Some(route));
            }
        }
        Ok(None)
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

/// What the app says of where the person belongs, the most certain first.
fn hints(request: &AuthorizationRequest) -> impl Iterator<Item = Hint<'_>> {
    let belonging = &request.belonging;
    let named = belonging.tenant.as_deref().map(|slug| Hint::Named(slug, belonging.connection.as_deref()));
    let domain = belonging.domain.as_deref().map(Hint::Domain);
    let typed = request.login_hint.as_deref().filter(|hint| !hint.is_empty()).map(Hint::Typed);
    [named, domain, typed].into_iter().flatten()
}

/// There is no way to bring the app its answer.
pub(super) fn unreachable_app() -> LoginError {
    LoginError::Authorize(AuthorizeError::Page(Untrusted::Unanswerable))
}
