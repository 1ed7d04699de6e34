//! Tenants, connections, clients and users, as operators manage them.
