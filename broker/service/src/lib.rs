//! doorward-service
