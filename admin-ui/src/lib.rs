//! doorward-admin-ui
