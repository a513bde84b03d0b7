//! Automatic rotation.

use haechi_core::Failure;

use super::{Place, follow, next_rotation};
use crate::Kms;
use crate::model::key::Key;
use crate::model::material::RotationType;
use crate::rotation::Next;
use crate::store::KEYS;

/// A day in milliseconds.
const DAY_MS: i64 = 86_400_000;

/// Gives the key new material if its time has come. A key that missed rotations while it was disabled is rotated
/// once, and the schedule goes on from there.
pub(super) async fn rotate(kms: &Kms, place: &Place) -> Result<(), Failure> {
    let fresh = Kms::fresh_symmetric_material()?;
    let fresh = &fresh;
    let Place { scope, id } = place;
    kms.platform
        .store
        .txn(|txn| async move {
            let now = kms.platform.now().as_millis();
            let Some(record) = txn.get(&KEYS, scope, id.as_str()).await? else {
                return Ok(());
            };
            if next_rotation(&record).is_none_or(|next| next > now) {
                return Ok(());
            }
            let mut key = record.as_ref().clone();
            kms.rotate(
                &txn,
                &mut key,
                Next::Generated(fresh),
                RotationType::Automatic,
                now,
            )
            .await?;
            plan_next(&mut key, now);
            txn.put(&KEYS, scope, id.as_str(), &key).await?;
            follow(&txn, &key).await?;
            kms.synchronize(&txn, &key).await
        })
        .await
}

fn plan_next(key: &mut Key, now: i64) {
    if let Some(automatic) = &mut key.rotation.automatic {
        let period = automatic.period_days.max(1) * DAY_MS;
        let missed = (now - automatic.next_ms).max(0) / period;
        automatic.next_ms += (missed + 1) * period;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rotation::AutomaticRotation;
    use crate::timers::tests::key;

    #[test]
    fn the_schedule_keeps_its_rhythm_and_skips_what_was_missed() {
        for (late_days, expected_days) in [(0, 90), (1, 90), (89, 90), (90, 180), (200, 270)] {
            let mut key = key();
            key.rotation.automatic = Some(AutomaticRotation {
                period_days: 90,
                next_ms: 0,
            });
            plan_next(&mut key, late_days * DAY_MS);
            let next = key.rotation.automatic.unwrap().next_ms;
            assert_eq!(next, expected_days * DAY_MS, "{late_days} days late");
        }
    }
}
