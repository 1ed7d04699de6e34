//! The one place that names a store's backend (architecture rule 13).

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context as _;
use doorward_store::{SledStore, Store};

/// Which store a broker uses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StoreChoice {
    /// The embedded store, in a folder.
    Sled(PathBuf),
}

/// An open store.
pub struct Backend(Arc<SledStore>);

impl Backend {
    /// Opens the store, or makes it.
    ///
    /// # Errors
    /// When it cannot be opened, in words for the operator.
    pub fn open(choice: &StoreChoice) -> anyhow::Result<Self> {
        let StoreChoice::Sled(path) = choice;
        std::fs::create_dir_all(path).with_context(|| format!("cannot create {}", path.display()))?;
        let store = SledStore::open(path, Default::default())
            .with_context(|| format!("cannot open the store in {}", path.display()))?;
        Ok(Self(Arc::new(store)))
    }

    /// The store as everything above knows it.
    pub fn store(&self) -> Arc<dyn Store> {
        Arc::<SledStore>::clone(&self.0)
    }

    /// Writes what waits and closes the store.
    pub async fn close(self) {
        self.0.close().await;
    }
}
