//! How clients know people: `sub` (OIDC Core section 8). A client is told the same one everywhere, and the
//! resource servers that it calls see what it sees.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD as BASE64;
use doorward_domain::client::SubjectType;
use doorward_domain::{Actor, Client, Party, Session, TenantId, UserId};
use serde::Serialize;

use super::{AuthorizationRequest, Provider};

/// `act` of RFC 8693 section 4.1, as one client is told it.
#[derive(Debug, Serialize)]
pub(super) struct ActClaim {
    sub: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    act: Option<Box<Self>>,
}

impl Provider {
    /// The `sub` by which `client` knows a user of `tenant`.
    pub fn subject_for(&self, client: &Client, tenant: TenantId, user: UserId) -> String {
        match &client.subject_type {
            SubjectType::Public => user.to_string(),
            SubjectType::Pairwise { sector, .. } => self.keys.pairwise_subject(sector, tenant, user),
        }
    }

    /// Those who act, by the subjects that `client` knows.
    pub(super) fn actors_for(&self, client: &Client, actor: &Actor) -> ActClaim {
        let sub = match &actor.party {
            Party::Client(id) => id.to_string(),
            Party::User(tenant, user) => self.subject_for(client, *tenant, *user),
        };
        let act = actor.act.as_ref().map(|earlier| Box::new(self.actors_for(client, earlier)));
        ActClaim { sub, act }
    }

    /// Whether somebody's session is of the person whom the request expects, if it expects one.
    pub(crate) fn is_expected(
        &self,
        request: &AuthorizationRequest,
        client: &Client,
        session: &Session,
    ) -> bool {
        let expected = request.expected_subject.as_ref();
        expected.is_none_or(|expected| *expected == self.subject_for(client, session.tenant, session.user))
    }
}

/// Whether a text could be the `sub` of anybody for `client`.
pub(super) fn could_be_subject(text: &str, client: &Client) -> bool {
    match client.subject_type {
        SubjectType::Public => text.parse::<UserId>().is_ok(),
        SubjectType::Pairwise { .. } => BASE64.decode(text).is_ok_and(|digest| digest.len() == 32),
    }
}
