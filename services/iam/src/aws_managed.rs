//! AWS managed policies, as data.
//!
//! The data stays in the program's read-only pages; an index of slices is built on first use, and documents are
//! parsed one by one as principals need them.

use std::sync::{Arc, OnceLock};

use haechi_policy::{Policy, PolicyKind};
use haechi_wire::Timestamp;
use quick_cache::sync::Cache;

/// Path and name, default version, dates and document of each policy, in the order of the first.
const DATA: &str = include_str!("../data/aws-managed-policies.tsv");
/// What the ARN of every one of them begins with.
pub(crate) const PREFIX: &str = "arn:aws:iam::aws:policy/";
/// How many parsed documents are kept.
const CAPACITY: usize = 200;

/// A policy that AWS gives to every account.
#[derive(Debug, Clone, Copy)]
pub(crate) struct AwsPolicy {
    /// Path without its first slash, and name.
    tail: &'static str,
    /// `v3`: the only version that is there.
    pub version: &'static str,
    created: &'static str,
    updated: &'static str,
    /// The document.
    pub document: &'static str,
}

impl AwsPolicy {
    pub(crate) fn arn(&self) -> String {
        format!("{PREFIX}{}", self.tail)
    }

    pub(crate) fn name(&self) -> &'static str {
        self.tail.rsplit('/').next().unwrap_or(self.tail)
    }

    pub(crate) fn path(&self) -> String {
        format!("/{}", &self.tail[..self.tail.len() - self.name().len()])
    }

    pub(crate) fn created(&self) -> Option<Timestamp> {
        Timestamp::parse_any(self.created).ok()
    }

    pub(crate) fn updated(&self) -> Option<Timestamp> {
        Timestamp::parse_any(self.updated).ok()
    }

    /// An id of the usual form. AWS's own ids are not published; this one is computed from the name, so that it is
    /// the same everywhere.
    pub(crate) fn id(&self) -> String {
        const ALPHABET: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        // FNV-1a, 128 bits.
        let hash = self
            .tail
            .bytes()
            .fold(0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128, |hash, byte| {
                (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
            });
        let digits = (0..16).map(|at| ALPHABET[(hash >> (at * 5) & 31) as usize]);
        format!("ANPAI{}", digits.map(char::from).collect::<String>())
    }
}

/// All of them, in the order of their paths and names.
pub(crate) fn all() -> &'static [AwsPolicy] {
    static INDEX: OnceLock<Vec<AwsPolicy>> = OnceLock::new();
    INDEX.get_or_init(|| DATA.lines().filter_map(parse_line).collect())
}

/// The policy of this ARN.
pub(crate) fn find(arn: &str) -> Option<AwsPolicy> {
    let tail = arn.strip_prefix(PREFIX)?;
    let all = all();
    all.binary_search_by(|policy| policy.tail.cmp(tail))
        .ok()
        .map(|at| all[at])
}

/// The parsed document of an AWS managed policy (`arn:aws:iam::aws:policy/…`); `None` where there is none.
pub(crate) fn parsed(arn: &str) -> Option<Arc<Policy>> {
    static PARSED: OnceLock<Cache<&'static str, Arc<Policy>>> = OnceLock::new();
    let found = find(arn)?;
    let cache = PARSED.get_or_init(|| Cache::new(CAPACITY));
    if let Some(policy) = cache.get(found.tail) {
        return Some(policy);
    }
    let policy = Arc::new(Policy::parse_trusted(found.document, PolicyKind::Identity).ok()?);
    cache.insert(found.tail, Arc::clone(&policy));
    Some(policy)
}

fn parse_line(line: &'static str) -> Option<AwsPolicy> {
    let mut parts = line.split('\t');
    Some(AwsPolicy {
        tail: parts.next()?,
        version: parts.next()?,
        created: parts.next()?,
        updated: parts.next()?,
        document: parts.next()?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_is_a_policy_that_parses_and_is_found() {
        assert_eq!(all().len(), DATA.lines().count());
        for policy in all() {
            let found = find(&policy.arn()).unwrap_or_else(|| panic!("{} is not found", policy.arn()));
            assert_eq!(found.tail, policy.tail);
            assert!(
                policy.created().is_some() && policy.updated().is_some(),
                "{}",
                policy.tail
            );
            let parsed = Policy::parse_trusted(policy.document, PolicyKind::Identity);
            assert!(parsed.is_ok(), "{}: {parsed:?}", policy.tail);
        }
    }

    #[test]
    fn a_path_is_told_from_a_name() {
        let policy = find("arn:aws:iam::aws:policy/job-function/ViewOnlyAccess").unwrap();
        assert_eq!(
            (policy.path().as_str(), policy.name()),
            ("/job-function/", "ViewOnlyAccess")
        );
        assert!(find("arn:aws:iam::aws:policy/NoSuchPolicy").is_none());
    }
}
