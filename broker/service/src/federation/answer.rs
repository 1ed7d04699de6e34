//! Answers that come as a form which the provider's page posts (OAuth 2.0 Form Post Response Mode). A
//! browser sends no `SameSite` cookie along with another site's form, so the answer is sealed into the URL
//! of a GET on the same callback, to which the cookie comes. Nothing is written, and neither the history
//! of the browser nor a log has the code in clear.

use std::time::Duration;

use doorward_domain::{ConnectionId, Timestamp};
use serde::{Deserialize, Serialize};

use super::{CallbackResponse, Federation};
use crate::keys::Purpose;

/// The browser comes back at once.
const LIFETIME: Duration = Duration::from_secs(60);

#[derive(Serialize, Deserialize)]
struct Carried {
    at: Timestamp,
    response: CallbackResponse,
}

impl Federation {
    /// Seals what was posted to a connection's callback.
    pub fn seal_answer(
        &self,
        connection: ConnectionId,
        response: CallbackResponse,
        now: Timestamp,
    ) -> Option<String> {
        let carried = serde_json::to_vec(&Carried { at: now, response }).ok()?;
        Some(self.sealer.seal_token(Purpose::Callback, connection.as_bytes(), &carried, &*self.entropy))
    }

    /// What was posted to this connection's callback a moment ago.
    pub fn open_answer(
        &self,
        connection: ConnectionId,
        sealed: &str,
        now: Timestamp,
    ) -> Option<CallbackResponse> {
        let carried = self.sealer.open_token(Purpose::Callback, connection.as_bytes(), sealed).ok()?;
        let carried: Carried = serde_json::from_slice(&carried).ok()?;
        (now.since(carried.at) <= LIFETIME).then_some(carried.response)
    }
}
