//! Files that are whole or not there, and readable by their owner alone.

use std::fs::{self, File, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::{OpenOptionsExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use crate::SealError;

/// The permission bits of everything written here.
const PRIVATE: u32 = 0o600;

static DRAFTS: AtomicU64 = AtomicU64::new(0);

/// Makes a file that must not exist yet. After a crash it is there with all its content, or not at all.
/// Answers `false`, and leaves the other one alone, if there is one already.
pub(crate) fn create_new(path: &Path, content: &[u8]) -> Result<bool, SealError> {
    let draft = write_draft(path, content)?;
    // A link to an existing name fails, unlike a rename: of two processes one wins.
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft).map_err(SealError::io("removing", &draft))?;
    match linked {
        Ok(()) => sync_directory(path).map(|()| true),
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(SealError::io("creating", path)(error)),
    }
}

/// Replaces a file. After a crash it has the old content or the new one.
pub(crate) fn replace(path: &Path, content: &[u8]) -> Result<(), SealError> {
    let draft = write_draft(path, content)?;
    fs::rename(&draft, path).map_err(SealError::io("replacing", path))?;
    sync_directory(path)
}

/// The permission bits of an open file.
pub(crate) fn mode(file: &File, path: &Path) -> Result<u32, SealError> {
    Ok(file
        .metadata()
        .map_err(SealError::io("reading", path))?
        .permissions()
        .mode()
        & 0o777)
}

/// Writes and syncs the content beside its destination, under a name that no other thread or process uses. A draft
/// that a crash left behind is never read again; it holds nothing that was not to be on disk.
fn write_draft(path: &Path, content: &[u8]) -> Result<PathBuf, SealError> {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    let turn = DRAFTS.fetch_add(1, Ordering::Relaxed);
    name.push(format!(".draft-{}-{turn}", std::process::id()));
    let draft = path.with_file_name(name);
    // One of an earlier process that had the same number.
    match fs::remove_file(&draft) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(SealError::io("removing", &draft)(error));
        }
        _ => {}
    }
    // The draft is new, so no one can have prepared it with other permissions or as a link elsewhere.
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(PRIVATE)
        .open(&draft)
        .map_err(SealError::io("creating", &draft))?;
    file.write_all(content)
        .and_then(|()| file.sync_all())
        .map_err(SealError::io("writing", &draft))?;
    Ok(draft)
}

/// Makes a name that was created, replaced or removed in a directory survive a crash.
pub(crate) fn sync_directory(path: &Path) -> Result<(), SealError> {
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    File::open(directory)
        .and_then(|file| file.sync_all())
        .map_err(SealError::io("syncing", directory))
}
