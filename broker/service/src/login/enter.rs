//! Somebody has proved who they are, to their company's identity provider or to doorward itself: the
//! session begins, and the app gets its answer. What is written is one commit, together or not at all.

use doorward_domain::policy::{Actors, Way};
use doorward_domain::{
    Authentication, Client, Connection, Consent, Epoch, Session, Tenant, Timestamp, User, may_act_now,
};
use doorward_store::records::at;
use doorward_store::{Batch, StoreError, StoreExt as _};

use super::begin::unreachable_app;
use super::{Home, Login, LoginError, NewSession, Return, Step, TransactionId};
use crate::federation::logout::Naming;
use crate::identity::NotAdmitted;
use crate::provider::authorize::{Next, SignedIn, decide};
use crate::provider::{AuthorizationRequest, ErrorCode};

/// Somebody who proved who they are.
#[derive(Clone, Copy)]
pub(super) struct Entrant<'a> {
    /// Who it is.
    pub user: &'a User,
    /// The connection they came through; none when it was doorward itself.
    pub connection: Option<&'a Connection>,
    /// How and when.
    pub authentication: &'a Authentication,
    /// What a sign-out at the provider will name the sign-in by.
    pub naming: Option<&'a Naming>,
}

impl Login {
    /// Lets somebody in to the app, together with what is in `batch`; or says why not, and then nothing
    /// is written.
    pub(super) async fn enter(
        &self,
        id: TransactionId,
        (request, client): (&AuthorizationRequest, &Client),
        entrant: Entrant<'_>,
        batch: Batch,
        older: Option<&Session>,
        now: Timestamp,
    ) -> Result<Result<Step, NotAdmitted>, LoginError> {
        let user = entrant.user;
        let hint = entrant.naming.and_then(|it| self.kept_hint(it, user.tenant, id.session()));
        let arrival = (entrant.connection.map(|it| it.id), entrant.authentication.clone(), hint);
        let tenant = self.store.read::<Tenant>(&at::tenant(user.tenant), now).await?.map(|it| it.record);
        let epoch = |tenant| Epoch::of(tenant, user, entrant.connection);
        let epoch = tenant.as_ref().map(epoch).unwrap_or_default();
        let (batch, session, cookie) =
            self.sessions.begin(batch, id.session(), (user, epoch), arrival, older, now)?;
        let batch = with_names(batch, entrant, &session)?;
        let home = self.home_note(Home { tenant: user.tenant, connection: session.connection });
        let begun = NewSession { cookie, home };
        let request = request.clone().after_sign_in();
        let step = match self
            .next_after_sign_in((&request, client), entrant, tenant.as_ref(), &session, now)
            .await?
        {
            Err(cause) => return Ok(Err(cause)),
            Ok(_) if request.device.is_some() => {
                self.store.commit(batch).await?;
                self.end_of_another(older, user, now).await?;
                self.ask_about_device(request, client.clone(), &session, Some((id, begun)), now).await?
            }
            Ok(Next::Consent) => {
                self.store.commit(batch).await?;
                self.end_of_another(older, user, now).await?;
                self.ask_consent(request, client.clone(), &session, Some((id, begun)), now).await?
            }
            Ok(Next::Fail(code)) => {
                let description = "the person has signed in, but not with the assurance that is demanded";
                let answer = self.provider.end_with_error((&request, client), code, description, now).await;
                let answer = answer.map_err(LoginError::answered)?.ok_or(unreachable_app())?;
                Step::Return(Return { answer, session: None, done: Some(id) })
            }
            Ok(_) => {
                let (batch, answer) =
                    self.provider.issue_code(batch, id.grant(), (&request, client), &session, now).await?;
                let answer = answer.ok_or(unreachable_app())?;
                self.store.commit(batch).await?;
                self.end_of_another(older, user, now).await?;
                Step::Return(Return { answer, session: Some(begun), done: Some(id) })
            }
        };
        Ok(Ok(step))
    }

    /// Whoever else was signed in in this browser is signed out, with all that came from it.
    async fn end_of_another(
        &self,
        older: Option<&Session>,
        user: &User,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        match older {
            Some(older) if (older.tenant, older.user) != (user.tenant, user.id) => {
                self.sessions.endings().end(older, &older.user.to_string(), now).await?;
            }
            _ => {}
        }
        Ok(())
    }

    /// What the app's request takes now that the person is known.
    async fn next_after_sign_in(
        &self,
        (request, client): (&AuthorizationRequest, &Client),
        entrant: Entrant<'_>,
        tenant: Option<&Tenant>,
        session: &Session,
        now: Timestamp,
    ) -> Result<Result<Next, NotAdmitted>, StoreError> {
        let user = entrant.user;
        let way = match (entrant.connection, tenant) {
            (None, Some(tenant)) => {
                let policy = self.store.login_policy(tenant, &user.population, now).await?;
                Way::Local { allowed: policy.local_sign_in }
            }
            (connection, _) => Way::Connection(connection),
        };
        let actors =
            Actors { tenant, user: Some(user), client: Some(client), way, grant: None, epoch: session.epoch };
        if may_act_now(&actors, now).is_err() {
            return Ok(Err(NotAdmitted::NotThisApp));
        }
        let consent = self.store.read::<Consent>(&at::consent(user.tenant, user.id, &client.id), now).await?;
        if !request.access.claims.accepts_acr(session.authentication.acr.as_deref()) {
            return Ok(Ok(Next::Fail(ErrorCode::UnmetAuthenticationRequirements)));
        }
        if !client.assurance.is_met(&session.authentication) {
            return Ok(Err(NotAdmitted::NotSureEnough));
        }
        let consent = consent.as_ref().map(|it| &it.record);
        let is_expected = self.provider.is_expected(request, client, session);
        let signed_in = SignedIn { session, consent, may_act: true, is_expected };
        Ok(match decide(request, client, Some(signed_in), now) {
            next @ (Next::Issue | Next::Consent) => Ok(next),
            Next::SignIn | Next::Fail(_) => Err(NotAdmitted::SomebodyElse),
        })
    }
}

/// Adds what the provider knows the session by, where it may say that somebody has signed out there.
fn with_names(batch: Batch, entrant: Entrant<'_>, session: &Session) -> Result<Batch, StoreError> {
    let (Some(connection), Some(naming)) = (entrant.connection, entrant.naming) else { return Ok(batch) };
    naming.index(connection, session).try_fold(batch, |batch, known| batch.put(&known))
}
