//! What falls due: automatic rotation, the expiry of imported material, deletion.
//!
//! The key's record is the truth; a timer only says when to look at it. So a handler that runs late, twice, or after
//! the owner has changed their mind does what the record asks for, or nothing.

mod delete;
mod expire;
mod rotate;

use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::{AccountId, Failure, Region, Timestamp};
use haechi_store::{Scope, StoreError, Txn};
use haechi_timers::{HandlerError, Timer, TimerHandler, Timers, cancel, schedule};

use crate::Kms;
use crate::model::key::{Key, KeyOrigin};
use crate::model::key_id::KeyId;
use crate::model::state::KeyState;

const SERVICE: &str = "kms";
const ROTATE: &str = "rotate";
const DELETE: &str = "delete";
const EXPIRE: &str = "expire";

/// Says what happens when a timer of KMS is due. To be called before the timers run.
pub fn register_timers(kms: &Arc<Kms>, timers: &Timers) {
    for (kind, what) in [
        (ROTATE, Due::Rotation),
        (DELETE, Due::Deletion),
        (EXPIRE, Due::Expiry),
    ] {
        let handler = Handler {
            kms: Arc::clone(kms),
            what,
        };
        timers.register(SERVICE, kind, Arc::new(handler));
    }
}

/// Schedules what the key's record says will fall due, in the transaction that writes the record. What was due while
/// the key was disabled is in the past and runs at once.
pub(crate) async fn follow(txn: &Txn, key: &Key) -> Result<(), Failure> {
    let deletion = key.deletion.as_ref().and_then(|deletion| deletion.date_ms);
    for (kind, due_ms) in [
        (ROTATE, next_rotation(key)),
        (DELETE, deletion),
        (EXPIRE, next_expiry(key)),
    ] {
        set(txn, key, kind, due_ms).await?;
    }
    Ok(())
}

/// Takes a key's timers off: the key is gone.
pub(crate) async fn forget(txn: &Txn, key: &Key) -> Result<(), Failure> {
    for kind in [ROTATE, DELETE, EXPIRE] {
        set(txn, key, kind, None).await?;
    }
    Ok(())
}

async fn set(txn: &Txn, key: &Key, kind: &str, due_ms: Option<i64>) -> Result<(), StoreError> {
    let scope = key.region.scope(&key.account);
    match due_ms {
        Some(due_ms) => {
            let due = Timestamp::from_millis(due_ms);
            schedule(txn, Timer::new(SERVICE, kind, &scope, key.id.as_str(), due)).await
        }
        None => cancel(txn, SERVICE, kind, &scope, key.id.as_str())
            .await
            .map(|_| ()),
    }
}

/// When the key's material is to be replaced; a replica's is when its primary's is.
fn next_rotation(key: &Key) -> Option<i64> {
    let rotates = key.state == KeyState::Enabled && key.origin == KeyOrigin::AwsKms && !key.is_replica();
    key.rotation
        .automatic
        .filter(|_| rotates)
        .map(|automatic| automatic.next_ms)
}

fn next_expiry(key: &Key) -> Option<i64> {
    let present = key.materials.iter().filter(|m| m.is_present());
    present.filter_map(|m| m.expires_ms).min()
}

/// What is due.
#[derive(Clone, Copy)]
enum Due {
    Rotation,
    Deletion,
    Expiry,
}

struct Handler {
    kms: Arc<Kms>,
    what: Due,
}

/// The key that a timer is about.
struct Place {
    scope: Scope,
    id: KeyId,
}

#[async_trait]
impl TimerHandler for Handler {
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
        let place = Place {
            scope: place_scope(&timer.scope)?,
            id: KeyId::custom(&timer.id).ok_or("the timer's id is no key's")?,
        };
        match self.what {
            Due::Rotation => rotate::rotate(&self.kms, &place).await?,
            Due::Deletion => delete::delete(&self.kms, &place).await?,
            Due::Expiry => expire::expire(&self.kms, &place).await?,
        }
        Ok(())
    }
}

/// The scope of the timer, if it can be a key's.
fn place_scope(timer: &Scope) -> Result<Scope, HandlerError> {
    let account = AccountId::parse(&timer.account)?;
    let region = Region::parse(&timer.region)?;
    Ok(region.scope(&account))
}

#[cfg(test)]
pub(crate) mod tests;
