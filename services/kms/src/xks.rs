//! The client of external key store proxies: the AWS KMS External Key Store Proxy API, version 1.
//!
//! Requests are JSON over HTTPS, signed by Signature Version 4 for the service `kms-xks-proxy`. Source:
//! aws/aws-kms-xksproxy-api-spec. Trust boundary: a proxy is its owner's machine; what it answers is checked before
//! anything is built on it.

pub(crate) mod blob;
pub(crate) mod client;
pub(crate) mod fault;
pub(crate) mod message;
