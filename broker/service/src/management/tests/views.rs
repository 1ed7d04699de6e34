use std::sync::Arc;

use doorward_domain::{Profile, User, UserId};
use doorward_net::double::ScriptedOutbound;
use doorward_store::Batch;

use super::{CANARY, Counter, empty, now, parse, with_acme};
use crate::federation::Federation;
use crate::management::clients::ClientFilter;
use crate::management::views::{Ask, ViewError};

fn first(limit: usize) -> Ask {
    Ask { after: None, limit }
}

#[tokio::test]
async fn a_list_comes_in_pages_that_follow_each_other() {
    let management = empty();
    let tenant = |n: usize| format!("[[tenant]]\nslug = \"tenant-{n}\"\nname = \"Tenant {n}\"\n");
    management.apply(&parse(&(0..5).map(tenant).collect::<String>()), "tests").await.unwrap();
    let (mut ask, mut sizes, mut ids) = (first(2), Vec::new(), Vec::new());
    loop {
        let page = management.tenants(&ask).await.unwrap();
        sizes.push(page.items.len());
        ids.extend(page.items.iter().map(|view| view.id));
        match page.next {
            Some(next) => ask.after = Some(next),
            None => break,
        }
    }
    assert_eq!(sizes, [2, 2, 1]);
    ids.dedup();
    assert_eq!(ids.len(), 5);
}

#[tokio::test]
async fn ad_10_a_cursor_stays_within_its_list() {
    let management = with_acme().await;
    let tenant = management.stored_tenant("acme").await.id;
    let user = User {
        profile: Profile { email: Some("kim@acme.test".to_owned()), ..Profile::default() },
        ..User::new(UserId::new(now(), &Counter), tenant, now())
    };
    management.store.commit(Batch::new().insert(&user).unwrap()).await.unwrap();
    let page = management.users("acme", &first(10)).await.unwrap();
    assert_eq!(page.items.iter().map(|view| view.id).collect::<Vec<_>>(), [user.id]);

    let other = User { id: UserId::new(now(), &Counter), ..user.clone() };
    management.store.commit(Batch::new().insert(&other).unwrap()).await.unwrap();
    let cursor = management.users("acme", &first(1)).await.unwrap().next.unwrap();
    let ask = Ask { after: Some(cursor.clone()), limit: 10 };
    assert_eq!(management.users("acme", &ask).await.unwrap().items[0].id, other.id);

    management.apply(&parse("[[tenant]]\nslug = \"rival\"\nname = \"Rival\""), "tests").await.unwrap();
    assert_eq!(management.users("rival", &ask).await.unwrap_err(), ViewError::Cursor);
    assert_eq!(management.tenants(&ask).await.unwrap_err(), ViewError::Cursor);
    for forged in ["", "usr_", &user.id.to_string(), "' or 1=1", &cursor[1..], &cursor[..cursor.len() - 1]] {
        let ask = Ask { after: Some(forged.to_owned()), limit: 10 };
        assert_eq!(management.users("acme", &ask).await.unwrap_err(), ViewError::Cursor);
    }
}

#[tokio::test]
async fn ad_01_a_user_is_not_seen_through_another_tenant() {
    let management = with_acme().await;
    let tenant = management.stored_tenant("acme").await.id;
    management.apply(&parse("[[tenant]]\nslug = \"rival\"\nname = \"Rival\""), "tests").await.unwrap();
    let id = UserId::new(now(), &Counter);
    let user = User::new(id, tenant, now());
    management.store.commit(Batch::new().insert(&user).unwrap()).await.unwrap();
    assert_eq!(management.user("acme", &id.to_string()).await.unwrap().id, id);
    assert!(matches!(management.user("rival", &id.to_string()).await, Err(ViewError::Unknown { .. })));
}

#[tokio::test]
async fn ad_08_no_view_reads_a_secret_out() {
    let management = with_acme().await;
    let connections = serde_json::to_string(&management.connections("acme").await.unwrap()).unwrap();
    let clients =
        serde_json::to_string(&management.clients(&ClientFilter::default(), &first(10)).await.unwrap())
            .unwrap();
    for text in [&connections, &clients] {
        assert!(!text.contains(CANARY) && !text.contains("ciphertext") && !text.contains("value"), "{text}");
    }
    assert!(connections.contains("\"authentication\":\"client_secret_basic\""));
    assert!(connections.contains("https://sso.example.org/federation/con_"));
}

#[tokio::test]
async fn the_callback_url_that_is_shown_is_the_one_that_is_used() {
    let management = with_acme().await;
    let connection = management.stored_connection("acme", "staff").await.id;
    let federation = Federation::new(
        Arc::clone(&management.store),
        Arc::new(ScriptedOutbound::default()),
        Arc::clone(&management.entropy),
        Arc::clone(&management.sealer),
        management.issuer.parse().unwrap(),
    );
    assert_eq!(management.callback_url(connection), federation.callback_url(connection).as_str());
}
