//! People of each kind of provider, and what each of those providers does to unwary brokers.

mod credentials;
mod entra;
mod entra_groups;
mod form_post;
mod google;
mod halopsa;
mod okta;
mod plain;
