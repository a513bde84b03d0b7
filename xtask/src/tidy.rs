//! Lists what has grown: files of more lines than one should think about.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Result;

/// Above this a file is worth a thought.
const LINES: usize = 500;

/// Folders that nobody edits.
const SKIPPED: [&str; 4] = ["target", "api", "node_modules", ".git"];

/// Prints the Rust files above the limit, the longest first. It only prints: the right answer may be
/// that the file is fine.
pub(crate) fn print(root: &Path) -> Result<()> {
    let mut files = Vec::new();
    collect(root, &mut files)?;
    files.retain(|(lines, _)| *lines > LINES);
    files.sort_by(|left, right| right.cmp(left));
    for (lines, path) in &files {
        println!("{lines:>6}  {}", path.strip_prefix(root)?.display());
    }
    println!("tidy: {} files above {LINES} lines", files.len());
    Ok(())
}

fn collect(folder: &Path, files: &mut Vec<(usize, PathBuf)>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path
            .file_name()
            .and_then(|name| name.to_str())
            .unwrap_or_default();
        if path.is_dir() {
            if !SKIPPED.contains(&name) && !name.starts_with('.') {
                collect(&path, files)?;
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push((fs::read_to_string(&path)?.lines().count(), path));
        }
    }
    Ok(())
}
