//! doorward-test-idp
