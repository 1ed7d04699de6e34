//! What may be used once: authorization codes.

use std::collections::{HashMap, HashSet};

use super::keys::random_handle;

/// Codes under way, each with what it stands for and the time it runs out.
pub(crate) struct Codes<G> {
    live: HashMap<String, (G, i64)>,
    spent: HashSet<String>,
}

/// What became of a code that was presented.
pub(crate) enum Taken<G> {
    /// It is good, and gone now.
    Good(G),
    /// It ran out before.
    Expired(G),
    /// It was presented before.
    Spent,
    /// There never was such a code.
    Unknown,
}

impl<G> Default for Codes<G> {
    fn default() -> Self {
        Self { live: HashMap::new(), spent: HashSet::new() }
    }
}

impl<G> Codes<G> {
    /// A fresh code, good until `expires_at` in Unix seconds.
    pub(crate) fn issue(&mut self, what: G, expires_at: i64) -> String {
        let code = random_handle();
        self.live.insert(code.clone(), (what, expires_at));
        code
    }

    /// Takes a code: whatever is found out about it, it is gone.
    pub(crate) fn take(&mut self, code: &str, now: i64) -> Taken<G> {
        match self.live.remove(code) {
            Some((what, expires_at)) => {
                self.spent.insert(code.to_owned());
                if now < expires_at { Taken::Good(what) } else { Taken::Expired(what) }
            }
            None if self.spent.contains(code) => Taken::Spent,
            None => Taken::Unknown,
        }
    }
}
