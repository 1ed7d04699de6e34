//! Groups and roles.

use doorward_test_idp::entra::{App, EntraSwitch, Group, GroupClaims};
use serde_json::json;

use super::world::World;

/// Contoso with Ana in `inner`, which is in `outer`, and in a distribution list.
fn world(group_claims: GroupClaims) -> (World, Group, Group, Group) {
    let world = World::with(|app| App { group_claims, id_tokens_from_front: true, ..app });
    let ana = world.entra_user("ana@contoso.example");
    let inner = Group::new("inner", &[&ana]);
    let outer = Group::new("outer", &[&inner.id]);
    let list = Group { security: false, ..Group::new("list", &[&ana]) };
    for group in [&inner, &outer, &list] {
        world.entra.add_group(&world.contoso, group.clone());
    }
    (world, inner, outer, list)
}

fn ids(groups: &[&Group]) -> serde_json::Value {
    json!(groups.iter().map(|group| &group.id).collect::<Vec<_>>())
}

#[tokio::test]
async fn s1_5_group_claims_are_object_ids_of_the_kind_that_is_configured() {
    let (mut world, ..) = world(GroupClaims::None);
    assert!(world.claims("ana@contoso.example", &[]).await.get("groups").is_none());
    let (mut world, inner, outer, _) = self::world(GroupClaims::SecurityGroup);
    assert_eq!(
        world.claims("ana@contoso.example", &[]).await["groups"],
        ids(&[&inner, &outer]),
        "transitive"
    );
    let (mut world, inner, outer, list) = self::world(GroupClaims::All);
    assert_eq!(world.claims("ana@contoso.example", &[]).await["groups"], ids(&[&inner, &list, &outer]));
    let admin = world.claims("root@contoso.example", &[("prompt", "login")]).await;
    assert_eq!(admin["wids"], json!(["62e90394-69f5-4237-9190-012177145e10"]));
    let (mut world, _, outer, _) = self::world(GroupClaims::ApplicationGroup);
    let client_id = world.app.client_id.clone();
    world.entra.change_enterprise_app(&world.contoso, &client_id, |app| {
        app.assignments = vec![(outer.id.clone(), None)];
    });
    assert_eq!(world.claims("ana@contoso.example", &[]).await["groups"], ids(&[&outer]));
}

#[tokio::test]
async fn s1_5_more_than_200_groups_are_an_overage_and_no_groups_claim() {
    let (mut world, ..) = world(GroupClaims::SecurityGroup);
    let ana = world.entra_user("ana@contoso.example");
    for n in 0..198 {
        world.entra.add_group(&world.contoso, Group::new(&format!("g{n}"), &[&ana]));
    }
    let claims = world.claims("ana@contoso.example", &[]).await;
    assert_eq!(claims["groups"].as_array().unwrap().len(), 200);
    world.entra.add_group(&world.contoso, Group::new("one more", &[&ana]));
    let claims = world.claims("ana@contoso.example", &[("prompt", "login")]).await;
    assert!(claims.get("groups").is_none());
    assert_eq!(claims["_claim_names"], json!({ "groups": "src1" }));
    let endpoint = format!("https://graph.windows.net/{}/users/{ana}/getMemberObjects", world.contoso.id);
    assert_eq!(claims["_claim_sources"], json!({ "src1": { "endpoint": endpoint } }));
}

#[tokio::test]
async fn s1_5_overage_can_be_forced_and_is_earlier_in_a_url() {
    let (mut world, ..) = world(GroupClaims::SecurityGroup);
    world.entra.switches().once(EntraSwitch::GroupsOverage);
    let claims = world.claims("ana@contoso.example", &[]).await;
    assert!(claims.get("groups").is_none() && claims["_claim_names"].is_object());
    let ana = world.entra_user("ana@contoso.example");
    for n in 0..5 {
        world.entra.add_group(&world.contoso, Group::new(&format!("g{n}"), &[&ana]));
    }
    let page = world.authorize(&[("response_type", "code id_token")]).await;
    let claims = crate::browser::part(&page.returned("id_token").unwrap(), 1);
    assert!(claims.get("groups").is_none() && claims["hasgroups"] == true, "{claims}");
}

#[tokio::test]
async fn s1_5_app_roles_count_direct_members_only() {
    let (mut world, inner, outer, _) = world(GroupClaims::None);
    let client_id = world.app.client_id.clone();
    world.entra.change_enterprise_app(&world.contoso, &client_id, |app| {
        app.assignments =
            vec![(inner.id.clone(), Some("Reader".into())), (outer.id.clone(), Some("Owner".into()))];
    });
    assert_eq!(world.claims("ana@contoso.example", &[]).await["roles"], json!(["Reader"]));
}
