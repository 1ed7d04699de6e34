//! doorward-flows
