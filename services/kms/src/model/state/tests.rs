//! The guide's table, row by row. Source: KMS developer guide, "Key states of AWS KMS keys".

use super::KeyState as S;
use super::OperationClass as O;
use super::Verdict::{self, Disabled as D, InvalidState as I, Proceed as P, Unsupported as U};
use super::*;

/// The states in the order of the table's columns.
const COLUMNS: [KeyState; 8] = [
    S::Enabled,
    S::Disabled,
    S::PendingDeletion,
    S::PendingReplicaDeletion,
    S::PendingImport,
    S::Unavailable,
    S::Creating,
    S::Updating,
];

/// What each kind of operation meets in each state.
const TABLE: [(OperationClass, [Verdict; 8]); 13] = [
    (O::Use, [P, D, I, I, I, I, I, P]),
    (O::Grant, [P, D, I, I, I, P, I, P]),
    (O::Switch, [P, P, I, I, I, P, I, I]),
    (O::Rotation, [P, D, I, I, U, U, I, P]),
    (O::RotateOnDemand, [P, D, I, I, I, U, I, P]),
    (O::RotationStatus, [P, P, P, P, U, U, I, P]),
    (O::ScheduleDeletion, [P, P, I, I, P, P, P, I]),
    (O::CancelDeletion, [I, I, P, P, I, I, I, I]),
    (O::Label, [P, P, I, I, P, P, P, P]),
    (O::Import, [P, P, I, I, P, P, I, I]),
    (O::DeleteMaterial, [P, P, P, P, P, P, I, I]),
    (O::Replicate, [P, D, I, I, I, I, I, I]),
    (O::MovePrimary, [P, D, I, I, I, I, I, P]),
];

#[test]
fn every_operation_meets_in_every_state_what_the_table_says() {
    for (class, verdicts) in TABLE {
        for (state, verdict) in COLUMNS.into_iter().zip(verdicts) {
            assert_eq!(state.allows(class), verdict, "{class:?} in {state}");
        }
    }
}

#[test]
fn the_table_has_a_column_for_every_state() {
    for state in KeyState::ALL {
        let columns = COLUMNS.iter().filter(|column| **column == state).count();
        assert_eq!(columns, 1, "{state}");
    }
}

#[test]
fn only_enabled_keys_and_those_that_change_their_primary_can_be_used() {
    let usable: Vec<KeyState> = KeyState::ALL
        .into_iter()
        .filter(|state| state.allows(O::Use) == P)
        .collect();
    assert_eq!(usable, [S::Enabled, S::Updating]);
}
