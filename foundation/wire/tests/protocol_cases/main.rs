//! botocore's protocol cases, run in reverse: what a client sends must be read as what the client
//! meant, and what we answer must be what the client's parser was written for.
//!
//! The cases are in botocore's source distribution (`tests/unit/protocols`) and are not kept here.
//! `HAECHI_PROTOCOL_CASES` names the folder; without it these tests say so and pass.

#![expect(clippy::disallowed_methods, reason = "where the tests' data is")]

mod cases;
mod cbor;
mod exceptions;
mod input;
mod output;
mod plain;
mod xml;

use std::path::PathBuf;

use cases::{Case, Direction};

fn folder() -> Option<PathBuf> {
    let folder = std::env::var_os("HAECHI_PROTOCOL_CASES").map(PathBuf::from);
    if folder.is_none() {
        eprintln!("NOT RUN: HAECHI_PROTOCOL_CASES does not name a folder with botocore's protocol cases");
    }
    folder
}

/// Runs every case and reports all failures at once. An exception that passes is a failure too: the
/// list must not outlive its reasons.
fn run(direction: Direction, check: impl Fn(&Case) -> Result<(), String>) {
    let Some(folder) = folder() else { return };
    let cases = cases::load(&folder, direction);
    assert!(
        cases.len() > 300,
        "only {} cases in {}",
        cases.len(),
        folder.display()
    );
    let mut failures = Vec::new();
    let mut excepted = 0;
    for case in &cases {
        let expected_to_differ = exceptions::reason(direction, case).is_some();
        match (check(case), expected_to_differ) {
            (Ok(()), false) => {}
            (Err(_), true) => excepted += 1,
            (Err(difference), false) => failures.push(format!("{}\n{difference}", case.name())),
            (Ok(()), true) => {
                failures.push(format!("{}\n  is listed as an exception but passes", case.name()));
            }
        }
    }
    println!("{} cases, {excepted} known exceptions", cases.len());
    assert!(
        failures.is_empty(),
        "{} of {} cases fail:\n\n{}",
        failures.len(),
        cases.len(),
        failures.join("\n\n")
    );
}

#[test]
fn requests_of_the_cases_decode_to_their_parameters() {
    run(Direction::Input, input::check);
}

#[test]
fn results_of_the_cases_encode_to_their_responses() {
    run(Direction::Output, output::check);
}
