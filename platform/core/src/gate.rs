//! The gate: the only place where an [`Authorized`] value can be made.
//!
//! It gathers what bears on a request (the caller's policies, those of the organization, the resource's own) and has
//! the policy engine decide.

use std::ops::Deref;
use std::sync::{Arc, OnceLock};

use haechi_policy::{
    Attached, Context, Decision, DenyKind, DenyReason, Naming, Policies, Policy, PolicyKind, Request,
    Requester, ResourcePolicy, decide,
};

use haechi_wire::ApiError;

use crate::call::Call;
use crate::failure::{Failure, access_denied};
use crate::ids::{AccountId, Partition};
use crate::ports::{CallerPolicies, Identities, LabelledPolicy, ResourceControls};
use crate::principal::{Caller, Principal};

/// A value that the policy engine has released to the present caller.
#[derive(Debug, Clone)]
pub struct Authorized<T>(T);

impl<T> Authorized<T> {
    /// The value itself.
    pub fn into_inner(self) -> T {
        self.0
    }
}

impl<T> Deref for Authorized<T> {
    type Target = T;
    fn deref(&self) -> &T {
        &self.0
    }
}

/// What the gate has decided.
#[derive(Debug)]
#[must_use = "a ruling that nobody looks at protects nothing"]
pub struct Ruling(Result<(), (DenyReason, ApiError)>);

impl Ruling {
    /// Releases `value`, or answers with AWS's refusal.
    pub fn release<T>(self, value: T) -> Result<Authorized<T>, Failure> {
        match self.0 {
            Ok(()) => Ok(Authorized(value)),
            Err((_, error)) => Err(error.into()),
        }
    }

    /// Refused on the resource's side, by its policy or for want of one that allows.
    pub fn denied_by_resource(&self) -> bool {
        matches!(&self.0, Err((reason, _)) if matches!(reason.policy_kind, PolicyKind::Resource | PolicyKind::KeyPolicy))
    }

    /// Refused because nothing allows it, so that a further source of permission may still do so.
    pub fn is_implicit_deny(&self) -> bool {
        matches!(&self.0, Err((reason, _)) if reason.kind == DenyKind::Implicit)
    }
}

/// What is asked of the gate.
#[derive(Debug)]
pub struct Ask<'a> {
    /// The action, such as `kms:Encrypt`.
    pub action: &'a str,
    /// The resource's ARN; `*` for actions that have none.
    pub resource: &'a str,
    /// The account that owns the resource.
    pub owner: &'a AccountId,
    /// The resource's own policy.
    pub policy: Option<ResourcePolicy<'a>>,
    /// How a KMS grant that allows the operation names the caller.
    pub grant: Option<Naming>,
    /// Condition keys of the service, and of the resource's and the request's tags; the global ones are added here.
    pub context: Context,
}

impl<'a> Ask<'a> {
    /// A question about a resource that has no policy of its own.
    pub fn new(action: &'a str, resource: &'a str, owner: &'a AccountId) -> Self {
        Self {
            action,
            resource,
            owner,
            policy: None,
            grant: None,
            context: Context::new(),
        }
    }

    /// With condition keys.
    pub fn with_context(mut self, context: Context) -> Self {
        self.context = context;
        self
    }

    /// With the resource's own policy.
    pub fn with_policy(mut self, policy: ResourcePolicy<'a>) -> Self {
        self.policy = Some(policy);
        self
    }
}

/// Decides who may do what. One per process; connected to IAM once that exists.
#[derive(Default)]
pub struct Gate {
    identities: OnceLock<Arc<dyn Identities>>,
    resource_controls: OnceLock<Arc<dyn ResourceControls>>,
}

impl Gate {
    /// A gate that knows no principal yet and therefore refuses everyone.
    pub fn new() -> Self {
        Self::default()
    }

    /// Plugs in the service that knows principals. Later calls have no effect.
    pub fn connect_identities(&self, identities: Arc<dyn Identities>) {
        let _ = self.identities.set(identities);
    }

    /// Plugs in the service that knows resource control policies.
    pub fn connect_resource_controls(&self, controls: Arc<dyn ResourceControls>) {
        let _ = self.resource_controls.set(controls);
    }

    /// The service that knows principals.
    pub fn identities(&self) -> Result<&Arc<dyn Identities>, Failure> {
        self.identities
            .get()
            .ok_or_else(|| Failure::internal("the gate is not connected to IAM"))
    }

    /// Releases `value` if the caller may do what is asked; otherwise AWS's refusal with its reason.
    pub async fn authorize<T>(&self, call: &Call, ask: Ask<'_>, value: T) -> Result<Authorized<T>, Failure> {
        self.consider(call, ask).await?.release(value)
    }

    /// As [`Gate::authorize`], for the call's own action on a resource of the call's account that has no policy of its
    /// own: how most operations ask.
    pub async fn authorize_own<T>(
        &self,
        call: &Call,
        resource: &str,
        context: Context,
        value: T,
    ) -> Result<Authorized<T>, Failure> {
        let action = call.action();
        let ask = Ask::new(&action, resource, &call.account).with_context(context);
        self.authorize(call, ask, value).await
    }

    /// Decides, and leaves it to the caller what to do with a refusal.
    pub async fn consider(&self, call: &Call, ask: Ask<'_>) -> Result<Ruling, Failure> {
        let (action, resource) = (ask.action, ask.resource);
        Ok(match self.decide(call, ask).await? {
            Decision::Allow(_) => Ruling(Ok(())),
            Decision::Deny(reason) => {
                let error = refusal(call, action, resource, &reason);
                Ruling(Err((reason, error)))
            }
        })
    }

