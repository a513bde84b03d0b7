//! From an ARN to what stands there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use haechi_core::{Call, Failure};
use haechi_store::{ALL, Id, Record, Table, Txn};

use crate::LoadBalancing;
use crate::error;
use crate::model::listener::Listener;
use crate::model::load_balancer::LoadBalancer;
use crate::model::rule::Rule;
use crate::model::target_group::TargetGroup;
use crate::names::{Name, no_arn};
use crate::store::{LISTENERS, LOAD_BALANCERS, RULES, TARGET_GROUPS};
use crate::tags::Tags;

/// Something with an ARN.
pub(crate) trait Resource: Record + Clone {
    /// Where it stands.
    const TABLE: Table<Self>;
    /// What refusals call it.
    const WHAT: &'static str;

    /// Its key, from its ARN; `None` if the ARN is of something else.
    fn key(name: &Name) -> Option<Id>;
    /// Its ARN.
    fn arn(&self) -> &str;
    /// Its tags.
    fn tags(&self) -> &Tags;
    /// Its tags, to be changed.
    fn tags_mut(&mut self) -> &mut Tags;
    /// There is none with this ARN.
    fn missing(arn: &str) -> Failure;
}

macro_rules! resource {
    ($type:ty, $table:expr, $what:literal, $missing:path, $name:pat => $key:expr) => {
        impl Resource for $type {
            const TABLE: Table<Self> = $table;
            const WHAT: &'static str = $what;

            fn key(name: &Name) -> Option<Id> {
                match name {
                    $name => Some(Id::of(&$key)),
                    _ => None,
                }
            }
            fn arn(&self) -> &str {
                &self.arn
            }
            fn tags(&self) -> &Tags {
                &self.tags
            }
            fn tags_mut(&mut self) -> &mut Tags {
                &mut self.tags
            }
            fn missing(arn: &str) -> Failure {
                $missing(arn)
            }
        }
    };
}

resource!(LoadBalancer, LOAD_BALANCERS, "load balancer", error::no_load_balancer,
    Name::LoadBalancer { name } => name.as_str());
resource!(TargetGroup, TARGET_GROUPS, "target group", error::no_target_group,
    Name::TargetGroup { name } => name.as_str());
resource!(Listener, LISTENERS, "listener", error::no_listener,
    Name::Listener { name, listener } => (name.as_str(), listener.as_str()));
resource!(Rule, RULES, "listener rule", error::no_rule,
    Name::Rule { name, listener, rule } => (name.as_str(), listener.as_str(), rule.as_str()));

/// The key of what an ARN names.
pub(crate) fn key_of<R: Resource>(arn: &str) -> Result<Id, Failure> {
    let name = Name::parse(arn).as_ref().and_then(R::key);
    name.ok_or_else(|| no_arn(arn, R::WHAT))
}

impl LoadBalancing {
    /// What has this ARN in the caller's account and Region, if anything has.
    pub(crate) async fn find<R: Resource>(&self, call: &Call, arn: &str) -> Result<Option<Arc<R>>, Failure> {
        let key = key_of::<R>(arn)?;
        let found = self.platform.store.get(&R::TABLE, &call.scope(), &key).await?;
        Ok(found.filter(|record| record.arn() == arn))
    }

    /// What has this ARN, once the caller may do to it what the call does.
    pub(crate) async fn open<R: Resource>(&self, call: &Call, arn: &str) -> Result<Arc<R>, Failure> {
        let found = self.find::<R>(call, arn).await?;
        let none = Tags::new();
        self.may_change(call, arn, found.as_ref().map_or(&none, |record| record.tags()))
            .await?;
        found.ok_or_else(|| R::missing(arn))
    }

    /// What has this ARN, once the caller may read with this call.
    pub(crate) async fn read<R: Resource>(&self, call: &Call, arn: &str) -> Result<Arc<R>, Failure> {
        self.may_read(call).await?;
        self.find::<R>(call, arn).await?.ok_or_else(|| R::missing(arn))
    }

    /// All of a kind in the caller's account and Region.
    pub(crate) async fn all<R: Resource>(&self, call: &Call) -> Result<Vec<Arc<R>>, Failure> {
        let place = call.scope();
        let found = self.platform.store.list(&R::TABLE, &place, None, ALL).await?;
        Ok(found.into_iter().map(|(_, record)| record).collect())
    }
}

/// What has this ARN as the transaction sees it, to be changed.
pub(crate) async fn current<R: Resource>(txn: &Txn, call: &Call, arn: &str) -> Result<R, Failure> {
    let key = key_of::<R>(arn)?;
    let found = txn.get(&R::TABLE, &call.scope(), &key).await?;
    let found = found.filter(|record| record.arn() == arn);
    Ok(found.ok_or_else(|| R::missing(arn))?.as_ref().clone())
}

/// All of a kind; the transaction depends on none being added or removed.
pub(crate) async fn current_all<R: Resource>(txn: &Txn, call: &Call) -> Result<Vec<Arc<R>>, Failure> {
    let found = txn.list_locked(&R::TABLE, &call.scope()).await?;
    Ok(found.into_iter().map(|(_, record)| record).collect())
}

/// Puts one, and tells the gateways.
pub(crate) async fn save<R: Resource>(txn: &Txn, call: &Call, record: &R) -> Result<(), Failure> {
    let key = key_of::<R>(record.arn())?;
    txn.put(&R::TABLE, &call.scope(), &key, record).await?;
    Ok(haechi_dataplane::touch(txn).await?)
}

/// Takes one away, and tells the gateways.
pub(crate) async fn remove<R: Resource>(txn: &Txn, call: &Call, arn: &str) -> Result<(), Failure> {
    let key = key_of::<R>(arn)?;
    txn.delete(&R::TABLE, &call.scope(), &key).await?;
    Ok(haechi_dataplane::touch(txn).await?)
}

/// Which load balancers send to which target groups, by ARN.
pub(crate) type Uses = BTreeMap<String, BTreeSet<String>>;

/// Reads [`Uses`] off listeners and rules.
pub(crate) fn uses(listeners: &[Arc<Listener>], rules: &[Arc<Rule>]) -> Uses {
    let mut uses = Uses::new();
    let owner: BTreeMap<&str, &str> = listeners
        .iter()
        .map(|listener| (listener.arn.as_str(), listener.load_balancer.as_str()))
        .collect();
    let defaults = listeners
        .iter()
        .map(|listener| (listener.load_balancer.as_str(), &listener.default_actions));
    let others = rules
        .iter()
        .filter_map(|rule| Some((*owner.get(rule.listener.as_str())?, &rule.actions)));
    for (load_balancer, actions) in defaults.chain(others) {
        for group in actions.iter().flat_map(|action| action.groups()) {
            uses.entry(group.to_owned())
                .or_default()
                .insert(load_balancer.to_owned());
        }
    }
    uses
}

impl LoadBalancing {
    /// Which load balancers send to which target groups in the caller's account and Region.
    pub(crate) async fn uses(&self, call: &Call) -> Result<Uses, Failure> {
        Ok(uses(&self.all(call).await?, &self.all(call).await?))
    }
}

/// As [`LoadBalancing::uses`], as the transaction sees it, which depends on it.
pub(crate) async fn current_uses(txn: &Txn, call: &Call) -> Result<Uses, Failure> {
    Ok(uses(
        &current_all(txn, call).await?,
        &current_all(txn, call).await?,
    ))
}
