//! The addresses that rate-based rules hold back, as each gateway last told them.

use std::collections::BTreeSet;
use std::net::IpAddr;

use haechi_core::Failure;
use haechi_dataplane::report::RateLimited;
use haechi_store::{Table, Txn};
use serde::{Deserialize, Serialize};

use crate::Waf;
use crate::model::name::FullName;

/// What a gateway said: `(web ACL's id, gateway)`.
const HELD_BACK: Table<HeldBack> = Table::new("wafv2", "rate-limited", 1);
/// After so long nothing that a gateway said counts any more.
const STALE_MS: i64 = 60_000;
/// So often what has not changed is written again.
const REPEAT_MS: i64 = 20_000;
/// Gateways that are looked at.
const MANY: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct HeldBack {
    at_ms: i64,
    rules: Vec<RateLimited>,
}

impl Waf {
    /// Keeps what a gateway says, if it is new or the last word is getting old.
    pub(super) async fn keep_rate_limited(
        &self,
        web_acl: &FullName,
        gateway: &str,
        rules: &[RateLimited],
        now_ms: i64,
    ) -> Result<(), Failure> {
        let scope = &web_acl.region.scope(&web_acl.account);
        let place = (web_acl.id.as_str(), gateway);
        let known = self.platform.store.get(&HELD_BACK, scope, place).await?;
        let nobody = rules.iter().all(|rule| rule.addresses.is_empty());
        let settled = match &known {
            None => nobody,
            Some(known) => known.rules == rules && (nobody || now_ms - known.at_ms < REPEAT_MS),
        };
        if settled {
            return Ok(());
        }
        let said = &HeldBack {
            at_ms: now_ms,
            rules: rules.to_vec(),
        };
        self.platform
            .store
            .txn(|txn: Txn| async move { Ok::<_, Failure>(txn.put(&HELD_BACK, scope, place, said).await?) })
            .await
    }

    /// The addresses that a rule holds back, in order.
    pub(crate) async fn held_back(
        &self,
        web_acl: &FullName,
        rule: &str,
        rule_in_group: Option<&str>,
        now_ms: i64,
    ) -> Result<BTreeSet<IpAddr>, Failure> {
        let scope = web_acl.region.scope(&web_acl.account);
        let said = self
            .platform
            .store
            .list_under(&HELD_BACK, &scope, web_acl.id.as_str(), None, MANY)
            .await?;
        let fresh = said.iter().filter(|(_, said)| now_ms - said.at_ms < STALE_MS);
        let rules = fresh.flat_map(|(_, said)| &said.rules);
        let own = rules.filter(|own| own.rule == rule && own.rule_in_group.as_deref() == rule_in_group);
        Ok(own.flat_map(|own| own.addresses.iter().copied()).collect())
    }
}
