//! Where a record belongs: partition, account, Region.

/// The owner of a record. Every key of the store begins with a service, a table and a scope.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Scope {
    /// `aws`, `aws-cn`, `aws-us-gov` …
    pub partition: String,
    /// Twelve digits, or `-` for what belongs to the whole deployment.
    pub account: String,
    /// A Region's name, or `-` for what has no Region (IAM, Organizations).
    pub region: String,
}

impl Scope {
    /// The part that stands where there is no account or no Region.
    pub const NONE: &'static str = "-";

    /// The scope of a regional service.
    pub fn new(partition: impl Into<String>, account: impl Into<String>, region: impl Into<String>) -> Self {
        Self {
            partition: partition.into(),
            account: account.into(),
            region: region.into(),
        }
    }

    /// The scope of a global service (IAM, Organizations) in one account.
    pub fn global(partition: impl Into<String>, account: impl Into<String>) -> Self {
        Self::new(partition, account, Self::NONE)
    }

    /// The scope of what the deployment itself owns, such as leases and the table of accounts.
    pub fn deployment() -> Self {
        Self::new(Self::NONE, Self::NONE, Self::NONE)
    }
}
