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
    /// Largest body of requests to services whose clients send data in bulk.
    pub max_bulk_body: usize,
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
            max_bulk_body: 6 << 20,
            read_timeout: Duration::from_secs(30),
            idle_timeout: Duration::from_mins(2),
            throttling: false,
            default_account,
            default_region,
            regions: Vec::new(),
        }
    }

    /// The largest body of a request with this `X-Amz-Target`. What it names has not been proven yet: a bulk body of
    /// someone without a key is read in vain, which is why it has a limit too.
    pub(crate) fn body_limit(&self, target: Option<&[u8]>) -> usize {
        let bulk = target.is_some_and(|target| BULK.iter().any(|prefix| target.starts_with(prefix)));
        if bulk { self.max_bulk_body } else { self.max_body }
    }
}

/// Targets of services that take up to 4 MiB of data in a request, in base64: PutRecordBatch, PutLogEvents.
const BULK: &[&[u8]] = &[b"Firehose_20150804.", b"Logs_20140328."];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_bulk_services_have_great_bodies() {
        let account = AccountId::parse("000000000000").unwrap();
        let config = PipelineConfig::new(account, Region::parse("eu-north-1").unwrap());
        assert_eq!(config.body_limit(Some(b"Logs_20140328.PutLogEvents")), 6 << 20);
        for target in [None, Some(&b"TrentService.Encrypt"[..]), Some(b"Logs_20140328x")] {
            assert_eq!(config.body_limit(target), 1 << 20);
        }
    }
}
