//! The embedded store backend: SQLite with group commit.
