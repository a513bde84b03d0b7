//! Domain keys: sealed under the root key, one per account and Region.
