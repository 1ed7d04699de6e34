//! doorward-barrier
