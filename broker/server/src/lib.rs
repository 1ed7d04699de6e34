//! doorward
