//! Numbers for commits that never repeat, whatever happens to the process.

use ::sled::Tree;

use crate::Version;

const KEY: &[u8] = b"versions";

/// So many numbers are reserved at once; what is left of them at the end is never used.
const BLOCK: u64 = 1_000_000;

/// Gives out versions in order. Sled keeps a number above all that were given out, and a new start
/// counts on from there.
pub(super) struct Versions {
    meta: Tree,
    last: u64,
    reserved: u64,
}

impl Versions {
    /// Reserves the first block. It is durable after the next flush, and before any commit that
    /// takes a version from it, because sled recovers its writes in their order.
    pub fn open(meta: Tree) -> ::sled::Result<Self> {
        let reserved =
            meta.get(KEY)?.and_then(|bytes| bytes.as_ref().try_into().ok()).map_or(0, u64::from_be_bytes);
        let mut versions = Self { meta, last: reserved, reserved };
        versions.reserve()?;
        // Zero means "no version" to `Store::changes`, so the empty store counts from one.
        versions.last += 1;
        Ok(versions)
    }

    /// The last version given out, at the start one that was never given out.
    pub fn last(&self) -> Version {
        Version(self.last)
    }

    /// A version above all others.
    pub fn next(&mut self) -> ::sled::Result<Version> {
        if self.last == self.reserved {
            self.reserve()?;
        }
        self.last += 1;
        Ok(Version(self.last))
    }

    fn reserve(&mut self) -> ::sled::Result<()> {
        self.reserved = self.last + BLOCK;
        self.meta.insert(KEY, &self.reserved.to_be_bytes())?;
        Ok(())
    }
}
