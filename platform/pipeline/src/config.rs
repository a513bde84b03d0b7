//! What an operator may set about the path of a request.

use std::time::Duration;

use haechi_core::{AccountId, Region};

/// Settings of the pipeline.
#[derive(Debug, Clone)]
pub struct PipelineConfig {
    /// Whether signatures are checked.
    pub signatures: SignaturePolicy,
    /// When an audit record must be on disk.
    pub audit: AuditMode,
    /// Largest request body, in bytes.
    pub max_body: usize,
    /// How long a client may take to send its headers, and then its body.
    pub read_timeout: Duration,
    /// How long a kept-alive connection may stay idle.
    pub idle_timeout: Duration,
    /// Whether the services' published request quotas are enforced.
    pub throttling: bool,
    /// The account that unsigned calls and unknown keys stand for.
    pub default_account: AccountId,
    /// The Region of unsigned calls.
    pub default_region: Region,
    /// Region names that are served; empty serves every well-formed name.
    pub regions: Vec<Region>,
}

/// Whether signatures are checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SignaturePolicy {
    /// Always, as AWS does.
    Verify,
    /// `--insecure-accept-any-signature`: the access key id alone says who calls. For moving over from mocks.
    AcceptAny,
}

/// When an audit record must be on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AuditMode {
    /// Before the answer leaves.
    Durable,
    /// Soon after: a crash may lose the records of the last moments.
    Relaxed,
}

impl PipelineConfig {
    /// AWS's own limits, everything enforced, nothing throttled.
    pub fn new(default_account: AccountId, default_region: Region) -> Self {
        Self {
            signatures: SignaturePolicy::Verify,
            audit: AuditMode::Durable,
            max_body: 1 << 20,
            read_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(2),
            throttling: false,
            default_account,
            default_region,
            regions: Vec::new(),
        }
    }
}
