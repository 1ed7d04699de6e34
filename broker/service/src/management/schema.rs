//! What of a description of the admin API (OpenAPI) is not told by a type here: the words that a field of the
//! domain's takes.

use doorward_domain::client::Method;
use doorward_domain::connection::Field;
use doorward_domain::{AdminScope, Algorithm, ContentEncryption, GrantType, KeyManagement, Stage};
use utoipa::openapi::schema::{AdditionalProperties, ArrayBuilder, OneOfBuilder, SchemaType, Type};
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

pub(super) fn refresh_profile() -> Object {
    words(["each_sign_in", "first_sign_in"])
}

fn text() -> Object {
    ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)).build()
}

fn texts() -> ArrayBuilder {
    ArrayBuilder::new().items(text())
}

/// A table without other fields than these.
fn table() -> ObjectBuilder {
    ObjectBuilder::new()
        .schema_type(SchemaType::Type(Type::Object))
        .additional_properties(Some(AdditionalProperties::FreeForm(false)))
}

pub(super) fn mapping() -> ObjectBuilder {
    let truth = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Boolean));
    let source = table().property("claim", text()).property("required", truth).property("default", text());
    let source = Schema::from(OneOfBuilder::new().item(text()).item(source).build());
    Field::ALL.iter().fold(table(), |table, field| table.property(field.as_str(), source.clone()))
}

pub(super) fn standing() -> ObjectBuilder {
    let claims = ObjectBuilder::new().schema_type(SchemaType::Type(Type::Object));
    let claims = claims.additional_properties(Some(Schema::from(texts().build())));
    let rule = table().property("gives", text()).required("gives");
    let rule = rule.property("groups", texts()).property("claims", claims);
    let rules = Schema::from(ArrayBuilder::new().items(rule).build());
    let status = table().property("claim", text()).required("claim").property("active", texts());
    let status = status.property("inactive", texts()).property("otherwise", words(["inactive", "active"]));
    table()
        .property("roles", rules.clone())
        .property("default_roles", texts())
        .property("sites", rules)
        .property("default_sites", texts())
        .property("status", status)
}

pub(super) fn logout() -> Object {
    words(["here", "upstream"])
}

pub(super) fn response_mode() -> Object {
    words(["query", "form_post"])
}

pub(super) fn hosted_domains() -> Schema {
    let domains = ArrayBuilder::new().items(ObjectBuilder::new().schema_type(SchemaType::Type(Type::String)));
    OneOfBuilder::new().item(words(["any"])).item(domains).build().into()
}
