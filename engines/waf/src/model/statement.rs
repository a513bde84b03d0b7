//! The 16 rule statements.

use super::{
    FallbackBehavior, FieldToMatch, ManagedRuleGroupStatement, PreParseTextTransformation,
    RateBasedStatement, RuleAction, SearchString, TextTransformation, names, shapes,
};
use serde::{Deserialize, Serialize};

/// A statement; the API's structure with one member set.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Statement {
    #[serde(rename = "ByteMatchStatement")]
    ByteMatch(ByteMatchStatement),
    #[serde(rename = "SqliMatchStatement")]
    SqliMatch(SqliMatchStatement),
    #[serde(rename = "XssMatchStatement")]
    XssMatch(XssMatchStatement),
    #[serde(rename = "SizeConstraintStatement")]
    SizeConstraint(SizeConstraintStatement),
    #[serde(rename = "GeoMatchStatement")]
    GeoMatch(GeoMatchStatement),
    #[serde(rename = "RuleGroupReferenceStatement")]
    RuleGroupReference(RuleGroupReferenceStatement),
    #[serde(rename = "IPSetReferenceStatement")]
    IpSetReference(IpSetReferenceStatement),
    #[serde(rename = "RegexPatternSetReferenceStatement")]
    RegexPatternSetReference(RegexPatternSetReferenceStatement),
    #[serde(rename = "RateBasedStatement")]
    RateBased(Box<RateBasedStatement>),
    #[serde(rename = "AndStatement")]
    And(AndStatement),
    #[serde(rename = "OrStatement")]
    Or(OrStatement),
    #[serde(rename = "NotStatement")]
    Not(NotStatement),
    #[serde(rename = "ManagedRuleGroupStatement")]
    ManagedRuleGroup(Box<ManagedRuleGroupStatement>),
    #[serde(rename = "LabelMatchStatement")]
    LabelMatch(LabelMatchStatement),
    #[serde(rename = "RegexMatchStatement")]
    RegexMatch(RegexMatchStatement),
    #[serde(rename = "AsnMatchStatement")]
    AsnMatch(AsnMatchStatement),
}

impl Statement {
    /// The member's name in the API.
    pub fn name(&self) -> &'static str {
        match self {
            Self::ByteMatch(_) => "ByteMatchStatement",
            Self::SqliMatch(_) => "SqliMatchStatement",
            Self::XssMatch(_) => "XssMatchStatement",
            Self::SizeConstraint(_) => "SizeConstraintStatement",
            Self::GeoMatch(_) => "GeoMatchStatement",
            Self::RuleGroupReference(_) => "RuleGroupReferenceStatement",
            Self::IpSetReference(_) => "IPSetReferenceStatement",
            Self::RegexPatternSetReference(_) => "RegexPatternSetReferenceStatement",
            Self::RateBased(_) => "RateBasedStatement",
            Self::And(_) => "AndStatement",
            Self::Or(_) => "OrStatement",
            Self::Not(_) => "NotStatement",
            Self::ManagedRuleGroup(_) => "ManagedRuleGroupStatement",
            Self::LabelMatch(_) => "LabelMatchStatement",
            Self::RegexMatch(_) => "RegexMatchStatement",
            Self::AsnMatch(_) => "AsnMatchStatement",
        }
    }

    /// The statements directly below this one.
    pub fn children_mut(&mut self) -> Vec<&mut Self> {
        match self {
            Self::And(AndStatement { statements }) | Self::Or(OrStatement { statements }) => {
                statements.iter_mut().collect()
            }
            Self::Not(NotStatement { statement }) => vec![&mut **statement],
            Self::RateBased(rate) => rate.scope_down_statement.as_deref_mut().into_iter().collect(),
            Self::ManagedRuleGroup(group) => group.scope_down_statement.as_deref_mut().into_iter().collect(),
            _ => Vec::new(),
        }
    }
}

shapes! {
    struct ByteMatchStatement {
        search_string: SearchString,
        field_to_match: FieldToMatch,
        text_transformations: Vec<TextTransformation>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pre_parse_text_transformations: Vec<PreParseTextTransformation>,
        positional_constraint: PositionalConstraint,
    }
    struct SqliMatchStatement {
        field_to_match: FieldToMatch,
        text_transformations: Vec<TextTransformation>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pre_parse_text_transformations: Vec<PreParseTextTransformation>,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        sensitivity_level: Option<SensitivityLevel>,
    }
    struct XssMatchStatement {
        field_to_match: FieldToMatch,
        text_transformations: Vec<TextTransformation>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pre_parse_text_transformations: Vec<PreParseTextTransformation>,
    }
    struct SizeConstraintStatement {
        field_to_match: FieldToMatch,
        comparison_operator: ComparisonOperator,
        size: u64,
        text_transformations: Vec<TextTransformation>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pre_parse_text_transformations: Vec<PreParseTextTransformation>,
    }
    struct GeoMatchStatement {
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        country_codes: Vec<String>,
        #[serde(rename = "ForwardedIPConfig", default, skip_serializing_if = "Option::is_none")]
        forwarded_ip_config: Option<ForwardedIpConfig>,
    }
    struct ForwardedIpConfig {
        header_name: String,
        fallback_behavior: FallbackBehavior,
    }
    struct RuleGroupReferenceStatement {
        #[serde(rename = "ARN")]
        arn: String,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        excluded_rules: Vec<ExcludedRule>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        rule_action_overrides: Vec<RuleActionOverride>,
    }
    struct ExcludedRule {
        name: String,
    }
    struct RuleActionOverride {
        name: String,
        action_to_use: RuleAction,
    }
    struct IpSetReferenceStatement {
        #[serde(rename = "ARN")]
        arn: String,
        #[serde(rename = "IPSetForwardedIPConfig", default, skip_serializing_if = "Option::is_none")]
        ip_set_forwarded_ip_config: Option<IpSetForwardedIpConfig>,
    }
    struct IpSetForwardedIpConfig {
        header_name: String,
        fallback_behavior: FallbackBehavior,
        position: ForwardedIpPosition,
    }
    struct RegexPatternSetReferenceStatement {
        #[serde(rename = "ARN")]
        arn: String,
        field_to_match: FieldToMatch,
        text_transformations: Vec<TextTransformation>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pre_parse_text_transformations: Vec<PreParseTextTransformation>,
    }
    struct AndStatement {
        statements: Vec<Statement>,
    }
    struct OrStatement {
        statements: Vec<Statement>,
    }
    struct NotStatement {
        statement: Box<Statement>,
    }
    struct LabelMatchStatement {
        scope: LabelMatchScope,
        key: String,
    }
    struct RegexMatchStatement {
        regex_string: String,
        field_to_match: FieldToMatch,
        text_transformations: Vec<TextTransformation>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pre_parse_text_transformations: Vec<PreParseTextTransformation>,
    }
    struct AsnMatchStatement {
        asn_list: Vec<u32>,
        #[serde(rename = "ForwardedIPConfig", default, skip_serializing_if = "Option::is_none")]
        forwarded_ip_config: Option<ForwardedIpConfig>,
    }
}

names! {
    enum PositionalConstraint {
        Exactly,
        StartsWith,
        EndsWith,
        Contains,
        ContainsWord,
    }
    enum SensitivityLevel {
        Low,
        High,
    }
    enum ComparisonOperator {
        Eq,
        Ne,
        Le,
        Lt,
        Ge,
        Gt,
    }
    enum ForwardedIpPosition {
        First,
        Last,
        Any,
    }
    enum LabelMatchScope {
        Label,
        Namespace,
    }
}
