//! What the platform asks of services, and what services ask of each other.
//!
//! A port is a small trait; the service behind it implements it and the binary plugs the two together. A call through
//! a port that does what an API operation does goes through [`Invoke`], which enters the pipeline again, so that
//! policy and audit hold.

use std::sync::Arc;

use async_trait::async_trait;
use haechi_policy::Policy;
use haechi_store::{LogRecord, Txn};
use haechi_wire::{ApiError, Fields, OperationSchema, ServiceSchema};

use crate::call::{Call, Origin};
use crate::failure::Failure;
use crate::ids::{AccountId, Region};
use crate::principal::{Caller, Principal};

/// A secret access key, as the signature check needs it.
#[derive(Clone)]
pub struct Credential {
    /// The secret; redacted in `Debug`, and zeroized by its type.
    pub secret: haechi_wire::Blob,
    /// Whose key it is.
    pub caller: Caller,
}

/// Why a key id gives no credential.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CredentialError {
    /// No such access key, or the token does not belong to it.
    #[error("the access key or the session token is unknown")]
    Unknown,
    /// The key exists and is inactive.
    #[error("the access key is inactive")]
    Inactive,
    /// The temporary credentials have ended.
    #[error("the session token has expired")]
    Expired,
    /// A temporary key id came without its session token, or a long-term one with a token.
    #[error("the session token is missing or not wanted")]
    TokenMismatch,
}

/// Finds the secret behind an access key id. IAM answers for long-term keys, STS for temporary ones.
#[async_trait]
pub trait Credentials: Send + Sync {
    /// The credential of `access_key_id`.
    async fn credential(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
    ) -> Result<Result<Arc<Credential>, CredentialError>, Failure>;
}

/// A policy with the name that an explanation gives it.
#[derive(Debug, Clone)]
pub struct LabelledPolicy {
    /// The ARN of a managed policy, or `inline:<name>`.
    pub label: String,
    /// The policy.
    pub policy: Arc<Policy>,
}

/// Everything that bounds a caller, whatever it asks for.
#[derive(Debug, Default)]
pub struct CallerPolicies {
    /// The root user of an account may do what no policy denies.
    pub root: bool,
    /// Policies of the user and its groups, or of the role.
    pub identity: Vec<LabelledPolicy>,
    /// The permissions boundary.
    pub boundary: Option<LabelledPolicy>,
    /// Session policies, where the session has any.
    pub session: Option<Vec<LabelledPolicy>>,
    /// Service control policies, one list per level of the organization from the root down.
    pub service_control: Vec<Vec<LabelledPolicy>>,
    /// The principal's tags, session tags included.
    pub tags: Vec<(String, String)>,
}

impl CallerPolicies {
    /// Whether some policy can decide by condition keys.
    pub fn reads_context(&self) -> bool {
        let any =
            |policies: &[LabelledPolicy]| policies.iter().any(|labelled| labelled.policy.reads_context());
        any(&self.identity)
            || self
                .boundary
                .as_ref()
                .is_some_and(|boundary| boundary.policy.reads_context())
            || self.session.as_deref().is_some_and(any)
            || self.service_control.iter().any(|level| any(level))
    }
}

/// Knows the policies of principals. IAM implements it.
#[async_trait]
pub trait Identities: Send + Sync {
    /// What bounds `caller`.
    async fn policies(&self, caller: &Caller) -> Result<Arc<CallerPolicies>, Failure>;

    /// Whether a principal that a resource policy names exists: an account id, or the ARN of a root, user or role.
    /// Returns its unique id (`AIDA…`, `AROA…`) where it has one.
    async fn principal_exists(&self, principal: &str) -> Result<PrincipalLookup, Failure>;

    /// Whether the account exists here.
    async fn account_exists(&self, account: &AccountId) -> Result<bool, Failure>;
}

/// What STS must know of a role.
#[derive(Debug, Clone)]
pub struct RoleFacts {
    /// Its account.
    pub account: AccountId,
    /// Its ARN.
    pub arn: String,
    /// Its path.
    pub path: String,
    /// Its name, in the case in which it was made.
    pub name: String,
    /// `AROA…`
    pub id: String,
    /// Who may assume it.
    pub trust_policy: String,
    /// The longest session, in seconds.
    pub max_session_seconds: i64,
    /// Its tags.
    pub tags: Vec<(String, String)>,
}

/// Knows roles and identity providers. IAM implements it.
#[async_trait]
pub trait Roles: Send + Sync {
    /// The role with this ARN.
    async fn role(&self, arn: &str) -> Result<Option<RoleFacts>, Failure>;

    /// The client ids (audiences) of the account's OpenID Connect provider for an issuer, given as host and path;
    /// `None` where the account has no such provider.
    async fn oidc_audiences(&self, account: &AccountId, issuer: &str)
    -> Result<Option<Vec<String>>, Failure>;

    /// The account of a long-term access key.
    async fn access_key_account(&self, access_key_id: &str) -> Result<Option<AccountId>, Failure>;

    /// Checks a code of an MFA device. A right code is used up by it.
    async fn second_factor(
        &self,
        principal: &Principal,
        serial: &str,
        code: &str,
        at: haechi_wire::Timestamp,
    ) -> Result<SecondFactor, Failure>;

    /// Notes that a role was assumed now, from a Region.
    async fn role_used(
        &self,
        role: &RoleFacts,
        at: haechi_wire::Timestamp,
        region: &Region,
    ) -> Result<(), Failure>;
}

