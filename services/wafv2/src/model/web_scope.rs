//! `REGIONAL` or `CLOUDFRONT`.

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use serde::{Deserialize, Serialize};

use crate::error;

/// The only Region in which things for CloudFront are kept.
const CLOUDFRONT_REGION: &str = "us-east-1";

/// What a web ACL, rule group or set is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub(crate) enum WebScope {
    /// Load balancers, API stages and the like of one Region.
    Regional,
    /// CloudFront distributions.
    CloudFront,
}

impl WebScope {
    /// The scope of a request. `CLOUDFRONT` is for one Region only.
    pub(crate) fn of(call: &Call, scope: Option<&api::Scope>) -> Result<Self, Failure> {
        match scope {
            Some(api::Scope::Cloudfront) if call.region.as_str() == CLOUDFRONT_REGION => Ok(Self::CloudFront),
            Some(api::Scope::Regional) => Ok(Self::Regional),
            other => Err(error::invalid(
                "SCOPE_VALUE",
                other.map_or("", api::Scope::as_str),
                "The scope is not valid.",
            )
            .into()),
        }
    }

    /// As requests and answers have it.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Regional => "REGIONAL",
            Self::CloudFront => "CLOUDFRONT",
        }
    }

    /// As ARNs have it.
    pub(crate) fn in_arn(self) -> &'static str {
        match self {
            Self::Regional => "regional",
            Self::CloudFront => "global",
        }
    }

    /// From an ARN's part.
    pub(crate) fn from_arn(part: &str) -> Option<Self> {
        [Self::Regional, Self::CloudFront]
            .into_iter()
            .find(|scope| scope.in_arn() == part)
    }
}
