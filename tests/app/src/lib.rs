//! doorward-sample-app
