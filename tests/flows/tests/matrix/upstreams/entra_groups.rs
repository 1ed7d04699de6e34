//! Groups of Microsoft Entra that are too many for a token.

use std::sync::atomic::Ordering;

use doorward_flows::World;
use doorward_flows::upstreams::entra::Contoso;
use doorward_test_idp::entra::{App, EntraSwitch, Group, GroupClaims};
use doorward_test_idp::{Arm, Endpoint};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::canary;

const ANA: &str = "ana@contoso.example";

/// Contoso, whose Ana is in so many groups. The app may read memberships.
async fn contoso(world: &World, graph_groups: bool, groups: usize) -> Contoso {
    let permissions = vec!["GroupMember.Read.All".to_owned()];
    let change =
        |app| App { group_claims: GroupClaims::SecurityGroup, application_permissions: permissions, ..app };
    let contoso = Contoso::with(world, json!({ "graph_groups": graph_groups }), change).await;
    let mut oid = String::new();
    contoso.change("ana", |user| oid.clone_from(&user.oid));
    for n in 0..groups {
        contoso.entra.add_group(&contoso.directory, Group::new(&format!("group {n}"), &[&oid]));
    }
    contoso
}

fn groups(claims: &Value) -> usize {
    claims.get("groups").and_then(Value::as_array).map_or(0, Vec::len)
}

#[tokio::test]
async fn groups_that_fit_are_in_the_token() {
    let world = World::new().await;
    let contoso = contoso(&world, false, 3).await;
    assert_eq!(groups(&contoso.connected.learnt(&world, ANA, ANA).await), 3);
}

#[rstest]
#[case(true, 230)]
#[case(false, 0)]
#[tokio::test]
async fn more_groups_than_fit_are_asked_of_graph_or_not_known(#[case] graph: bool, #[case] known: usize) {
    let world = World::new().await;
    let contoso = contoso(&world, graph, 230).await;
    let old_graph = canary(&world, "https://graph.windows.net");
    assert_eq!(groups(&contoso.connected.learnt(&world, ANA, ANA).await), known);
    assert_eq!(old_graph.load(Ordering::SeqCst), 0, "the token does not choose where we ask");
    let asked = contoso.entra.requests(Endpoint::Api);
    assert_eq!(asked, u64::from(graph));
    let tokens = contoso.entra.requests(Endpoint::Token);
    contoso.connected.learnt(&world, ANA, ANA).await;
    assert_eq!(contoso.entra.requests(Endpoint::Token), tokens + 1, "the token for Graph is used again");
}

#[rstest]
#[case(EntraSwitch::GraphPermissionMissing)]
#[case(EntraSwitch::GraphThrottled)]
#[tokio::test]
async fn without_an_answer_of_graph_the_person_comes_in_with_no_groups(#[case] switch: EntraSwitch) {
    let world = World::new().await;
    let contoso = contoso(&world, true, 230).await;
    contoso.entra.switches().sticky(switch);
    assert_eq!(groups(&contoso.connected.learnt(&world, ANA, ANA).await), 0);
    assert!(contoso.entra.switches().fired(switch) > 0);
}

#[tokio::test]
async fn a_permission_that_was_granted_later_needs_a_new_token() {
    let world = World::new().await;
    let contoso = contoso(&world, true, 230).await;
    assert_eq!(groups(&contoso.connected.learnt(&world, ANA, ANA).await), 230);
    contoso.entra.switches().arm(Arm::from(EntraSwitch::GraphPermissionMissing).times(1));
    assert_eq!(groups(&contoso.connected.learnt(&world, ANA, ANA).await), 230, "once more with a new token");
    assert_eq!(contoso.entra.switches().fired(EntraSwitch::GraphPermissionMissing), 1);
}
