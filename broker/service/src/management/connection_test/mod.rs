//! Test connection: the whole way of a sign-in, from the provider's page to the decision whose account it
//! is, in a browser tab of its own. It goes the same way as people do, also through a connection that is not
//! in use yet, and creates nothing: no user, no session, no code.
//!
//! An administrator gets a link, good for a quarter of an hour and for one browser. Opening it shows a page
//! and nothing else; its button leads to the provider. Who comes back reads the result, and so does the
//! administrator.

mod registry;
mod view;

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::connection::Field;
use doorward_domain::{Connection, ConnectionId, Tenant, Timestamp, UserId};
use doorward_store::records::at;
use doorward_store::{StoreError, StoreExt as _};
use url::Url;

use super::Management;
use super::traces::Explained;
use super::views::ViewError;
use crate::federation::catalogue::{Catalogue, Product, Row};
use crate::federation::claims::Flaw;
use crate::federation::{Ask, CallbackResponse, Destination, EmailTrust, FederationError, Leg, Verified};
use crate::identity::{Arrival, Person, Proofs};
use crate::keys::Purpose;
use crate::trace::{
    Cause, Failed, FieldOutcome, Noted, Outcome, Reached, Reference, Route, Tested, Trace, parameters, sent,
};

pub use registry::{ConnectionTest, ConnectionTests, LINK_LASTS, Progress, TestResult};
pub use view::{TestResultView, TestView};

/// The name of a test, in its cookie's name and in the `state` sent upstream. It is no secret: without the
/// link or the cookie it opens nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct TestId(pub [u8; 16]);

impl TestId {
    /// Reads what [`fmt::Display`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 22).then(|| BASE64.decode(text).ok()?.try_into().ok().map(Self))?
    }
}

impl fmt::Display for TestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&BASE64.encode(self.0))
    }
}

/// A test whose link was opened.
#[derive(Debug)]
pub struct OpenedTest {
    /// The test.
    pub test: ConnectionTest,
    /// Whose connection it is.
    pub tenant: Tenant,
    /// The connection.
    pub connection: Connection,
}

/// Somebody who leaves for the provider, to test it.
#[derive(Debug)]
pub struct TestLeaves {
    /// The test.
    pub id: TestId,
    /// What the browser carries meanwhile.
    pub cookie: String,
    /// Where it goes; or the result, when the provider could not even be asked where that is.
    pub location: Option<Url>,
}

/// Why a test does not go on.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TestError {
    /// The link is none, is over, or was used in another browser.
    #[error("the link of this test is over, or was used in another browser")]
    Gone,
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<ViewError> for TestError {
    fn from(error: ViewError) -> Self {
        match error {
            ViewError::Store(error) => Self::Store(error),
            ViewError::Unknown { .. } | ViewError::Cursor => Self::Gone,
        }
    }
}

impl Management {
    /// Makes the link of a test.
    ///
    /// # Errors
    /// When there is no such connection.
    pub async fn begin_test(&self, slug: &str, name: &str, actor: &str) -> Result<TestView, ViewError> {
        let (tenant, stored) = self.find_connection(slug, name).await?;
        let now = self.clock.now();
        let mut id = [0; 16];
        id[..6].copy_from_slice(&now.as_millis().to_be_bytes()[2..]);
        self.entropy.fill(&mut id[6..]);
        let test = ConnectionTest {
            id: TestId(id),
            tenant: tenant.id,
            connection: stored.record.id,
            actor: actor.to_owned(),
            expires_at: now + LINK_LASTS,
            progress: Progress::Waiting,
        };
        self.connection_tests.put(test.clone());
        let url = format!("{}/test/{}", self.issuer, self.test_token(test.id));
        self.test_view(&test, &tenant, &stored.record, Some(url))
    }

    /// What stands in the link of a test.
    pub fn test_token(&self, id: TestId) -> String {
        self.sealer.seal_token(Purpose::ConnectionTest, LINK, &id.0, &*self.entropy)
    }

    /// How far a test is, and what it came to.
    ///
    /// # Errors
    /// When there is no such test of this connection.
    pub async fn test(&self, slug: &str, name: &str, id: &str) -> Result<TestView, ViewError> {
        let (tenant, stored) = self.find_connection(slug, name).await?;
        let unknown = || ViewError::Unknown { what: "test", name: id.to_owned() };
        let id = TestId::parse(id).ok_or_else(unknown)?;
        let test = match self.connection_tests.find(id) {
            Some(test) => Some(test),
            None => self.kept_test(tenant.id, id.0).await?.and_then(ConnectionTest::kept),
        };
        let test = test.ok_or_else(unknown)?;
        if test.connection != stored.record.id {
            return Err(unknown());
        }
        self.test_view(&test, &tenant, &stored.record, None)
    }

