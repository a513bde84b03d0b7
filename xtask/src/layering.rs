//! Checks that imports go down only: the floors of the house.
//!
//! The folder of a crate says on which floor it stands. A crate may use what stands on lower floors;
//! where the table says so, its own floor too.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value as Json;

/// Folder, floor, and whether crates of the floor may use each other.
const FLOORS: [(&str, u8, bool); 7] = [
    ("engines", 1, false),
    ("foundation", 2, true),
    ("api", 2, true),
    ("platform", 3, true),
    ("services", 4, false),
    ("apps", 5, true),
    // Beside the house; they may use everything and nothing uses them.
    ("bench", 6, false),
];

/// Imports between crates of one floor that the table forbids otherwise, each with its reason.
const SIDEWAYS: [(&str, &str, &str); 1] = [(
    "haechi-waf",
    "haechi-injection",
    "the injection detector is fuzzed and measured on its own",
)];

/// Reads `cargo metadata` and fails on every import that goes up or sideways.
pub(crate) fn check(root: &Path) -> Result<()> {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1"])
        .current_dir(root)
        .output()
        .context("running cargo metadata")?;
    ensure!(
        output.status.success(),
        "cargo metadata: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let metadata: Json = serde_json::from_slice(&output.stdout)?;
    let violations = violations(&metadata)?;
    if !violations.is_empty() {
        bail!(
            "imports go down only; these do not:\n  {}",
            violations.join("\n  ")
        );
    }
    println!("layering: every import goes down");
    Ok(())
}

fn violations(metadata: &Json) -> Result<Vec<String>> {
    let root = metadata["workspace_root"].as_str().context("no workspace root")?;
    let packages = metadata["packages"].as_array().context("no packages")?;
    let mut folders: BTreeMap<&str, &str> = BTreeMap::new();
    for package in packages {
        let name = package["name"].as_str().context("a package without a name")?;
        let manifest = package["manifest_path"]
            .as_str()
            .context("a package without a manifest")?;
        let path = manifest
            .strip_prefix(root)
            .unwrap_or(manifest)
            .trim_start_matches('/');
        folders.insert(name, path.split('/').next().unwrap_or_default());
    }
    let mut violations = Vec::new();
    for package in packages {
        let name = package["name"].as_str().unwrap_or_default();
        let Some((floor, sideways)) = floor(folders[name]) else {
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            // Tests may use what they like.
            let Some(folder) = folders.get(used).filter(|_| dependency["kind"] != "dev") else {
                continue;
            };
            let Some((below, _)) = self::floor(folder) else {
                violations.push(format!("{name} uses {used}, which stands beside the house"));
                continue;
            };
            let excepted = SIDEWAYS.iter().any(|(from, to, _)| (*from, *to) == (name, used));
            if below > floor || (below == floor && !sideways && !excepted) {
                violations.push(format!("{name} (floor {floor}) uses {used} (floor {below})"));
            }
        }
    }
    Ok(violations)
}

fn floor(folder: &str) -> Option<(u8, bool)> {
    FLOORS
        .iter()
        .find(|(name, ..)| *name == folder)
        .map(|(_, floor, sideways)| (*floor, *sideways))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn package(folder: &str, name: &str, uses: &[&str]) -> Json {
        let dependencies: Vec<Json> = uses
            .iter()
            .map(|name| json!({ "name": name, "kind": null }))
            .collect();
        json!({ "name": name, "manifest_path": format!("/r/{folder}/{name}/Cargo.toml"), "dependencies": dependencies })
    }

    fn of(packages: Vec<Json>) -> Vec<String> {
        violations(&json!({ "workspace_root": "/r", "packages": packages })).unwrap()
    }

    #[test]
    fn imports_that_go_down_pass() {
        let packages = vec![
            package("engines", "e", &[]),
            package("platform", "p", &["e"]),
            package("services", "s", &["p", "e"]),
        ];
        assert!(of(packages).is_empty());
    }

    #[test]
    fn imports_that_go_up_or_to_another_service_are_named() {
        let up = of(vec![
            package("engines", "e", &["p"]),
            package("platform", "p", &[]),
        ]);
        assert_eq!(up, ["e (floor 1) uses p (floor 3)"]);
        let sideways = of(vec![
            package("services", "a", &["b"]),
            package("services", "b", &[]),
        ]);
        assert_eq!(sideways, ["a (floor 4) uses b (floor 4)"]);
    }
}
