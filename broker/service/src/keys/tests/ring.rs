//! Keys in the store and in memory, with one broker and with two.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use doorward_domain::audit::Action;
use doorward_domain::{
    Algorithm, AuditEvent, KeyAlgorithm, KeyId, KeyManagement, ManualClock, OwnKey, TenantId, Timestamp,
};
use doorward_store::records::at;
use doorward_store::{Batch, Kind, Range, Record, Store as _, StoreExt as _};
use serde_json::{Value, json};

use super::store::TestStore;
use super::{Dice, NOW, master_key, sealer};
use crate::keys::{
    Audience, Expected, Expiry, JoseError, KeyError, KeyRing, KeyRingParts, Schedule, SealError, Sealer, Typ,
    verify,
};

/// One store, one clock, and brokers that share them.
struct World {
    store: Arc<TestStore>,
    clock: Arc<ManualClock>,
}

impl World {
    fn new() -> Self {
        Self { store: Arc::default(), clock: Arc::new(ManualClock::new(NOW)) }
    }

    fn parts(&self, seed: u64) -> KeyRingParts {
        KeyRingParts {
            store: self.store.clone(),
            sealer: Arc::new(sealer()),
            clock: self.clock.clone(),
            entropy: Arc::new(Dice::new(seed)),
            algorithms: vec![Algorithm::ES256],
            encryption: Vec::new(),
            schedule: Schedule::default(),
        }
    }

    async fn ring(&self, seed: u64) -> KeyRing {
        KeyRing::open(self.parts(seed)).await.unwrap()
    }

    async fn all<R: Record>(&self) -> Vec<R> {
        let range = Range::of(TenantId::BROKER, R::KIND);
        let found = self
            .store
            .read_range::<R>(&range, 1_000, Timestamp::MAX - Duration::from_millis(1))
            .await
            .unwrap();
        found.into_iter().map(|stored| stored.record).collect()
    }

    async fn actions(&self) -> Vec<(Action, String)> {
        self.all::<AuditEvent>().await.into_iter().map(|event| (event.action, event.actor)).collect()
    }
}

fn claims() -> Value {
    json!({ "iss": "https://broker.test", "aud": "app", "exp": NOW.as_secs() + 300 })
}

fn accepts(ring: &KeyRing, algorithm: Algorithm, token: &str) -> bool {
    let expected = Expected {
        algorithms: &[algorithm],
        typ: Typ::Exactly("at+jwt"),
        issuer: "https://broker.test",
        audience: Audience::Contains("app"),
        required: &["exp"],
        expiry: Expiry::Enforced,
        now: NOW,
        leeway: Duration::ZERO,
    };
    verify(token, &ring.verifying_keys(), &expected).is_ok()
}

fn sign(ring: &KeyRing) -> String {
    ring.sign(Algorithm::ES256, "at+jwt", &claims()).unwrap()
}

