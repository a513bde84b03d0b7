//! References to managed rule groups and their configuration.

use super::{Empty, ExcludedRule, RuleActionOverride, Statement, names, shapes};

shapes! {
    struct ManagedRuleGroupStatement {
        vendor_name: String,
        name: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        version: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        excluded_rules: Vec<ExcludedRule>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        scope_down_statement: Option<Box<Statement>>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        managed_rule_group_configs: Vec<ManagedRuleGroupConfig>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rule_action_overrides: Vec<RuleActionOverride>,
    }
    #[derive(Default)]
    struct ManagedRuleGroupConfig {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        login_path: Option<String>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        payload_type: Option<PayloadType>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        username_field: Option<FieldIdentifier>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password_field: Option<FieldIdentifier>,
        #[serde(
            rename = "AWSManagedRulesBotControlRuleSet", default, skip_serializing_if = "Option::is_none"
        )]
        bot_control: Option<BotControlRuleSet>,
        #[serde(rename = "AWSManagedRulesATPRuleSet", default, skip_serializing_if = "Option::is_none")]
        account_takeover_prevention: Option<AtpRuleSet>,
        #[serde(rename = "AWSManagedRulesACFPRuleSet", default, skip_serializing_if = "Option::is_none")]
        account_creation_fraud_prevention: Option<AcfpRuleSet>,
        #[serde(rename = "AWSManagedRulesAntiDDoSRuleSet", default, skip_serializing_if = "Option::is_none")]
        anti_ddos: Option<AntiDdosRuleSet>,
    }
    struct FieldIdentifier {
        identifier: String,
    }
    struct BotControlRuleSet {
        inspection_level: InspectionLevel,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        enable_machine_learning: Option<bool>,
    }
    struct AtpRuleSet {
        login_path: String,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        request_inspection: Option<RequestInspection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        response_inspection: Option<ResponseInspection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        enable_regex_in_path: Option<bool>,
    }
    struct RequestInspection {
        payload_type: PayloadType,
        username_field: FieldIdentifier,
        password_field: FieldIdentifier,
    }
    struct AcfpRuleSet {
        creation_path: String,
        registration_page_path: String,
        request_inspection: AcfpRequestInspection,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        response_inspection: Option<ResponseInspection>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        enable_regex_in_path: Option<bool>,
    }
    struct AcfpRequestInspection {
        payload_type: PayloadType,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        username_field: Option<FieldIdentifier>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        password_field: Option<FieldIdentifier>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        email_field: Option<FieldIdentifier>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        phone_number_fields: Vec<FieldIdentifier>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        address_fields: Vec<FieldIdentifier>,
    }
    #[derive(Default)]
    struct ResponseInspection {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        status_code: Option<ResponseInspectionStatusCode>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        header: Option<ResponseInspectionHeader>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        body_contains: Option<ResponseInspectionBodyContains>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        json: Option<ResponseInspectionJson>,
    }
    struct ResponseInspectionStatusCode {
        success_codes: Vec<u16>,
        failure_codes: Vec<u16>,
    }
    struct ResponseInspectionHeader {
        name: String,
        success_values: Vec<String>,
        failure_values: Vec<String>,
    }
    struct ResponseInspectionBodyContains {
        success_strings: Vec<String>,
        failure_strings: Vec<String>,
    }
    struct ResponseInspectionJson {
        identifier: String,
        success_values: Vec<String>,
        failure_values: Vec<String>,
    }
    struct AntiDdosRuleSet {
        client_side_action_config: ClientSideActionConfig,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sensitivity_to_block: Option<SensitivityToAct>,
    }
    struct ClientSideActionConfig {
        challenge: ClientSideAction,
    }
    struct ClientSideAction {
        usage_of_action: UsageOfAction,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sensitivity: Option<SensitivityToAct>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        exempt_uri_regular_expressions: Vec<Regex>,
    }
    #[derive(Default)]
    struct Regex {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        regex_string: Option<String>,
    }
    struct FirewallManagerRuleGroup {
        name: String,
        priority: u32,
        firewall_manager_statement: FirewallManagerStatement,
        override_action: super::OverrideAction,
        visibility_config: super::VisibilityConfig,
    }
}

/// The structure that resource types without settings have.
pub type ChallengeJavascriptSdkInjectionConfig = Empty;

#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub enum FirewallManagerStatement {
    #[serde(rename = "ManagedRuleGroupStatement")]
    ManagedRuleGroup(Box<ManagedRuleGroupStatement>),
    #[serde(rename = "RuleGroupReferenceStatement")]
    RuleGroupReference(super::RuleGroupReferenceStatement),
}

names! {
    enum PayloadType {
        Json,
        FormEncoded,
    }
    enum InspectionLevel {
        Common,
        Targeted,
    }
    enum UsageOfAction {
        Enabled,
        Disabled,
    }
    enum SensitivityToAct {
        Low,
        Medium,
        High,
    }
}
