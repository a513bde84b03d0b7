//! Repository chores, run as `cargo xtask <chore>`.

mod codegen;
mod coverage;
mod layering;
mod models;
mod new_service;
mod repository;
mod tidy;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
cargo xtask <chore>

  models --from DIR   prune AWS's models out of an unpacked botocore of the pinned version into models/
  codegen             write api/ from models/
  codegen --check     fail if api/ is not what codegen would write
  coverage            write docs/coverage.md: the operations of the models and those that are answered
  coverage --check    fail if docs/coverage.md is not what coverage would write
  layering            fail on an import that goes up or sideways between the floors
  new-service NAME    lay the foundations of a service
  tidy                list the files that have grown long
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match run(&words) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(words: &[&str]) -> Result<()> {
    let root = repository::root().context("finding the repository")?;
    match words {
        ["models", "--from", from] => models::update(&root, from.as_ref()),
        ["codegen"] => codegen::write(&root),
        ["codegen", "--check"] => codegen::check(&root),
        ["coverage"] => coverage::write(&root),
        ["coverage", "--check"] => coverage::check(&root),
        ["layering"] => layering::check(&root),
        ["new-service", name] => new_service::scaffold(&root, name),
        ["tidy"] => tidy::print(&root),
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("unknown chore\n\n{USAGE}"),
    }
}
