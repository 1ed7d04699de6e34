//! What of a description of the admin API (OpenAPI) is not told by a type here: the words that a field of the
//! domain's takes.

use doorward_domain::client::Method;
use doorward_domain::{AdminScope, Algorithm, ContentEncryption, GrantType, KeyManagement, Stage};
use utoipa::openapi::schema::{ArrayBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{Object, ObjectBuilder, Schema};

/// One of these words.
fn words<'a>(words: impl IntoIterator<Item = &'a str>) -> Object {
    let words: Vec<_> = words.into_iter().map(str::to_owned).collect();
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).enum_values(Some(words)).build()
}

pub(super) fn profile() -> Object {
    words(["oidc", "fapi2-security", "fapi2-message-signing", "mcp"])
}

pub(super) fn method() -> Object {
    words(Method::ALL.map(Method::as_str))
}

pub(super) fn algorithm() -> Object {
    words(Algorithm::ALL.map(Algorithm::as_str))
}

pub(super) fn algorithms() -> ArrayBuilder {
    ArrayBuilder::new().items(algorithm())
}

pub(super) fn grant_types() -> ArrayBuilder {
    ArrayBuilder::new().items(words(GrantType::ALL.map(GrantType::as_str)))
}

pub(super) fn trust() -> Object {
    words(["first_party", "third_party"])
}

pub(super) fn access_token_format() -> Object {
    words(["jwt", "opaque"])
}

pub(super) fn provisioning() -> Object {
    words(["known_only", "just_in_time"])
}

pub(super) fn stage() -> Object {
    words(Stage::ALL.map(Stage::as_str))
}

pub(super) fn admin_scopes() -> ArrayBuilder {
    ArrayBuilder::new().items(words(AdminScope::ALL.iter().map(|scope| scope.as_str())))
}

pub(super) fn tenants() -> Schema {
    let slugs = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)));
    OneOfBuilder::new().item(words(["all"])).item(slugs).build().into()
}

pub(super) fn environment() -> Object {
    words(["production", "staging", "development"])
}

pub(super) fn key_management() -> Object {
    words(KeyManagement::ALL.map(KeyManagement::as_str))
}

pub(super) fn content_encryption() -> Object {
    words(ContentEncryption::ALL.map(ContentEncryption::as_str))
}

pub(super) fn linking() -> Object {
    words(["never", "proof", "verified_email", "verified_email_and_name"])
}

pub(super) fn response_mode() -> Object {
    words(["query", "form_post"])
}

pub(super) fn hosted_domains() -> Schema {
    let domains = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)));
    OneOfBuilder::new().item(words(["any"])).item(domains).build().into()
}
