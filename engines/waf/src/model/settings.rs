//! Settings of a web ACL beside its rules.

use super::{ChallengeJavascriptSdkInjectionConfig, names, shapes};
use std::collections::BTreeMap;

shapes! {
    #[derive(Default)]
    #[allow(clippy::zero_sized_map_values, reason = "the API has a map of empty structures")]
    struct AssociationConfig {
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        request_body: BTreeMap<AssociatedResourceType, RequestBodyAssociatedResourceTypeConfig>,
        #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
        challenge_javascript_sdk_injection:
            BTreeMap<AssociatedResourceType, ChallengeJavascriptSdkInjectionConfig>,
    }
    struct RequestBodyAssociatedResourceTypeConfig {
        default_size_inspection_limit: SizeInspectionLimit,
    }
    struct DataProtectionConfig {
        data_protections: Vec<DataProtection>,
    }
    struct DataProtection {
        field: FieldToProtect,
        action: DataProtectionAction,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exclude_rule_match_details: Option<bool>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        exclude_rate_based_details: Option<bool>,
    }
    struct FieldToProtect {
        field_type: FieldToProtectType,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        field_keys: Vec<String>,
    }
    struct OnSourceDDoSProtectionConfig {
        #[serde(rename = "ALBLowReputationMode")]
        alb_low_reputation_mode: LowReputationMode,
    }
    #[derive(Default)]
    struct ApplicationConfig {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        attributes: Vec<ApplicationAttribute>,
    }
    #[derive(Default)]
    struct ApplicationAttribute {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        name: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        values: Vec<String>,
    }
    struct Tag {
        key: String,
        value: String,
    }
}

names! {
    enum Scope {
        Cloudfront,
        Regional,
    }
    enum AssociatedResourceType {
        Cloudfront,
        ApiGateway,
        CognitoUserPool,
        AppRunnerService,
        VerifiedAccessInstance,
        AgentcoreGateway,
    }
    enum SizeInspectionLimit {
        #[serde(rename = "KB_16")]
        Kb16,
        #[serde(rename = "KB_32")]
        Kb32,
        #[serde(rename = "KB_48")]
        Kb48,
        #[serde(rename = "KB_64")]
        Kb64,
    }
    enum FieldToProtectType {
        SingleHeader,
        SingleCookie,
        SingleQueryArgument,
        QueryString,
        Body,
    }
    enum DataProtectionAction {
        Substitution,
        Hash,
    }
    enum LowReputationMode {
        ActiveUnderDdos,
        AlwaysOn,
    }
    enum IpAddressVersion {
        #[serde(rename = "IPV4")]
        V4,
        #[serde(rename = "IPV6")]
        V6,
    }
}
