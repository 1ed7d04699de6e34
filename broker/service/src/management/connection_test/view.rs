//! A test as JSON.

use std::borrow::Cow;

use doorward_domain::{Connection, Tenant, Timestamp};
use serde::Serialize;
use utoipa::ToSchema;

use super::registry::{ConnectionTest, Progress, TestResult};
use crate::federation::catalogue::Row;
use crate::management::Management;
use crate::management::traces::TraceView;
use crate::management::views::ViewError;
use crate::trace::verdict::Values;
use crate::trace::{Finding, Verdict};

/// A test of a connection.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TestView {
    /// Its identifier.
    pub id: String,
    /// The connection's name.
    pub connection: String,
    /// `waiting` for somebody to open the link, `started`, `finished`, `failed`, `timed_out`.
    pub state: &'static str,
    /// The link, for one browser; told once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// Until when the link is good.
    #[schema(value_type = i64)]
    pub expires_at: Timestamp,
    /// Who began it.
    pub created_by: String,
    /// What it came to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub result: Option<TestResultView>,
}

/// What a test came to.
#[derive(Clone, Debug, PartialEq, Serialize, ToSchema)]
pub struct TestResultView {
    /// Whether the whole way works, whoever may come in.
    pub works: bool,
    /// Whether the person who tested would come in.
    pub would_come_in: bool,
    /// Their name, as the provider tells it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The way of client authentication that the provider accepts in place of the connection's.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>)]
    pub works_with: Option<Cow<'static, str>>,
    /// What could be better.
    pub remarks: Vec<Verdict>,
    /// What happened, step by step. Claims are in clear as long as the link was good.
    pub trace: TraceView,
}

impl Management {
    pub(super) fn test_view(
        &self,
        test: &ConnectionTest,
        tenant: &Tenant,
        connection: &Connection,
        url: Option<String>,
    ) -> Result<TestView, ViewError> {
        let now = self.clock.now();
        let (state, result) = match &test.progress {
            Progress::Over(result) => {
                let state = if result.works() { "finished" } else { "failed" };
                (state, Some(self.test_result_view(result, tenant, connection, now)))
            }
            _ if now >= test.expires_at => ("timed_out", None),
            Progress::Waiting => ("waiting", None),
            Progress::Started(_) => ("started", None),
        };
        let result = result.map(|result| match now < test.expires_at {
            true => result,
            false => TestResultView { name: None, trace: result.trace.closed(), ..result },
        });
        Ok(TestView {
            id: test.id.to_string(),
            connection: connection.name.clone(),
            state,
            url,
            expires_at: test.expires_at,
            created_by: test.actor.clone(),
            result,
        })
    }

    pub(super) fn test_result_view(
        &self,
        result: &TestResult,
        tenant: &Tenant,
        connection: &Connection,
        now: Timestamp,
    ) -> TestResultView {
        let values = self.values(tenant, connection);
        let remark = |(row, claim): &(&'static Row, Option<String>)| {
            let values = Values { claim: claim.clone(), ..values.clone() };
            Verdict::of_finding(Finding { product: None, row }, &values)
        };
        let verdict = Verdict::on(&result.trace, &values);
        let place = (tenant.clone(), connection.clone());
        TestResultView {
            works: result.works(),
            would_come_in: result.trace.failed().is_none(),
            name: result.name.clone(),
            works_with: result.works_with.clone(),
            remarks: result.remarks.iter().map(remark).collect(),
            trace: TraceView::of(&result.trace, Some(&place), verdict, now),
        }
    }
}
