//! The broker as a server: configuration, routes, cookies, pages, command line.

pub mod cli;
pub mod pages;
