//! `doorward user`: those who sign in here are made and changed.

use serde_json::{Map, Value, json};

use super::api::Api;
use super::args::{CreateUser, NamedUser, Output, UserVerb};
use super::print;

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
