//! Opening: the folder, the format, and the proof that a flush is a barrier.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use ::sled::{Config, Db};

use super::SledOptions;
use super::versions::Versions;

/// The format of keys and values, kept in the store itself.
const FORMAT: u8 = 1;

/// The least that keeps a page of sled's tree, sixteen records and a few more of the longest that are
/// allowed, within its log.
const SEGMENT_BYTES: usize = 2 * 1024 * 1024;

/// Why a store does not open.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The folder cannot be made, or made durable.
    #[error("the folder {0} cannot be used: {1}")]
    Folder(PathBuf, io::Error),
    /// Another process, or this one, has it open.
    #[error("the store in {0} is in use by another process")]
    InUse(PathBuf),
    /// Sled refuses or cannot read what is there.
    #[error("sled cannot open the store in {0}: {1}")]
    Sled(PathBuf, ::sled::Error),
    /// It holds something else, or was written by another release.
    #[error("the store in {0} has a format that this release does not know")]
    Format(PathBuf),
    /// The thread that writes cannot be started.
    #[error("the store's writer cannot be started: {0}")]
    Writer(io::Error),
    /// Sled's flush does not reach the disk, so nothing could be acknowledged.
    #[error("sled's flush is no barrier in this program: doorward-barrier is not linked into it")]
    NoBarrier,
}

/// Opens or creates the store in the folder `path`. What was created is durable then.
pub(super) fn open(path: &Path, options: &SledOptions) -> Result<(Db, Versions), OpenError> {
    let new_folders = create(path).map_err(|cause| OpenError::Folder(path.to_owned(), cause))?;
    let db = open_sled(path, options)?;
    let sled_error = |cause| OpenError::Sled(path.to_owned(), cause);
    let meta = db.open_tree("doorward").map_err(sled_error)?;
    match meta.get("format").map_err(sled_error)? {
        Some(format) if format == [FORMAT] => {}
        None if db.is_empty() => {
            // The format is noted last: a store that has one needs none of this again.
            sync(path, &new_folders).map_err(|cause| OpenError::Folder(path.to_owned(), cause))?;
            meta.insert("format", &[FORMAT]).map_err(sled_error)?;
        }
        _ => return Err(OpenError::Format(path.to_owned())),
    }
    let versions = Versions::open(meta).map_err(sled_error)?;
    flush(&db, path)?;
    Ok((db, versions))
}

/// Creates the folder, for the owner's eyes only, and returns those that were not there before.
fn create(path: &Path) -> io::Result<Vec<&Path>> {
    let missing = path.ancestors().take_while(|folder| !folder.exists()).collect();
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.recursive(true).create(path)?;
    Ok(missing)
}

/// Opens sled, whose lock on the folder may outlive by a moment a store that was just closed.
fn open_sled(path: &Path, options: &SledOptions) -> Result<Db, OpenError> {
    let config = Config::new().path(path).cache_capacity(options.cache_bytes);
    let config = config.segment_size(SEGMENT_BYTES).flush_every_ms(None);
    for _ in 0..50 {
        match config.open() {
            Err(::sled::Error::Io(cause)) if cause.to_string().starts_with("could not acquire lock") => {
                thread::sleep(Duration::from_millis(10));
            }
            opened => return opened.map_err(|cause| OpenError::Sled(path.to_owned(), cause)),
        }
    }
    Err(OpenError::InUse(path.to_owned()))
}

/// Flushes the versions just reserved, and with them proves that a flush reaches the barrier.
fn flush(db: &Db, path: &Path) -> Result<(), OpenError> {
    let before = doorward_barrier::count();
    db.flush().map_err(|cause| OpenError::Sled(path.to_owned(), cause))?;
    if doorward_barrier::INTERPOSED && doorward_barrier::count() == before {
        return Err(OpenError::NoBarrier);
    }
    Ok(())
}

/// Makes durable what sled leaves to chance: its settings, and the entries of the folders.
fn sync(path: &Path, new_folders: &[&Path]) -> io::Result<()> {
    File::open(path.join("conf"))?.sync_all()?;
    File::open(path)?.sync_all()?;
    for parent in new_folders.iter().filter_map(|folder| folder.parent()) {
        // The parent of a relative path's first part is the empty path.
        let parent = if parent.as_os_str().is_empty() { Path::new(".") } else { parent };
        File::open(parent)?.sync_all()?;
    }
    Ok(())
}
