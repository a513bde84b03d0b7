//! DeleteFirewallManagerRuleGroups: takes from a web ACL what Firewall Manager put around its rules.
//!
//! It is only for web ACLs that Firewall Manager no longer manages and that still have such rule groups. There are
//! none yet, so that every web ACL is refused, as AWS refuses those that Firewall Manager never managed.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};

use crate::change::require_token;
use crate::protections::web_acl_name;
use crate::{Waf, error};

pub(crate) async fn delete_firewall_manager_rule_groups(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::DeleteFirewallManagerRuleGroupsRequest,
) -> Result<api::DeleteFirewallManagerRuleGroupsResponse, Failure> {
    let arn = input.web_acl_arn.unwrap_or_default();
    let name = web_acl_name(&arn).ok_or_else(|| error::bad_arn(&arn))?;
    let acl = waf.own(&call, &name).await?;
    require_token(&acl, input.web_acl_lock_token.as_deref())?;
    Err(error::invalid_operation().into())
}
