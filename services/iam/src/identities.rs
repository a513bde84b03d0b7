//! What bounds a caller: the policies of its user, groups or role, the boundary, the session.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use async_trait::async_trait;
use haechi_core::ports::{CallerPolicies, Identities, LabelledPolicy, PrincipalLookup};
use haechi_core::{AccountId, Arn, Caller, Failure, Principal, Session};
use haechi_policy::{Policy, PolicyKind};
use haechi_store::{Scope, Store, Subscription};
use quick_cache::sync::Cache;

use crate::model::permissions::Permissions;
use crate::store::{ACCOUNTS, GROUPS, POLICIES, ROLES, USERS, name_id, scope};
use crate::{Iam, aws_managed};

/// How many callers' policies are kept parsed.
const CAPACITY: usize = 10_000;

/// Parsed policies of callers. Any change of any IAM record renews them all: changes are rare, calls are not.
pub(crate) struct ParsedPolicies {
    cache: Cache<String, (u64, Arc<CallerPolicies>)>,
    generation: Arc<AtomicU64>,
    _subscriptions: Vec<Subscription>,
}

impl ParsedPolicies {
    pub(crate) fn new(store: &Store) -> Self {
        let generation = Arc::new(AtomicU64::new(0));
        let roots = [USERS.root(), GROUPS.root(), ROLES.root(), POLICIES.root()];
        let subscriptions = roots
            .iter()
            .map(|root| {
                let generation = Arc::clone(&generation);
                store.on_change(root, move |_| {
                    generation.fetch_add(1, Ordering::AcqRel);
                })
            })
            .collect();
        Self {
            cache: Cache::new(CAPACITY),
            generation,
            _subscriptions: subscriptions,
        }
    }
}

#[async_trait]
impl Identities for Iam {
    async fn policies(&self, caller: &Caller) -> Result<Arc<CallerPolicies>, Failure> {
        let place = cache_key(caller);
        let generation = self.parsed.generation.load(Ordering::Acquire);
        if let Some((known, policies)) = self.parsed.cache.get(&place)
            && known == generation
        {
            return Ok(policies);
        }
        let policies = Arc::new(self.gather(caller).await?);
        self.parsed
            .cache
            .insert(place, (generation, Arc::clone(&policies)));
        Ok(policies)
    }

    async fn principal_exists(&self, principal: &str) -> Result<PrincipalLookup, Failure> {
        if principal == "*" {
            return Ok(PrincipalLookup::Exists(None));
        }
        if let Ok(account) = AccountId::parse(principal) {
            return self.account_lookup(&account).await;
        }
        let Some(arn) = Arn::parse(principal) else {
            return Ok(PrincipalLookup::Missing);
        };
        let Ok(account) = AccountId::parse(arn.account()) else {
            return Ok(PrincipalLookup::Missing);
        };
        let scope = scope(&account);
        let store = &self.platform.store;
        let (kind, rest) = arn.resource().split_once('/').unwrap_or((arn.resource(), ""));
        let name = name_id(rest.rsplit('/').next().unwrap_or(rest));
        Ok(match (arn.service(), kind) {
            ("iam", "root") => return self.account_lookup(&account).await,
            ("iam", "user") => store
                .get(&USERS, &scope, name.as_str())
                .await?
                .filter(|user| user.arn(&account) == principal)
                .map_or(PrincipalLookup::Missing, |user| {
                    PrincipalLookup::Exists(Some(user.id.clone()))
                }),
            ("iam", "role") => store
                .get(&ROLES, &scope, name.as_str())
                .await?
                .filter(|role| role.arn(&account) == principal)
                .map_or(PrincipalLookup::Missing, |role| {
                    PrincipalLookup::Exists(Some(role.id.clone()))
                }),
            ("sts", "assumed-role") => {
                let role = name_id(rest.split('/').next().unwrap_or(rest));
                let there = store.get(&ROLES, &scope, role.as_str()).await?.is_some();
                if there {
                    PrincipalLookup::Exists(None)
                } else {
                    PrincipalLookup::Missing
                }
            }
            ("sts", "federated-user") => PrincipalLookup::Exists(None),
            _ => PrincipalLookup::Missing,
        })
    }

    async fn account_exists(&self, account: &AccountId) -> Result<bool, Failure> {
        Ok(self
            .platform
            .store
            .get(&ACCOUNTS, &Scope::deployment(), account.as_str())
            .await?
            .is_some())
    }
}

impl Iam {
    async fn account_lookup(&self, account: &AccountId) -> Result<PrincipalLookup, Failure> {
        Ok(if self.account_exists(account).await? {
            PrincipalLookup::Exists(None)
        } else {
            PrincipalLookup::Missing
        })
    }

    async fn gather(&self, caller: &Caller) -> Result<CallerPolicies, Failure> {
        let mut gathered = CallerPolicies::default();
        self.gather_principal(&caller.principal, &mut gathered).await?;
        if let Some(session) = caller.session.as_deref() {
            self.gather_session(&caller.principal, session, &mut gathered)
                .await?;
        }
        Ok(gathered)
    }

