//! `DIR/credentials`: an AWS shared-credentials file that only its owner can read.

use std::fmt::Write as _;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use anyhow::Context as _;
use haechi_iam::NewAccessKey;

/// An access key as the file holds it.
#[derive(Clone)]
pub(crate) struct Profile {
    pub(crate) access_key_id: String,
    pub(crate) secret_access_key: String,
}

pub(crate) fn path(data_dir: &Path) -> PathBuf {
    data_dir.join("credentials")
}

/// Adds or replaces one profile. The file is written whole and renamed, so that a crash leaves the old one.
pub(crate) fn add(data_dir: &Path, profile: &str, key: &NewAccessKey) -> anyhow::Result<()> {
    let file = path(data_dir);
    let before = std::fs::read_to_string(&file).unwrap_or_default();
    let mut text = without(&before, profile);
    if !text.is_empty() && !text.ends_with("\n\n") {
        text.push('\n');
    }
    let secret = std::str::from_utf8(&key.secret).context("a secret access key is text")?;
    write!(
        text,
        "[{profile}]\naws_access_key_id = {}\naws_secret_access_key = {secret}\n",
        key.id
    )?;
    let fresh = file.with_extension("new");
    let mut out = std::fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&fresh)
        .with_context(|| format!("cannot write {}", fresh.display()))?;
    out.write_all(text.as_bytes())?;
    out.sync_all()?;
    std::fs::rename(&fresh, &file).with_context(|| format!("cannot replace {}", file.display()))
}

/// Reads one profile.
pub(crate) fn read(data_dir: &Path, profile: &str) -> anyhow::Result<Profile> {
    let file = path(data_dir);
    let text = std::fs::read_to_string(&file)
        .with_context(|| format!("cannot read {}; is --data-dir the server's?", file.display()))?;
    let value = |name: &str| {
        section(&text, profile).find_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().to_owned())
        })
    };
    Ok(Profile {
        access_key_id: value("aws_access_key_id")
            .with_context(|| format!("{} has no profile [{profile}]", file.display()))?,
        secret_access_key: value("aws_secret_access_key")
            .with_context(|| format!("[{profile}] in {} has no secret", file.display()))?,
    })
}

fn section<'a>(text: &'a str, profile: &str) -> impl Iterator<Item = &'a str> {
    let header = format!("[{profile}]");
    text.lines()
        .skip_while(move |line| line.trim() != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
}

fn without(text: &str, profile: &str) -> String {
    let header = format!("[{profile}]");
    let mut kept = String::new();
    let mut inside = false;
    for line in text.lines() {
        if line.starts_with('[') {
            inside = line.trim() == header;
        }
        if !inside {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    kept.trim_end().to_owned() + if kept.trim().is_empty() { "" } else { "\n" }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_is_replaced_and_the_others_stay() {
        let text = "[root]\naws_access_key_id = A\n\n[account-1]\naws_access_key_id = B\n";
        let rest = without(text, "root");
        assert_eq!(rest, "[account-1]\naws_access_key_id = B\n");
        assert_eq!(section(text, "account-1").next(), Some("aws_access_key_id = B"));
    }
}
