//! doorward-bench