    async fn gather_principal(
        &self,
        principal: &Principal,
        into: &mut CallerPolicies,
    ) -> Result<(), Failure> {
        let store = &self.platform.store;
        match principal {
            Principal::Root { .. } => into.root = true,
            Principal::User {
                account, name, id, ..
            } => {
                let scope = scope(account);
                let user = store.get(&USERS, &scope, name_id(name).as_str()).await?;
                // A user that was deleted and made again under the same name is another one.
                let Some(user) = user.filter(|user| user.id == *id) else {
                    return Ok(());
                };
                self.gather_permissions(account, &user.permissions, into).await?;
                into.boundary = self.boundary(account, &user.permissions).await?;
                into.tags
                    .extend(user.tags.iter().map(|(k, v)| (k.clone(), v.clone())));
                for group in &user.groups {
                    if let Some(group) = store.get(&GROUPS, &scope, name_id(group).as_str()).await? {
                        self.gather_permissions(account, &group.permissions, into).await?;
                    }
                }
            }
            Principal::AssumedRole {
                account, role, id, ..
            } => {
                let role = store.get(&ROLES, &scope(account), name_id(role).as_str()).await?;
                let Some(role) = role.filter(|role| role.id == *id) else {
                    return Ok(());
                };
                self.gather_permissions(account, &role.permissions, into).await?;
                into.boundary = self.boundary(account, &role.permissions).await?;
                into.tags
                    .extend(role.tags.iter().map(|(k, v)| (k.clone(), v.clone())));
            }
            Principal::FederatedUser { issuer, .. } => {
                Box::pin(self.gather_principal(issuer, into)).await?;
            }
            _ => {}
        }
        Ok(())
    }

    async fn gather_session(
        &self,
        principal: &Principal,
        session: &Session,
        into: &mut CallerPolicies,
    ) -> Result<(), Failure> {
        for (key, value) in &session.tags {
            into.tags.retain(|(known, _)| !known.eq_ignore_ascii_case(key));
            into.tags.push((key.clone(), value.clone()));
        }
        // A federated user without session policies may do nothing.
        let always = matches!(principal, Principal::FederatedUser { .. });
        if session.policies.is_empty() && session.policy_arns.is_empty() && !always {
            return Ok(());
        }
        let mut policies = Vec::new();
        for (at, document) in session.policies.iter().enumerate() {
            push(
                &mut policies,
                format!("session-policy-{at}"),
                document,
                PolicyKind::Session,
            );
        }
        if let Some(account) = principal.account() {
            for arn in &session.policy_arns {
                policies.extend(self.managed(account, arn, PolicyKind::Identity).await?);
            }
        }
        into.session = Some(policies);
        Ok(())
    }

    async fn gather_permissions(
        &self,
        account: &AccountId,
        permissions: &Permissions,
        into: &mut CallerPolicies,
    ) -> Result<(), Failure> {
        for arn in &permissions.attached {
            into.identity
                .extend(self.managed(account, arn, PolicyKind::Identity).await?);
        }
        for (name, document) in &permissions.inline {
            push(&mut into.identity, name.clone(), document, PolicyKind::Identity);
        }
        Ok(())
    }

    /// A boundary that names a policy which is gone allows nothing.
    async fn boundary(
        &self,
        account: &AccountId,
        permissions: &Permissions,
    ) -> Result<Option<LabelledPolicy>, Failure> {
        let Some(arn) = &permissions.boundary else {
            return Ok(None);
        };
        let found = self.managed(account, arn, PolicyKind::Boundary).await?;
        Ok(Some(found.unwrap_or_else(|| nothing(arn))))
    }

    pub(crate) async fn managed(
        &self,
        account: &AccountId,
        arn: &str,
        kind: PolicyKind,
    ) -> Result<Option<LabelledPolicy>, Failure> {
        if let Some(policy) = aws_managed::parsed(arn) {
            return Ok(Some(LabelledPolicy {
                label: arn.to_owned(),
                policy,
            }));
        }
        let name = name_id(arn.rsplit('/').next().unwrap_or(arn));
        let Some(stored) = self
            .platform
            .store
            .get(&POLICIES, &scope(account), name.as_str())
            .await?
        else {
            return Ok(None);
        };
        let mut found = Vec::new();
        push(
            &mut found,
            arn.to_owned(),
            stored.default_document().unwrap_or("{}"),
            kind,
        );
        Ok(found.pop())
    }
}

/// Parses a stored document. One that no longer parses is logged and counts as absent: it allows nothing.
fn push(policies: &mut Vec<LabelledPolicy>, label: String, document: &str, kind: PolicyKind) {
    match Policy::parse(document, kind) {
        Ok(policy) => policies.push(LabelledPolicy {
            label,
            policy: Arc::new(policy),
        }),
        Err(error) => tracing::error!(%label, %error, "a stored policy does not parse"),
    }
}

fn nothing(arn: &str) -> LabelledPolicy {
    const NOTHING: &str =
        r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}"#;
    let policy = Policy::parse(NOTHING, PolicyKind::Boundary).expect("a constant that parses");
    LabelledPolicy {
        label: arn.to_owned(),
        policy: Arc::new(policy),
    }
}

/// Temporary credentials differ by session; all keys of one principal share its policies.
fn cache_key(caller: &Caller) -> String {
    let principal = &caller.principal;
    let bearer = match (&caller.session, &caller.access_key_id) {
        (Some(_), Some(key)) => key,
        _ => principal.account().map_or("-", AsRef::as_ref),
    };
    [bearer, "/", &principal.user_id()].concat()
}
