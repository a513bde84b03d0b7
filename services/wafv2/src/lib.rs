//! AWS WAF: web ACLs, rule groups, sets, associations, logs and samples.
//!
//! Owns the tables of [`store`], and the keys that sign Captcha's and Challenge's tokens, which rest sealed
//! ([`token_keys`]). Trust boundary: rules are kept as the client wrote them, and only after the engine has compiled
//! them with everything they refer to; who asks for a thing of WAF passes [`authz`]. Every change is told to the
//! gateways (`haechi_dataplane::touch`), which ask this service for its [`protections`] and give [`reports`] back.

mod authz;
mod change;
mod choices;
mod documents;
mod error;
mod guarded;
mod labels;
mod logging;
mod model;
mod ops;
mod paging;
mod permission_policy;
mod protections;
mod references;
mod reports;
mod rules;
mod store;
mod tags;
mod token_keys;

use std::sync::{Arc, OnceLock};

use haechi_api_wafv2::op;
use haechi_core::{Platform, Router, Service};
use haechi_dataplane::Fronts;
use haechi_keyring::Keyring;

/// The service's state: handles, nothing that is not in the store.
pub struct Waf {
    platform: Platform,
    keyring: Arc<Keyring>,
    fronts: OnceLock<Vec<Arc<dyn Fronts>>>,
    telemetry: reports::Telemetry,
}

impl Waf {
    /// The service over its platform.
    pub fn new(platform: Platform, keyring: Arc<Keyring>) -> Arc<Self> {
        Arc::new(Self {
            platform,
            keyring,
            fronts: OnceLock::new(),
            telemetry: reports::Telemetry::default(),
        })
    }

    /// Plugs in the services whose resources web ACLs may guard. Later calls have no effect.
    pub fn connect_fronts(&self, fronts: Vec<Arc<dyn Fronts>>) {
        let _ = self.fronts.set(fronts);
    }
}

