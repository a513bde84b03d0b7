//! `haechi serve --seed FILE`: what must be there when the server starts. See docs/seed.md.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use haechi_core::{AccountId, Region};
use haechi_iam::{Iam, NewAccessKey, UserSeed};
use haechi_kms::{KeySeed, Kms};
use haechi_wire::Blob;
use serde::Deserialize;

use crate::config::Config;
use crate::credentials_file;
use crate::server::new_account;

/// The file.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
struct SeedFile {
    accounts: Vec<Account>,
    users: Vec<User>,
    keys: Vec<Key>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Account {
    id: AccountId,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    access_key: Option<AccessKey>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct AccessKey {
    id: String,
    secret: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct User {
    #[serde(default)]
    account: Option<AccountId>,
    name: String,
    #[serde(default)]
    path: Option<String>,
    #[serde(default)]
    access_keys: Vec<AccessKey>,
    #[serde(default)]
    policies: BTreeMap<String, String>,
    #[serde(default)]
    managed_policies: Vec<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Key {
    #[serde(default)]
    account: Option<AccountId>,
    #[serde(default)]
    region: Option<Region>,
    id: String,
    #[serde(default)]
    material: Option<String>,
    #[serde(default)]
    spec: Option<String>,
    #[serde(default)]
    usage: Option<String>,
    #[serde(default)]
    multi_region: bool,
    #[serde(default)]
    description: String,
    #[serde(default)]
    policy: Option<String>,
    #[serde(default)]
    tags: BTreeMap<String, String>,
    #[serde(default)]
    aliases: Vec<String>,
}

/// A seed file that has been read. Reading comes before anything is opened, so that a mistake changes nothing.
pub(crate) struct Seed {
    path: PathBuf,
    file: SeedFile,
}

impl Seed {
    /// Reads the file.
    pub(crate) fn read(path: &Path) -> anyhow::Result<Self> {
        let text = std::fs::read_to_string(path)
            .with_context(|| format!("cannot read the seed file {}", path.display()))?;
        // The error's own text quotes the line, and a line may hold a secret.
        let file = toml::from_str(&text).map_err(|error: toml::de::Error| {
            let line = error.span().map_or(1, |span| {
                text[..span.start.min(text.len())].matches('\n').count() + 1
            });
            anyhow::anyhow!("{}, line {line}: {}", path.display(), error.message())
        })?;
        Ok(Self {
            path: path.to_owned(),
            file,
        })
    }

    /// Makes what is not there yet. Returns how many things were made.
    pub(crate) async fn apply(self, config: &Config, iam: &Iam, kms: &Kms) -> anyhow::Result<usize> {
        let shown = self.path.display().to_string();
        let mut made = 0;
        for account in self.file.accounts {
            made += usize::from(
                seed_account(config, iam, account)
                    .await
                    .with_context(|| shown.clone())?,
            );
        }
        for user in self.file.users {
            let seed = user_seed(config, user);
            made += usize::from(iam.seed_user(&seed).await.with_context(|| shown.clone())?);
        }
        for key in self.file.keys {
            let seed = key_seed(config, key);
            made += usize::from(kms.seed_key(&seed).await.with_context(|| shown.clone())?);
        }
        Ok(made)
    }
}

/// A root key that is not in the file is made up and goes into the credentials file.
async fn seed_account(config: &Config, iam: &Iam, account: Account) -> anyhow::Result<bool> {
    let name = account.name.unwrap_or_else(|| account.id.to_string());
    let profile = format!("account-{}", account.id);
    match account.access_key {
        Some(key) => {
            let key = access_key(key);
            let made = iam.seed_root_key(&account.id, &name, &key).await?;
            if made && account.id != config.account {
                credentials_file::add(&config.data_dir, &profile, &key)?;
            }
            Ok(made)
        }
        None => new_account(config, iam, &account.id, &name, &profile).await,
    }
}

fn access_key(key: AccessKey) -> NewAccessKey {
    NewAccessKey {
        id: key.id,
        secret: Blob::from(key.secret.into_bytes()),
    }
}

fn user_seed(config: &Config, user: User) -> UserSeed {
    UserSeed {
        account: user.account.unwrap_or_else(|| config.account.clone()),
        name: user.name,
        path: user.path.unwrap_or_else(|| "/".to_owned()),
        access_keys: user.access_keys.into_iter().map(access_key).collect(),
        policies: user.policies,
        managed_policies: user.managed_policies,
        tags: user.tags,
    }
}

fn key_seed(config: &Config, key: Key) -> KeySeed {
    KeySeed {
        account: key.account.unwrap_or_else(|| config.account.clone()),
        region: key.region.unwrap_or_else(|| config.region.clone()),
        id: key.id,
        material: key.material.map(|text| Blob::from(text.into_bytes())),
        spec: key.spec.unwrap_or_else(|| "SYMMETRIC_DEFAULT".to_owned()),
        usage: key.usage,
        multi_region: key.multi_region,
        description: key.description,
        policy: key.policy,
        tags: key.tags,
        aliases: key.aliases,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> anyhow::Result<Seed> {
        let directory = tempfile::tempdir()?;
        let path = directory.path().join("seed.toml");
        std::fs::write(&path, text)?;
        Seed::read(&path)
    }

    #[test]
    fn the_documented_example_reads() {
        let page = include_str!("../../../docs/seed.md");
        let example = page
            .split("```toml\n")
            .nth(1)
            .unwrap()
            .split("```")
            .next()
            .unwrap();
        let seed = read(example).unwrap();
        assert!(!seed.file.accounts.is_empty() && !seed.file.users.is_empty() && !seed.file.keys.is_empty());
    }

    #[test]
    fn a_mistake_is_told_with_its_line_and_without_the_secret_on_it() {
        let text =
            "[[users]]\nname = \"a\"\naccess-keys = [{ id = \"AKIA\", secret = \"s3cr3t\", nonsense = 1 }]\n";
        let error = read(text).err().unwrap().to_string();
        assert!(
            error.contains("seed.toml, line 3") && error.contains("nonsense"),
            "{error}"
        );
        assert!(!error.contains("s3cr3t"), "{error}");
    }
}
