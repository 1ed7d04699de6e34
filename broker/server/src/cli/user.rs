//! `doorward user`: those who sign in here are made and changed.

use clap::{Args, Subcommand};
use serde_json::{Map, Value, json};

use super::api::Api;
use super::args::{OfTenant, Output};
use super::print;

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// All of a tenant
    List {
        /// The tenant's company code
        tenant: String,
    },
    /// A single one
    Show(NamedUser),
    /// Who one is at providers
    Identities(NamedUser),
    /// Take an identity from one, and sign them out
    Unlink {
        /// Who
        #[command(flatten)]
        user: NamedUser,
        /// The connection's identifier
        #[arg(long)]
        connection: String,
        /// The subject there
        #[arg(long)]
        subject: String,
    },
    /// The passkeys of one
    Passkeys(NamedUser),
    /// Take a passkey from one, whose device is lost, and sign them out
    RemovePasskey {
        /// Who
        #[command(flatten)]
        user: NamedUser,
        /// The passkey's identifier
        #[arg(long)]
        id: String,
    },
    /// End all sessions and grants of one
    SignOut(OfTenant),
    /// Make one who signs in here, with a username, an address or both
    Create(CreateUser),
    /// Mail a link to choose the first password with
    Invite(NamedUser),
    /// Mail a link to choose another password with; until then the old one is good
    ResetPassword(NamedUser),
    /// Mail a link to confirm the address with
    VerifyEmail(NamedUser),
    /// Let one act no more, and end what they have
    Disable(NamedUser),
    /// Let one act again
    Enable(NamedUser),
    /// Make one an owner of the tenant's account, who may always sign in here
    SetOwner {
        /// Who
        #[command(flatten)]
        user: NamedUser,
        /// Take it from them instead
        #[arg(long)]
        no: bool,
    },
}

/// A user of a tenant.
#[derive(Args, Debug)]
pub struct NamedUser {
    /// The tenant's company code
    pub tenant: String,
    /// The user's identifier, username or address
    pub name: String,
}

/// A user that shall be.
#[derive(Args, Debug)]
pub struct CreateUser {
    /// The tenant's company code
    pub tenant: String,
    /// What they type after the company code
    #[arg(long)]
    pub username: Option<String>,
    /// What they type, and where mail goes
    #[arg(long)]
    pub email: Option<String>,
    /// Their name, as people read it
    #[arg(long)]
    pub name: Option<String>,
    /// Their population
    #[arg(long)]
    pub population: Option<String>,
    /// They own the tenant's account
    #[arg(long)]
    pub owner: bool,
    /// Mail them a link to choose their password with
    #[arg(long)]
    pub invite: bool,
}

pub async fn ask(api: &Api, verb: &UserVerb, output: Output) -> anyhow::Result<()> {
    let answer = match verb {
        UserVerb::List { tenant } => api.get(&["tenants", tenant, "users"]).await?,
        UserVerb::Show(NamedUser { tenant, name }) => api.get(&["tenants", tenant, "users", name]).await?,
        UserVerb::Identities(NamedUser { tenant, name }) => {
            api.get(&["tenants", tenant, "users", name, "identities"]).await?
        }
        UserVerb::Unlink { user, connection, subject } => {
            let path = ["tenants", &user.tenant, "users", &user.name, "identities", "unlink"];
            api.post(&path, &json!({"connection": connection, "subject": subject})).await?
        }
        UserVerb::Passkeys(NamedUser { tenant, name }) => {
            api.get(&["tenants", tenant, "users", name, "passkeys"]).await?
        }
        UserVerb::RemovePasskey { user, id } => {
            let path = ["tenants", &user.tenant, "users", &user.name, "passkeys", "remove"];
            api.post(&path, &json!({"id": id})).await?
        }
        UserVerb::Create(new) => api.post(&["tenants", &new.tenant, "users"], &body(new)).await?,
        UserVerb::Invite(user) => change(api, user, json!({"action": "invite"})).await?,
        UserVerb::ResetPassword(user) => change(api, user, json!({"action": "reset_password"})).await?,
        UserVerb::VerifyEmail(user) => change(api, user, json!({"action": "verify_email"})).await?,
        UserVerb::SignOut(of) => {
            api.post(&["tenants", &of.tenant, "users", &of.id, "sign-out"], &json!({})).await?
        }
        UserVerb::Disable(user) => change(api, user, json!({"action": "disable"})).await?,
        UserVerb::Enable(user) => change(api, user, json!({"action": "enable"})).await?,
        UserVerb::SetOwner { user, no } => {
            change(api, user, json!({"action": "set_owner", "owner": !no})).await?
        }
    };
    print::one(&answer, output);
    Ok(())
}

async fn change(api: &Api, NamedUser { tenant, name }: &NamedUser, change: Value) -> anyhow::Result<Value> {
    api.post(&["tenants", tenant, "users", name, "change"], &change).await
}

fn body(new: &CreateUser) -> Value {
    let texts = [
        ("username", &new.username),
        ("email", &new.email),
        ("name", &new.name),
        ("population", &new.population),
    ];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), json!(text.as_ref()?))));
    let mut body: Map<String, Value> = texts.collect();
    body.insert("owner".to_owned(), json!(new.owner));
    body.insert("invite".to_owned(), json!(new.invite));
    Value::Object(body)
}
