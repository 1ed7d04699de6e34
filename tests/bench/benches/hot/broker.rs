//! A broker without HTTP: the test world's parts, put together so that single calls can be timed.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use doorward_domain::{Client, Clock as _, GrantType, ScopeSet, Session, Timestamp};
use doorward_flows::app::{Answer, Relying, VERIFIER};
use doorward_flows::browser::encode;
use doorward_flows::world::{ISSUER, World};
use doorward_service::federation::Federation;
use doorward_service::identity::local::Local;
use doorward_service::identity::{Endings, Sessions};
use doorward_service::jobs::Jobs;
use doorward_service::login::{BrowserSession, Login, Step, TransactionCookie};
use doorward_service::provider::discovery::path;
use doorward_service::provider::token::{ClientRequest, TokenResponse};
use doorward_service::provider::{Provider, ProviderParts, ResourceRequest, Statement};
use doorward_service::trace::Traces;
use doorward_service::{Lifetimes, Settings};
use doorward_store::{Kind, Range, StoreExt as _, Stored};
use futures_util::FutureExt as _;
use http::header::AUTHORIZATION;
use http::{HeaderMap, Method};

/// The parts of a broker, with one person signed in at one app.
pub struct Broker {
    pub world: World,
    pub provider: Arc<Provider>,
    pub login: Login,
    /// The person's session.
    pub session: Stored<Session>,
    /// What the app got.
    pub tokens: Answer,
    app: Relying,
    headers: HeaderMap,
}

impl Broker {
    pub fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(Self::signed_in())
    }

    async fn signed_in() -> Self {
        let world = World::new().await;
        let client = world.client("c1");
        world
            .put(&Client {
                grant_types: [GrantType::usual(), vec![GrantType::ClientCredentials]].concat(),
                scope: client.scope.union(&ScopeSet::parse("reports.read").unwrap()),
                ..client
            })
            .await;
        let app = world.relying("c1");
        let page = world.sign_in(&mut world.browser(), &app, "victim", "alice").await;
        let tokens = app.redeem(&world, &page).await;
        let (provider, login) = parts(&world);
        let sessions = Range::of(world.victim, Kind::Session);
        let mut sessions = world.store.read_range(&sessions, 1, world.clock.now()).await.unwrap();
        let session = sessions.pop().expect("a session");
        let secret = app.secret.as_deref().expect("a confidential client");
        let credentials = format!("Basic {}", BASE64.encode(format!("{}:{secret}", app.id)));
        let headers = HeaderMap::from_iter([(AUTHORIZATION, credentials.try_into().unwrap())]);
        Self { world, provider, login, session, tokens, app, headers }
    }

    pub fn now(&self) -> Timestamp {
        self.world.clock.now()
    }

    /// The query of an authorization request.
    pub fn authorization_request(&self, prompt: &str) -> String {
        let url = self.app.authorize(&self.world, &[("prompt", prompt)]);
        url.split_once('?').unwrap().1.to_owned()
    }

    /// Sends a new browser to the sign-in page.
    pub fn start_login(&self, query: &str) -> TransactionCookie {
        match self.begin(query, None) {
            Step::SignIn(page) => page.heading.transaction,
            other => panic!("not the sign-in page: {other:?}"),
        }
    }

    /// Sends the browser that has a session; returns the code that the app gets.
    pub fn code(&self, query: &str) -> String {
        match self.begin(query, Some(self.session.clone())) {
            Step::Return(way) => {
                let mut answer = way.answer.destination().query_pairs();
                answer.find(|(name, _)| name == "code").expect("a code").1.into_owned()
            }
            other => panic!("not the way back: {other:?}"),
        }
    }

    fn begin(&self, query: &str, session: BrowserSession) -> Step {
        at_once(self.login.begin(&[query.as_bytes()], session.into(), self.now())).unwrap()
    }

    /// Redeems a code.
    pub fn redeem(&self, code: &str) -> TokenResponse {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", &self.app.redirect_uri),
            ("code_verifier", VERIFIER),
        ])
    }

    /// Uses a refresh token; returns the next one.
    pub fn refresh(&self, token: &str) -> String {
        let answer = self.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
        answer.refresh_token.expect("a refresh token").expose().to_owned()
    }

    /// Gets a token for the app itself.
    pub fn act_for_itself(&self) -> TokenResponse {
        self.token(&[("grant_type", "client_credentials"), ("scope", "reports.read")])
    }

    /// Asks about a token.
    pub fn introspect(&self, token: &str) -> Statement {
        let body = encode(&[("token", token)]);
        let (headers, path) = (&self.headers, path::INTROSPECT);
        let request = ClientRequest { headers, certificate: None, body: body.as_bytes(), path };
        at_once(self.provider.introspect(request, self.now())).unwrap()
    }

    /// Registers this many other clients.
    pub fn add_clients(&self, count: usize) {
        for number in 0..count {
            let client = self.world.client(&format!("other-{number}"));
            at_once(self.world.put(&client));
        }
    }

    /// Asks userinfo with a bearer token.
    pub fn userinfo(&self, token: &str) -> Statement {
        let (path, headers) = (path::USERINFO, &HeaderMap::new());
        let request =
            ResourceRequest { method: &Method::GET, path, headers, certificate: None, dpop: false, token };
        at_once(self.provider.userinfo(request, self.now())).unwrap()
    }

    fn token(&self, fields: &[(&str, &str)]) -> TokenResponse {
        let body = encode(fields);
        let (headers, path) = (&self.headers, path::TOKEN);
        let request = ClientRequest { headers, certificate: None, body: body.as_bytes(), path };
        at_once(self.provider.token(request, self.now())).unwrap()
    }
}

/// What comes of a future that has nothing to wait for, as none has on the store in memory.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing to wait for")
}

/// Provider and login of one more broker on the world's store, as `App` puts them together.
fn parts(world: &World) -> (Arc<Provider>, Login) {
    let (store, sealer, entropy) = (world.store.clone(), world.sealer.clone(), world.entropy.clone());
    let settings = Arc::new(Settings::new(ISSUER, Lifetimes::default()).unwrap());
    let provider = Arc::new(Provider::new(ProviderParts {
        store: store.clone(),
        net: Arc::new(world.network.clone()),
        keys: world.keys.clone(),
        sealer: sealer.clone(),
        entropy: entropy.clone(),
        settings: settings.clone(),
        documents: None,
    }));
    let federation = Arc::new(Federation::new(
        store.clone(),
        Arc::new(world.network.clone()),
        entropy.clone(),
        sealer.clone(),
        settings.base_url().clone(),
    ));
    let jobs = Arc::new(Jobs::new(store.clone(), entropy.clone()));
    let endings = Arc::new(Endings::new(store.clone(), entropy.clone(), jobs));
    let sessions = Arc::new(Sessions::new(store.clone(), entropy.clone(), endings, settings.clone()));
    let local = Local::unposted(store.clone(), sealer.clone(), entropy.clone(), settings.clone());
    let local = Arc::new(local);
    let traces = Arc::new(Traces::new(world.clock.clone(), &*entropy));
    let login = Login::new(provider.clone(), federation, sessions, local, traces);
    (provider, login)
}
