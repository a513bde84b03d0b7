//! Where a web ACL's logging configuration rests.

use haechi_core::Failure;
use haechi_store::{StoreError, Table, Txn};

use crate::Waf;
use crate::model::name::FullName;

/// Logging configurations in AWS's JSON, by the web ACL's ARN.
pub(crate) const CONFIGURATIONS: Table<String> = Table::new("wafv2", "logging", 1);

/// The logging configuration of a web ACL.
pub(crate) async fn configuration(waf: &Waf, web_acl: &FullName) -> Result<Option<String>, Failure> {
    let scope = web_acl.region.scope(&web_acl.account);
    let arn = web_acl.arn();
    let found = waf
        .platform
        .store
        .get(&CONFIGURATIONS, &scope, arn.as_str())
        .await?;
    Ok(found.map(|json| json.as_ref().clone()))
}

/// Removes it with its web ACL.
pub(crate) async fn remove(txn: &Txn, web_acl: &FullName) -> Result<(), StoreError> {
    let scope = web_acl.region.scope(&web_acl.account);
    txn.delete(&CONFIGURATIONS, &scope, web_acl.arn().as_str()).await
}
