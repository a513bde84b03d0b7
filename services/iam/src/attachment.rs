//! Who is attached to which managed policy: the other direction of what users, groups and roles say of themselves.

use haechi_core::{AccountId, Failure};
use haechi_store::{ALL, Id, StoreError, Txn};
use rustc_hash::FxHashMap;

use crate::entity::Holder;
use crate::store::{ATTACHMENTS, POLICIES, name_id, scope};
use crate::{Iam, aws_managed, error};

/// Attached as what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Usage {
    /// It gives permissions.
    Policy,
    /// It is the permissions boundary.
    Boundary,
}

impl Usage {
    fn of<H: Holder>(self) -> String {
        let usage = match self {
            Self::Policy => "policy",
            Self::Boundary => "boundary",
        };
        format!("{usage}/{}", H::KIND)
    }
}

/// An entity that a policy is attached to.
pub(crate) struct AttachedEntity {
    pub usage: Usage,
    /// `user`, `group` or `role`.
    pub kind: String,
    pub name: String,
}

/// How often a policy is used.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Uses {
    pub attached: i32,
    pub boundary: i32,
}

/// Notes that a policy is attached.
pub(crate) async fn note<H: Holder>(
    txn: &Txn,
    account: &AccountId,
    holder: &H,
    arn: &str,
    usage: Usage,
) -> Result<(), StoreError> {
    let (part, id, name) = (usage.of::<H>(), holder.own_id(), holder.name().to_owned());
    txn.put(
        &ATTACHMENTS,
        &scope(account),
        (arn, part.as_str(), id.as_str()),
        &name,
    )
    .await
}

/// Notes that a policy is no longer attached.
pub(crate) async fn forget<H: Holder>(
    txn: &Txn,
    account: &AccountId,
    holder: &H,
    arn: &str,
    usage: Usage,
) -> Result<(), StoreError> {
    let (part, id) = (usage.of::<H>(), holder.own_id());
    txn.delete(&ATTACHMENTS, &scope(account), (arn, part.as_str(), id.as_str()))
        .await
}

/// Notes a change of the permissions boundary; the new one must exist.
pub(crate) async fn bound<H: Holder>(
    txn: &Txn,
    account: &AccountId,
    holder: &H,
    before: Option<&str>,
    after: Option<&str>,
) -> Result<(), Failure> {
    if let Some(before) = before {
        forget(txn, account, holder, before, Usage::Boundary).await?;
    }
    if let Some(after) = after {
        if !exists(txn, account, after).await? {
            let message = format!("Scope ARN: {after} does not exist or is not attachable.");
            return Err(error::no_such_entity(message));
        }
        note(txn, account, holder, after, Usage::Boundary).await?;
    }
    Ok(())
}

/// Moves the notes of an entity that was renamed.
pub(crate) async fn renamed<H: Holder>(
    txn: &Txn,
    account: &AccountId,
    old: &H,
    new: &H,
) -> Result<(), Failure> {
    let permissions = old.permissions();
    let attached = permissions.attached.iter().map(|arn| (arn, Usage::Policy));
    for (arn, usage) in attached.chain(permissions.boundary.iter().map(|arn| (arn, Usage::Boundary))) {
        forget(txn, account, old, arn, usage).await?;
        note(txn, account, new, arn, usage).await?;
    }
    Ok(())
}

/// Whether there is such a managed policy, of AWS or of the account.
pub(crate) async fn exists(txn: &Txn, account: &AccountId, arn: &str) -> Result<bool, StoreError> {
    if aws_managed::find(arn).is_some() {
        return Ok(true);
    }
    let id = name_id(arn.rsplit('/').next().unwrap_or(arn));
    let found = txn.get(&POLICIES, &scope(account), id.as_str()).await?;
    Ok(found.is_some_and(|policy| policy.arn == arn))
}

/// Whether anything uses the policy; the transaction fails if that changes meanwhile.
pub(crate) async fn is_used(txn: &Txn, account: &AccountId, arn: &str) -> Result<bool, StoreError> {
    txn.depend_on_epoch(&ATTACHMENTS, &scope(account)).await?;
    Ok(!txn
        .list_under(&ATTACHMENTS, &scope(account), arn, None, 1)
        .await?
        .is_empty())
}

impl Iam {
    /// What a policy is attached to.
    pub(crate) async fn entities_of(
        &self,
        account: &AccountId,
        arn: &str,
    ) -> Result<Vec<AttachedEntity>, Failure> {
        let found = self
            .platform
            .store
            .list_under(&ATTACHMENTS, &scope(account), arn, None, ALL)
            .await?;
        Ok(found
            .into_iter()
            .filter_map(|(id, name)| entity(&id, &name))
            .collect())
    }

    /// How often a policy is used.
    pub(crate) async fn uses_of(&self, account: &AccountId, arn: &str) -> Result<Uses, Failure> {
        let mut uses = Uses::default();
        for entity in self.entities_of(account, arn).await? {
            uses.count(entity.usage);
        }
        Ok(uses)
    }

    /// How often each policy is used.
    pub(crate) async fn all_uses(&self, account: &AccountId) -> Result<FxHashMap<String, Uses>, Failure> {
        let mut all: FxHashMap<String, Uses> = FxHashMap::default();
        let found = self
            .platform
            .store
            .list(&ATTACHMENTS, &scope(account), None, ALL)
            .await?;
        for (id, name) in found {
            if let (Some(arn), Some(entity)) = (id.str(0), entity(&id, &name)) {
                all.entry(arn.to_owned()).or_default().count(entity.usage);
            }
        }
        Ok(all)
    }
}

impl Uses {
    fn count(&mut self, usage: Usage) {
        match usage {
            Usage::Policy => self.attached += 1,
            Usage::Boundary => self.boundary += 1,
        }
    }
}

fn entity(id: &Id, name: &str) -> Option<AttachedEntity> {
    let (usage, kind) = id.str(1)?.split_once('/')?;
    let usage = if usage == "boundary" {
        Usage::Boundary
    } else {
        Usage::Policy
    };
    Some(AttachedEntity {
        usage,
        kind: kind.to_owned(),
        name: name.to_owned(),
    })
}
