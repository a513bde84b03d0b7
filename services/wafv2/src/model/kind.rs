//! The four kinds of things that have names, ids, lock tokens and tags.

use serde::{Deserialize, Serialize};

/// What a thing of WAF is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Kind {
    WebAcl,
    RuleGroup,
    IpSet,
    RegexPatternSet,
}

impl Kind {
    const ALL: [Self; 4] = [Self::WebAcl, Self::RuleGroup, Self::IpSet, Self::RegexPatternSet];

    /// As ARNs and keys of the store have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::WebAcl => "webacl",
            Self::RuleGroup => "rulegroup",
            Self::IpSet => "ipset",
            Self::RegexPatternSet => "regexpatternset",
        }
    }

    /// From an ARN's part.
    pub(crate) fn from_arn(part: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == part)
    }

    /// As CloudTrail has it.
    pub(crate) fn audited_as(self) -> &'static str {
        match self {
            Self::WebAcl => "AWS::WAFv2::WebACL",
            Self::RuleGroup => "AWS::WAFv2::RuleGroup",
            Self::IpSet => "AWS::WAFv2::IPSet",
            Self::RegexPatternSet => "AWS::WAFv2::RegexPatternSet",
        }
    }

    /// The most that an account may have in a Region and scope (developer guide, "AWS WAF quotas").
    pub(crate) fn quota(self) -> usize {
        match self {
            Self::WebAcl | Self::RuleGroup | Self::IpSet => 100,
            Self::RegexPatternSet => 10,
        }
    }
}
