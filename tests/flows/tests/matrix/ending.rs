//! What ends a sign-in from outside.

use doorward_domain::{Connection, ScopeSet, Session, Stage, Tenant, User};
use doorward_flows::World;
use doorward_store::records::at;

use crate::support::{client, reregister};

/// What ends a sign-in, other than a person's or a client's own wish.
#[derive(Clone, Copy, Debug)]
pub enum End {
    UserDisabled,
    UserDeleted,
    TenantDisabled,
    TenantDeleted,
    ClientDisabled,
    ClientDeleted,
    ClientNoLongerServesTheTenant,
    RefreshTakenFromTheClient,
    ConnectionPaused,
    ConnectionDeleted,
}

impl End {
    /// Lets it happen to what has to do with `c1`, behind the back of every instance.
    pub async fn come(self, world: &World) {
        self.come_to(world, "c1").await;
    }

    /// Lets it happen to what has to do with this app.
    pub async fn come_to(self, world: &World, app: &str) {
        let session = world.all::<Session>(world.victim).await.remove(0);
        let (user, tenant) = (at::user(world.victim, session.user), at::tenant(world.victim));
        let k1 = at::connection(world.victim, world.k1);
        match self {
            Self::UserDisabled => world.change(&user, |it: &mut User| it.enabled = false).await,
            Self::UserDeleted => world.remove(user).await,
            Self::TenantDisabled => world.change(&tenant, |it: &mut Tenant| it.enabled = false).await,
            Self::TenantDeleted => world.remove(tenant).await,
            Self::ClientDisabled => reregister(world, app, |it| it.enabled = false).await,
            Self::ClientDeleted => world.remove(client(app)).await,
            Self::ClientNoLongerServesTheTenant => {
                reregister(world, app, |it| it.tenants = vec![world.attacker]).await;
            }
            Self::RefreshTakenFromTheClient => {
                reregister(world, app, |it| it.scope = ScopeSet::parse("openid email").unwrap()).await;
            }
            Self::ConnectionPaused => {
                world.change(&k1, |it: &mut Connection| it.stage = Stage::Paused).await;
            }
            Self::ConnectionDeleted => world.remove(k1).await,
        }
    }

    /// Whether there is no app left to tell.
    pub fn is_of_the_client(self) -> bool {
        matches!(self, Self::ClientDisabled | Self::ClientDeleted)
    }

    /// What the client learns when it refreshes.
    pub fn refusal(self) -> (u16, &'static str) {
        match self {
            Self::ClientDisabled | Self::ClientDeleted => (401, "invalid_client"),
            Self::RefreshTakenFromTheClient => (400, "unauthorized_client"),
            _ => (400, "invalid_grant"),
        }
    }
}
