//! Changing a key's record: read, judge, write, in one transaction with what must follow.

use haechi_core::{Authorized, Call, Failure};
use haechi_wire::Shape;
use std::sync::Arc;

use crate::loaded::LoadedKey;
use crate::model::key::Key;
use crate::store::KEYS;
use crate::{Kms, error, timers};

impl Kms {
    /// Applies `change` to the newest record of a key that the caller was given. `change` judges that record, not
    /// the one that was loaded: another call may have been quicker.
    pub(crate) async fn change<O, F>(
        &self,
        call: &Call,
        loaded: &Authorized<Arc<LoadedKey>>,
        change: F,
    ) -> Result<O, Failure>
    where
        O: Shape,
        F: Fn(&mut Key) -> Result<O, Failure> + Send + Sync,
    {
        let scope = loaded.key.region.scope(&loaded.key.account);
        let (scope, change, arn, id) = (&scope, &change, &loaded.arn, loaded.key.id.as_str());
        self.platform
            .write(call, |txn| async move {
                let Some(record) = txn.get(&KEYS, scope, id).await? else {
                    return Err(error::key_not_found(arn).into());
                };
                let mut key = record.as_ref().clone();
                let output = change(&mut key)?;
                txn.put(&KEYS, scope, id, &key).await?;
                timers::follow(&txn, &key).await?;
                Ok(output)
            })
            .await
    }
}
