//! Secondary indexes, kept by the transaction that changes the record.

use serde::{Deserialize, Serialize};

use crate::{Id, KeyPart, Scope, Store, StoreError, Table, Txn};

/// An entry names the record it stands for.
#[derive(Serialize, Deserialize)]
struct Entry {
    id: Id,
}

/// Finds records by something else than their id. Declare it as a `const` beside its table.
pub struct Index {
    entries: Table<Entry>,
    unique: bool,
}

impl Index {
    /// At most one record per value and scope: names, e-mail addresses.
    pub const fn unique(service: &'static str, name: &'static str) -> Self {
        Self {
            entries: Table::new(service, name, 1),
            unique: true,
        }
    }

    /// Any number of records per value: the grants of a principal, the aliases of a key.
    pub const fn multi(service: &'static str, name: &'static str) -> Self {
        Self {
            entries: Table::new(service, name, 1),
            unique: false,
        }
    }

    /// Enters a record under a value. [`StoreError::Taken`] if the index is unique and another record has the value.
    pub async fn put(
        &self,
        txn: &Txn,
        scope: &Scope,
        value: impl KeyPart,
        id: impl KeyPart,
    ) -> Result<(), StoreError> {
        let entry = Entry { id: Id::of(&id) };
        if !self.unique {
            return txn.put(&self.entries, scope, (&value, &id), &entry).await;
        }
        match txn.get(&self.entries, scope, &value).await? {
            Some(holder) if holder.id == entry.id => Ok(()),
            Some(_) => Err(StoreError::Taken {
                index: self.entries.name(),
                value: Id::of(&value).to_string(),
            }),
            None => txn.put(&self.entries, scope, &value, &entry).await,
        }
    }

    /// Removes a record from under a value.
    pub async fn delete(
        &self,
        txn: &Txn,
        scope: &Scope,
        value: impl KeyPart,
        id: impl KeyPart,
    ) -> Result<(), StoreError> {
        if !self.unique {
            return txn.delete(&self.entries, scope, (&value, &id)).await;
        }
        match txn.get(&self.entries, scope, &value).await? {
            Some(holder) if holder.id == Id::of(&id) => txn.delete(&self.entries, scope, &value).await,
            _ => Ok(()),
        }
    }

    /// The one record under a value of a unique index, through the cache.
    pub async fn find(
        &self,
        store: &Store,
        scope: &Scope,
        value: impl KeyPart,
    ) -> Result<Option<Id>, StoreError> {
        Ok(store
            .get(&self.entries, scope, value)
            .await?
            .map(|entry| entry.id.clone()))
    }

    /// The one record under a value of a unique index; the transaction depends on it.
    pub async fn find_in(
        &self,
        txn: &Txn,
        scope: &Scope,
        value: impl KeyPart,
    ) -> Result<Option<Id>, StoreError> {
        Ok(txn
            .get(&self.entries, scope, value)
            .await?
            .map(|entry| entry.id.clone()))
    }

    /// The records under a value in the order of their ids, after an id.
    pub async fn list(
        &self,
        store: &Store,
        scope: &Scope,
        value: impl KeyPart,
        after: Option<&Id>,
        limit: usize,
    ) -> Result<Vec<Id>, StoreError> {
        let after = after.map(|id| Id::of(&(&value, id)));
        let entries = store
            .list_under(&self.entries, scope, &value, after.as_ref(), limit)
            .await?;
        Ok(entries.into_iter().map(|(_, entry)| entry.id.clone()).collect())
    }

    /// As [`Index::list`], within a transaction.
    pub async fn list_in(
        &self,
        txn: &Txn,
        scope: &Scope,
        value: impl KeyPart,
        after: Option<&Id>,
        limit: usize,
    ) -> Result<Vec<Id>, StoreError> {
        let after = after.map(|id| Id::of(&(&value, id)));
        let entries = txn
            .list_under(&self.entries, scope, &value, after.as_ref(), limit)
            .await?;
        Ok(entries.into_iter().map(|(_, entry)| entry.id.clone()).collect())
    }
}
