//! One number that grows with every change a gateway must know of, so that nodes on one store notice each other's.

use haechi_store::{Scope, Store, StoreError, Table, Txn};

const REVISION: Table<u64> = Table::new("dataplane", "revision", 1);

/// To be called in every transaction that changes a front, a target group or a web ACL.
pub async fn touch(txn: &Txn) -> Result<(), StoreError> {
    let scope = Scope::deployment();
    let present = txn.get(&REVISION, &scope, "revision").await?;
    txn.put(
        &REVISION,
        &scope,
        "revision",
        &(present.map_or(0, |number| *number) + 1),
    )
    .await
}

/// The present number.
pub async fn revision(store: &Store) -> Result<u64, StoreError> {
    let found = store
        .get_fresh(&REVISION, &Scope::deployment(), "revision")
        .await?;
    Ok(found.map_or(0, |number| *number))
}
