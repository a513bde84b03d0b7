//! Web ACLs of managed rule groups.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use haechi_waf::compile::{ManagedRuleGroup, Plan, Resolver};
use haechi_waf::ip_set::{IpSet, SharedIpSet};
use haechi_waf::model::{
    CustomResponseBodies, ManagedRuleGroupConfig, RuleGroup, SearchStringEncoding, WebAcl,
};
use haechi_waf::regex::SharedPatternSet;

/// What a web application of any kind gets: the baseline and use-case groups that look for attacks, and the lists of
/// addresses.
pub const DEFAULT: [&str; 10] = [
    "AWSManagedRulesAmazonIpReputationList",
    "AWSManagedRulesAnonymousIpList",
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesSQLiRuleSet",
    "AWSManagedRulesLinuxRuleSet",
    "AWSManagedRulesUnixRuleSet",
    "AWSManagedRulesWindowsRuleSet",
    "AWSManagedRulesPHPRuleSet",
    "AWSManagedRulesWordPressRuleSet",
];

/// Every group there is.
pub fn all() -> Vec<&'static str> {
    haechi_managed::GROUPS.iter().map(|group| group.name).collect()
}

/// A plan that refers to these groups, in this order.
pub fn plan(groups: &[&str]) -> Result<Plan> {
    referring(groups, "None", None)
}

/// The same with the groups' files of this folder, for those who work on them.
pub fn edited(groups: &[&str], folder: &Path) -> Result<Plan> {
    referring(groups, "None", Some(folder))
}

/// The same, but what a group decides is only counted, so that a request is looked at by all of them.
pub fn counting(groups: &[&str]) -> Result<Plan> {
    referring(groups, "Count", None)
}

fn referring(groups: &[&str], override_action: &str, edited: Option<&Path>) -> Result<Plan> {
    let visibility = r#""VisibilityConfig":{"SampledRequestsEnabled":true,"CloudWatchMetricsEnabled":true,"MetricName":"m"}"#;
    let rules: Vec<_> = groups
        .iter()
        .enumerate()
        .map(|(priority, name)| {
            format!(
                r#"{{"Name":"{name}","Priority":{priority},"OverrideAction":{{"{override_action}":{{}}}},{visibility},
                "Statement":{{"ManagedRuleGroupStatement":{{"VendorName":"AWS","Name":"{name}"}}}}}}"#
            )
        })
        .collect();
    let json = format!(
        r#"{{"Name":"managed","DefaultAction":{{"Allow":{{}}}},{visibility},"Rules":[{}]}}"#,
        rules.join(",")
    );
    let acl = WebAcl::from_json(json.as_bytes(), SearchStringEncoding::Text)?;
    Ok(Plan::compile(&acl, "111122223333", &Managed { edited })?)
}

/// The managed groups and their lists as they ship, unless a folder has other files for them; nothing else.
struct Managed<'a> {
    edited: Option<&'a Path>,
}

impl Resolver for Managed<'_> {
    fn rule_group(&self, _: &str) -> Option<Arc<RuleGroup>> {
        None
    }

    fn managed_rule_group(
        &self,
        vendor: &str,
        name: &str,
        _: Option<&str>,
        _: &[ManagedRuleGroupConfig],
    ) -> Option<Arc<ManagedRuleGroup>> {
        let group = haechi_managed::find(vendor, name)?;
        let edited = self
            .edited
            .and_then(|folder| fs::read_to_string(folder.join(format!("{name}.json"))).ok());
        let json = edited.as_deref().unwrap_or(group.json);
        let document = RuleGroup::from_json(json.as_bytes(), SearchStringEncoding::Text).ok()?;
        Some(Arc::new(ManagedRuleGroup {
            vendor_name: vendor.to_owned(),
            name: name.to_owned(),
            version: group.default_version().map(ToOwned::to_owned),
            capacity: group.capacity,
            label_namespace: group.label_namespace.to_owned(),
            rules: document.rules,
            custom_response_bodies: CustomResponseBodies::default(),
            flood_detection: None,
        }))
    }

    fn ip_set(&self, arn: &str) -> Option<Arc<SharedIpSet>> {
        let feed = haechi_managed::feed(arn)?;
        let addresses: Vec<_> = feed.addresses().collect();
        Some(Arc::new(SharedIpSet::new(IpSet::of_feed(&addresses).ok()?)))
    }

    fn regex_pattern_set(&self, _: &str) -> Option<Arc<SharedPatternSet>> {
        None
    }
}
