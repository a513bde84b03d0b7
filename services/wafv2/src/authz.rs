//! Who may do what: actions, resources, condition keys.
//!
//! Source: service authorization reference, "Actions, resources, and condition keys for AWS WAF V2". Actions bear the
//! names of the operations. Creating and changing a web ACL or rule group is asked on it and on everything that its
//! rules refer to; managed rule groups together are `…:regional/managedruleset/*/*`.

use std::sync::Arc;

use haechi_core::{AccountId, Ask, Authorized, Call, Failure};
use haechi_policy::{Attached, Context, Policy, ResourcePolicy, ResourcePolicyMode};

use crate::model::entity::{Content, Entity, Tags};
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::references::References;
use crate::{Waf, error, permission_policy, store, tags};

/// Tags that a request brings or takes away.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct RequestTags<'a> {
    pub(crate) given: Option<&'a Tags>,
    pub(crate) taken: &'a [String],
}

impl RequestTags<'_> {
    fn describe(&self, context: &mut Context) {
        if let Some(given) = self.given {
            tags::describe_request(given, context);
        }
        tags::describe_keys(self.taken, context);
    }
}

impl Waf {
    /// Asks for an action that has no resource.
    pub(crate) async fn permit(&self, call: &Call) -> Result<Authorized<()>, Failure> {
        let action = call.action();
        let ask = Ask::new(&action, "*", &call.account);
        self.platform.gate.authorize(call, ask, ()).await
    }

    /// Asks for the operation's action on a resource of another service or kind.
    pub(crate) async fn permit_on(&self, call: &Call, action: &str, arn: &str) -> Result<(), Failure> {
        let ask = Ask::new(action, arn, &call.account);
        self.platform
            .gate
            .authorize(call, ask, ())
            .await
            .map(Authorized::into_inner)
    }

    /// Asks for the making of a thing, with its tags.
    pub(crate) async fn permit_making(
        &self,
        call: &Call,
        name: &FullName,
        tags: &Tags,
    ) -> Result<(), Failure> {
        let arn = name.arn();
        call.audit_resource(&arn, name.kind.audited_as(), &call.account);
        let mut context = Context::new();
        tags::describe_request(tags, &mut context);
        let action = call.action();
        let mut actions = vec![action.as_str()];
        if !tags.is_empty() {
            actions.push("wafv2:TagResource");
        }
        for action in actions {
            let ask = Ask::new(action, &arn, &call.account).with_context(context.clone());
            self.platform.gate.authorize(call, ask, ()).await?;
        }
        Ok(())
    }

    /// Finds a thing of the caller's account and releases it if the caller may do what the operation does. Who may
    /// not does not learn whether it is there.
    pub(crate) async fn own(&self, call: &Call, name: &FullName) -> Result<Authorized<Arc<Entity>>, Failure> {
        self.own_for(call, name, &call.action(), RequestTags::default())
            .await
    }

    /// As [`Waf::own`], for another action and with tags.
    pub(crate) async fn own_for(
        &self,
        call: &Call,
        name: &FullName,
        action: &str,
        request: RequestTags<'_>,
    ) -> Result<Authorized<Arc<Entity>>, Failure> {
        if name.account != call.account {
            return Err(error::nonexistent().into());
        }
        let found = store::find(&self.platform.store, name).await?;
        self.release(call, name, action, request, found).await
    }

    /// As [`Waf::own_for`], for things that other accounts may share.
    pub(crate) async fn any_for(
        &self,
        call: &Call,
        name: &FullName,
        action: &str,
    ) -> Result<Authorized<Arc<Entity>>, Failure> {
        let found = store::find(&self.platform.store, name).await?;
        // Another account's things are not there for who is given no share in them.
        let unshared = found.as_ref().is_none_or(|entity| permissions(entity).is_none());
        if name.account != call.account && unshared {
            return Err(error::nonexistent().into());
        }
        self.release(call, name, action, RequestTags::default(), found)
            .await
    }

    async fn release(
        &self,
        call: &Call,
        name: &FullName,
        action: &str,
        request: RequestTags<'_>,
        found: Option<Arc<Entity>>,
    ) -> Result<Authorized<Arc<Entity>>, Failure> {
        let arn = name.arn();
        call.audit_resource(&arn, name.kind.audited_as(), &name.account);
        let mut context = Context::new();
        request.describe(&mut context);
        if let Some(entity) = &found {
            tags::describe_resource(&entity.tags, &mut context);
        }
        let policy = found.as_deref().and_then(permissions);
        let mut ask = Ask::new(action, &arn, &name.account).with_context(context);
        ask.policy = policy.as_ref().map(|policy| ResourcePolicy {
            attached: Attached {
                policy,
                label: "permission-policy",
            },
            mode: ResourcePolicyMode::Standard,
        });
        let ruling = self.platform.gate.consider(call, ask).await?;
        if let Some(entity) = found {
            return ruling.release(entity);
        }
        ruling.release(())?;
        Err(error::nonexistent().into())
    }

    /// Asks for the operation's action on everything that rules refer to, and hands it on.
    pub(crate) async fn referred_to(
        &self,
        call: &Call,
        scope: WebScope,
        references: &References,
    ) -> Result<Vec<Arc<Entity>>, Failure> {
        let action = call.action();
        let mut found = Vec::new();
        for (kind, arn) in references.arns() {
            let name = FullName::parse(arn)
                .filter(|name| name.kind == kind && name.scope == scope && name.region == call.region)
                .ok_or_else(|| error::bad_arn(arn))?;
            let entity = if kind == Kind::RuleGroup {
                self.any_for(call, &name, &action).await?
            } else {
                self.own_for(call, &name, &action, RequestTags::default()).await?
            };
            found.push(entity.into_inner());
        }
        if references.managed {
            let any = managed_rule_sets(&call.account, call, scope);
            self.permit_on(call, &action, &any).await?;
        }
        Ok(found)
    }
}

/// What stands for all managed rule groups.
fn managed_rule_sets(account: &AccountId, call: &Call, scope: WebScope) -> String {
    let (partition, region) = (call.partition(), &call.region);
    format!(
        "arn:{partition}:wafv2:{region}:{account}:{}/managedruleset/*/*",
        scope.in_arn()
    )
}

/// The policy by which a rule group is shared.
fn permissions(entity: &Entity) -> Option<Policy> {
    match &entity.content {
        Content::RuleGroup {
            permissions: Some(text),
            ..
        } => permission_policy::read(text).ok(),
        _ => None,
    }
}
