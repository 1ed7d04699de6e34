//! Browsers that somebody has signed in with before. They carry a sealed note of it, so that failures of
//! strangers elsewhere do not count against them.

use doorward_domain::{Entropy, Plain, TenantId, UserId};
use serde::{Deserialize, Serialize};

use crate::keys::{Purpose, Sealer};

/// No browser remembers more people.
const MOST: usize = 8;

/// A browser, and who has signed in with it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Its name.
    #[serde(rename = "d")]
    pub id: [u8; 16],
    #[serde(rename = "k")]
    known: Vec<(TenantId, UserId)>,
}

impl Device {
    /// Reads what a browser carries.
    pub fn open(sealer: &Sealer, cookie: Option<&str>) -> Option<Self> {
        let plain = sealer.open_token(Purpose::Device, b"", cookie?).ok()?;
        serde_json::from_slice(&plain).ok()
    }

    /// Whether this user has signed in with it.
    pub fn knows(&self, tenant: TenantId, user: UserId) -> bool {
        self.known.contains(&(tenant, user))
    }

    /// What the browser carries after this user has signed in.
    pub fn after(
        before: Option<Self>,
        (tenant, user): (TenantId, UserId),
        sealer: &Sealer,
        entropy: &dyn Entropy,
    ) -> Plain {
        let mut device = before.unwrap_or_else(|| Self { id: entropy.bytes(), known: Vec::new() });
        device.known.retain(|known| *known != (tenant, user));
        device.known.insert(0, (tenant, user));
        device.known.truncate(MOST);
        let plain = serde_json::to_vec(&device).unwrap_or_default();
        Plain::new(sealer.seal_token(Purpose::Device, b"", &plain, entropy))
    }
}
