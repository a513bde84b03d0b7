//! The documents: web ACLs, rule groups, rule lists.

use super::{
    ApplicationConfig, AssociationConfig, CustomResponseBodies, DataProtectionConfig, DefaultAction,
    FirewallManagerRuleGroup, ImmunityConfig, IpAddressVersion, MonetizationConfig,
    OnSourceDDoSProtectionConfig, Regex, Rule, Scope, SearchStringEncoding, Statement, Tag, VisibilityConfig,
    shapes,
};
use crate::error::ModelError;
use serde::Deserialize;
use serde::de::DeserializeOwned;

shapes! {
    /// A web ACL as any of the API's messages carries it: members that only some messages have are optional.
    struct WebAcl {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Scope>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(rename = "ARN", default, skip_serializing_if = "Option::is_none")]
        arn: Option<String>,
        default_action: DefaultAction,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(default)]
        rules: Vec<Rule>,
        visibility_config: VisibilityConfig,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        data_protection_config: Option<DataProtectionConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capacity: Option<u64>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pre_process_firewall_manager_rule_groups: Vec<FirewallManagerRuleGroup>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        post_process_firewall_manager_rule_groups: Vec<FirewallManagerRuleGroup>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        managed_by_firewall_manager: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label_namespace: Option<String>,
        #[serde(default, skip_serializing_if = "CustomResponseBodies::is_empty")]
        custom_response_bodies: CustomResponseBodies,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        captcha_config: Option<ImmunityConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        challenge_config: Option<ImmunityConfig>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        token_domains: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        association_config: Option<AssociationConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        retrofitted_by_firewall_manager: Option<bool>,
        #[serde(rename = "OnSourceDDoSProtectionConfig", default, skip_serializing_if = "Option::is_none")]
        on_source_ddos_protection_config: Option<OnSourceDDoSProtectionConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        application_config: Option<ApplicationConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        monetization_config: Option<MonetizationConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lock_token: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<Tag>,
    }
    /// A rule group as any of the API's messages carries it.
    struct RuleGroup {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Scope>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        capacity: Option<u64>,
        #[serde(rename = "ARN", default, skip_serializing_if = "Option::is_none")]
        arn: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(default)]
        rules: Vec<Rule>,
        visibility_config: VisibilityConfig,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        label_namespace: Option<String>,
        #[serde(default, skip_serializing_if = "CustomResponseBodies::is_empty")]
        custom_response_bodies: CustomResponseBodies,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        available_labels: Vec<LabelSummary>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        consumed_labels: Vec<LabelSummary>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        monetization_config: Option<MonetizationConfig>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lock_token: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<Tag>,
    }
    #[derive(Default)]
    struct LabelSummary {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
    }
    struct IpSetDocument {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Scope>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(rename = "ARN", default, skip_serializing_if = "Option::is_none")]
        arn: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        #[serde(rename = "IPAddressVersion")]
        ip_address_version: IpAddressVersion,
        addresses: Vec<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lock_token: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<Tag>,
    }
    struct RegexPatternSetDocument {
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope: Option<Scope>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        id: Option<String>,
        #[serde(rename = "ARN", default, skip_serializing_if = "Option::is_none")]
        arn: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        description: Option<String>,
        regular_expression_list: Vec<Regex>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        lock_token: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        tags: Vec<Tag>,
    }
}

/// `get-…` wraps the document in a member beside the lock token.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase", deny_unknown_fields)]
struct Wrapped<T> {
    #[serde(
        alias = "WebACL",
        alias = "RuleGroup",
        alias = "IPSet",
        alias = "RegexPatternSet"
    )]
    document: T,
    #[serde(default, rename = "LockToken")]
    _lock_token: Option<String>,
    #[serde(default, rename = "ApplicationIntegrationURL")]
    _application_integration_url: Option<String>,
}

const WRAPPERS: [&str; 4] = ["WebACL", "RuleGroup", "IPSet", "RegexPatternSet"];

/// Reads a document bare or as `get-…` answers it.
fn read<T: DeserializeOwned>(json: &[u8]) -> Result<T, ModelError> {
    let value: serde_json::Value = serde_json::from_slice(json)?;
    if WRAPPERS.iter().any(|wrapper| value.get(wrapper).is_some()) {
        Ok(serde_json::from_value::<Wrapped<T>>(value)?.document)
    } else {
        Ok(serde_json::from_value(value)?)
    }
}

/// Applies the document's encoding of search strings to every statement of `rules`.
pub fn decode_search_strings(rules: &mut [Rule], encoding: SearchStringEncoding) -> Result<(), ModelError> {
    rules
        .iter_mut()
        .try_for_each(|rule| decode_statement(&mut rule.statement, encoding, &rule.name))
}

fn decode_statement(
    statement: &mut Statement,
    encoding: SearchStringEncoding,
    rule: &str,
) -> Result<(), ModelError> {
    if let Statement::ByteMatch(byte_match) = statement {
        byte_match
            .search_string
            .decode(encoding)
            .map_err(|source| ModelError::SearchString {
                rule: rule.to_owned(),
                source,
            })?;
    }
    statement
        .children_mut()
        .into_iter()
        .try_for_each(|child| decode_statement(child, encoding, rule))
}

impl WebAcl {
    /// Reads a web ACL: the document itself or the whole answer of `get-web-acl`.
    pub fn from_json(json: &[u8], encoding: SearchStringEncoding) -> Result<Self, ModelError> {
        let mut acl: Self = read(json)?;
        decode_search_strings(&mut acl.rules, encoding)?;
        for group in acl
            .pre_process_firewall_manager_rule_groups
            .iter_mut()
            .chain(&mut acl.post_process_firewall_manager_rule_groups)
        {
            if let super::FirewallManagerStatement::ManagedRuleGroup(managed) =
                &mut group.firewall_manager_statement
                && let Some(scope_down) = managed.scope_down_statement.as_deref_mut()
            {
                decode_statement(scope_down, encoding, &group.name)?;
            }
        }
        Ok(acl)
    }
}

impl RuleGroup {
    /// Reads a rule group: the document itself or the whole answer of `get-rule-group`.
    pub fn from_json(json: &[u8], encoding: SearchStringEncoding) -> Result<Self, ModelError> {
        let mut group: Self = read(json)?;
        decode_search_strings(&mut group.rules, encoding)?;
        Ok(group)
    }
}

impl IpSetDocument {
    /// Reads an IP set: the document itself or the whole answer of `get-ip-set`.
    pub fn from_json(json: &[u8]) -> Result<Self, ModelError> {
        read(json)
    }
}

impl RegexPatternSetDocument {
    /// Reads a regex pattern set: the document itself or the whole answer of `get-regex-pattern-set`.
    pub fn from_json(json: &[u8]) -> Result<Self, ModelError> {
        read(json)
    }
}

/// Reads a bare list of rules, as `--rules` of `check-capacity` and Terraform's `rule_json` carry it.
pub fn rules_from_json(json: &[u8], encoding: SearchStringEncoding) -> Result<Vec<Rule>, ModelError> {
    let mut rules: Vec<Rule> = serde_json::from_slice(json)?;
    decode_search_strings(&mut rules, encoding)?;
    Ok(rules)
}
