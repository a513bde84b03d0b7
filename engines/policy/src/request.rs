//! A request and the policies that bear on it.

use crate::context::Context;
use crate::document::policy::Policy;
use crate::principal::Naming;
use crate::requester::Requester;

/// Who wants to do what to which resource.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// The caller.
    pub requester: &'a Requester,
    /// The action as AWS writes it: `kms:Encrypt`.
    pub action: &'a str,
    /// The resource's ARN; `*` for actions that have none.
    pub resource: &'a str,
    /// The account that owns the resource; `None` for the requester's own.
    pub resource_account: Option<&'a str>,
    /// The condition keys of the request.
    pub context: &'a Context,
}

/// A policy and the name it is known by.
#[derive(Clone, Copy, Debug)]
pub struct Attached<'a> {
    /// The document.
    pub policy: &'a Policy,
    /// Its ARN, or its name if it is inline. An ARN is named in the message of an explicit deny.
    pub label: &'a str,
}

/// How a resource's policy and the identity's own policies go together within one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ResourcePolicyMode {
    /// Either side may allow (S3, SQS, Secrets Manager …).
    Standard,
    /// A KMS key: identity policies count only where the key policy allows the caller's account.
    KeyPolicy,
    /// A role's trust policy: likewise, it must allow; naming the principal itself is enough.
    Trust,
}

/// The resource's own policy.
#[derive(Clone, Copy, Debug)]
pub struct ResourcePolicy<'a> {
    /// The document, and what to call it.
    pub attached: Attached<'a>,
    /// How it goes together with identity policies.
    pub mode: ResourcePolicyMode,
}

/// Every policy that bears on one request. Empty slices and `None` mean "there is none", which never denies
/// by itself; a present but silent policy does.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policies<'a> {
    /// Of the user and its groups, or of the role behind a session.
    pub identity: &'a [Attached<'a>],
    /// The permissions boundary of the user or role.
    pub boundary: Option<Attached<'a>>,
    /// The policies passed when the session was made; together they allow what any of them allows.
    pub session: Option<&'a [Attached<'a>]>,
    /// Service control policies on the requester's account, a slice for each level from the organization's
    /// root to the account; every level must allow. Leave empty for the management account, service-linked
    /// roles and service principals, to which SCPs don't apply.
    pub service_control: &'a [&'a [Attached<'a>]],
    /// Resource control policies on the resource's account, in the same form.
    pub resource_control: &'a [&'a [Attached<'a>]],
    /// The policy of the resource.
    pub resource: Option<ResourcePolicy<'a>>,
    /// The policy of the VPC endpoint that the request came through.
    pub endpoint: Option<Attached<'a>>,
    /// A KMS grant that allows the operation, and how its grantee names the requester
    /// ([`Requester::named_by`]). A grant never denies.
    pub grant: Option<Naming>,
}