/// The `kid`s in the JWKS.
fn published(ring: &KeyRing) -> Vec<String> {
    let jwks: Value = serde_json::from_str(&ring.jwks()).unwrap();
    jwks["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
}

/// The `kid` that a token was signed under.
fn kid(token: &str) -> String {
    use base64::Engine as _;
    let header =
        base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token.split_once('.').unwrap().0).unwrap();
    serde_json::from_slice::<Value>(&header).unwrap()["kid"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn the_first_start_signs_at_once_and_the_slow_keys_follow() {
    let world = World::new();
    let algorithms = Algorithm::ALL.to_vec();
    let ring = KeyRing::open(KeyRingParts { algorithms, ..world.parts(1) }).await.unwrap();
    for quick in [Algorithm::ES256, Algorithm::EdDSA] {
        let token = ring.sign(quick, "at+jwt", &claims()).unwrap();
        assert!(accepts(&ring, quick, &token), "{quick}");
    }
    for slow in [Algorithm::RS256, Algorithm::PS256] {
        assert!(
            matches!(ring.sign(slow, "at+jwt", &claims()), Err(KeyError::NotReady(missing)) if missing == slow.into())
        );
    }
    assert_eq!(ring.jwks_max_age(), Duration::ZERO);
    ring.maintain().await.unwrap();
    assert_eq!(ring.jwks_max_age(), Schedule::default().jwks_max_age);
    for algorithm in Algorithm::ALL {
        let token = ring.sign(algorithm, "at+jwt", &claims()).unwrap();
        assert!(accepts(&ring, algorithm, &token), "{algorithm}");
    }
    assert_eq!(world.actions().await, vec![(Action::KeyCreated, "schedule".to_owned()); 4]);
}

#[tokio::test]
async fn a_later_start_finds_its_keys() {
    let world = World::new();
    let token = sign(&world.ring(1).await);
    let later = world.ring(2).await;
    assert!(accepts(&later, Algorithm::ES256, &token));
    assert_eq!(kid(&sign(&later)), kid(&token));
    assert_eq!(world.all::<OwnKey>().await.len(), 1);
}

#[tokio::test]
async fn the_jwks_tells_what_verifies_and_nothing_private() {
    let world = World::new();
    let ring =
        KeyRing::open(KeyRingParts { algorithms: Algorithm::ALL.to_vec(), ..world.parts(1) }).await.unwrap();
    ring.maintain().await.unwrap();
    let jwks: Value = serde_json::from_str(&ring.jwks()).unwrap();
    let names = |kty: &str| match kty {
        "EC" => vec!["alg", "crv", "kid", "kty", "use", "x", "y"],
        "OKP" => vec!["alg", "crv", "kid", "kty", "use", "x"],
        _ => vec!["alg", "e", "kid", "kty", "n", "use"],
    };
    let keys = jwks["keys"].as_array().unwrap();
    assert_eq!(keys.len(), 4);
    for key in keys {
        let mut members: Vec<&str> = key.as_object().unwrap().keys().map(String::as_str).collect();
        members.sort_unstable();
        assert_eq!(members, names(key["kty"].as_str().unwrap()));
        assert_eq!(key["use"], "sig");
        assert!(key["kid"].as_str().unwrap().parse::<KeyId>().is_ok());
        assert!(key["alg"].as_str().unwrap().parse::<Algorithm>().is_ok());
    }
}

#[tokio::test]
async fn sr_02_no_private_key_lies_in_the_store_in_clear() {
    let world = World::new();
    world.ring(1).await;
    let key = world.all::<OwnKey>().await.remove(0);
    let place = crate::keys::Place {
        tenant: TenantId::BROKER,
        kind: Kind::OwnKey,
        id: key.id.as_bytes(),
        field: "private_jwk",
    };
    let private: Value = serde_json::from_slice(&sealer().open(&place, &key.private_jwk).unwrap()).unwrap();
    let secret = private["d"].as_str().unwrap();
    for (_, value) in world.store.list(&Range::all(), 100).await.unwrap() {
        assert!(!String::from_utf8(value.bytes).unwrap().contains(secret));
    }
}

#[tokio::test]
async fn two_brokers_that_start_together_make_one_key() {
    for seed in 0..50 {
        let world = World::new();
        let (one, two) = tokio::join!(world.ring(2 * seed), world.ring(2 * seed + 1));
        assert_eq!(world.all::<OwnKey>().await.len(), 1, "seed {seed}");
        assert_eq!(kid(&sign(&one)), kid(&sign(&two)));
        assert_eq!(world.actions().await.len(), 1);
    }
}

#[tokio::test]
async fn two_commands_at_once_make_one_successor() {
    for seed in 0..50 {
        let world = World::new();
        let (one, two) = (world.ring(2 * seed).await, world.ring(2 * seed + 1).await);
        let (first, second) =
            tokio::join!(one.rotate(Algorithm::ES256, "kim"), two.rotate(Algorithm::ES256, "ada"));
        assert_eq!(first.unwrap(), second.unwrap(), "seed {seed}");
        assert_eq!(world.all::<OwnKey>().await.len(), 2);
    }
}

#[tokio::test]
async fn a_successor_is_published_before_it_signs_and_its_predecessor_is_kept_after() {
    let world = World::new();
    let ring = world.ring(1).await;
    let before = sign(&ring);
    world.clock.advance(Duration::from_secs(1));
    let successor = ring.rotate(Algorithm::ES256, "kim").await.unwrap().to_string();
    assert_eq!(published(&ring), [kid(&before), successor.clone()]);
    assert_eq!(kid(&sign(&ring)), kid(&before));
    assert_eq!(ring.rotate(Algorithm::ES256, "kim").await.unwrap().to_string(), successor);

    let schedule = Schedule::default();
    world.clock.advance(schedule.publish_ahead() - Duration::from_millis(1));
    assert_eq!(kid(&sign(&ring)), kid(&before));
    world.clock.advance(Duration::from_millis(1));
    assert_eq!(kid(&sign(&ring)), successor);
    assert!(accepts(&ring, Algorithm::ES256, &before));

    world.clock.advance(schedule.retain(Algorithm::ES256.into()) - Duration::from_millis(1));
    ring.maintain().await.unwrap();
    assert_eq!(published(&ring), [kid(&before), successor.clone()]);
    world.clock.advance(Duration::from_millis(1));
    ring.maintain().await.unwrap();
    assert_eq!(published(&ring), [successor]);
    assert!(!accepts(&ring, Algorithm::ES256, &before));
    assert_eq!(world.all::<OwnKey>().await.len(), 1);
    let expected = [(Action::KeyCreated, "schedule".to_owned()), (Action::KeyRotated, "kim".to_owned())];
    assert_eq!(world.actions().await, expected);
}

#[tokio::test]
async fn the_schedule_replaces_a_key_when_its_period_ends() {
    let world = World::new();
    let ring = world.ring(1).await;
    let before = kid(&sign(&ring));
    let schedule = Schedule::default();
    world.clock.advance(schedule.period - schedule.publish_ahead());
    ring.maintain().await.unwrap();
    assert_eq!(published(&ring).len(), 2);
    assert_eq!(kid(&sign(&ring)), before);
    world.clock.advance(schedule.publish_ahead());
    assert_ne!(kid(&sign(&ring)), before);
}

#[tokio::test]
async fn a_ring_of_many_keys_works_and_is_tidied_up() {
    let world = World::new();
    let schedule = Schedule { longest_token: Duration::from_secs(365 * 86_400), ..Schedule::default() };
    let ring = KeyRing::open(KeyRingParts { schedule, ..world.parts(1) }).await.unwrap();
    let first = sign(&ring);
    for _ in 0..70 {
        ring.rotate(Algorithm::ES256, "kim").await.unwrap();
        world.clock.advance(schedule.publish_ahead());
    }
    assert_eq!(published(&ring).len(), 71);
    assert!(accepts(&ring, Algorithm::ES256, &first) && accepts(&ring, Algorithm::ES256, &sign(&ring)));
    world.clock.advance(schedule.retain(Algorithm::ES256.into()));
    ring.maintain().await.unwrap();
    assert_eq!(world.all::<OwnKey>().await.len(), 2, "the last key and its successor");
}

#[tokio::test]
async fn a_ring_hears_of_what_another_broker_did() {
    let world = World::new();
    let (one, two) = (Arc::new(world.ring(1).await), world.ring(2).await);
    let running = tokio::spawn({
        let one = one.clone();
        async move { one.run().await }
    });
    let successor = two.rotate(Algorithm::ES256, "kim").await.unwrap().to_string();
    let heard = async {
        while !published(&one).contains(&successor) {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), heard).await.unwrap();
    running.abort();
}

#[tokio::test]
async fn a_failing_store_stops_maintenance_but_not_signing() {
    let world = World::new();
    let ring = world.ring(1).await;
    world.store.broken.store(true, Ordering::SeqCst);
    assert!(matches!(ring.maintain().await, Err(KeyError::Store(_))));
    assert!(matches!(ring.rotate(Algorithm::ES256, "kim").await, Err(KeyError::Store(_))));
    assert!(accepts(&ring, Algorithm::ES256, &sign(&ring)));
    assert!(KeyRing::open(world.parts(2)).await.is_err());
}

#[tokio::test]
async fn a_key_that_is_not_in_use_cannot_be_replaced() {
    let ring = World::new().ring(1).await;
    assert!(matches!(
        ring.rotate(Algorithm::RS256, "kim").await,
        Err(KeyError::NotReady(KeyAlgorithm::Signature(Algorithm::RS256)))
    ));
}

#[tokio::test]
async fn sr_03_the_wrong_master_key_does_not_open_the_ring() {
    let world = World::new();
    world.ring(1).await;
    let wrong = Arc::new(Sealer::new(master_key("main", 2), Vec::new()));
    let parts = || KeyRingParts { sealer: wrong.clone(), ..world.parts(2) };
    let opened = KeyRing::open(parts()).await;
    assert!(matches!(opened, Err(KeyError::Pairwise(SealError::Forged))));
    world.store.commit(Batch::new().remove(at::pairwise_key())).await.unwrap();
    let opened = KeyRing::open(parts()).await;
    assert!(matches!(opened, Err(KeyError::Sealed(_, SealError::Forged))));
}

#[tokio::test]
async fn sr_03_who_writes_to_the_store_cannot_publish_a_key() {
    let (world, attacker) = (World::new(), World::new());
    let (ring, foreign) = (world.ring(1).await, attacker.ring(2).await);
    let theirs = attacker.all::<OwnKey>().await.remove(0);
    let stored = world.store.read::<OwnKey>(&at::own_key(world.all::<OwnKey>().await[0].id), NOW).await;
    let stored = stored.unwrap().unwrap();

    // Another public key in our record: what is published comes from the sealed private key.
    let changed = OwnKey { public_jwk: theirs.public_jwk.clone(), ..stored.record.clone() };
    world.store.commit(Batch::new().update(&stored, &changed).unwrap()).await.unwrap();
    assert_eq!(world.ring(3).await.jwks(), ring.jwks());
    assert!(!accepts(&world.ring(3).await, Algorithm::ES256, &sign(&foreign)));

    // A sealed key copied under another identifier: it does not open there.
    let copied = OwnKey { id: theirs.id, ..stored.record };
    world.store.commit(Batch::new().insert(&copied).unwrap()).await.unwrap();
    assert!(matches!(KeyRing::open(world.parts(4)).await, Err(KeyError::Sealed(..))));
    assert!(ring.maintain().await.is_err());
    assert!(accepts(&ring, Algorithm::ES256, &sign(&ring)));
}

fn encrypted(public: &Value) -> String {
    let jwk = josekit::jwk::Jwk::from_map(public.as_object().unwrap().clone()).unwrap();
    let encrypter = josekit::jwe::ECDH_ES.encrypter_from_jwk(&jwk).unwrap();
    let mut header = josekit::jwe::JweHeader::new();
    header.set_content_encryption("A128GCM");
    josekit::jwe::JweContext::new().serialize_compact(b"content", &header, &encrypter).unwrap()
}

#[tokio::test]
async fn a_key_for_encryption_is_published_ahead_and_opens_after_nobody_is_told_of_it() {
    let world = World::new();
    let encryption = vec![KeyManagement::EcdhEs];
    let ring = KeyRing::open(KeyRingParts { encryption, ..world.parts(1) }).await.unwrap();
    let keys = || {
        let jwks: Value = serde_json::from_str(&ring.jwks()).unwrap();
        let keys = jwks["keys"].as_array().unwrap().iter().filter(|key| key["use"] == "enc").cloned();
        keys.collect::<Vec<_>>()
    };
    let opens = |jwe: &str| ring.decrypt(jwe).is_ok_and(|(content, _)| content.as_slice() == b"content");
    let first = keys().remove(0);
    assert_eq!((&first["alg"], first.get("d")), (&json!("ECDH-ES"), None));
    let before = encrypted(&first);
    assert!(opens(&before));
    // A signing key opens nothing, though it is of the same kind.
    let jwks: Value = serde_json::from_str(&ring.jwks()).unwrap();
    let signing = jwks["keys"].as_array().unwrap().iter().find(|key| key["use"] == "sig").unwrap();
    let mut wrong = signing.clone();
    (wrong["use"], wrong["alg"]) = (json!("enc"), json!("ECDH-ES"));
    assert_eq!(ring.decrypt(&encrypted(&wrong)).unwrap_err(), JoseError::UnknownKey);

    ring.rotate(KeyManagement::EcdhEs, "kim").await.unwrap();
    assert_eq!(keys().len(), 2);
    let next = keys().into_iter().find(|key| key["kid"] != first["kid"]).unwrap();
    assert!(opens(&encrypted(&next)) && opens(&before), "whoever sees it may use it");
    let schedule = Schedule::default();
    world.clock.advance(schedule.publish_ahead());
    ring.maintain().await.unwrap();
    assert_eq!(keys(), std::slice::from_ref(&next));
    let late = encrypted(&first);
    assert!(opens(&before) && opens(&late) && opens(&encrypted(&next)));
    world.clock.advance(schedule.retain(KeyManagement::EcdhEs.into()));
    ring.maintain().await.unwrap();
    assert_eq!(ring.decrypt(&late).unwrap_err(), JoseError::UnknownKey);
    assert!(opens(&encrypted(&next)));
}
