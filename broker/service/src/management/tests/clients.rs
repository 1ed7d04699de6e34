use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use doorward_domain::{Client, ClientAuthentication, ClientId};
use doorward_store::{Batch, Changes, Key, MemoryStore, Range, Store, StoreError, Value, Version};
use futures_util::future::BoxFuture;

use super::{now, over};
use crate::management::clients::ClientFilter;
use crate::management::views::Ask;

/// Counts the records that lists give.
#[derive(Default)]
struct Counting {
    store: MemoryStore,
    listed: AtomicUsize,
}

impl Store for Counting {
    fn get<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.store.get(key)
    }

    fn list<'a>(
        &'a self,
        range: &'a Range,
        limit: usize,
    ) -> BoxFuture<'a, Result<Vec<(Key, Value)>, StoreError>> {
        Box::pin(async move {
            let found = self.store.list(range, limit).await?;
            self.listed.fetch_add(found.len(), Ordering::Relaxed);
            Ok(found)
        })
    }

    fn take<'a>(&'a self, key: &'a Key) -> BoxFuture<'a, Result<Option<Value>, StoreError>> {
        self.store.take(key)
    }

    fn commit(&self, batch: Batch) -> BoxFuture<'_, Result<Version, StoreError>> {
        self.store.commit(batch)
    }

    fn changes(&self, since: Version) -> BoxFuture<'_, Result<Changes, StoreError>> {
        self.store.changes(since)
    }
}

fn client(number: usize) -> Client {
    let (id, name) = (ClientId::new(format!("app-{number:05}")), format!("App {number}"));
    Client { enabled: number.is_multiple_of(2), ..Client::new(id, name, ClientAuthentication::None, now()) }
}

fn ask(after: Option<String>, limit: usize) -> Ask {
    Ask { after, limit }
}

#[tokio::test]
async fn ad_10_a_page_costs_the_same_in_a_list_of_any_length() {
    let store = Arc::new(Counting::default());
    let batch = (0..3_000).fold(Batch::new(), |batch, number| batch.insert(&client(number)).unwrap());
    store.commit(batch).await.unwrap();
    let management = over(store.clone());
    let listed = || store.listed.swap(0, Ordering::Relaxed);

    let all = ClientFilter::default();
    let page = management.clients(&all, &ask(None, 10)).await.unwrap();
    assert_eq!((page.items.len(), listed()), (10, 11));
    let late = ClientFilter { prefix: Some("app-029".to_owned()), ..all.clone() };
    let page = management.clients(&late, &ask(None, 10)).await.unwrap();
    assert_eq!((page.items.len(), listed()), (10, 11));
    let page = management.clients(&all, &ask(None, 1_000_000_000)).await.unwrap();
    assert_eq!((page.items.len(), listed()), (Ask::MOST, Ask::MOST + 1));

    // What is rare is found all the same, a bounded stretch at a time.
    let rare = ClientFilter { search: Some("APP 2998".to_owned()), ..all };
    let (mut after, mut found, mut asked) = (None, Vec::new(), 0);
    loop {
        let page = management.clients(&rare, &ask(after, 10)).await.unwrap();
        assert!(listed() <= Ask::MOST + 1);
        (found, asked) = ([found, page.items].concat(), asked + 1);
        match page.next {
            Some(next) => after = Some(next),
            None => break,
        }
    }
    assert_eq!((found.len(), asked), (1, 6));
}

#[tokio::test]
async fn every_client_that_a_filter_takes_is_listed_once() {
    let store = Arc::new(MemoryStore::new());
    let batch = (0..40).fold(Batch::new(), |batch, number| batch.insert(&client(number)).unwrap());
    store.commit(batch).await.unwrap();
    let management = over(store.clone());
    for (filter, expected) in [
        (ClientFilter::default(), 40),
        (ClientFilter { enabled: Some(true), ..ClientFilter::default() }, 20),
        (ClientFilter { search: Some("app-0001".to_owned()), ..ClientFilter::default() }, 10),
        (ClientFilter { prefix: Some("app-0003".to_owned()), ..ClientFilter::default() }, 10),
        (ClientFilter { prefix: Some("other".to_owned()), ..ClientFilter::default() }, 0),
    ] {
        let (mut after, mut ids) = (None, Vec::new());
        loop {
            let page = management.clients(&filter, &ask(after, 7)).await.unwrap();
            let page_ids =
                page.items.iter().map(|view| serde_json::to_value(view).unwrap()["client_id"].clone());
            ids.extend(page_ids.map(|id| id.as_str().unwrap().to_owned()));
            match page.next {
                Some(next) => after = Some(next),
                None => break,
            }
        }
        let mut distinct = ids.clone();
        distinct.dedup();
        assert_eq!((ids.len(), distinct.len()), (expected, expected), "{filter:?}");
    }
}