    /// The test that a link leads to.
    ///
    /// # Errors
    /// [`TestError`].
    pub async fn opened_test(&self, token: &str) -> Result<OpenedTest, TestError> {
        let id = self.sealer.open_token(Purpose::ConnectionTest, LINK, token).map_err(|_| TestError::Gone)?;
        let id = TestId(id.as_slice().try_into().map_err(|_| TestError::Gone)?);
        let test = self.connection_tests.find(id).ok_or(TestError::Gone)?;
        if self.clock.now() >= test.expires_at {
            return Err(TestError::Gone);
        }
        self.tested(test).await
    }

    /// Sends somebody to the provider. The first browser that begins has the test for itself.
    ///
    /// # Errors
    /// [`TestError`].
    pub async fn start_test(&self, token: &str, cookie: Option<&str>) -> Result<TestLeaves, TestError> {
        let OpenedTest { test, tenant, connection } = self.opened_test(token).await?;
        let now = self.clock.now();
        let same_browser = cookie.is_some_and(|cookie| self.test_leg(test.id, cookie).is_some());
        let test = self.connection_tests.start(test.id, same_browser, now).ok_or(TestError::Gone)?;
        let (id, to) = (test.id, Destination { tenant, connection });
        let started = self.federation.start_test(&to, id.0, &Ask::default(), now).await;
        let (leg, location) = match started {
            Ok(start) => (Some(start.leg), Some(start.location)),
            Err(cause) => {
                let trace = traced(&test, now, failed(Cause::Federation(cause), Product::of(&to.connection)));
                self.conclude(&test, TestResult::of(Trace { ended: Some(now), ..trace }));
                (None, None)
            }
        };
        if let Some(location) = &location {
            let trace = traced(&test, now, Outcome::UnderWay);
            self.traces.keep(Trace { left: Some(now), sent: Some(sent(location)), ..trace });
        }
        let carried = serde_json::to_vec(&leg).unwrap_or_default();
        let cookie = self.sealer.seal_token(Purpose::ConnectionTest, &id.0, &carried, &*self.entropy);
        Ok(TestLeaves { id, cookie, location })
    }

    /// Takes somebody back from the provider, who tests it: the way of people, up to the decision whose
    /// account it is, and not a step further.
    ///
    /// # Errors
    /// [`TestError`].
    pub async fn finish_test(
        &self,
        path_connection: ConnectionId,
        (id, cookie): (TestId, &str),
        response: &CallbackResponse,
    ) -> Result<(OpenedTest, TestResultView), TestError> {
        let now = self.clock.now();
        let leg = self.test_leg(id, cookie).flatten().ok_or(TestError::Gone)?;
        let test = self.connection_tests.take(id, leg.started_at).ok_or(TestError::Gone)?;
        let opened = self.tested(test).await?;
        let mut trail = self.traces.open_trail();
        let verified = self.federation.callback(path_connection, &leg, response, &mut trail, now).await;
        let product = Product::of(&opened.connection);
        let (outcome, remarks, name) = match &verified {
            Ok(verified) => {
                let outcome = self.would_come_in(verified, now).await?;
                (outcome, remarks(verified, &trail.noted), verified.profile.name.clone())
            }
            Err(cause) => (failed(Cause::Federation(cause.clone()), product), Vec::new(), None),
        };
        let works_with = match &verified {
            Err(FederationError::Token(error)) if error.is_about_client() => {
                self.federation.other_method(&opened.connection, now).await
            }
            _ => None,
        };
        let works_with = works_with.map(Cow::Borrowed);
        let trace = traced(&opened.test, leg.started_at, outcome);
        let trace = Trace {
            left: Some(leg.started_at),
            sent: self.traces.find_kept(trace.reference).and_then(|left| left.sent.clone()),
            returned: Some((now, parameters(response))),
            trail: Some(trail.noted),
            ended: Some(now),
            ..trace
        };
        let result = TestResult { remarks, works_with, name, ..TestResult::of(trace) };
        if let Ok(Verified { connection, .. }) = &verified
            && result.works()
        {
            let of = (connection.tenant, connection.id);
            self.connection_tested(of, connection.revision, &opened.test.actor).await?;
        }
        self.conclude(&opened.test, result.clone());
        let view = self.test_result_view(&result, &opened.tenant, &opened.connection, now);
        Ok((opened, view))
    }

    /// What a test came to, for the browser that made it.
    pub fn test_result(&self, opened: &OpenedTest) -> Option<TestResultView> {
        let Progress::Over(result) = &opened.test.progress else { return None };
        Some(self.test_result_view(result, &opened.tenant, &opened.connection, self.clock.now()))
    }

    /// What a text means that somebody saw on a page of the provider's.
    pub fn explain_in_test(&self, opened: &OpenedTest, text: &str) -> Explained {
        self.explained(&opened.tenant, &opened.connection, text)
    }

