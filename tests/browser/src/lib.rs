//! doorward-browser-tests
