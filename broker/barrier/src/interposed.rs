//! The symbol itself.

use std::io;
use std::os::fd::BorrowedFd;
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

use libc::{c_int, c_uint, off64_t};

static OBSERVER: OnceLock<Observer> = OnceLock::new();

/// Sees every barrier at both of its ends. Returning an error makes the barrier fail with it.
pub type Observer = fn(Moment, BorrowedFd<'_>) -> io::Result<()>;

/// The ends of a barrier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Moment {
    /// What the file holds now is what the barrier will make durable.
    Begins,
    /// It has succeeded; nobody was told yet.
    Succeeded,
}

/// Has `observer` see every barrier from now on, to simulate power loss and failing disks in tests.
/// An observer can make barriers fail but never skip them. The first one stays; returns whether
/// this was it.
pub fn observe(observer: Observer) -> bool {
    OBSERVER.set(observer).is_ok()
}

/// In place of sync_file_range(2): makes the whole file durable, whatever range was asked for.
/// Returns 0, or -1 with `errno` set.
// SAFETY: name and signature are those of the C library's function, whose promise it keeps.
#[unsafe(no_mangle)]
extern "C" fn sync_file_range(fd: c_int, offset: off64_t, bytes: off64_t, _flags: c_uint) -> c_int {
    match barrier(fd) {
        Ok(()) => {
            forget_after(fd, offset.saturating_add(bytes));
            0
        }
        Err(error) => {
            // SAFETY: the C library returns a valid pointer to the calling thread's `errno`.
            unsafe { *libc::__errno_location() = error.raw_os_error().unwrap_or(libc::EIO) };
            -1
        }
    }
}

fn barrier(fd: c_int) -> io::Result<()> {
    if fd < 0 {
        return Err(io::Error::from_raw_os_error(libc::EBADF));
    }
    // SAFETY: the caller keeps the file open for the length of the call.
    let file = unsafe { BorrowedFd::borrow_raw(fd) };
    let observe = |moment| OBSERVER.get().map_or(Ok(()), |observer| observer(moment, file));
    observe(Moment::Begins)?;
    // SAFETY: fdatasync takes any number and answers EBADF when it is no open file.
    if unsafe { libc::fdatasync(fd) } != 0 {
        return Err(io::Error::last_os_error());
    }
    observe(Moment::Succeeded)?;
    crate::COUNT.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

/// As far as the kernel's largest folio reaches.
const FOLIO: off64_t = 2 * 1024 * 1024;

/// Drops the page cache of what comes after `end`. A log's next small writes go there, over the
/// stale content of a used-up segment, and where that is cached in large folios each of them dirties
/// a whole folio: measured, five to ten times the bytes.
fn forget_after(fd: c_int, end: off64_t) {
    // SAFETY: posix_fadvise takes any numbers. It is advice, so that failing does not matter.
    unsafe { libc::posix_fadvise64(fd, end, FOLIO, libc::POSIX_FADV_DONTNEED) };
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;
    use std::os::fd::AsRawFd as _;

    use super::*;
    use crate::count;

    fn sync_file_range(fd: i32) -> io::Result<()> {
        // SAFETY: the call reads nothing but its arguments.
        match unsafe { libc::sync_file_range(fd, 0, 0, libc::SYNC_FILE_RANGE_WRITE) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        }
    }

    /// One test, because the count and the observer belong to the whole process.
    #[test]
    fn sync_file_range_is_a_barrier_that_counts_its_successes_and_reports_its_failures() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(b"record").unwrap();
        sync_file_range(file.as_raw_fd()).unwrap();
        assert_eq!(count(), 1);

        let (read_end, _write_end) = io::pipe().unwrap();
        let no_file = sync_file_range(read_end.as_raw_fd()).unwrap_err();
        assert_eq!(no_file.raw_os_error(), Some(libc::EINVAL), "what fdatasync says of a pipe");
        let no_descriptor = sync_file_range(-1).unwrap_err();
        assert_eq!(no_descriptor.raw_os_error(), Some(libc::EBADF));

        assert!(observe(|_, _| Err(io::Error::from_raw_os_error(libc::ENOSPC))));
        assert!(!observe(|_, _| Ok(())));
        let injected = sync_file_range(file.as_raw_fd()).unwrap_err();
        assert_eq!(injected.raw_os_error(), Some(libc::ENOSPC));
        assert_eq!(count(), 1);
    }
}