/// The operations, one line each.
pub fn service(wafv2: Arc<Waf>) -> Arc<dyn Service> {
    let router = Router::new(&haechi_api_wafv2::SERVICE, wafv2)
        .on::<op::AssociateWebACL, _, _>(ops::associations::associate_web_acl)
        .on::<op::CheckCapacity, _, _>(ops::check_capacity::check_capacity)
        .on::<op::CreateAPIKey, _, _>(ops::api_keys::create_api_key)
        .on::<op::CreateIPSet, _, _>(ops::ip_sets::create_ip_set)
        .on::<op::CreateRegexPatternSet, _, _>(ops::regex_pattern_sets::create_regex_pattern_set)
        .on::<op::CreateRuleGroup, _, _>(ops::rule_groups::create_rule_group)
        .on::<op::CreateWebACL, _, _>(ops::web_acls::create_web_acl)
        .on::<op::DeleteAPIKey, _, _>(ops::api_keys::delete_api_key)
        .on::<op::DeleteFirewallManagerRuleGroups, _, _>(
            ops::firewall_manager::delete_firewall_manager_rule_groups,
        )
        .on::<op::DeleteIPSet, _, _>(ops::deletion::delete_ip_set)
        .on::<op::DeleteLoggingConfiguration, _, _>(ops::logging::delete_logging_configuration)
        .on::<op::DeletePermissionPolicy, _, _>(ops::permission_policy::delete_permission_policy)
        .on::<op::DeleteRegexPatternSet, _, _>(ops::deletion::delete_regex_pattern_set)
        .on::<op::DeleteRuleGroup, _, _>(ops::deletion::delete_rule_group)
        .on::<op::DeleteWebACL, _, _>(ops::deletion::delete_web_acl)
        .on::<op::DescribeAllManagedProducts, _, _>(ops::managed_products::describe_all_managed_products)
        .on::<op::DescribeManagedProductsByVendor, _, _>(
            ops::managed_products::describe_managed_products_by_vendor,
        )
        .on::<op::DescribeManagedRuleGroup, _, _>(ops::managed_rule_groups::describe_managed_rule_group)
        .on::<op::DisassociateWebACL, _, _>(ops::associations::disassociate_web_acl)
        .on::<op::GenerateMobileSdkReleaseUrl, _, _>(ops::mobile_sdk::generate_mobile_sdk_release_url)
        .on::<op::GetDecryptedAPIKey, _, _>(ops::api_keys::get_decrypted_api_key)
        .on::<op::GetIPSet, _, _>(ops::ip_sets::get_ip_set)
        .on::<op::GetLoggingConfiguration, _, _>(ops::logging::get_logging_configuration)
        .on::<op::GetManagedRuleSet, _, _>(ops::managed_rule_sets::get_managed_rule_set)
        .on::<op::GetMobileSdkRelease, _, _>(ops::mobile_sdk::get_mobile_sdk_release)
        .on::<op::GetPermissionPolicy, _, _>(ops::permission_policy::get_permission_policy)
        .on::<op::GetRateBasedStatementManagedKeys, _, _>(
            ops::rate_keys::get_rate_based_statement_managed_keys,
        )
        .on::<op::GetRegexPatternSet, _, _>(ops::regex_pattern_sets::get_regex_pattern_set)
        .on::<op::GetRevenueStatistics, _, _>(ops::statistics::get_revenue_statistics)
        .on::<op::GetRevenueStatisticsSummary, _, _>(ops::statistics::get_revenue_statistics_summary)
        .on::<op::GetRevenueStatisticsTimeSeries, _, _>(ops::statistics::get_revenue_statistics_time_series)
        .on::<op::GetRuleGroup, _, _>(ops::rule_groups::get_rule_group)
        .on::<op::GetSampledRequests, _, _>(ops::samples::get_sampled_requests)
        .on::<op::GetTopPathStatisticsByTraffic, _, _>(ops::statistics::get_top_path_statistics_by_traffic)
        .on::<op::GetWebACL, _, _>(ops::web_acls::get_web_acl)
        .on::<op::GetWebACLForResource, _, _>(ops::resource_web_acl::get_web_acl_for_resource)
        .on::<op::ListAPIKeys, _, _>(ops::api_keys::list_api_keys)
        .on::<op::ListAvailableManagedRuleGroups, _, _>(
            ops::managed_rule_groups::list_available_managed_rule_groups,
        )
        .on::<op::ListAvailableManagedRuleGroupVersions, _, _>(
            ops::managed_rule_groups::list_available_managed_rule_group_versions,
        )
        .on::<op::ListIPSets, _, _>(ops::lists::list_ip_sets)
        .on::<op::ListLoggingConfigurations, _, _>(ops::logging::list_logging_configurations)
        .on::<op::ListManagedRuleSets, _, _>(ops::managed_rule_sets::list_managed_rule_sets)
        .on::<op::ListMobileSdkReleases, _, _>(ops::mobile_sdk::list_mobile_sdk_releases)
        .on::<op::ListRegexPatternSets, _, _>(ops::lists::list_regex_pattern_sets)
        .on::<op::ListResourcesForWebACL, _, _>(ops::resource_web_acl::list_resources_for_web_acl)
        .on::<op::ListRuleGroups, _, _>(ops::lists::list_rule_groups)
        .on::<op::ListSettlementRecords, _, _>(ops::statistics::list_settlement_records)
        .on::<op::ListTagsForResource, _, _>(ops::tagging::list_tags_for_resource)
        .on::<op::ListWebACLs, _, _>(ops::lists::list_web_acls)
        .on::<op::PutLoggingConfiguration, _, _>(ops::logging::put_logging_configuration)
        .on::<op::PutManagedRuleSetVersions, _, _>(ops::managed_rule_sets::put_managed_rule_set_versions)
        .on::<op::PutPermissionPolicy, _, _>(ops::permission_policy::put_permission_policy)
        .on::<op::TagResource, _, _>(ops::tagging::tag_resource)
        .on::<op::UntagResource, _, _>(ops::tagging::untag_resource)
        .on::<op::UpdateIPSet, _, _>(ops::ip_sets::update_ip_set)
        .on::<op::UpdateManagedRuleSetVersionExpiryDate, _, _>(
            ops::managed_rule_sets::update_managed_rule_set_version_expiry_date,
        )
        .on::<op::UpdateRegexPatternSet, _, _>(ops::regex_pattern_sets::update_regex_pattern_set)
        .on::<op::UpdateRuleGroup, _, _>(ops::rule_groups::update_rule_group)
        .on::<op::UpdateWebACL, _, _>(ops::web_acls::update_web_acl);
    Arc::new(router)
}
