//! Why a document is refused.

use thiserror::Error;

/// A document that AWS refuses; the text is what IAM's `MalformedPolicyDocument` says.
///
/// Variants are the machine-readable reason. [`PolicyError::detail`] says where, for people.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PolicyError {
    /// Not JSON, or not the grammar of a policy.
    #[error("Syntax errors in policy.")]
    Syntax {
        /// What is wrong and where.
        detail: String,
    },
    /// The kind needs language version 2012-10-17.
    #[error("Policy document must be version 2012-10-17 or greater.")]
    Version,
    /// Well-formed, but not for the older parser (effect's case, dates, malformed ARNs).
    #[error("The policy failed legacy parsing")]
    LegacyParsing {
        /// What is wrong and where.
        detail: String,
    },
    /// Two statements share a Sid.
    #[error("Statement IDs (SID) in a single policy must be unique.")]
    DuplicateSid {
        /// The Sid.
        sid: String,
    },
    /// A Sid with characters outside `[0-9A-Za-z]`.
    #[error(
        "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*"
    )]
    InvalidSid {
        /// The Sid.
        sid: String,
    },
    /// A statement without `Action` or `NotAction`.
    #[error("Policy statement must contain actions.")]
    MissingAction,
    /// A statement without `Resource` or `NotResource`.
    #[error("Policy statement must contain resources.")]
    MissingResource,
    /// A resource that is neither an ARN nor `*`.
    #[error("Resource {resource} must be in ARN format or \"*\".")]
    ResourceNotArn {
        /// The resource as written.
        resource: String,
    },
    /// An ARN of an unknown partition.
    #[error("Partition \"{partition}\" is not valid for resource \"{resource}\".")]
    InvalidPartition {
        /// The partition as written.
        partition: String,
        /// The ARN, its missing parts shown as `*`.
        resource: String,
    },
    /// An ARN that ends before its service, or has a wildcard there.
    #[error("Resource vendor must be fully qualified and cannot contain regexes.")]
    ResourceVendor,
    /// An IAM ARN with a Region.
    #[error("IAM resource {resource} cannot contain region information.")]
    IamResourceRegion {
        /// The resource as written.
        resource: String,
    },
    /// An S3 ARN with a Region where the resource has none.
    #[error("Resource {resource} can not contain region information.")]
    ResourceRegion {
        /// The resource as written.
        resource: String,
    },
    /// An IAM ARN whose path starts with no known kind of resource.
    #[error("IAM resource path must either be \"*\" or start with {expected}.")]
    IamResourcePath {
        /// The kinds that are known.
        expected: String,
    },
    /// An action without its service prefix.
    #[error("Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.")]
    ActionWithoutVendor {
        /// The action as written.
        action: String,
    },
    /// An action with more than one colon.
    #[error("Actions/Condition can contain only one colon.")]
    ActionWithColons {
        /// The action as written.
        action: String,
    },
    /// A service prefix with characters that no service has.
    #[error("Vendor {vendor} is not valid")]
    InvalidVendor {
        /// The prefix as written.
        vendor: String,
    },
    /// A principal where there must be none.
    #[error("Policy document should not specify a principal.")]
    UnexpectedPrincipal,
    /// No principal where there must be one.
    #[error("Missing required field Principal")]
    MissingPrincipal,
    /// A principal that can't exist.
    #[error("Invalid principal in policy: {principal}")]
    InvalidPrincipal {
        /// `"AWS":"…"` as AWS prints it.
        principal: String,
    },
    /// A trust policy with an element that it can't have.
    #[error("Has prohibited field {field}")]
    ProhibitedField {
        /// `Resource`, `NotResource` or `NotPrincipal`.
        field: &'static str,
    },
    /// A trust policy with other than STS actions.
    #[error("AssumeRole policy may only specify STS AssumeRole actions.")]
    TrustAction {
        /// The action as written.
        action: String,
    },
    /// An organization's policy outside of what its type may say.
    #[error("The provided policy document does not meet the requirements of the specified policy type.")]
    PolicyType {
        /// What is wrong and where.
        detail: String,
    },
}

impl PolicyError {
    /// What is wrong and where, beyond AWS's text; for people.
    pub fn detail(&self) -> Option<&str> {
        match self {
            Self::Syntax { detail } | Self::LegacyParsing { detail } | Self::PolicyType { detail } => {
                Some(detail)
            }
            Self::DuplicateSid { sid } | Self::InvalidSid { sid } => Some(sid),
            Self::ActionWithoutVendor { action }
            | Self::ActionWithColons { action }
            | Self::TrustAction { action } => Some(action),
            _ => None,
        }
    }

    pub(crate) fn syntax(detail: impl Into<String>) -> Self {
        Self::Syntax {
            detail: detail.into(),
        }
    }

    pub(crate) fn legacy(detail: impl Into<String>) -> Self {
        Self::LegacyParsing {
            detail: detail.into(),
        }
    }
}
