//! The seal of a first start: a key in a file that only its owner may read.

use std::fs::{self, File};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_crypto::{KeyBytes, RootKey};
use zeroize::Zeroizing;

use crate::{Seal, SealError, SealMethod, SealedRoot, durable};

/// More than a key in base64 with a line end needs.
const LONGEST: u64 = 128;

/// Seals the root under a key in a file: 32 bytes in base64, mode 0600.
///
/// With the key file in the data directory this guards against a stolen database or backup, not against a stolen
/// disk. Kept elsewhere (a mounted secret, a systemd credential), it guards against that as well.
pub struct KeyFileSeal {
    path: PathBuf,
    kek: KeyBytes,
}

impl KeyFileSeal {
    /// Uses an existing key file. One that group or others may read is refused.
    pub fn at(path: impl Into<PathBuf>) -> Result<Self, SealError> {
        let path = path.into();
        let file = File::open(&path).map_err(SealError::io("opening", &path))?;
        let mode = durable::mode(&file, &path)?;
        if mode & 0o077 != 0 {
            return Err(SealError::KeyFileExposed { path, mode });
        }
        let mut text = Zeroizing::new(Vec::with_capacity(LONGEST as usize));
        file.take(LONGEST)
            .read_to_end(&mut text)
            .map_err(SealError::io("reading", &path))?;
        let key = STANDARD.decode(text.trim_ascii()).map(Zeroizing::new).ok();
        match key.and_then(|key| KeyBytes::from_slice(&key)) {
            Some(kek) => Ok(Self { path, kek }),
            None => Err(SealError::KeyFileMalformed(path)),
        }
    }

    /// Makes a new key file. An existing one is never overwritten: [`SealError::Exists`].
    pub fn create(path: impl Into<PathBuf>) -> Result<Self, SealError> {
        let path = path.into();
        let kek = KeyBytes::generate()?;
        let mut text = Zeroizing::new(STANDARD.encode(kek.expose()));
        text.push('\n');
        if durable::create_new(&path, text.as_bytes())? {
            Ok(Self { path, kek })
        } else {
            Err(SealError::Exists(path))
        }
    }

    /// Uses the key file, or makes it if there is none.
    pub fn at_or_create(path: impl Into<PathBuf>) -> Result<Self, SealError> {
        let path = path.into();
        match Self::create(&path) {
            Err(SealError::Exists(_)) => Self::at(path),
            other => other,
        }
    }

    /// Where the key file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Removes the key file, once another seal has taken over and its record is stored. On most disks and file
    /// systems its bytes stay readable to forensics for a while: after a suspected theft change the root as well.
    pub fn remove(self) -> Result<(), SealError> {
        fs::remove_file(&self.path).map_err(SealError::io("removing", &self.path))?;
        durable::sync_directory(&self.path)
    }
}

impl Seal for KeyFileSeal {
    fn close(&self, root: &RootKey) -> Result<SealedRoot, SealError> {
        SealedRoot::under_key(SealMethod::KeyFile, root, &self.kek)
    }

    fn open(&self, sealed: &SealedRoot) -> Result<RootKey, SealError> {
        match sealed.method() {
            SealMethod::KeyFile => sealed.open_under_key(&self.kek),
            other => Err(SealError::AnotherMethod {
                sealed_by: other.name(),
                tried: SealMethod::KeyFile.name(),
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn key_file_is_private_and_opens_what_it_closed() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root.key");
        let root = RootKey::generate().unwrap();
        let sealed = KeyFileSeal::at_or_create(&path).unwrap().close(&root).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(
            KeyFileSeal::at_or_create(&path).unwrap().open(&sealed).unwrap(),
            root
        );
        assert_eq!(
            fs::read_dir(directory.path()).unwrap().count(),
            1,
            "no draft stays behind"
        );
    }

    #[test]
    fn existing_key_file_is_never_overwritten() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root.key");
        KeyFileSeal::create(&path).unwrap();
        let before = fs::read(&path).unwrap();
        assert!(matches!(KeyFileSeal::create(&path), Err(SealError::Exists(_))));
        assert_eq!(fs::read(&path).unwrap(), before);
    }

    #[test]
    fn key_file_that_others_may_read_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root.key");
        KeyFileSeal::create(&path).unwrap();
        for mode in [0o640, 0o604, 0o644] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(
                matches!(KeyFileSeal::at(&path), Err(SealError::KeyFileExposed { .. })),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn another_key_file_does_not_open_the_seal() {
        let directory = tempfile::tempdir().unwrap();
        let one = KeyFileSeal::create(directory.path().join("one")).unwrap();
        let two = KeyFileSeal::create(directory.path().join("two")).unwrap();
        let sealed = one.close(&RootKey::generate().unwrap()).unwrap();
        assert!(matches!(two.open(&sealed), Err(SealError::WrongKey)));
    }

    #[test]
    fn file_without_a_key_is_refused() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("root.key");
        for content in ["", "not base64!", "AAAA"] {
            durable::replace(&path, content.as_bytes()).unwrap();
            assert!(
                matches!(KeyFileSeal::at(&path), Err(SealError::KeyFileMalformed(_))),
                "{content:?}"
            );
        }
    }
}
