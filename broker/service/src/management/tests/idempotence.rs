use proptest::prelude::*;
use serde_json::json;

use super::empty;
use crate::management::document::Document;

/// Documents about one tenant and one client, in all their ways.
fn documents() -> impl Strategy<Value = Document> {
    let connection = (
        prop_oneof![Just("none"), Just("client_secret_basic"), Just("client_secret_post")],
        prop_oneof![Just("draft"), Just("live"), Just("paused")],
        prop_oneof![Just("https://one.test"), Just("https://two.test")],
        "[a-z]{1,20}",
        prop::option::of("work_[a-z]{1,8}"),
    );
    let client = (
        prop_oneof![Just("none"), Just("client_secret_basic"), Just("client_secret_post")],
        prop_oneof![Just(json!("all")), Just(json!(["acme"]))],
        "[a-z]{22,40}",
        any::<bool>(),
    );
    let domains = prop::collection::btree_set("[a-z]{1,3}\\.test", 0..4);
    (domains, connection, client).prop_map(|(domains, connection, client)| {
        let (authentication, stage, issuer, secret, email) = connection;
        let secret = (authentication != "none").then_some(secret);
        let mapping = email.map_or_else(|| json!({}), |claim| json!({"email": claim}));
        let (method, tenants, client_secret, native) = client;
        let client_secret = (method != "none").then_some(client_secret);
        let application_type = if native { "native" } else { "web" };
        let document = json!({
            "tenant": [{"slug": "acme", "name": "Acme", "domains": domains, "connection": [{
                "name": "staff", "kind": "oidc", "issuer": issuer, "client_id": "doorward", "stage": stage,
                "authentication": authentication, "client_secret": secret, "mapping": mapping,
            }]}],
            "client": [{
                "client_id": "app", "name": "App", "tenants": tenants, "client_secret": client_secret,
                "token_endpoint_auth_method": method, "application_type": application_type,
            }],
        });
        serde_json::from_value(document).unwrap()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn applying_twice_changes_nothing_the_second_time(first in documents(), second in documents()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(async {
            let management = empty();
            for document in [first, second] {
                management.apply(&document, "tests").await.unwrap();
                let exported = management.export().await.unwrap();
                for again in [document, exported] {
                    let plan = management.apply(&again, "tests").await.unwrap();
                    prop_assert!(plan.changes.is_empty(), "{plan:?}");
                }
            }
            Ok(())
        })?;
    }
}
