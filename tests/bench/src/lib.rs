//! How fast doorward is.
//!
//! `benches/hot.rs` times single functions. The program `load` drives whole flows over HTTP against a
//! broker in a process of its own, and tells what each operation costs that process in CPU time and
//! in bytes written: [`playground`] starts the broker, [`upstream`] is the identity provider behind
//! it, [`app`], [`fapi`] and [`browser`] are who comes, [`workloads`] is what they do, [`run`] does it with many
//! workers, [`measure`] reads what it cost, [`start`] times the broker's start,
//! [`neighbours`] what ill providers do to the others, [`table`] prints it.

pub mod app;
pub mod browser;
pub mod fapi;
pub mod measure;
pub mod neighbours;
pub mod playground;
pub mod run;
pub mod start;
pub mod table;
pub mod upstream;
pub mod workloads;
