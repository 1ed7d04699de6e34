//! What single functions take in CPU time, without HTTP and without a disk: what every request passes,
//! and the decisive step of each flow. `cargo bench -p doorward-bench` runs them.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a bench that cannot go on shall stop")]

mod broker;
mod cpu_time;

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, criterion_group, criterion_main};
use doorward_domain::{Algorithm, RedirectUri};
use doorward_service::keys::{Audience, Expected, Expiry, Purpose, Typ, verify};
use doorward_service::provider::Params;
use doorward_store::{Batch, MemoryStore, Store as _};

use broker::{Broker, at_once};
use cpu_time::CpuTime;

/// Parsing and matching: what an authorization request passes first.
fn requests(c: &mut Criterion<CpuTime>) {
    let broker = Broker::new();
    let query = broker.authorization_request("");
    c.bench_function("params: parse", |b| b.iter(|| Params::parse(&[black_box(query.as_bytes())]).unwrap()));

    let web = RedirectUri::parse("https://app.example/callback").unwrap();
    c.bench_function("redirect uri: match", |b| {
        b.iter(|| web.matches(black_box("https://app.example/callback"), false));
    });
    let native = RedirectUri::parse("http://127.0.0.1/callback").unwrap();
    c.bench_function("redirect uri: match on another port", |b| {
        b.iter(|| native.matches(black_box("http://127.0.0.1:51004/callback"), true));
    });
}

/// The sealed cookie in which a login travels.
fn transactions(c: &mut Criterion<CpuTime>) {
    let broker = Broker::new();
    let cookie = broker.start_login(&broker.authorization_request(""));
    let transaction =
        at_once(broker.login.open(cookie.id, Some(cookie.value.expose()), broker.now())).unwrap();
    c.bench_function("transaction: seal", |b| {
        b.iter(|| {
            let plain = serde_json::to_vec(black_box(&transaction)).unwrap();
            let world = &broker.world;
            world.sealer.seal_token(Purpose::Transaction, &cookie.id.0, &plain, &*world.entropy)
        });
    });
    c.bench_function("transaction: open", |b| {
        b.iter(|| {
            at_once(broker.login.open(cookie.id, Some(black_box(cookie.value.expose())), broker.now()))
                .unwrap()
        });
    });
}

/// Signing and verifying.
fn tokens(c: &mut Criterion<CpuTime>) {
    let broker = Broker::new();
    let (claims, keys) = (broker.tokens.claims("id_token"), &broker.world.keys);
    c.bench_function("ID token: sign with ES256", |b| {
        b.iter(|| keys.sign(Algorithm::ES256, "JWT", black_box(&claims)).unwrap());
    });
    let (token, issuer) = (broker.tokens.str("access_token"), doorward_flows::world::ISSUER);
    let expected = Expected {
        algorithms: &[Algorithm::ES256],
        typ: Typ::Exactly("at+jwt"),
        issuer,
        audience: Audience::Exactly(issuer),
        required: &["exp", "iat", "jti", "sub"],
        expiry: Expiry::Enforced,
        now: broker.now(),
        leeway: Duration::ZERO,
    };
    let public = keys.verifying_keys();
    c.bench_function("access token: verify", |b| {
        b.iter(|| verify(black_box(token), &public, &expected).unwrap());
    });
}

/// The endpoints without HTTP, on the store in memory.
fn endpoints(c: &mut Criterion<CpuTime>) {
    let broker = Broker::new();
    let query = broker.authorization_request("");
    c.bench_function("authorize: to the sign-in page", |b| b.iter(|| broker.start_login(black_box(&query))));
    let silent = broker.authorization_request("none");
    c.bench_function("authorize: to a code, with a session", |b| b.iter(|| broker.code(black_box(&silent))));
    c.bench_function("token: redeem a code", |b| {
        b.iter_batched(|| broker.code(&silent), |code| broker.redeem(&code), BatchSize::SmallInput);
    });
    let mut refresh_token = broker.tokens.str("refresh_token").to_owned();
    c.bench_function("token: refresh", |b| {
        b.iter(|| refresh_token = broker.refresh(&refresh_token));
    });
    let access_token = broker.tokens.str("access_token");
    c.bench_function("userinfo: with a known token", |b| {
        b.iter(|| broker.userinfo(black_box(access_token)));
    });
}

/// Clients that act for themselves or ask about tokens.
fn clients(c: &mut Criterion<CpuTime>) {
    let broker = Broker::new();
    c.bench_function("token: client credentials", |b| b.iter(|| broker.act_for_itself()));
    let access_token = broker.tokens.str("access_token");
    c.bench_function("introspection: a known token", |b| {
        b.iter(|| broker.introspect(black_box(access_token)))
    });
}

/// A code and its tokens, however many clients there are.
fn crowds(c: &mut Criterion<CpuTime>) {
    for count in [10, 100_000] {
        let broker = Broker::new();
        broker.add_clients(count);
        let silent = broker.authorization_request("none");
        c.bench_function(&format!("authorize and token: among {count} clients"), |b| {
            b.iter(|| broker.redeem(&broker.code(&silent)));
        });
    }
}

/// The store in memory: what a commit costs before any disk.
fn store(c: &mut Criterion<CpuTime>) {
    let (broker, store) = (Broker::new(), MemoryStore::new());
    let batch = Batch::new().put(&broker.session.record).unwrap();
    c.bench_function("store: commit in memory", |b| {
        b.iter_batched(
            || batch.clone(),
            |batch| at_once(store.commit(batch)).unwrap(),
            BatchSize::SmallInput,
        );
    });
}

criterion_group! {
    name = hot;
    config = Criterion::default()
        .with_measurement(CpuTime)
        .warm_up_time(Duration::from_secs(1))
        .measurement_time(Duration::from_secs(3));
    targets = requests, transactions, tokens, endpoints, clients, crowds, store
}
criterion_main!(hot);
