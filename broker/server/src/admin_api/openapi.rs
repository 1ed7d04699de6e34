//! What the admin API is, for programs: its OpenAPI document (3.1), made of the handlers and types that
//! answer. It is made when somebody asks for it first, and kept.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use axum::body::Bytes;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};
use utoipa::openapi::schema::{AdditionalProperties, Schema};
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{Components, ContentBuilder, Info, OpenApi, Ref, RefOr, ResponseBuilder};
use utoipa::{PartialSchema as _, ToResponse, ToSchema};

use super::problem::{FieldProblem, Problem};

/// What anybody may know of the admin API
#[utoipa::path(get, path = "/admin/openapi.json", tag = "openapi",
    responses((status = 200, description = "This document", content_type = "application/json")))]
pub(super) async fn read() -> Response {
    static DOCUMENT: OnceLock<Bytes> = OnceLock::new();
    let text = DOCUMENT.get_or_init(|| Bytes::from(document().to_json().unwrap_or_default()));
    ([(CONTENT_TYPE, "application/json")], text.clone()).into_response()
}

/// The whole document.
pub(super) fn document() -> OpenApi {
    let mut document = super::api(super::operations()).into_openapi();
    for operation in operations_of(&mut document) {
        if operation.security.is_some() {
            let known = [("401", "Unauthorized"), ("403", "Forbidden"), ("503", "Unavailable")];
            for (status, name) in known {
                let response = RefOr::Ref(Ref::from_response_name(name));
                operation.responses.responses.insert(status.to_owned(), response);
            }
        }
    }
    if let Some(components) = &mut document.components {
        open_what_is_extended(components);
    }
    document
}

/// What it begins with.
pub(super) fn frame() -> OpenApi {
    let mut info = Info::new("doorward admin API", env!("CARGO_PKG_VERSION"));
    info.description = Some(
        "Tenants, connections, clients, users and keys of a broker. An unknown field is an error. Times are \
         milliseconds since 1970. A list comes in pages: as long as an answer has `next`, there is more."
            .to_owned(),
    );
    let mut components = Components::new();
    components.add_security_scheme(
        "admin",
        SecurityScheme::Http(HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build()),
    );
    for (name, schema) in
        [(Problem::name(), Problem::schema()), (FieldProblem::name(), FieldProblem::schema())]
    {
        components.schemas.insert(name.into_owned(), schema);
    }
    components.responses.extend(problems().map(|(name, response)| (name.to_owned(), response)));
    let mut document = OpenApi::new(info, utoipa::openapi::Paths::new());
    document.components = Some(components);
    document
}

/// The operations of a document.
fn operations_of(document: &mut OpenApi) -> impl Iterator<Item = &mut utoipa::openapi::path::Operation> {
    document.paths.paths.values_mut().flat_map(|path| {
        [&mut path.get, &mut path.post, &mut path.patch, &mut path.delete].into_iter().flatten()
    })
}

/// A schema that another one adds fields to cannot say itself that it has no more.
fn open_what_is_extended(components: &mut Components) {
    let mut extended = BTreeSet::new();
    for schema in components.schemas.values() {
        if let RefOr::T(Schema::AllOf(all)) = schema {
            extended.extend(all.items.iter().filter_map(|item| match item {
                RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().map(str::to_owned),
                RefOr::T(_) => None,
            }));
        }
    }
    for name in extended {
        if let Some(RefOr::T(Schema::Object(object))) = components.schemas.get_mut(&name)
            && matches!(object.additional_properties.as_deref(), Some(AdditionalProperties::FreeForm(false)))
        {
            object.additional_properties = None;
        }
    }
}

macro_rules! problems {
    ($($name:ident: $description:literal;)*) => {
        $(
            #[doc = $description]
            pub(super) struct $name;

            impl<'r> ToResponse<'r> for $name {
                fn response() -> (&'r str, RefOr<utoipa::openapi::Response>) {
                    (stringify!($name), problem($description))
                }
            }
        )*

        fn problems() -> impl Iterator<Item = (&'static str, RefOr<utoipa::openapi::Response>)> {
            [$($name::response()),*].into_iter()
        }
    };
}

problems! {
    Unauthorized: "There is no token, or it is not good (`invalid_token`).";
    Forbidden: "The token is not for this (`insufficient_scope`, `other_tenant`).";
    Unavailable: "The broker cannot do this now (`temporarily_unavailable`).";
    NotFound: "There is no such thing (`not_found`).";
    BadQuery: "The query is wrong (`invalid_query`, `invalid_cursor`).";
    BadBody: "The body is wrong; `errors` say where (`invalid_body`).";
    Exists: "There is one already (`already_exists`).";
    Conflict: "It does not go with what there is (`conflict`).";
    TooOften: "It was asked too often just now (`too_often`).";
    NoSecret: "The client authenticates without a secret (`no_secret`).";
    NotReady: "It cannot be done yet (`not_ready`).";
    Changed: "It was changed meanwhile (`version_mismatch`).";
    NoVersion: "The request does not say which version it is for (`version_required`).";
}

fn problem(description: &str) -> RefOr<utoipa::openapi::Response> {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Problem::name()))).build();
    RefOr::T(
        ResponseBuilder::new().description(description).content("application/problem+json", content).build(),
    )
}
