//! The backend on a real PostgreSQL server, see [`server`].

mod backup;
mod conformance;
mod crash;
mod encryption;
mod nodes;
mod schema;
mod server;
