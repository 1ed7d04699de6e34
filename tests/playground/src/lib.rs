//! doorward-playground
