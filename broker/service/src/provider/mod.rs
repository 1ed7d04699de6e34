//! Toward apps: doorward as an OpenID Provider.