    /// Whether a decision on `policy`, a resource's own, and on the policies of the caller can depend on condition
    /// keys. Where it can't, a service on a hot path need not work its own keys out.
    pub async fn reads_context(&self, call: &Call, policy: Option<&Policy>) -> Result<bool, Failure> {
        if self.resource_controls.get().is_some() || policy.is_some_and(Policy::reads_context) {
            return Ok(true);
        }
        Ok(self.identities()?.policies(&call.caller).await?.reads_context())
    }

    /// The engine's decision, for services that word their refusals otherwise.
    pub async fn decide(&self, call: &Call, ask: Ask<'_>) -> Result<Decision, Failure> {
        let policies = self.identities()?.policies(&call.caller).await?;
        let resource_control = match self.resource_controls.get() {
            Some(controls) => controls.resource_control(ask.owner).await?,
            None => Vec::new(),
        };
        let requester = requester(&call.caller, call.partition());
        let mut context = ask.context;
        let by_keys = policies.reads_context()
            || !resource_control.is_empty()
            || ask.policy.is_some_and(|own| own.attached.policy.reads_context());
        if by_keys {
            describe(call, &requester, &policies, &mut context);
        }
        let request = Request {
            requester: &requester,
            action: ask.action,
            resource: ask.resource,
            resource_account: Some(ask.owner.as_str()),
            context: &context,
        };
        let identity = attach(&policies.identity);
        let session = policies.session.as_deref().map(attach);
        let service_levels: Vec<_> = policies
            .service_control
            .iter()
            .map(|level| attach(level))
            .collect();
        let service_control: Vec<_> = service_levels.iter().map(Vec::as_slice).collect();
        let resource_levels: Vec<_> = resource_control.iter().map(|level| attach(level)).collect();
        let resource_control: Vec<_> = resource_levels.iter().map(Vec::as_slice).collect();
        let bearing = Policies {
            identity: &identity,
            boundary: policies.boundary.as_ref().map(attach_one),
            session: session.as_deref(),
            service_control: &service_control,
            resource_control: &resource_control,
            resource: ask.policy,
            endpoint: None,
            grant: ask.grant,
        };
        Ok(decide(&request, &bearing))
    }
}

/// The ARN and ids of a caller as policies name them.
pub fn requester(caller: &Caller, partition: Partition) -> Requester {
    let principal = &caller.principal;
    let arn = principal.arn(partition);
    let requester = match principal {
        Principal::Root { account } => Requester::root(account.as_str(), &arn),
        Principal::User { account, id, .. } => Requester::user(account.as_str(), &arn, id),
        Principal::AssumedRole { account, id, .. } => {
            Requester::assumed_role(account.as_str(), &arn, &principal.policy_arn(partition), id)
        }
        Principal::FederatedUser { account, issuer, .. } => {
            Requester::federated_user(account.as_str(), &arn, &issuer.arn(partition), &issuer.user_id())
        }
        Principal::Service { name } => Requester::service(name),
        Principal::Anonymous => Requester::anonymous(),
    };
    match caller.session.as_ref().and_then(|s| s.federated.as_ref()) {
        Some(identity) => requester.with_provider(&identity.provider),
        None => requester,
    }
}

fn attach(policies: &[LabelledPolicy]) -> Vec<Attached<'_>> {
    policies.iter().map(attach_one).collect()
}

fn attach_one(policy: &LabelledPolicy) -> Attached<'_> {
    Attached {
        policy: &policy.policy,
        label: &policy.label,
    }
}

fn refusal(call: &Call, action: &str, resource: &str, reason: &DenyReason) -> ApiError {
    access_denied(call.service, reason.message(&call.caller_arn(), action, resource))
}

/// The global condition keys of a call.
///
/// Source: IAM user guide, "AWS global condition context keys": which exist for which requests.
fn describe(call: &Call, requester: &Requester, policies: &CallerPolicies, context: &mut Context) {
    requester.describe(context);
    context.set("aws:currenttime", call.time.iso8601());
    context.set("aws:epochtime", call.time.as_millis() / 1_000);
    context.set("aws:requestedregion", call.region.as_str());
    context.set("aws:securetransport", call.origin.tls.is_some());
    context.set("aws:useragent", call.origin.user_agent.as_str());
    let via = &call.origin.via;
    context.set("aws:viaawsservice", !via.is_empty());
    if via.is_empty() {
        context.set("aws:sourceip", call.origin.source_ip.to_string());
    } else {
        // `CalledVia` is ordered: the first service that was called comes first.
        let chain: Vec<String> = via.iter().rev().cloned().collect();
        context.set("aws:calledviafirst", chain[0].as_str());
        context.set("aws:calledvialast", via[0].as_str());
        context.set("aws:calledvia", chain);
    }
    let is_service = matches!(call.caller.principal, Principal::Service { .. });
    context.set("aws:principalisawsservice", is_service);
    if let Principal::Service { name } = &call.caller.principal {
        context.set("aws:principalservicename", name.as_str());
    }
    if let Some(session) = &call.caller.session {
        context.set("aws:tokenissuetime", session.issued.iso8601());
        context.set("aws:multifactorauthpresent", session.mfa.is_some());
        if let Some(proved) = session.mfa {
            context.set(
                "aws:multifactorauthage",
                (call.time.as_millis() - proved.as_millis()) / 1_000,
            );
        }
        if let Some(identity) = &session.source_identity {
            context.set("aws:sourceidentity", identity.as_str());
        }
        if let Some(federated) = &session.federated {
            context.set("aws:federatedprovider", federated.provider.as_str());
            for (key, value) in &federated.attributes {
                context.set(key.clone(), value.as_str());
            }
        }
    }
    for (key, value) in &policies.tags {
        context.set(format!("aws:principaltag/{key}"), value.as_str());
    }
}
