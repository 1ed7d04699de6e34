//! The attack matrix of the spine, each row a test named after its id, and the flows themselves.

#![expect(clippy::unwrap_used, reason = "tests")]

mod at_once;
mod authorization;
mod callback;
mod claims_parameter;
mod client_assertion;
mod client_authentication;
mod client_credentials;
mod client_secret_jwt;
mod code;
mod consent;
mod cross_origin;
mod device;
mod dpop;
mod ending;
mod forgery;
mod headers;
mod identity;
mod introspection;
mod journey;
mod jwt;
mod languages;
mod limits;
mod logout;
mod par;
mod pkce;
mod redirect_uri;
mod refresh;
mod registration;
mod request;
mod request_object;
mod resources;
mod revocation;
mod secrets;
mod session;
mod sign_in;
mod single_sign_on;
mod spine;
mod support;
mod switched_off;
mod token_endpoint;
mod token_exchange;
mod token_forms;
mod two_tenants;
mod userinfo;
