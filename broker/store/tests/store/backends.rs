//! The backends, as the contract suite wants them.

use std::io;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Mutex};

use doorward_barrier::Moment;
use doorward_store::contract::Backend;
use doorward_store::sled::SledOptions;
use doorward_store::{MemoryStore, SledStore, Store};
use futures_util::future::BoxFuture;
use tempfile::TempDir;

use crate::barriers::Watch;

#[derive(Default)]
pub struct Memory(Arc<MemoryStore>);

impl Backend for Memory {
    fn open(&self) -> BoxFuture<'_, Arc<dyn Store>> {
        Box::pin(async { Arc::clone(&self.0) as Arc<dyn Store> })
    }

    fn fail_at(&self, step: usize) {
        self.0.fail_at(step);
    }

    fn heal(&self) {
        self.0.fail_at(usize::MAX);
    }
}

/// Sled in a temporary folder. The steps of its commits are the barriers.
pub struct Sled {
    folder: TempDir,
    failing: Mutex<Option<Watch>>,
}

impl Default for Sled {
    fn default() -> Self {
        Self { folder: tempfile::tempdir().unwrap(), failing: Mutex::default() }
    }
}

impl Backend for Sled {
    fn open(&self) -> BoxFuture<'_, Arc<dyn Store>> {
        Box::pin(async {
            let store = SledStore::open(self.folder.path(), SledOptions::default()).unwrap();
            Arc::new(store) as Arc<dyn Store>
        })
    }

    fn fail_at(&self, step: usize) {
        let barriers = AtomicUsize::new(0);
        let watch = Watch::new(self.folder.path(), move |moment, _| match moment {
            Moment::Begins if barriers.fetch_add(1, SeqCst) == step => Err(io::ErrorKind::Other.into()),
            _ => Ok(()),
        });
        *self.failing.lock().unwrap() = Some(watch);
    }

    fn heal(&self) {
        *self.failing.lock().unwrap() = None;
    }
}
