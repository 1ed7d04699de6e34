//! What happens at the barriers of each database file, seen through the observer of
//! `doorward-barrier`. It is one for the whole process, so tests that run side by side watch files.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

/// Sees the barriers of one file, each before it happens; may make it fail.
type Watcher = dyn FnMut(&File) -> io::Result<()> + Send;

type Inode = (u64, u64);

static WATCHERS: LazyLock<Mutex<HashMap<Inode, Arc<Mutex<Watcher>>>>> = LazyLock::new(|| {
    assert!(doorward_barrier::observe(observe));
    Mutex::default()
});

fn observe(fd: BorrowedFd<'_>) -> io::Result<()> {
    let file = File::from(fd.try_clone_to_owned()?);
    let metadata = file.metadata()?;
    let watcher = WATCHERS.lock().unwrap().get(&(metadata.dev(), metadata.ino())).cloned();
    watcher.map_or(Ok(()), |watcher| (watcher.lock().unwrap())(&file))
}

/// Watches the database in a store's folder until it is dropped.
pub struct Watch(Inode);

impl Watch {
    pub fn new(store: &Path, watcher: impl FnMut(&File) -> io::Result<()> + Send + 'static) -> Self {
        let metadata = fs::metadata(store.join("db")).unwrap();
        let inode = (metadata.dev(), metadata.ino());
        WATCHERS.lock().unwrap().insert(inode, Arc::new(Mutex::new(watcher)));
        Self(inode)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHERS.lock().unwrap().remove(&self.0);
    }
}
