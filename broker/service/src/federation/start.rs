//! The way to the provider (OpenID Connect Core section 3.1.2.1, RFC 7636).

use doorward_domain::connection::kind::ResponseMode;
use doorward_domain::{Connection, Timestamp};
use openidconnect::core::{CoreAuthenticationFlow, CoreClient};
use openidconnect::{
    AuthUrl, ClientId, CsrfToken, JsonWebKeySet, Nonce, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    Scope,
};
use url::Url;

use super::{Destination, Federation, FederationError, Leg, kind};

/// What the app asked of the sign-in, to be asked of the provider in turn.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Whom the person says to be.
    pub login_hint: Option<String>,
    /// `none`, `login`, `consent`, `select_account`, separated by spaces.
    pub prompt: Option<String>,
    /// The most seconds since the person proved who they are.
    pub max_age: Option<u64>,
    /// Language tags, separated by spaces.
    pub ui_locales: Option<String>,
    /// Authentication contexts, separated by spaces.
    pub acr_values: Option<String>,
}

/// A login on its way to a provider.
#[derive(Debug)]
pub struct Start {
    /// To be kept in the browser's sealed transaction.
    pub leg: Leg,
    /// Where the browser goes.
    pub location: Url,
}

impl Federation {
    /// Sends a person to the provider of `connection`. `transaction` identifies the browser's
    /// transaction; see [`super::transaction_of`]. Nothing is written.
    ///
    /// # Errors
    /// When the connection is not in use, or the provider's metadata cannot be had.
    pub async fn start(
        &self,
        to: &Destination,
        transaction: [u8; 16],
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Start, FederationError> {
        if !to.connection.is_usable() {
            return Err(FederationError::ConnectionNotInUse);
        }
        self.send(to, transaction, ask, now).await
    }

    /// The same for a test of the connection, which need not be in use. What comes of it signs nobody in.
    ///
    /// # Errors
    /// When the provider's metadata cannot be had.
    pub async fn start_test(
        &self,
        to: &Destination,
        transaction: [u8; 16],
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Start, FederationError> {
        let start = self.send(to, transaction, ask, now).await?;
        Ok(Start { leg: start.leg.for_test(), ..start })
    }

    async fn send(
        &self,
        Destination { tenant, connection }: &Destination,
        transaction: [u8; 16],
        ask: &Ask,
        now: Timestamp,
    ) -> Result<Start, FederationError> {
        let provider = self.providers.get(connection, now).await?;
        let (metadata, kind) = (&provider.metadata, kind::of(&connection.kind));
        let terms = (ask.max_age, metadata.takes_s256);
        let leg = Leg::new(tenant.id, connection, transaction, terms, &*self.entropy, now);
        let client = CoreClient::new(
            ClientId::new(connection.client_id.clone()),
            metadata.issuer.clone(),
            JsonWebKeySet::default(),
        )
        .set_auth_uri(AuthUrl::from_url(metadata.authorization_endpoint.clone()))
        .set_redirect_uri(RedirectUrl::from_url(self.callback_url(connection.id)));
        let (state, nonce) = (CsrfToken::new(leg.state.clone()), Nonce::new(leg.nonce.clone()));
        let mut request = client
            .authorize_url(CoreAuthenticationFlow::AuthorizationCode, || state, || nonce)
            .add_scopes(scopes_beside_openid(connection));
        if let Some(verifier) = &leg.code_verifier {
            request = request.set_pkce_challenge(challenge(verifier));
        }
        if kind.response_mode() == ResponseMode::FormPost {
            request = request.add_extra_param("response_mode", "form_post");
        }
        for (name, value) in kind.parameters(ask, &connection.contexts) {
            request = request.add_extra_param(name, value);
        }
        let (location, _, _) = request.url();
        Ok(Start { leg, location })
    }
}

/// The library asks for `openid` by itself.
fn scopes_beside_openid(connection: &Connection) -> impl Iterator<Item = Scope> {
    connection.scopes.iter().filter(|scope| *scope != "openid").cloned().map(Scope::new)
}

fn challenge(verifier: &str) -> PkceCodeChallenge {
    PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.to_owned()))
}
