//! Repository chores, run as `cargo xtask <chore>`.

mod codegen;
mod models;
mod repository;

use std::process::ExitCode;

use anyhow::{Context, Result, bail};

const USAGE: &str = "\
cargo xtask <chore>

  models --from DIR   prune AWS's models out of an unpacked botocore of the pinned version into models/
  codegen             write api/ from models/
  codegen --check     fail if api/ is not what codegen would write
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
        [] | ["help" | "--help" | "-h"] => {
            print!("{USAGE}");
            Ok(())
        }
        _ => bail!("unknown chore\n\n{USAGE}"),
    }
}
