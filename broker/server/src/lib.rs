//! The broker as a server: [`app`] puts it together, [`routes`] answer, [`pages`] is what people
//! see, [`words`] what they read there, [`cli`] what operators type, [`config`] what they decide,
//! [`listen`] is where requests come in, [`serve`] runs it.

pub mod admin_api;
pub mod app;
pub mod backend;
mod bearer;
pub mod cli;
pub mod config;
mod cookies;
pub mod listen;
pub mod log;
pub mod mail;
mod outlet;
pub mod pages;
pub mod proxies;
pub mod routes;
pub mod serve;
mod system;
pub mod words;
