//! How often DNS is asked: whoever administers a tenant could have name servers asked without end.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use doorward_domain::{TenantId, Timestamp};

/// So many checks of a tenant's domains are made within [`WINDOW`].
const MOST: u32 = 6;
const WINDOW: Duration = Duration::from_secs(60);

/// The checks of this process within the last minute.
#[derive(Default)]
pub struct DomainChecks(Mutex<BTreeMap<TenantId, (Timestamp, u32)>>);

impl DomainChecks {
    /// Whether one more is made for a tenant now.
    pub(super) fn admit(&self, tenant: TenantId, now: Timestamp) -> bool {
        let mut checks = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        checks.retain(|_, (began, _)| now.since(*began) < WINDOW);
        let (_, made) = checks.entry(tenant).or_insert((now, 0));
        *made = made.saturating_add(1);
        *made <= MOST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ad_a_tenant_has_a_few_checks_in_a_minute_whatever_others_do() {
        let (checks, now) = (DomainChecks::default(), Timestamp::from_secs(1_800_000_000));
        let [one, other] = [1, 2].map(|n| TenantId::from_bytes([n; 16]));
        let made = (0..20).filter(|_| checks.admit(one, now)).count();
        assert_eq!((made, checks.admit(other, now)), (6, true));
        assert!(!checks.admit(one, now + WINDOW - Duration::from_secs(1)));
        assert!(checks.admit(one, now + WINDOW));
    }
}
