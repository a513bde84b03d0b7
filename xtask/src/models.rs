//! Prunes AWS's models into `models/`: what the wire needs, without the documentation.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use serde_json::Value as Json;

use crate::repository::Config;

/// Keys that carry prose or hints for clients, nothing that a server's wire needs.
const DROPPED: [&str; 6] = [
    "documentation",
    "deprecatedMessage",
    "deprecatedSince",
    "examples",
    "synopsis",
    "tagsPolicy",
];

const NOTICE: &str = "\
The models in this folder are AWS's API models as published in botocore VERSION
(https://github.com/boto/botocore), with the documentation removed.

botocore
Copyright 2012-2026 Amazon.com, Inc. or its affiliates. All Rights Reserved.
Licensed under the Apache License, Version 2.0 (https://www.apache.org/licenses/LICENSE-2.0).

`patches.json` holds this project's own corrections, applied when code is generated.
";

/// Reads the models of the services in codegen.toml out of an unpacked botocore and writes them
/// pruned.
pub(crate) fn update(root: &Path, from: &Path) -> Result<()> {
    let config = Config::read(root)?;
    let init = fs::read_to_string(from.join("botocore/__init__.py")).context("not an unpacked botocore")?;
    ensure!(
        init.contains(&format!("__version__ = '{}'", config.botocore)),
        "that is not botocore {}, which codegen.toml pins",
        config.botocore
    );
    for (name, service) in &config.services {
        let folder = from
            .join("botocore/data")
            .join(service.model.as_ref().unwrap_or(name));
        let source = newest_version(&folder)?.join("service-2.json");
        let text = fs::read_to_string(&source).with_context(|| format!("reading {}", source.display()))?;
        let mut model: Json = serde_json::from_str(&text).with_context(|| source.display().to_string())?;
        prune(&mut model);
        let target = path(root, name);
        fs::create_dir_all(target.parent().context("a model lies in a folder")?)?;
        fs::write(&target, serde_json::to_string_pretty(&model)? + "\n")?;
        println!("{name}: {}", target.strip_prefix(root)?.display());
    }
    fs::write(
        root.join("models/NOTICE"),
        NOTICE.replace("VERSION", &config.botocore),
    )?;
    Ok(())
}

/// The model of a service, with the corrections of `patches.json`.
pub(crate) fn read(root: &Path, name: &str) -> Result<Json> {
    let path = path(root, name);
    let text = fs::read_to_string(&path)
        .with_context(|| format!("reading {}; `cargo xtask models` makes it", path.display()))?;
    let mut model = serde_json::from_str(&text).with_context(|| path.display().to_string())?;
    patch(root, name, &mut model).context("models/patches.json")?;
    Ok(model)
}

fn path(root: &Path, name: &str) -> PathBuf {
    root.join("models").join(name).join("service-2.json")
}

fn newest_version(folder: &Path) -> Result<PathBuf> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    let folders = entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.is_dir());
    folders
        .max()
        .with_context(|| format!("{} holds no version of a model", folder.display()))
}

fn prune(json: &mut Json) {
    match json {
        Json::Object(entries) => {
            // A shape may have a member called `documentation`: that is an object with a `shape`.
            entries.retain(|key, value| !(DROPPED.contains(&key.as_str()) && value.get("shape").is_none()));
            entries.values_mut().for_each(prune);
        }
        Json::Array(items) => items.iter_mut().for_each(prune),
        _ => {}
    }
}

fn patch(root: &Path, name: &str, model: &mut Json) -> Result<()> {
    let patches: Json = serde_json::from_str(&fs::read_to_string(root.join("models/patches.json"))?)?;
    for patch in patches[name].as_array().into_iter().flatten() {
        let pointer = patch["at"].as_str().context("a patch says where: \"at\"")?;
        ensure!(patch["why"].is_string(), "{pointer}: a patch says why");
        let (parent, key) = pointer.rsplit_once('/').context("\"at\" is a JSON pointer")?;
        let parent = model
            .pointer_mut(parent)
            .with_context(|| format!("{pointer} is not in the model"))?;
        let parent = parent
            .as_object_mut()
            .with_context(|| format!("{pointer} is not in an object"))?;
        match patch.get("value") {
            Some(value) => parent.insert(key.into(), value.clone()),
            None => parent.shift_remove(key),
        };
    }
    Ok(())
}
