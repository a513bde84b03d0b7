//! `haechi backup` and `haechi restore`: one file that holds a consistent copy of the store and the sealed root.
//!
//! It is the same whatever the store is, so that what ran on one may go on on the other. The file is as safe as the data directory without its seal: everything in it that is secret is sealed. What opens
//! it (the key file, the passphrase, the HSM) and the credentials file are left out on purpose: keep them elsewhere.
//!
//! Format: a line `haechi-backup 1`, a line of JSON that lists the parts with their lengths and SHA-256, the parts.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

use anyhow::{Context as _, bail};
use haechi_store::{Backend as _, Store};
use haechi_store_sqlite::{SqliteBackend, SqliteOptions};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::config::StoreChoice;

const MAGIC: &str = "haechi-backup 1";
/// More than a header needs.
const LONGEST_HEADER: u64 = 64 * 1024;
/// The parts that a backup has, by their names in the data directory.
const PARTS: [&str; 2] = ["haechi.db", "seal.json"];

#[derive(Serialize, Deserialize)]
struct Header {
    haechi: String,
    parts: Vec<Part>,
}

#[derive(Serialize, Deserialize)]
struct Part {
    name: String,
    bytes: u64,
    sha256: String,
}

/// Writes a backup of a running server's data. `seal_file` is the sealed root, unless that lies in the store. Returns
/// the backup's size.
pub(crate) async fn write(store: &Store, seal_file: Option<&Path>, to: &Path) -> anyhow::Result<u64> {
    if to.exists() {
        bail!("{} exists already", to.display());
    }
    let sealed = if let Some(path) = seal_file {
        std::fs::read(path).with_context(|| format!("cannot read {}", path.display()))?
    } else {
        let found = haechi_keyring::root::load(store).await?;
        found.context("the store has no sealed root")?.to_json()?
    };
    let (copy, root) = (beside(to, "store"), beside(to, "seal"));
    let sources = [copy, root];
    for left_over in &sources {
        let _ = std::fs::remove_file(left_over);
    }
    let written = write_parts(store, &sealed, &sources, to).await;
    for part in &sources {
        let _ = std::fs::remove_file(part);
    }
    written
}

async fn write_parts(store: &Store, sealed: &[u8], parts: &[PathBuf; 2], to: &Path) -> anyhow::Result<u64> {
    store.backup(&parts[0]).await?;
    private(&parts[1])?.write_all(sealed)?;
    let (sources, draft, to) = (parts.clone(), beside(to, "part"), to.to_owned());
    tokio::task::spawn_blocking(move || {
        let written = assemble(&sources, &draft);
        match written.and_then(|size| publish(&draft, &to).map(|()| size)) {
            Ok(size) => Ok(size),
            Err(error) => {
                let _ = std::fs::remove_file(&draft);
                Err(error)
            }
        }
    })
    .await?
}

fn beside(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_os_string();
    name.push(format!(".{suffix}"));
    path.with_file_name(name)
}

fn assemble(sources: &[PathBuf; 2], draft: &Path) -> anyhow::Result<u64> {
    let mut parts = Vec::new();
    for (name, source) in PARTS.iter().zip(sources) {
        let (bytes, sha256) = digest(source)?;
        parts.push(Part {
            name: (*name).to_owned(),
            bytes,
            sha256,
        });
    }
    let header = Header {
        haechi: env!("CARGO_PKG_VERSION").to_owned(),
        parts,
    };
    let _ = std::fs::remove_file(draft);
    let mut out = BufWriter::new(private(draft)?);
    writeln!(out, "{MAGIC}\n{}", serde_json::to_string(&header)?)?;
    for source in sources {
        std::io::copy(&mut File::open(source)?, &mut out)?;
    }
    let file = out.into_inner().map_err(std::io::IntoInnerError::into_error)?;
    file.sync_all()?;
    Ok(file.metadata()?.len())
}

/// Gives the draft its name, unless that is taken.
fn publish(draft: &Path, to: &Path) -> anyhow::Result<()> {
    std::fs::hard_link(draft, to).with_context(|| format!("cannot write {}", to.display()))?;
    std::fs::remove_file(draft)?;
    let directory = to
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty())
        .unwrap_or(Path::new("."));
    Ok(File::open(directory)?.sync_all()?)
}

fn digest(path: &Path) -> anyhow::Result<(u64, String)> {
    let mut file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    let (mut hash, mut bytes, mut chunk) = (Sha256::new(), 0, vec![0; 256 * 1024]);
    loop {
        let read = file.read(&mut chunk)?;
        if read == 0 {
            return Ok((bytes, hex::encode(hash.finalize())));
        }
        hash.update(&chunk[..read]);
        bytes += read as u64;
    }
}

fn private(path: &Path) -> anyhow::Result<File> {
    let made = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path);
    made.with_context(|| format!("cannot write {}", path.display()))
}