    /// Whose account it would be. Nothing is written.
    async fn would_come_in(&self, verified: &Verified, now: Timestamp) -> Result<Outcome, StoreError> {
        let arrival = Arrival {
            tenant: verified.tenant.id,
            connection: &verified.connection,
            subject: &verified.subject,
            profile: &verified.profile,
            standing: verified.standing.as_ref(),
            address_is_proven: verified.address_is_proven(),
            proofs: Proofs::default(),
            lacking: verified.lacking.as_ref(),
            told: &verified.told,
        };
        let nobody = UserId::new(now, &*self.entropy);
        Ok(match Person::recognise(&*self.store, &arrival, nobody, now).await? {
            Ok(person) => {
                let (user, came) = person.traced();
                Outcome::Entered { user: Some(user).filter(|user| *user != nobody), came }
            }
            Err(cause) => failed(Cause::NotAdmitted(cause), Product::of(&verified.connection)),
        })
    }

    /// Keeps what a test came to.
    fn conclude(&self, test: &ConnectionTest, result: TestResult) {
        let tested = Tested {
            actor: test.actor.clone(),
            expires_at: test.expires_at,
            remarks: result
                .remarks
                .iter()
                .map(|(row, claim)| (row.id.as_str().into(), claim.clone()))
                .collect(),
            works_with: result.works_with.clone(),
        };
        self.traces.keep(Trace { tested: Some(Box::new(tested)), ..result.trace.clone() });
        self.connection_tests.finish(test.id, Arc::new(result));
    }

    async fn tested(&self, test: ConnectionTest) -> Result<OpenedTest, TestError> {
        let now = self.clock.now();
        let tenant = self.store.tenant(test.tenant, now).await?.ok_or(TestError::Gone)?.record;
        let key = at::connection(test.tenant, test.connection);
        let connection = self.store.read::<Connection>(&key, now).await?.ok_or(TestError::Gone)?.record;
        Ok(OpenedTest { test, tenant, connection })
    }

    /// The leg in a test's cookie; `None` when the cookie is not this test's.
    fn test_leg(&self, id: TestId, cookie: &str) -> Option<Option<Leg>> {
        let carried = self.sealer.open_token(Purpose::ConnectionTest, &id.0, cookie).ok()?;
        serde_json::from_slice(&carried).ok()
    }
}

/// What a link is sealed for; its cookie for the test's own name.
const LINK: &[u8] = b"link";

impl ConnectionTest {
    /// A test that is over, as its trace tells it. What claims said, and who the person was, was for the time
    /// that the link was good.
    fn kept(trace: Trace) -> Option<Self> {
        let Tested { actor, expires_at, remarks, works_with } = *trace.tested.clone()?;
        let row = |(row, claim): (Cow<'_, str>, _)| Some((Catalogue::get().found(&row)?, claim));
        let remarks = remarks.into_iter().filter_map(row).collect();
        let (id, tenant, connection) = (TestId(trace.attempt), trace.tenant, trace.connection?);
        let progress = Progress::Over(Arc::new(TestResult { remarks, works_with, ..TestResult::of(trace) }));
        Some(Self { id, tenant, connection, actor, expires_at, progress })
    }
}

impl TestResult {
    fn of(trace: Trace) -> Self {
        Self { trace, remarks: Vec::new(), works_with: None, name: None }
    }

    /// Whether the whole way works, whoever may come in.
    pub fn works(&self) -> bool {
        match self.trace.failed() {
            None => matches!(self.trace.outcome, Outcome::Entered { .. }),
            Some(failed) => failed.reached == Reached::Door,
        }
    }
}

fn failed(cause: Cause, product: Product) -> Outcome {
    Outcome::Failed(Box::new(Failed::new(cause, product)))
}

fn traced(test: &ConnectionTest, started: Timestamp, outcome: Outcome) -> Trace {
    Trace {
        attempt: test.id.0,
        tenant: test.tenant,
        connection: Some(test.connection),
        is_test: true,
        route: Some(Route::Test),
        outcome,
        ..Trace::nowhere(Reference::of_attempt(test.id.0, started), started)
    }
}

/// What works and could be better: the rows about it, and the claim that each is about.
fn remarks(verified: &Verified, trail: &Noted) -> Vec<(&'static Row, Option<String>)> {
    let mut remarks = Vec::new();
    let mut remark = |row: &str, claim: Option<&str>| {
        remarks.extend(Catalogue::get().found(row).map(|row| (row, claim.map(str::to_owned))));
    };
    match verified.email_trust {
        _ if verified.profile.email.is_none() => remark("email.missing", None),
        EmailTrust::None => remark("email.unverified", None),
        EmailTrust::Provider => remark("email.domain_not_proved", None),
        EmailTrust::TenantDomain => {}
    }
    for field in &trail.fields {
        match field.outcome {
            FieldOutcome::LeftOut(Flaw::Unknown) if field.field == Field::Groups => {
                remark("groups.overage", None);
            }
            FieldOutcome::LeftOut(_) => remark("claims.unusable", Some(field.claim())),
            FieldOutcome::Filled | FieldOutcome::Missing => {}
        }
    }
    remarks
}
