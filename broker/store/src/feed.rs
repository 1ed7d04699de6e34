//! The feed of configuration changes, from which backends that share a process with their readers
//! answer [`Store::changes`](crate::Store::changes).

use std::collections::{BTreeSet, VecDeque};

use tokio::sync::watch;

use crate::{Changes, Key, Operation, StoreError, Version};

/// So many commits are remembered; whoever has missed more reads everything anew.
const REMEMBERED: usize = 1024;

/// The recent changes of configuration, and those who wait for the next.
#[derive(Debug)]
pub(crate) struct Feed(watch::Sender<Recent>);

#[derive(Debug)]
struct Recent {
    commits: VecDeque<(Version, Vec<Key>)>,
    /// The last commit, and the last that is no longer remembered.
    latest: Version,
    forgotten: Version,
    closed: bool,
}

impl Feed {
    /// A feed that knows of nothing up to `present`.
    pub fn new(present: Version) -> Self {
        let commits = VecDeque::new();
        Self(watch::Sender::new(Recent { commits, latest: present, forgotten: present, closed: false }))
    }

    /// Tells of a commit that is durable, when it has changed configuration. Commits come in order.
    pub fn announce(&self, version: Version, keys: Vec<Key>) {
        if keys.is_empty() {
            return;
        }
        self.0.send_modify(|recent| {
            recent.commits.push_back((version, keys));
            recent.latest = version;
            if recent.commits.len() > REMEMBERED
                && let Some((version, _)) = recent.commits.pop_front()
            {
                recent.forgotten = version;
            }
        });
    }

    /// Lets those who wait go: nothing more will be told.
    pub fn close(&self) {
        self.0.send_modify(|recent| recent.closed = true);
    }

    /// Waits for a change after `since`; see [`Store::changes`](crate::Store::changes).
    pub async fn after(&self, since: Version) -> Result<Changes, StoreError> {
        let mut receiver = self.0.subscribe();
        let news = |recent: &Recent| recent.closed || recent.latest > since;
        let recent = receiver.wait_for(news).await.map_err(|_| closed())?;
        if recent.closed { Err(closed()) } else { Ok(recent.after(since)) }
    }
}

impl Recent {
    fn after(&self, since: Version) -> Changes {
        let keys = if since == Version::default() {
            Some(Vec::new())
        } else if since < self.forgotten {
            None
        } else {
            let missed = self.commits.iter().filter(|(version, _)| *version > since);
            let keys: BTreeSet<&Key> = missed.flat_map(|(_, keys)| keys).collect();
            Some(keys.into_iter().cloned().collect())
        };
        Changes { upto: self.latest, keys }
    }
}

fn closed() -> StoreError {
    StoreError::Unavailable("it has stopped".to_owned())
}

/// The configuration that a batch changes.
pub(crate) fn configuration(operations: &[Operation]) -> Vec<Key> {
    operations.iter().map(Operation::key).filter(|key| key.kind().is_configuration()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use doorward_domain::TenantId;

    use super::*;
    use crate::Kind;

    fn key(id: u64) -> Key {
        Key::new(TenantId::BROKER, Kind::Client, &id.to_be_bytes())
    }

    #[tokio::test]
    async fn whoever_missed_more_than_is_remembered_is_told_to_read_anew() {
        let feed = Feed::new(Version(10));
        let last = 11 + REMEMBERED as u64;
        for version in 11..=last {
            feed.announce(Version(version), vec![key(version)]);
        }
        let upto = Version(last);
        assert_eq!(feed.after(Version(9)).await, Ok(Changes { upto, keys: None }));
        assert_eq!(feed.after(Version(10)).await, Ok(Changes { upto, keys: None }));
        let keys = (12..=last).map(key).collect();
        assert_eq!(feed.after(Version(11)).await, Ok(Changes { upto, keys: Some(keys) }));
    }

    #[tokio::test]
    async fn a_closed_feed_lets_everybody_go() {
        let feed = Feed::new(Version(10));
        let (waiting, ()) = tokio::join!(feed.after(Version(10)), async { feed.close() });
        assert_eq!(waiting, Err(closed()));
    }
}