/// Makes a data directory of a backup, and fills the shared database if that is where its records go. What holds data
/// already is never touched.
pub(crate) async fn restore(from: &Path, data_dir: &Path, store: &StoreChoice) -> anyhow::Result<()> {
    if let Some(there) = PARTS
        .iter()
        .map(|name| data_dir.join(name))
        .find(|path| path.exists())
    {
        bail!("{} exists already: restore into a new directory", there.display());
    }
    let mut input =
        BufReader::new(File::open(from).with_context(|| format!("cannot read {}", from.display()))?);
    let header = header(&mut input).with_context(|| format!("{} is no backup of Haechi", from.display()))?;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(data_dir)?;
    let filled = match header
        .parts
        .iter()
        .try_for_each(|part| unpack(&mut input, part, data_dir))
    {
        Ok(()) => fill(store, data_dir).await,
        Err(error) => Err(error),
    };
    if filled.is_err() {
        // A directory that looks whole and is not would be worse than none.
        for name in PARTS {
            let _ = std::fs::remove_file(data_dir.join(name));
        }
    }
    filled?;
    let shown = data_dir.display();
    println!("restored into {shown}; the database finds nothing wrong with itself");
    println!(
        "before you start it: put what opens the seal in place (for the seal `file`: {shown}/seal.key),"
    );
    println!(
        "and {shown}/credentials, if operator commands are to work; then run `haechi doctor --data-dir {shown}`"
    );
    Ok(())
}

/// Brings the unpacked records to where they belong, and looks whether they are sound.
async fn fill(store: &StoreChoice, data_dir: &Path) -> anyhow::Result<()> {
    let wrong = match store {
        StoreChoice::Sqlite => {
            let store = SqliteBackend::open(data_dir, &SqliteOptions::default())?;
            store.integrity_check().await?
        }
        #[cfg(feature = "postgres")]
        StoreChoice::Postgres(url) => {
            use haechi_store_postgres::PostgresBackend;
            PostgresBackend::load(url, &data_dir.join(PARTS[0])).await?;
            let store = Store::new(std::sync::Arc::new(PostgresBackend::connect(url).await?));
            let sealed = haechi_seal::SealFile::in_directory(data_dir).load()?;
            haechi_keyring::root::put(&store, sealed.context("the backup has no sealed root")?).await?;
            // All of it is in the database now.
            for name in PARTS {
                std::fs::remove_file(data_dir.join(name))?;
            }
            store.integrity_check().await?
        }
        #[cfg(not(feature = "postgres"))]
        StoreChoice::Postgres(_) => bail!("this binary was built without the feature `postgres`"),
    };
    if !wrong.is_empty() {
        bail!("the restored database is damaged: {}", wrong.join("; "));
    }
    Ok(())
}

fn header(input: &mut impl std::io::BufRead) -> anyhow::Result<Header> {
    let (mut magic, mut header) = (String::new(), String::new());
    let mut limited = input.take(LONGEST_HEADER);
    limited.read_line(&mut magic)?;
    if magic.trim_end() != MAGIC {
        bail!("it does not begin with {MAGIC:?}");
    }
    limited.read_line(&mut header)?;
    let header: Header = serde_json::from_str(&header)?;
    // Names come from the file, and the file from anywhere.
    if !header.parts.iter().map(|part| part.name.as_str()).eq(PARTS) {
        bail!("its parts are not those of a backup");
    }
    Ok(header)
}

fn unpack(input: &mut impl Read, part: &Part, data_dir: &Path) -> anyhow::Result<()> {
    let path = data_dir.join(&part.name);
    let mut file = private(&path)?;
    let copied = std::io::copy(&mut input.take(part.bytes), &mut file)?;
    file.sync_all()?;
    if copied != part.bytes || digest(&path)?.1 != part.sha256 {
        bail!("the backup is damaged: {} is not what was written", part.name);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(directory: &Path) -> [PathBuf; 2] {
        let sources = [directory.join("db"), directory.join("seal")];
        std::fs::write(&sources[0], vec![7; 300_000]).unwrap();
        std::fs::write(&sources[1], "{}\n").unwrap();
        sources
    }

    #[test]
    fn parts_come_back_as_they_went_in_and_damage_is_seen() {
        use std::os::unix::fs::MetadataExt as _;
        let directory = tempfile::tempdir().unwrap();
        let backup = directory.path().join("backup");
        assemble(&files(directory.path()), &backup).unwrap();
        assert_eq!(std::fs::metadata(&backup).unwrap().mode() & 0o777, 0o600);

        let unpack_all = |target: &str| -> anyhow::Result<()> {
            let target = directory.path().join(target);
            std::fs::create_dir(&target)?;
            let mut input = BufReader::new(File::open(&backup)?);
            let header = header(&mut input)?;
            header
                .parts
                .iter()
                .try_for_each(|part| unpack(&mut input, part, &target))
        };
        unpack_all("whole").unwrap();
        let restored = std::fs::read(directory.path().join("whole/haechi.db")).unwrap();
        assert_eq!(restored, vec![7; 300_000]);

        let mut bytes = std::fs::read(&backup).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle] ^= 1;
        std::fs::write(&backup, bytes).unwrap();
        assert!(unpack_all("damaged").unwrap_err().to_string().contains("damaged"));
    }

    #[test]
    fn a_backup_cannot_name_files_of_its_own() {
        let text = format!(
            "{MAGIC}\n{}\n",
            r#"{"haechi":"1","parts":[{"name":"../x","bytes":0,"sha256":""}]}"#
        );
        assert!(header(&mut text.as_bytes()).is_err());
    }
}
