//! Where the repository is and what codegen.toml says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde::Deserialize;

/// The repository's root: the folder above this crate's.
pub(crate) fn root() -> Result<PathBuf> {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    Ok(manifest
        .parent()
        .context("the crate has no parent folder")?
        .to_owned())
}

/// `codegen.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Config {
    /// The release of botocore whose models are used.
    pub(crate) botocore: String,
    /// The services by their short names.
    pub(crate) services: BTreeMap<String, Service>,
}

/// A service of `codegen.toml`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Service {
    /// Which operations.
    pub(crate) operations: Operations,
    /// One endpoint for all Regions.
    #[serde(default)]
    pub(crate) global: bool,
    /// The folder of the model in botocore, where it isn't the short name.
    pub(crate) model: Option<String>,
}

/// Which operations of a service.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Operations {
    /// These.
    Named(Vec<String>),
    /// `"all"`.
    All(All),
}

/// The word "all".
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum All {
    /// The word.
    All,
}

impl Operations {
    /// The names, or `None` for all.
    pub(crate) fn names(&self) -> Option<&[String]> {
        match self {
            Self::Named(names) => Some(names),
            Self::All(All::All) => None,
        }
    }
}

impl Config {
    /// Reads `codegen.toml`.
    pub(crate) fn read(root: &Path) -> Result<Self> {
        let path = root.join("codegen.toml");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        toml::from_str(&text).context("codegen.toml")
    }
}
