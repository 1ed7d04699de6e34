//! Toward tenants identity providers: doorward as a Relying Party.
