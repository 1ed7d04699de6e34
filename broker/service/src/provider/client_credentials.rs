//! The client credentials grant (RFC 6749 section 4.4): a client gets an access token for itself.
//!
//! Nothing is written for it. The token says all there is to know, and what ends it early is a mark of
//! its revocation or a change of the client's registration.

use doorward_domain::{Access, Client, ScopeSet, Timestamp, client_may_act_now, scope};

use super::access::{authorization_details, resources};
use super::binding::Binding;
use super::error::{EndpointError, ErrorCode};
use super::token::TokenResponse;
use super::{Params, Provider};

impl Provider {
    pub(super) async fn client_credentials(
        &self,
        params: &Params,
        client: &Client,
        binding: &Binding,
        now: Timestamp,
    ) -> Result<TokenResponse, EndpointError> {
        client_may_act_now(client).map_err(|_| {
            EndpointError::refused(ErrorCode::UnauthorizedClient, "this grant is for confidential clients")
        })?;
        let scope = scope_for_itself(params.get("scope"), client)?;
        let access = Access {
            resources: resources(&["resource"], params, client, None)?,
            authorization_details: authorization_details(params, client)?,
            ..Access::of(scope)
        };
        self.use_binding(binding, (client, None), now).await?;
        let bound_to = binding.key.as_ref();
        let access_token = self.client_access_token(client, &access, bound_to, now)?;
        Ok(self.token_response(access_token, &access, bound_to))
    }
}

/// What a client may do for itself of what it asks for: of what is registered, all that is not about
/// people (OIDC Core section 5.4 and 11).
fn scope_for_itself(asked: Option<&str>, client: &Client) -> Result<ScopeSet, EndpointError> {
    const INVALID: EndpointError = EndpointError::refused(
        ErrorCode::InvalidScope,
        "the scope is malformed, or holds nothing that this client may have for itself",
    );
    let own = scope::name::ALL.iter().fold(client.scope.clone(), |own, name| own.without(name));
    let Some(asked) = asked else { return Ok(own) };
    let granted = ScopeSet::parse(asked).ok_or(INVALID)?.intersection(&own);
    if granted.is_empty() { Err(INVALID) } else { Ok(granted) }
}

#[cfg(test)]
mod tests {
    use doorward_domain::{ClientAuthentication, ClientId};

    use super::*;

    fn granted(registered: &str, asked: Option<&str>) -> Option<String> {
        let id = ClientId::new("app");
        let client = Client {
            scope: ScopeSet::parse(registered).unwrap(),
            ..Client::new(id, String::new(), ClientAuthentication::None, Timestamp::from_secs(0))
        };
        scope_for_itself(asked, &client).ok().map(|scope| scope.to_string())
    }

    #[test]
    fn tk_03_a_client_gets_for_itself_what_is_registered_and_about_nobody() {
        let registered = "openid profile email groups offline_access read write";
        assert_eq!(granted(registered, None).unwrap(), "read write");
        assert_eq!(granted(registered, Some("write openid admin")).unwrap(), "write");
        for asked in ["admin", "openid profile email groups offline_access", "re\"ad"] {
            assert_eq!(granted(registered, Some(asked)), None, "{asked}");
        }
        assert_eq!(granted("openid", None).unwrap(), "");
    }
}
