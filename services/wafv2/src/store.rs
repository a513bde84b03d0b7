//! What WAF keeps, and under which keys.

use std::sync::Arc;

use haechi_core::Failure;
use haechi_store::{Id, Key, Scope, Store, StoreError, Table, Txn};

use crate::error;
use crate::model::entity::{Entity, Summary};
use crate::model::kind::Kind;
use crate::model::name::FullName;
use crate::model::web_scope::WebScope;

/// Web ACLs, rule groups and sets: `(kind, scope, id)`.
pub(crate) const ENTITIES: Table<Entity> = Table::new("wafv2", "entities", 1);

/// What lists say of them: `(kind, scope, name)`.
pub(crate) const NAMES: Table<Summary> = Table::new("wafv2", "names", 1).guarded();

/// Who refers to a rule group or set, in what all accounts of a Region share: `(ARN referred to, ARN of who refers)`
/// → the latter again.
const REFERENCES: Table<String> = Table::new("wafv2", "references", 1).guarded();

fn key(name: &FullName) -> (&str, &str, &str) {
    (name.kind.as_str(), name.scope.as_str(), name.id.as_str())
}

/// The thing of this name, if id and name belong together.
pub(crate) async fn find(store: &Store, name: &FullName) -> Result<Option<Arc<Entity>>, StoreError> {
    let found = store
        .get(&ENTITIES, &name.region.scope(&name.account), key(name))
        .await?;
    Ok(found.filter(|entity| entity.name == name.name))
}

/// As [`find`], and the transaction depends on it.
pub(crate) async fn seen(txn: &Txn, name: &FullName) -> Result<Option<Arc<Entity>>, StoreError> {
    let found = txn
        .get(&ENTITIES, &name.region.scope(&name.account), key(name))
        .await?;
    Ok(found.filter(|entity| entity.name == name.name))
}

/// As [`seen`]; what is not there is an error.
pub(crate) async fn present(txn: &Txn, name: &FullName) -> Result<Arc<Entity>, Failure> {
    seen(txn, name).await?.ok_or_else(|| error::nonexistent().into())
}

/// Puts a new thing. Its name must be free, the quota not reached, and what it refers to there.
pub(crate) async fn insert(txn: &Txn, entity: &Entity) -> Result<(), Failure> {
    let scope = entity.region.scope(&entity.account);
    let (kind, web_scope) = (entity.kind.as_str(), entity.scope.as_str());
    let place = (kind, web_scope, entity.name.as_str());
    if txn.get(&NAMES, &scope, place).await?.is_some() {
        return Err(error::duplicate().into());
    }
    txn.depend_on_epoch(&NAMES, &scope).await?;
    let quota = entity.kind.quota();
    let siblings = txn
        .list_under(&NAMES, &scope, (kind, web_scope), None, quota)
        .await?;
    if siblings.len() >= quota {
        return Err(error::limits_exceeded().into());
    }
    put(txn, entity).await?;
    refer(txn, entity, &[]).await
}

/// Puts a thing in the place of what it was.
pub(crate) async fn replace(txn: &Txn, before: &Entity, entity: &Entity) -> Result<(), Failure> {
    put(txn, entity).await?;
    refer(txn, entity, before.content.references()).await
}

/// Removes a thing that nothing refers to.
pub(crate) async fn remove(txn: &Txn, entity: &Entity) -> Result<(), Failure> {
    let (name, arn) = (entity.full_name(), entity.arn());
    let shared = entity.region.shared_scope();
    txn.depend_on_epoch(&REFERENCES, &shared).await?;
    let referrers = txn
        .list_under(&REFERENCES, &shared, arn.as_str(), None, 1)
        .await?;
    if !referrers.is_empty() {
        return Err(error::associated().into());
    }
    let scope = entity.region.scope(&entity.account);
    txn.delete(&ENTITIES, &scope, key(&name)).await?;
    let place = (entity.kind.as_str(), entity.scope.as_str(), entity.name.as_str());
    txn.delete(&NAMES, &scope, place).await?;
    for reference in entity.content.references() {
        txn.delete(&REFERENCES, &shared, (reference.as_str(), arn.as_str()))
            .await?;
    }
    Ok(haechi_dataplane::touch(txn).await?)
}

async fn put(txn: &Txn, entity: &Entity) -> Result<(), Failure> {
    let scope = entity.region.scope(&entity.account);
    let name = entity.full_name();
    txn.put(&ENTITIES, &scope, key(&name), entity).await?;
    let place = (entity.kind.as_str(), entity.scope.as_str(), entity.name.as_str());
    let summary = Summary::from(entity);
    if txn.get(&NAMES, &scope, place).await?.as_deref() != Some(&summary) {
        txn.put(&NAMES, &scope, place, &summary).await?;
    }
    Ok(haechi_dataplane::touch(txn).await?)
}

/// Brings the list of references up to date. What is newly referred to must be there when this commits.
async fn refer(txn: &Txn, entity: &Entity, before: &[String]) -> Result<(), Failure> {
    let (arn, shared) = (entity.arn(), entity.region.shared_scope());
    let now = entity.content.references();
    for gone in before.iter().filter(|reference| !now.contains(reference)) {
        txn.delete(&REFERENCES, &shared, (gone.as_str(), arn.as_str()))
            .await?;
    }
    for reference in now {
        let name = FullName::parse(reference).ok_or_else(|| error::bad_arn(reference))?;
        present(txn, &name).await?;
        if !before.contains(reference) {
            txn.put(&REFERENCES, &shared, (reference.as_str(), arn.as_str()), &arn)
                .await?;
        }
    }
    Ok(())
}

/// Where a thing lies, for reading on from there.
pub(crate) fn key_of(scope: &Scope, entity: &Entity) -> Key {
    ENTITIES.key(scope, &key(&entity.full_name()))
}

/// At most `limit` names after one, in their order.
pub(crate) async fn names(
    store: &Store,
    owner: &Scope,
    kind: Kind,
    web_scope: WebScope,
    after: Option<&str>,
    limit: usize,
) -> Result<Vec<Arc<Summary>>, StoreError> {
    let (kind, web_scope) = (kind.as_str(), web_scope.as_str());
    let after = after.map(|name| Id::of(&(kind, web_scope, name)));
    let rows = store
        .list_under(&NAMES, owner, (kind, web_scope), after.as_ref(), limit)
        .await?;
    Ok(rows.into_iter().map(|(_, summary)| summary).collect())
}
