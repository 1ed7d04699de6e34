//! Who somebody is here: link decision, provisioning, session.
