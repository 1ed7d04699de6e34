//! The pages that people signing in see.
