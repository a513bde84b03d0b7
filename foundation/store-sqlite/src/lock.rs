//! One process per data directory.
//!
//! SQLite itself would let two servers share the file, but then neither would hear of the other's commits and both
//! would answer from stale caches. The lock is the operating system's, so that it ends with the process, however that
//! ends.

use std::{
    fs::{self, File, OpenOptions, TryLockError},
    path::Path,
};

use haechi_store::StoreError;

use crate::error;

/// Held for as long as the directory is open.
pub(crate) struct DirectoryLock {
    _file: File,
}

impl DirectoryLock {
    pub(crate) fn take(directory: &Path) -> Result<Self, StoreError> {
        let shown = directory.display();
        make_private_directory(directory)
            .map_err(|cause| error::open(&format!("the data directory {shown} can't be made"), cause))?;
        let path = directory.join("lock");
        make_private_file(&path)?;
        let file = OpenOptions::new()
            .write(true)
            .open(path)
            .map_err(|cause| error::open(&format!("the data directory {shown} can't be locked"), cause))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(StoreError::Open(format!(
                "the data directory {shown} is in use by another server; stop it or choose another directory"
            ))),
            Err(TryLockError::Error(cause)) => Err(error::open(
                &format!("the data directory {shown} can't be locked"),
                cause,
            )),
        }
    }
}

fn make_private_directory(directory: &Path) -> std::io::Result<()> {
    if directory.is_dir() {
        return Ok(());
    }
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(directory)
}

/// Makes a file that only its owner can read. SQLite gives its side files the same mode.
pub(crate) fn make_private_file(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.create(true).append(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
        .open(path)
        .map(drop)
        .map_err(|cause| error::open(&format!("{} can't be made", path.display()), cause))
}
