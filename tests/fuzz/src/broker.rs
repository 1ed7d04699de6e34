//! The provider under test, with a client that signs what it sends. Its clock stands still, so that an input
//! means the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};

use doorward_domain::{
    Algorithm, Client, ClientAuthentication, ClientId, ClientKeys, Entropy, KeyManagement, ManualClock,
    RedirectUri, ScopeSet, Timestamp,
};
use doorward_net::double::ScriptedOutbound;
use doorward_service::Settings;
use doorward_service::keys::{KeyRing, KeyRingParts, MasterKey, Schedule, Sealer};
use doorward_service::provider::{Provider, ProviderParts};
use doorward_store::{Batch, MemoryStore, Store};
use futures_util::FutureExt as _;
use josekit::jwk::KeyPair as _;
use josekit::jwk::alg::ec::{EcCurve, EcKeyPair};
use josekit::jws::ES256;
use josekit::jws::alg::ecdsa::EcdsaJwsSigner;
use serde_json::json;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

/// The broker's issuer identifier.
pub const ISSUER: &str = "https://id.test";
/// The client's `client_id`.
pub const CLIENT: &str = "app";
/// Its one redirect URI.
pub const REDIRECT_URI: &str = "https://app.test/cb";
/// The present, in seconds.
pub const NOW: i64 = 1_800_000_000;

/// The broker that all inputs come to.
pub static BROKER: LazyLock<Broker> = LazyLock::new(Broker::new);

/// A provider and its client.
pub struct Broker {
    /// The provider.
    pub provider: Provider,
    /// Its keys.
    pub keys: Arc<KeyRing>,
    /// The client.
    pub client: Client,
    /// What the client signs with.
    pub signer: EcdsaJwsSigner,
    /// Its public key, as a proof carries it.
    pub jwk: String,
    /// The thumbprint of that (RFC 7638).
    pub thumbprint: String,
}

impl Broker {
    fn new() -> Self {
        let mut key = EcKeyPair::generate(EcCurve::P256).unwrap();
        key.set_key_id(Some("one"));
        let public = key.to_jwk_public_key();
        let coordinate = |name: &str| public.parameter(name).unwrap().clone();
        let (x, y) = (coordinate("x"), coordinate("y"));
        let jwk = format!(r#"{{"crv":"P-256","kty":"EC","x":{x},"y":{y}}}"#);
        let client = Client {
            keys: ClientKeys::Inline(json!({"keys": [public]})),
            redirect_uris: vec![RedirectUri::parse(REDIRECT_URI).unwrap()],
            scope: ScopeSet::parse("openid profile email").unwrap(),
            ..Client::new(
                ClientId::new(CLIENT),
                "App".to_owned(),
                ClientAuthentication::PrivateKeyJwt { algorithm: Some(Algorithm::ES256) },
                now(),
            )
        };
        let (provider, keys) = provider(&client);
        Self {
            provider,
            keys,
            client,
            signer: ES256.signer_from_jwk(&key.to_jwk_private_key()).unwrap(),
            thumbprint: base64(&Sha256::digest(&jwk)),
            jwk,
        }
    }
}

/// The present.
pub fn now() -> Timestamp {
    Timestamp::from_secs(NOW)
}

/// What comes of a future that has nothing to wait for, as none has on the store in memory.
pub fn at_once<T>(future: impl Future<Output = T>) -> T {
    future.now_or_never().expect("nothing to wait for")
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

fn provider(client: &Client) -> (Provider, Arc<KeyRing>) {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::new());
    at_once(store.commit(Batch::new().put(client).unwrap())).unwrap();
    let entropy = Arc::new(Counted(AtomicU64::new(0)));
    let key = MasterKey { name: "k1".to_owned(), key: Zeroizing::new([7; 32]) };
    let sealer = Arc::new(Sealer::new(key, Vec::new()));
    let keys = KeyRing::open(KeyRingParts {
        store: store.clone(),
        sealer: sealer.clone(),
        clock: Arc::new(ManualClock::new(now())),
        entropy: entropy.clone(),
        algorithms: vec![Algorithm::ES256],
        encryption: vec![KeyManagement::EcdhEs],
        schedule: Schedule::default(),
    });
    let keys = Arc::new(at_once(keys).unwrap());
    let provider = Provider::new(ProviderParts {
        store,
        net: Arc::new(ScriptedOutbound::new()),
        keys: Arc::clone(&keys),
        sealer,
        entropy,
        settings: Arc::new(Settings::new(ISSUER, Default::default()).unwrap()),
        documents: None,
    });
    (provider, keys)
}

/// Repeatable dice.
struct Counted(AtomicU64);

impl Entropy for Counted {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(32) {
            let n = self.0.fetch_add(1, Ordering::Relaxed);
            chunk.copy_from_slice(&Sha256::digest(n.to_be_bytes())[..chunk.len()]);
        }
    }
}
