//! Measures the web-ACL engine with the managed rule groups: `waf-detect` counts what is found in corpora of attacks
//! and of ordinary traffic, `waf-cost` the CPU time of evaluations. How to run both, and beside ModSecurity, is in
//! `README.md`.

pub mod acl;
pub mod clock;
pub mod corpus;
pub mod environment;
pub mod requests;
