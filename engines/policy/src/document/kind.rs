//! What a policy document is attached to, which decides what it may say.

use std::fmt;

/// The kind of a policy document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum PolicyKind {
    /// Attached to a user, group or role.
    Identity,
    /// Attached to a resource (bucket, secret, queue …).
    Resource,
    /// The trust policy of a role.
    Trust,
    /// The policy of a KMS key.
    KeyPolicy,
    /// An organization's service control policy.
    ServiceControl,
    /// An organization's resource control policy.
    ResourceControl,
    /// A permissions boundary of a user or role.
    Boundary,
    /// Passed when a session was made.
    Session,
    /// The policy of a VPC endpoint.
    Endpoint,
}

impl PolicyKind {
    /// Whether statements of this kind name principals.
    pub fn has_principals(self) -> bool {
        matches!(
            self,
            Self::Resource | Self::Trust | Self::KeyPolicy | Self::ResourceControl | Self::Endpoint
        )
    }

    /// Whether statements of this kind name resources.
    pub fn has_resources(self) -> bool {
        self != Self::Trust
    }

    /// Whether AWS takes only language version 2012-10-17 for this kind.
    pub fn requires_current_version(self) -> bool {
        matches!(
            self,
            Self::Identity | Self::Boundary | Self::Session | Self::ServiceControl | Self::ResourceControl
        )
    }

    /// The kind as AWS's access-denied messages call it, without an article.
    pub fn noun(self) -> &'static str {
        match self {
            Self::Identity => "identity-based policy",
            Self::Resource | Self::KeyPolicy => "resource-based policy",
            Self::Trust => "role trust policy",
            Self::ServiceControl => "service control policy",
            Self::ResourceControl => "resource control policy",
            Self::Boundary => "permissions boundary",
            Self::Session => "session policy",
            Self::Endpoint => "VPC endpoint policy",
        }
    }

    /// The noun with the article that AWS's messages give it.
    pub(crate) fn noun_with_article(self) -> &'static str {
        match self {
            Self::Identity => "an identity-based policy",
            Self::Resource | Self::KeyPolicy => "a resource-based policy",
            Self::Trust => "the role trust policy",
            Self::ServiceControl => "a service control policy",
            Self::ResourceControl => "a resource control policy",
            Self::Boundary => "a permissions boundary",
            Self::Session => "a session policy",
            Self::Endpoint => "a VPC endpoint policy",
        }
    }
}

impl fmt::Display for PolicyKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.noun())
    }
}
