//! Who takes part in a pilot, now that it is certain who somebody is. What they typed led them here; it
//! decides nothing.

use doorward_domain::connection::Participant;
use doorward_domain::{Credentials, EmailAddress, Stage, Timestamp, User};
use doorward_store::records::at;
use doorward_store::{StoreError, StoreExt as _};

use super::Login;
use crate::federation::Verified;

impl Login {
    /// Whether the connection is for this person, whom the store knows as `user`, or as nobody. One that is
    /// tried by some is for those alone.
    pub(super) async fn takes_part(
        &self,
        Verified { connection, profile, .. }: &Verified,
        user: Option<&User>,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        if connection.stage != Stage::Pilot {
            return Ok(true);
        }
        let believed = profile.email.as_deref().filter(|_| profile.email_verified);
        let address = believed.and_then(|address| EmailAddress::parse(address).ok());
        let credentials = match user.filter(|user| user.local) {
            Some(user) => self.store.read::<Credentials>(&at::credentials(user.tenant, user.id), now).await?,
            None => None,
        };
        let username = credentials.as_ref().and_then(|read| read.record.username.as_ref());
        let who = Participant { address: address.as_ref(), username, groups: &profile.groups };
        Ok(connection.pilot.includes(connection.id, who))
    }
}
