//! ListWebACLs, ListRuleGroups, ListIPSets, ListRegexPatternSets: in the order of names.
//!
//! Follows the API reference's pages; on markers see [`crate::paging`].

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};

use crate::model::entity::Summary;
use crate::model::kind::Kind;
use crate::model::web_scope::WebScope;
use crate::{Waf, paging, store};

impl Waf {
    async fn summaries(
        &self,
        call: &Call,
        kind: Kind,
        scope: Option<&api::Scope>,
        marker: Option<&str>,
        limit: Option<i32>,
    ) -> Result<(Vec<Arc<Summary>>, Option<String>), Failure> {
        let web_scope = WebScope::of(call, scope)?;
        self.permit(call).await?;
        let owner = call.scope();
        let limit = paging::limit(limit);
        let found = store::names(&self.platform.store, &owner, kind, web_scope, marker, limit).await?;
        let next = found.last().map(|last| last.name.clone());
        Ok((found, next))
    }
}

macro_rules! list {
    ($function:ident, $kind:ident, $request:ident, $response:ident, $member:ident, $summary:ident) => {
        pub(crate) async fn $function(
            waf: Arc<Waf>,
            call: Arc<Call>,
            input: api::$request,
        ) -> Result<api::$response, Failure> {
            let marker = input.next_marker.as_deref();
            let (found, next_marker) = waf
                .summaries(
                    &call,
                    Kind::$kind,
                    input.scope.as_ref(),
                    marker,
                    input.limit,
                )
                .await?;
            let summaries = found.into_iter().map(|found| api::$summary {
                name: Some(found.name.clone()),
                id: Some(found.id.clone()),
                description: Some(found.description.clone().unwrap_or_default()),
                lock_token: Some(found.lock_token.clone()),
                arn: Some(found.arn.clone()),
            });
            Ok(api::$response {
                next_marker,
                $member: Some(summaries.collect()),
            })
        }
    };
}

list!(
    list_web_acls,
    WebAcl,
    ListWebACLsRequest,
    ListWebACLsResponse,
    web_ac_ls,
    WebACLSummary
);
list!(
    list_rule_groups,
    RuleGroup,
    ListRuleGroupsRequest,
    ListRuleGroupsResponse,
    rule_groups,
    RuleGroupSummary
);
list!(
    list_ip_sets,
    IpSet,
    ListIPSetsRequest,
    ListIPSetsResponse,
    ip_sets,
    IPSetSummary
);
list!(
    list_regex_pattern_sets,
    RegexPatternSet,
    ListRegexPatternSetsRequest,
    ListRegexPatternSetsResponse,
    regex_pattern_sets,
    RegexPatternSetSummary
);
