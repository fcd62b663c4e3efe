//! The laboratory: scenarios, topology, commands of the program `fosterling`.
// Time, chance and sockets come in here and are handed down to everything else.
#![allow(clippy::disallowed_methods)]

mod admin;
mod build;
pub mod carriers;
pub mod cli;
pub mod config;
pub mod exit;
mod nodes;
pub mod places;
pub mod policy;
mod rogue;
pub mod run;
pub mod scenarios;
pub mod stock;
pub mod topology;
mod world;
