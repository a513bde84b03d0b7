//! The sealed root in the data directory.

use std::fs;
use std::path::{Path, PathBuf};

use haechi_crypto::RootKey;

use crate::{Seal, SealError, SealedRoot, durable, reseal};

/// `seal.json` of a data directory: one [`SealedRoot`], replaced as a whole or not at all.
pub struct SealFile {
    path: PathBuf,
}

/// Whether a root was there already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opened {
    /// It was made now.
    Created,
    /// It was opened.
    Existing,
}

impl SealFile {
    /// The file of a data directory.
    pub fn in_directory(directory: &Path) -> Self {
        Self {
            path: directory.join("seal.json"),
        }
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The sealed root, or `None` before the first start.
    pub fn load(&self) -> Result<Option<SealedRoot>, SealError> {
        match fs::read(&self.path) {
            Ok(json) => SealedRoot::from_json(&json).map(Some),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(SealError::io("reading", &self.path)(error)),
        }
    }

    /// Opens the root with `seal`.
    pub fn open(&self, seal: &dyn Seal) -> Result<RootKey, SealError> {
        let sealed = self
            .load()?
            .ok_or_else(|| SealError::Missing(self.path.clone()))?;
        seal.open(&sealed)
    }

    /// Opens the root, or makes one on the first start. Of two processes that start at once on one directory both
    /// get the same root.
    pub fn open_or_create(&self, seal: &dyn Seal) -> Result<(RootKey, Opened), SealError> {
        if self.load()?.is_none() {
            let root = RootKey::generate()?;
            if durable::create_new(&self.path, &seal.close(&root)?.to_json()?)? {
                return Ok((root, Opened::Created));
            }
        }
        self.open(seal).map(|root| (root, Opened::Existing))
    }

    /// Exchanges the seal. A crash leaves the old record or the new one; `from` must stay usable until this has
    /// returned.
    pub fn reseal(&self, from: &dyn Seal, to: &dyn Seal) -> Result<SealedRoot, SealError> {
        let sealed = self
            .load()?
            .ok_or_else(|| SealError::Missing(self.path.clone()))?;
        let resealed = reseal(&sealed, from, to)?;
        durable::replace(&self.path, &resealed.to_json()?)?;
        Ok(resealed)
    }
}
