//! A load generator for AWS endpoints: many keep-alive connections, every request signed like a client's.
//!
//! It shares the machine with the server that it measures, so it spends as little as it can: request bytes are laid
//! out by hand ([`request`]), answers are read no further than their length ([`response`]), one thread drives all
//! connections ([`run`](mod@run)). What it does not save is the signature: each request is hashed and signed anew.
//!
//! It knows nothing of the server but the AWS protocol, so any two servers can be measured side by side.

// This crate measures time; it is no part of the server, whose clock is handed down.
#![allow(clippy::disallowed_methods)]

pub mod connection;
pub mod credentials;
pub mod endpoint;
pub mod histogram;
pub mod operation;
pub mod report;
pub mod request;
pub mod response;
pub mod run;
pub mod setup;
