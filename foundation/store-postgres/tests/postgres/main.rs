//! The backend on a real PostgreSQL server, see [`server`].

mod conformance;
mod crash;
mod nodes;
mod schema;
mod server;
