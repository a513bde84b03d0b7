//! Who may do what with a key: action, resource, condition keys, grants.
//!
//! Source: KMS developer guide, "Condition keys for AWS KMS" and "Determining access to AWS KMS keys".

use std::collections::BTreeMap;
use std::sync::Arc;

use haechi_api_kms::error::ErrorCode;
use haechi_core::gate::requester;
use haechi_core::{Ask, Authorized, Call, Failure, Principal, tags};
use haechi_policy::{Attached, Context, Policy, ResourcePolicy, ResourcePolicyMode};

use crate::Kms;
use crate::loaded::LoadedKey;
use crate::model::alias::AliasName;
use crate::model::grant::{Grant, GrantOperation, is_same_principal, is_well_formed_token};
use crate::model::multi_region::MultiRegionRole;
use crate::policy::meant_for_another;
use crate::resolve::{Forms, Named, unreachable_for, unreachable_key};
use crate::store::{ALIASES_OF_KEY, GRANTS, GRANTS_OF_GRANTEE};

/// What a request wants of a key.
#[derive(Debug, Default)]
pub(crate) struct Wish<'a> {
    /// The action without its prefix: `Encrypt`, `ReEncryptFrom`.
    pub(crate) action: &'a str,
    /// The operation that a grant may permit instead of a policy.
    pub(crate) grant: Option<GrantOperation>,
    /// The encryption context, for conditions and for grant constraints.
    pub(crate) encryption_context: Option<&'a BTreeMap<String, String>>,
    /// Grant tokens of the request.
    pub(crate) grant_tokens: &'a [String],
    /// Condition keys of the operation, such as `kms:EncryptionAlgorithm`.
    pub(crate) conditions: Vec<(&'static str, String)>,
    /// Tags of the request: `aws:RequestTag/…`, `aws:TagKeys`.
    pub(crate) request_tags: Option<&'a BTreeMap<String, String>>,
    /// Keys of tags that the request takes away: `aws:TagKeys` alone.
    pub(crate) request_tag_keys: Option<&'a BTreeMap<String, String>>,
    /// Condition keys with several values, such as `kms:GrantOperations`.
    pub(crate) lists: Vec<(&'static str, Vec<String>)>,
    /// The grant that is to be made: one that permits CreateGrant lets only grants be made that it covers.
    pub(crate) child: Option<&'a Grant>,
}

impl<'a> Wish<'a> {
    /// A wish that only policies can grant.
    pub(crate) fn new(action: &'a str) -> Self {
        Self {
            action,
            ..Self::default()
        }
    }

    /// A wish that a grant can fulfil too.
    pub(crate) fn with_grant(action: &'a str, operation: GrantOperation, tokens: &'a [String]) -> Self {
        Self {
            action,
            grant: Some(operation),
            grant_tokens: tokens,
            ..Self::default()
        }
    }

    /// With an encryption context.
    pub(crate) fn context(mut self, context: Option<&'a BTreeMap<String, String>>) -> Self {
        self.encryption_context = context;
        self
    }

    /// With one more condition key.
    pub(crate) fn condition(mut self, key: &'static str, value: impl Into<String>) -> Self {
        self.conditions.push((key, value.into()));
        self
    }

    /// With one more condition key that has several values.
    pub(crate) fn condition_list(mut self, key: &'static str, values: Vec<String>) -> Self {
        self.lists.push((key, values));
        self
    }

    /// With the grant that is to be made.
    pub(crate) fn child(mut self, child: &'a Grant) -> Self {
        self.child = Some(child);
        self
    }

    /// With the tags that the request brings.
    pub(crate) fn tags(mut self, tags: &'a BTreeMap<String, String>) -> Self {
        self.request_tags = Some(tags);
        self
    }

    /// With the keys of the tags that the request takes away.
    pub(crate) fn tag_keys(mut self, keys: &'a BTreeMap<String, String>) -> Self {
        self.request_tag_keys = Some(keys);
        self
    }
}

impl Kms {
    /// Finds a key and releases it if the caller may do what it wishes. Notes the key in the audit record either way.
    pub(crate) async fn key_for(
        &self,
        call: &Call,
        key_id: &str,
        forms: Forms,
        wish: Wish<'_>,
    ) -> Result<Authorized<Arc<LoadedKey>>, Failure> {
        let named = self.resolve(call, key_id, forms).await?;
        self.release(call, named, wish).await
    }

    /// [`Kms::key_for`] for operations that are not for keys of other accounts and take no aliases.
    pub(crate) async fn own_key_for(
        &self,
        call: &Call,
        key_id: &str,
        wish: Wish<'_>,
    ) -> Result<Authorized<Arc<LoadedKey>>, Failure> {
        let named = self.resolve(call, key_id, Forms::KeysOnly).await?;
        if named.loaded.key.account != call.account {
            return Err(unreachable_key(call, key_id));
        }
        self.release(call, named, wish).await
    }

    /// Releases a key that has been found.
    pub(crate) async fn release(
        &self,
        call: &Call,
        named: Named,
        wish: Wish<'_>,
    ) -> Result<Authorized<Arc<LoadedKey>>, Failure> {
        let Named { loaded, alias } = named;
        let alias = alias.as_ref();
        call.audit_resource(loaded.arn.as_str(), "AWS::KMS::Key", &loaded.key.account);
        if !wish.grant_tokens.iter().all(|token| is_well_formed_token(token)) {
            return Err(ErrorCode::InvalidGrantTokenException
                .with("Invalid grant token.")
                .into());
        }
        let other = other_policy(call, &loaded);
        let own = other.as_ref().or(loaded.policy.as_ref());
        let context = if self.platform.gate.reads_context(call, own).await? {
            self.conditions(call, &loaded, alias, &wish).await?
        } else {
            Context::new()
        };
        let action = ["kms:", wish.action].concat();
        let mut ask = Ask::new(&action, &loaded.arn, &loaded.key.account).with_context(context);
        ask.policy = resource_policy(&loaded, other.as_ref());
        let ruling = self.platform.gate.consider(call, ask).await?;
        // Grants are read only where policies do not suffice: they can add permission, never take it away.
        if ruling.is_implicit_deny() {
            // Boxed: rare, and every call would carry the room for it.
            if let Some(grant) = Box::pin(self.applicable_grant(call, &loaded, &wish)).await? {
                let who = requester(&call.caller, call.partition());
                let context = self.conditions(call, &loaded, alias, &wish).await?;
                let mut ask = Ask::new(&action, &loaded.arn, &loaded.key.account).with_context(context);
                ask.policy = resource_policy(&loaded, other.as_ref());
                ask.grant = who.named_by(&grant.grantee);
                return Box::pin(self.platform.gate.authorize(call, ask, Arc::clone(&loaded))).await;
            }
        }
        // Across accounts, the owner's reasons are not the caller's business.
        if loaded.key.account != call.account && ruling.denied_by_resource() {
            return Err(unreachable_for(call, &action, &loaded.arn));
        }
        ruling.release(Arc::clone(&loaded))
    }

    /// Releases a key to a caller that one of `names` names, or whom policies allow: how RetireGrant is decided.
    pub(crate) async fn release_to_named(
        &self,
        call: &Call,
        loaded: &Arc<LoadedKey>,
        wish: Wish<'_>,
        names: &[&str],
    ) -> Result<Authorized<Arc<LoadedKey>>, Failure> {
        call.audit_resource(loaded.arn.as_str(), "AWS::KMS::Key", &loaded.key.account);
        let who = requester(&call.caller, call.partition());
        let other = other_policy(call, loaded);
        let action = format!("kms:{}", wish.action);
        let context = self.conditions(call, loaded, None, &wish).await?;
        let mut namings: Vec<_> = names.iter().map(|name| who.named_by(name)).collect();
        namings.retain(Option::is_some);
        namings.push(None);
        let mut refusal = None;
        for grant in namings {
            let mut ask = Ask::new(&action, &loaded.arn, &loaded.key.account).with_context(context.clone());
            ask.policy = resource_policy(loaded, other.as_ref());
            ask.grant = grant;
            match self.platform.gate.authorize(call, ask, Arc::clone(loaded)).await {
                Ok(released) => return Ok(released),
                Err(error) => refusal = Some(error),
            }
        }
        Err(refusal.unwrap_or_else(|| unreachable_key(call, &loaded.arn)))
    }

    /// A grant that permits the wish to the caller. A grant token makes a fresh grant usable at once; here every
    /// grant is, so that tokens need only be well-formed.
    async fn applicable_grant(
        &self,
        call: &Call,
        loaded: &LoadedKey,
        wish: &Wish<'_>,
    ) -> Result<Option<Arc<Grant>>, Failure> {
        let Some(operation) = wish.grant else {
            return Ok(None);
        };
        let key = &loaded.key;
        let scope = key.region.scope(&key.account);
        let empty = BTreeMap::new();
        for name in self.grantee_names(call) {
            let prefix = (key.id.as_str(), name.as_str());
            let ids = self
                .platform
                .store
                .collection(&GRANTS_OF_GRANTEE, &scope, prefix)
                .await?;
            for (_, id) in ids.iter() {
                let place = (key.id.as_str(), id.value.as_str());
                let Some(grant) = self.platform.store.get(&GRANTS, &scope, place).await? else {
                    continue;
                };
                // Nobody calls on behalf of a resource yet, so that nothing can satisfy a source ARN.
                if !grant.operations.contains(&operation) || grant.source_arn.is_some() {
                    continue;
                }
                if wish.child.is_some_and(|child| !grant.covers(child)) {
                    continue;
                }
                if !is_same_principal(grant.grantee_id.as_deref(), &lasting_id(call)) {
                    continue;
                }
                let context = wish.encryption_context.unwrap_or(&empty);
                let bound = grant.constraint.as_ref().filter(|_| operation.takes_context());
                if bound.is_none_or(|constraint| constraint.allows(context)) {
                    return Ok(Some(grant));
                }
            }
        }
        Ok(None)
    }

    /// The names under which a grant can name the caller.
    fn grantee_names(&self, call: &Call) -> Vec<String> {
        let principal = &call.caller.principal;
        let partition = call.partition();
        let mut names = vec![principal.arn(partition)];
        let policy_arn = principal.policy_arn(partition);
        if !names.contains(&policy_arn) {
            names.push(policy_arn);
        }
        if let Some(account) = principal.account() {
            let root = format!("arn:{partition}:iam::{account}:root");
            if !names.contains(&root) {
                names.push(root);
            }
        }
        names
    }

    /// The condition keys that KMS adds to every request on a key.
    async fn conditions(
        &self,
        call: &Call,
        loaded: &LoadedKey,
        alias: Option<&AliasName>,
        wish: &Wish<'_>,
    ) -> Result<Context, Failure> {
        let key = &loaded.key;
        let mut context = Context::with_capacity(32);
        if let Some(alias) = alias {
            context.set("kms:requestalias", alias.as_str());
        }
        context.set("kms:calleraccount", call.account.as_str());
        context.set("kms:keyspec", key.spec.name());
        context.set("kms:customermasterkeyspec", key.spec.name());
        context.set("kms:keyusage", key.usage.name());
        context.set("kms:customermasterkeyusage", key.usage.name());
        context.set("kms:keyorigin", key.origin.name());
        context.set("kms:multiregion", key.multi_region.is_some());
        if let Some(family) = &key.multi_region {
            context.set("kms:multiregionkeytype", family.role.name());
            if family.role == MultiRegionRole::Primary {
                context.set("kms:primaryregion", family.primary.as_str());
            }
        }
        if let Some(service) = call.origin.via_service() {
            // `kms:ViaService` names the Region too: `ssm.eu-north-1.amazonaws.com`.
            let name = service.strip_suffix(".amazonaws.com").unwrap_or(service);
            context.set("kms:viaservice", format!("{name}.{}.amazonaws.com", call.region));
        }
        if let Some(pairs) = wish.encryption_context.filter(|pairs| !pairs.is_empty()) {
            for (name, value) in pairs {
                context.set(format!("kms:encryptioncontext:{name}"), value.as_str());
            }
            context.set(
                "kms:encryptioncontextkeys",
                pairs.keys().cloned().collect::<Vec<_>>(),
            );
        }
        for (name, value) in &wish.conditions {
            context.set(*name, value.as_str());
        }
        for (name, values) in &wish.lists {
            context.set(*name, values.clone());
        }
        tags::describe_resource(&key.tags, &mut context);
        if let Some(tags) = wish.request_tags {
            tags::describe_request(tags, &mut context);
        }
        if let Some(keys) = wish.request_tag_keys {
            tags::describe_keys(&keys.keys().cloned().collect::<Vec<_>>(), &mut context);
        }
        let scope = key.region.scope(&key.account);
        let aliases = self
            .platform
            .store
            .collection(&ALIASES_OF_KEY, &scope, key.id.as_str())
            .await?;
        if !aliases.is_empty() {
            let names: Vec<String> = aliases
                .iter()
                .map(|(_, name)| name.value.as_ref().clone())
                .collect();
            context.set("kms:resourcealiases", names);
        }
        Ok(context)
    }
}

/// The unique id of the user or role behind a caller.
pub(crate) fn lasting_id(call: &Call) -> String {
    match &call.caller.principal {
        Principal::FederatedUser { issuer, .. } => issuer.user_id(),
        principal => principal.user_id(),
    }
}

/// The policy without what it gives to a namesake of the caller; nearly always there is none.
fn other_policy(call: &Call, loaded: &LoadedKey) -> Option<Policy> {
    if loaded.key.principals.is_empty() {
        return None;
    }
    meant_for_another(&loaded.key, &requester(&call.caller, call.partition()))
}

fn resource_policy<'a>(loaded: &'a LoadedKey, other: Option<&'a Policy>) -> Option<ResourcePolicy<'a>> {
    other.or(loaded.policy.as_ref()).map(|policy| ResourcePolicy {
        attached: Attached {
            policy,
            label: "key-policy",
        },
        mode: ResourcePolicyMode::KeyPolicy,
    })
}
