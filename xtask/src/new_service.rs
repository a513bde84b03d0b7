//! Lays the foundations of a new service: its API crate, generated, and its own crate with the rooms
//! that every service has.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

const API_MANIFEST: &str = r#"[package]
name = "haechi-api-NAME"
description = "Generated: AWS's API model of NAME."
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[lints]
workspace = true

[dependencies]
haechi-wire.workspace = true
"#;

const SERVICE_MANIFEST: &str = r#"[package]
name = "haechi-NAME"
description = "The service NAME."
version.workspace = true
edition.workspace = true
rust-version.workspace = true
license.workspace = true
publish.workspace = true

[lints]
workspace = true

[dependencies]
haechi-api-NAME.workspace = true
haechi-core.workspace = true
haechi-pipeline.workspace = true
haechi-store.workspace = true
haechi-wire.workspace = true
thiserror.workspace = true
"#;

const LIBRARY: &str = "\
//! The service NAME: what it owns, and the list of its operations, one line each.
//!
//! Tables, timers, events and the trust boundary are described in README.md.
";

const README: &str = "\
# NAME

The model, the invariants, and what is not there yet.
";

/// Writes the files and says what is left to do by hand.
pub(crate) fn scaffold(root: &Path, name: &str) -> Result<()> {
    let well_named = name.starts_with(|first: char| first.is_ascii_lowercase())
        && name
            .chars()
            .all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
    ensure!(
        well_named,
        "a service is named as its endpoint, in lower case: `secretsmanager`"
    );
    let service = root.join("services").join(name);
    ensure!(!service.exists(), "{} is there already", service.display());
    for (path, text) in [
        (root.join("api").join(name).join("Cargo.toml"), API_MANIFEST),
        (root.join("api").join(name).join("src/lib.rs"), ""),
        (service.join("Cargo.toml"), SERVICE_MANIFEST),
        (service.join("src/lib.rs"), LIBRARY),
        (service.join("README.md"), README),
    ] {
        fs::create_dir_all(path.parent().context("a file lies in a folder")?)?;
        fs::write(&path, text.replace("NAME", name))?;
        println!("{}", path.strip_prefix(root)?.display());
    }
    println!(
        "\nnow:\n  \
         1. Cargo.toml, [workspace.dependencies]: haechi-api-{name} and haechi-{name}\n  \
         2. codegen.toml: [services.{name}] with its operations\n  \
         3. cargo xtask models --from DIR && cargo xtask codegen\n  \
         4. the first operation: docs/adding-an-operation.md"
    );
    Ok(())
}
