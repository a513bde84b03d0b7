//! DeleteWebACL, DeleteRuleGroup, DeleteIPSet, DeleteRegexPatternSet.
//!
//! What is referred to, or guards something, stays. A web ACL's logging configuration goes with it.
//! Order of errors: scope, permission, existence, lock token, use.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use haechi_dataplane::associations;
use haechi_wire::Shape;

use crate::change::require_token;
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::{Waf, error, logging, store};

impl Waf {
    async fn delete<O: Shape>(
        &self,
        call: &Call,
        name: &FullName,
        lock_token: Option<&str>,
    ) -> Result<O, Failure> {
        self.own(call, name).await?;
        let arn = &name.arn();
        self.platform
            .write(call, |txn| async move {
                let entity = store::present(&txn, name).await?;
                require_token(&entity, lock_token)?;
                if name.kind == Kind::WebAcl {
                    let guarded = associations::resources_of(&txn, &name.region, arn).await?;
                    if !guarded.is_empty() {
                        return Err(error::associated().into());
                    }
                    logging::remove(&txn, name).await?;
                }
                store::remove(&txn, &entity).await?;
                Ok(O::default())
            })
            .await
    }
}

macro_rules! delete {
    ($function:ident, $kind:ident, $request:ident, $response:ident) => {
        pub(crate) async fn $function(
            waf: Arc<Waf>,
            call: Arc<Call>,
            input: api::$request,
        ) -> Result<api::$response, Failure> {
            let scope = WebScope::of(&call, input.scope.as_ref())?;
            let (name, id) = (input.name.unwrap_or_default(), input.id.unwrap_or_default());
            let name = Waf::full_name(&call, Kind::$kind, scope, &name, &id);
            waf.delete(&call, &name, input.lock_token.as_deref()).await
        }
    };
}

delete!(delete_web_acl, WebAcl, DeleteWebACLRequest, DeleteWebACLResponse);
delete!(
    delete_rule_group,
    RuleGroup,
    DeleteRuleGroupRequest,
    DeleteRuleGroupResponse
);
delete!(delete_ip_set, IpSet, DeleteIPSetRequest, DeleteIPSetResponse);
delete!(
    delete_regex_pattern_set,
    RegexPatternSet,
    DeleteRegexPatternSetRequest,
    DeleteRegexPatternSetResponse
);
