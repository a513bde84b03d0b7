//! GetRateBasedStatementManagedKeys: the addresses that a rate-based rule holds back now.
//!
//! Only for rules that aggregate by the client's or the forwarded address. The gateways tell the addresses; what one
//! said more than a minute ago no longer counts.

use std::net::IpAddr;
use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_api_wafv2::error::ErrorCode;
use haechi_core::{Call, Failure};
use haechi_waf::model::{AggregateKeyType, Rule, Statement};

use crate::model::entity::{Content, Entity};
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::{Waf, documents, error, store};

/// The most addresses of an answer.
const MOST: usize = 10_000;

pub(crate) async fn get_rate_based_statement_managed_keys(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetRateBasedStatementManagedKeysRequest,
) -> Result<api::GetRateBasedStatementManagedKeysResponse, Failure> {
    let name = FullName {
        kind: Kind::WebAcl,
        scope: WebScope::of(&call, input.scope.as_ref())?,
        account: call.account.clone(),
        region: call.region.clone(),
        name: input.web_acl_name.unwrap_or_default(),
        id: input.web_acl_id.unwrap_or_default(),
    };
    let acl = waf.own(&call, &name).await?;
    let rule = input.rule_name.unwrap_or_default();
    let kind = waf
        .rate_rule(&acl, input.rule_group_rule_name.as_deref(), &rule)
        .await?;
    if !matches!(kind, AggregateKeyType::Ip | AggregateKeyType::ForwardedIp) {
        let text = "The rule that you've named doesn't aggregate solely on the IP address or solely on the forwarded IP address. This call is only available for rate-based rules with an AggregateKeyType setting of IP or FORWARDED_IP.";
        return Err(ErrorCode::WAFUnsupportedAggregateKeyTypeException
            .with(text)
            .into());
    }
    let (outer, inner) = match &input.rule_group_rule_name {
        Some(group) => (group.as_str(), Some(rule.as_str())),
        None => (rule.as_str(), None),
    };
    let held = waf.held_back(&name, outer, inner, call.time.as_millis()).await?;
    let set = |version: api::IPAddressVersion, wanted: fn(&IpAddr) -> bool, bits: u8| {
        let addresses = held.iter().filter(|address| wanted(address)).take(MOST);
        api::RateBasedStatementManagedKeysIPSet {
            ip_address_version: Some(version),
            addresses: Some(addresses.map(|address| format!("{address}/{bits}")).collect()),
        }
    };
    Ok(api::GetRateBasedStatementManagedKeysResponse {
        managed_keys_ipv4: Some(set("IPV4".into(), IpAddr::is_ipv4, 32)),
        managed_keys_ipv6: Some(set("IPV6".into(), IpAddr::is_ipv6, 128)),
    })
}

impl Waf {
    /// How the rule aggregates.
    async fn rate_rule(
        &self,
        acl: &Entity,
        group: Option<&str>,
        rule: &str,
    ) -> Result<AggregateKeyType, Failure> {
        let Content::WebAcl { request, .. } = &acl.content else {
            return Err(error::nonexistent().into());
        };
        let rules = documents::web_acl(request)?.rules;
        let rules = match group {
            None => rules,
            Some(group) => match &find(&rules, group)?.statement {
                Statement::RuleGroupReference(reference) => self.rules_of(&reference.arn).await?,
                _ => return Err(error::nonexistent().into()),
            },
        };
        match &find(&rules, rule)?.statement {
            Statement::RateBased(rate) => Ok(rate.aggregate_key_type),
            _ => Err(error::nonexistent().into()),
        }
    }

    async fn rules_of(&self, arn: &str) -> Result<Vec<Rule>, Failure> {
        let name = FullName::parse(arn).ok_or_else(error::nonexistent)?;
        let group = store::find(&self.platform.store, &name).await?;
        match group.as_ref().map(|group| &group.content) {
            Some(Content::RuleGroup { request, .. }) => Ok(documents::rule_group(request)?.rules),
            _ => Err(error::nonexistent().into()),
        }
    }
}

fn find<'a>(rules: &'a [Rule], name: &str) -> Result<&'a Rule, Failure> {
    let found = rules.iter().find(|rule| rule.name == name);
    found.ok_or_else(|| error::nonexistent().into())
}
