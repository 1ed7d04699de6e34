use super::{empty, only_problem, parse};
use crate::management::Document;

const GROUP: &str = r#"
[[tenant]]
slug = "clinic"
name = "Clinic"
parent = "region"
[[tenant]]
slug = "region"
name = "Region"
parent = "group"
[[tenant]]
slug = "group"
name = "Group"
[[tenant.population]]
name = "providers"
title = "Providers"
local_sign_in = true
[[tenant.connection]]
name = "providers"
population = "providers"
kind = "oidc"
issuer = "https://idp.group.test"
client_id = "doorward"
"#;

fn with_parent(slug: &str, parent: &str) -> Document {
    parse(&format!("[[tenant]]\nslug = {slug:?}\nname = \"One\"\nparent = {parent:?}\n"))
}

#[tokio::test]
async fn organisations_are_applied_in_any_order_and_read_back_the_same() {
    let management = empty();
    management.apply(&parse(GROUP), "tests").await.unwrap();
    let exported = management.export().await.unwrap();
    let told: Vec<_> = exported
        .tenants
        .iter()
        .map(|tenant| (tenant.slug.as_str(), tenant.parent.as_ref().map(|slug| slug.as_str())))
        .collect();
    assert_eq!(told, [("clinic", Some("region")), ("group", None), ("region", Some("group"))]);
    assert!(management.apply(&exported, "tests").await.unwrap().changes.is_empty());
    assert!(management.apply(&parse(GROUP), "tests").await.unwrap().changes.is_empty());
}

#[tokio::test]
async fn a_parent_exists_and_is_not_below_its_child() {
    let management = empty();
    let nobody = management.plan(&with_parent("one", "nobody"), "tests").await;
    assert_eq!(only_problem(nobody).path, "tenant[one].parent");
    let circle = management.plan(&with_parent("one", "one"), "tests").await;
    assert_eq!(only_problem(circle).path, "tenant[one].parent");
}

#[tokio::test]
async fn a_tenant_stays_where_it_is() {
    let management = empty();
    management.apply(&parse(GROUP), "tests").await.unwrap();
    let moved = management.plan(&with_parent("clinic", "group"), "tests").await;
    assert_eq!(only_problem(moved).path, "tenant[clinic].parent");
}

#[tokio::test]
async fn organisations_have_a_depth() {
    let management = empty();
    management.apply(&parse(GROUP), "tests").await.unwrap();
    for (slug, parent) in [("level-four", "clinic"), ("level-five", "level-four")] {
        management.apply(&with_parent(slug, parent), "tests").await.unwrap();
    }
    let deep = management.plan(&with_parent("level-six", "level-five"), "tests").await;
    assert_eq!(only_problem(deep).path, "tenant[level-six].parent");
}

#[tokio::test]
async fn a_connection_is_for_a_population_that_there_is() {
    let document = parse(&GROUP.replace("population = \"providers\"", "population = \"patients\""));
    let plan = empty().plan(&document, "tests").await;
    assert_eq!(only_problem(plan).path, "tenant[group].connection[providers].population");
}
