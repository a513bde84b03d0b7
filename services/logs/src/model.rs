//! Log groups, log streams, and how requests name them.

use std::collections::BTreeMap;

use haechi_core::{AccountId, Arn, Region};
use serde::{Deserialize, Serialize};

/// Days that a retention may have (API reference, `PutRetentionPolicy`).
pub(crate) const RETENTION_DAYS: &[i32] = &[
    1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653,
];

const DAY_MS: i64 = 86_400_000;

/// A log group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Group {
    /// Names its events; a group that is made anew has another.
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_ms: i64,
    pub(crate) retention_days: Option<i32>,
    pub(crate) class: String,
    pub(crate) tags: BTreeMap<String, String>,
}

impl Group {
    /// Events before this time have expired.
    pub(crate) fn floor_ms(&self, now_ms: i64) -> i64 {
        self.retention_days
            .map_or(i64::MIN, |days| now_ms - i64::from(days) * DAY_MS)
    }
}

/// A log stream.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Stream {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) created_ms: i64,
    pub(crate) first_event_ms: Option<i64>,
    pub(crate) last_event_ms: Option<i64>,
    pub(crate) last_ingestion_ms: Option<i64>,
    /// Bytes of all events that came in.
    pub(crate) bytes: u64,
}

/// A resource policy of an account, or of one group.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct ResourcePolicy {
    pub(crate) name: String,
    pub(crate) document: String,
    pub(crate) updated_ms: i64,
    pub(crate) resource: Option<String>,
    pub(crate) revision: String,
}

/// The ARN of a log group, without the `:*` that some answers have.
pub(crate) fn group_arn(account: &AccountId, region: &Region, name: &str) -> String {
    format!(
        "arn:{}:logs:{region}:{account}:log-group:{name}",
        region.partition()
    )
}

/// The group that an ARN names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GroupRef {
    pub(crate) account: AccountId,
    pub(crate) region: Region,
    pub(crate) name: String,
}

impl GroupRef {
    /// Reads `arn:…:log-group:name`, with or without `:*`.
    pub(crate) fn parse(arn: &str) -> Option<Self> {
        let arn = Arn::parse(arn).filter(|arn| arn.service() == "logs")?;
        let name = arn.resource().strip_prefix("log-group:")?;
        let name = name.strip_suffix(":*").unwrap_or(name);
        let whole = !name.is_empty() && !name.contains(':');
        Some(Self {
            account: AccountId::parse(arn.account()).ok()?,
            region: Region::parse(arn.region()).ok()?,
            name: whole.then(|| name.to_owned())?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_arn_of_a_group_may_end_in_an_asterisk() {
        for arn in [
            "arn:aws:logs:eu-north-1:111122223333:log-group:/app/web",
            "arn:aws:logs:eu-north-1:111122223333:log-group:/app/web:*",
        ] {
            assert_eq!(GroupRef::parse(arn).unwrap().name, "/app/web");
        }
        for arn in [
            "arn:aws:logs:eu-north-1:111122223333:log-group:",
            "arn:aws:logs:eu-north-1:111122223333:log-group:a:log-stream:b",
            "arn:aws:kms:eu-north-1:111122223333:log-group:a",
        ] {
            assert_eq!(GroupRef::parse(arn), None, "{arn}");
        }
    }
}
