//! What happens at the barriers of each database file, seen through the observer of
//! `doorward-barrier`. There is one for the whole process, so tests that run side by side each watch
//! their own file.

use std::collections::HashMap;
use std::fs::{self, File};
use std::io;
use std::os::fd::BorrowedFd;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;
use std::sync::{Arc, LazyLock, Mutex};

use doorward_barrier::Moment;

/// Sees the barriers of one file and may make them fail. Barriers overlap.
type Watcher = dyn Fn(Moment, &File) -> io::Result<()> + Send + Sync;

type Inode = (u64, u64);

static WATCHERS: LazyLock<Mutex<HashMap<Inode, Arc<Watcher>>>> = LazyLock::new(|| {
    assert!(doorward_barrier::observe(observe));
    Mutex::default()
});

fn observe(moment: Moment, fd: BorrowedFd<'_>) -> io::Result<()> {
    let file = File::from(fd.try_clone_to_owned()?);
    let metadata = file.metadata()?;
    let watcher = WATCHERS.lock().unwrap().get(&(metadata.dev(), metadata.ino())).cloned();
    watcher.map_or(Ok(()), |watcher| watcher(moment, &file))
}

/// Watches the database in a store's folder until it is dropped.
pub struct Watch(Inode);

impl Watch {
    pub fn new(
        store: &Path,
        watcher: impl Fn(Moment, &File) -> io::Result<()> + Send + Sync + 'static,
    ) -> Self {
        let metadata = fs::metadata(store.join("db")).unwrap();
        let inode = (metadata.dev(), metadata.ino());
        WATCHERS.lock().unwrap().insert(inode, Arc::new(watcher));
        Self(inode)
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        WATCHERS.lock().unwrap().remove(&self.0);
    }
}
