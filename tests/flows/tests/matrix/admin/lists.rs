use doorward_flows::World;
use serde_json::json;

use super::{Operator, assert_problem};

#[tokio::test]
async fn ad_10_a_cursor_is_good_for_its_own_list_alone() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    let page = operator.get("/clients?limit=2").await;
    let cursor = page.str("next");
    let rest = operator.get(&format!("/clients?after={cursor}")).await;
    let (first, rest) = (page.json["items"].as_array().unwrap(), rest.json["items"].as_array().unwrap());
    assert_eq!((first.len(), rest.len()), (2, 4));
    assert!(rest.iter().all(|item| !first.contains(item)));

    let of_tenants = operator.get("/tenants?limit=1").await.str("next").to_owned();
    for query in [
        format!("/tenants?after={cursor}"),
        format!("/tokens?after={cursor}"),
        format!("/tenants/victim/users?after={cursor}"),
        format!("/backup?after={cursor}"),
        format!("/clients?after={of_tenants}"),
        // Of another question.
        format!("/clients?after={cursor}&enabled=true"),
        format!("/clients?after={cursor}&prefix=c"),
        // Forged.
        format!("/clients?after={}", &cursor[1..]),
        format!("/clients?after={}", &cursor[..cursor.len() - 2]),
        "/clients?after=c1".to_owned(),
        "/clients?after=".to_owned(),
        "/clients?after=%27%20or%201%3D1--".to_owned(),
    ] {
        assert_problem(&operator.get(&query).await, 400, "invalid_cursor");
    }
}

#[tokio::test]
async fn ad_10_nothing_is_sorted_or_searched_but_as_described() {
    let world = World::new().await;
    let operator = Operator::of(&world);
    for query in
        ["sort=client_secret", "order=desc", "limit=-1", "limit=x", "enabled=maybe", "search=a&search=b"]
    {
        assert_problem(&operator.get(&format!("/clients?{query}")).await, 400, "invalid_query");
    }
    let meant = operator.get("/clients?serch=a").await;
    assert!(meant.str("detail").ends_with("did you mean `search`?"), "{meant:?}");
    // Text is text, whatever it would mean elsewhere, and a bomb is a long text.
    let bomb = format!("{}%24", "(a%2B)%2B".repeat(200));
    for search in ["%25", ".*", "%27;--", "*)(uid=*", bomb.as_str()] {
        let found = operator.get(&format!("/clients?search={search}")).await;
        assert_eq!(found.json["items"], json!([]), "{search}");
    }
    assert_eq!(operator.get("/clients?search=APP%20C1").await.json["items"][0]["client_id"], "c1");
    assert_eq!(operator.get("/clients?limit=1000000000").await.json["items"].as_array().unwrap().len(), 6);
}
