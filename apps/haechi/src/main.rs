//! Haechi.
fn main() {}