/// What a code of an MFA device proves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SecondFactor {
    /// The principal holds the device.
    Proved,
    /// The device is the principal's, the code is wrong, used or too old.
    WrongCode,
    /// There is no such device, or it is somebody else's.
    NotTheirs,
}

/// What is known of a principal that a policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrincipalLookup {
    /// It exists; with its unique id if it is a user or a role.
    Exists(Option<String>),
    /// It does not.
    Missing,
}

/// Policies of an organization that bound resources (RCPs). Organizations implements it.
#[async_trait]
pub trait ResourceControls: Send + Sync {
    /// Resource control policies over the resources of `account`, one list per level.
    async fn resource_control(&self, account: &AccountId) -> Result<Vec<Vec<LabelledPolicy>>, Failure>;
}

/// How an operation ended, for the audit record.
#[derive(Debug)]
pub enum Outcome<'a> {
    /// It succeeded with this output.
    Success(&'a Fields),
    /// It was refused or failed.
    Error(&'a ApiError),
}

/// Makes audit records. `platform/audit` implements it.
pub trait AuditTrail: Send + Sync {
    /// The records of one call: the caller's account has one, and so has every other account whose resource a
    /// successful call used.
    fn records(&self, call: &Call, outcome: &Outcome<'_>) -> Vec<LogRecord>;

    /// The records of an event that no caller asked for (`AwsServiceEvent`): a key rotated, a key deleted.
    fn service_event(&self, event: &ServiceEvent) -> Vec<LogRecord>;
}

/// Something that a service did by itself.
#[derive(Debug, Clone)]
pub struct ServiceEvent {
    /// When.
    pub time: haechi_wire::Timestamp,
    /// `kms.amazonaws.com`.
    pub source: &'static str,
    /// `RotateKey` …
    pub name: &'static str,
    /// The account concerned.
    pub account: AccountId,
    /// The Region concerned.
    pub region: Region,
    /// The resources concerned.
    pub resources: Vec<crate::call::AuditedResource>,
    /// `responseElements`.
    pub response: serde_json::Value,
    /// `serviceEventDetails`.
    pub details: serde_json::Value,
}

/// A call that one service makes of another for a caller, or for itself.
#[derive(Debug)]
pub struct InnerCall {
    /// Who it is made for.
    pub caller: Caller,
    /// The service that makes it, and those before it; see [`Origin::via`].
    pub origin: Origin,
    /// The account in which it is made.
    pub account: AccountId,
    /// The Region.
    pub region: Region,
    /// The service that is called.
    pub service: &'static ServiceSchema,
    /// The operation.
    pub operation: &'static OperationSchema,
    /// Its input.
    pub input: Fields,
}

/// The way into the pipeline from inside the process. The pipeline implements it.
#[async_trait]
pub trait Invoke: Send + Sync {
    /// Makes the call: the same stages as a call from outside, without the signature.
    async fn invoke(&self, call: InnerCall) -> Result<Fields, ApiError>;
}

/// Counts calls, for metrics and for the bill. `platform/metering` implements it.
pub trait Meter: Send + Sync {
    /// One call has been answered with `status` after `micros` microseconds of work; `error` is its code.
    fn count(&self, call: &Call, status: u16, error: Option<&str>, micros: u64);

    /// One request was refused before it was a call: no such service, a signature that does not hold.
    fn refused(&self, service: &str, code: &str);
}

/// A subnet, as whoever puts something into it must know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubnetFacts {
    /// Its id.
    pub id: String,
    /// The VPC it is part of.
    pub vpc: String,
    /// The name of its Availability Zone.
    pub availability_zone: String,
    /// Whether it has an IPv6 range.
    pub ipv6: bool,
    /// Whether its VPC has an internet gateway.
    pub internet_gateway: bool,
}

/// Knows the networks of accounts. EC2 implements it.
///
/// All questions are asked within the asker's transaction, which so depends on what it was told: a subnet that is
/// deleted meanwhile makes it run again.
#[async_trait]
pub trait Network: Send + Sync {
    /// The subnet with this id.
    async fn subnet(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        id: &str,
    ) -> Result<Option<SubnetFacts>, Failure>;

    /// Whether there is a VPC with this id.
    async fn has_vpc(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        id: &str,
    ) -> Result<bool, Failure>;

    /// The VPC of the security group with this id.
    async fn vpc_of_security_group(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        id: &str,
    ) -> Result<Option<String>, Failure>;

    /// The security group of a VPC that stands for those who name none.
    async fn default_security_group(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        vpc: &str,
    ) -> Result<Option<String>, Failure>;

    /// The public address behind an allocation id.
    async fn address(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
        allocation: &str,
    ) -> Result<Option<String>, Failure>;
}

/// A network interface that a service keeps in somebody's subnet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InterfaceFacts {
    /// The subnet.
    pub subnet: String,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// What the service says of it: `ELB app/name/id`.
    pub description: String,
    /// `interface`, `network_load_balancer` …
    pub kind: &'static str,
    /// Who keeps it: `amazon-elb`.
    pub requester: &'static str,
}

/// Services that put network interfaces into subnets. EC2 lists them, and deletes no subnet or group they are in.
#[async_trait]
pub trait NetworkInterfaces: Send + Sync {
    /// The interfaces in an account and Region. The transaction depends on none being added meanwhile.
    async fn interfaces(
        &self,
        txn: &Txn,
        account: &AccountId,
        region: &Region,
    ) -> Result<Vec<InterfaceFacts>, Failure>;
}
