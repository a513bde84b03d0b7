//! The shared store backend: any database that speaks the PostgreSQL wire.
