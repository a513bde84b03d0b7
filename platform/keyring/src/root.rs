//! The sealed root of a deployment that shares a database.
//!
//! A single node keeps its sealed root in the data directory ([`haechi_seal::SealFile`]). Nodes that share a database
//! have no common directory, so there the record lies in the store. It is as safe there as anywhere: what opens it is
//! with the nodes.

use haechi_crypto::RootKey;
use haechi_seal::{Opened, Seal, SealError, SealedRoot, reseal};
use haechi_store::{Scope, Store, Table};
use tokio::task::spawn_blocking;

use std::sync::Arc;

use crate::KeyringError;

const SEALED_ROOT: Table<SealedRoot> = Table::new("keyring", "sealed-root", 1);
/// The id of the one record.
const CURRENT: &str = "current";

/// The sealed root, or `None` before the first start.
pub async fn load(store: &Store) -> Result<Option<Arc<SealedRoot>>, KeyringError> {
    Ok(store.get(&SEALED_ROOT, &Scope::deployment(), CURRENT).await?)
}

/// Opens the root in the store, or makes one on the first start. Of nodes that start at once all get the same root.
pub async fn open_or_create(store: &Store, seal: Arc<dyn Seal>) -> Result<(RootKey, Opened), KeyringError> {
    if let Some(sealed) = load(store).await? {
        return Ok((open(seal, sealed).await?, Opened::Existing));
    }
    let fresh = RootKey::generate()?;
    let closing = (seal.clone(), fresh.clone());
    let closed = Arc::new(blocking(move || closing.0.close(&closing.1)).await?);
    let scope = &Scope::deployment();
    let candidate = &closed;
    let winner = store
        .txn::<_, KeyringError, _, _>(|txn| async move {
            if let Some(found) = txn.get(&SEALED_ROOT, scope, CURRENT).await? {
                return Ok(found);
            }
            txn.put(&SEALED_ROOT, scope, CURRENT, candidate).await?;
            Ok(candidate.clone())
        })
        .await?;
    if winner == closed {
        return Ok((fresh, Opened::Created));
    }
    Ok((open(seal, winner).await?, Opened::Existing))
}

/// Exchanges the seal of the root in the store; all data stays as it is. `from` must stay usable until this has
/// returned, and every node must be given the new seal before its next start.
pub async fn exchange_seal(
    store: &Store,
    from: Arc<dyn Seal>,
    to: Arc<dyn Seal>,
) -> Result<Arc<SealedRoot>, KeyringError> {
    let before = load(store).await?.ok_or(KeyringError::NoRoot)?;
    let old = before.clone();
    let after = Arc::new(blocking(move || reseal(&old, &*from, &*to)).await?);
    let scope = &Scope::deployment();
    let (before, after) = (&before, &after);
    store
        .txn(|txn| async move {
            match txn.get(&SEALED_ROOT, scope, CURRENT).await? {
                Some(found) if found == *before => {
                    txn.put(&SEALED_ROOT, scope, CURRENT, after).await?;
                    Ok(after.clone())
                }
                Some(_) => Err(KeyringError::ResealedMeanwhile),
                None => Err(KeyringError::NoRoot),
            }
        })
        .await
}

/// Puts the sealed root that came with a backup beside the data that came with it.
pub async fn put(store: &Store, sealed: SealedRoot) -> Result<(), KeyringError> {
    let (scope, sealed) = (&Scope::deployment(), &Arc::new(sealed));
    store
        .txn(|txn| async move {
            txn.put(&SEALED_ROOT, scope, CURRENT, sealed).await?;
            Ok(())
        })
        .await
}

async fn open(seal: Arc<dyn Seal>, sealed: Arc<SealedRoot>) -> Result<RootKey, KeyringError> {
    blocking(move || seal.open(&sealed)).await
}

/// Seals take their time (Argon2id, an HSM): not on a thread that serves others.
async fn blocking<R: Send + 'static>(
    work: impl FnOnce() -> Result<R, SealError> + Send + 'static,
) -> Result<R, KeyringError> {
    Ok(spawn_blocking(work)
        .await
        .map_err(|_| KeyringError::Interrupted)??)
}

#[cfg(test)]
mod tests {
    use haechi_crypto::Plaintext;
    use haechi_seal::{Argon2idParameters, KeyFileSeal, PassphraseSeal};
    use haechi_store::memory::MemoryBackend;

    use super::*;

    fn passphrase(text: &str) -> Arc<dyn Seal> {
        let cheap = Argon2idParameters {
            memory_kib: 8 * 1024,
            passes: 1,
            lanes: 1,
        };
        Arc::new(PassphraseSeal::with_parameters(Plaintext::copy_of(text.as_bytes()), cheap).unwrap())
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 4)]
    async fn nodes_that_start_at_once_share_one_root() {
        let backend = MemoryBackend::shared();
        let mut starts = Vec::new();
        for _ in 0..6 {
            let store = Store::new(backend.clone());
            let seal = passphrase("correct horse battery");
            #[expect(clippy::disallowed_methods, reason = "a test that waits for them")]
            starts.push(tokio::spawn(async move {
                open_or_create(&store, seal).await.unwrap()
            }));
        }
        let mut roots = Vec::new();
        for start in starts {
            roots.push(start.await.unwrap());
        }
        assert!(roots.iter().all(|(root, _)| *root == roots[0].0));
        assert_eq!(
            roots
                .iter()
                .filter(|(_, opened)| *opened == Opened::Created)
                .count(),
            1
        );
    }

    #[tokio::test]
    async fn exchanging_the_seal_keeps_the_root_and_shuts_out_the_old_seal() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::new(MemoryBackend::shared());
        let key_file: Arc<dyn Seal> =
            Arc::new(KeyFileSeal::create(directory.path().join("root.key")).unwrap());
        let new = passphrase("correct horse battery");
        assert!(matches!(
            exchange_seal(&store, key_file.clone(), new.clone()).await,
            Err(KeyringError::NoRoot)
        ));
        let (root, _) = open_or_create(&store, key_file.clone()).await.unwrap();
        exchange_seal(&store, key_file.clone(), new.clone())
            .await
            .unwrap();
        assert_eq!(
            open_or_create(&store, new).await.unwrap(),
            (root, Opened::Existing)
        );
        assert!(matches!(
            open_or_create(&store, key_file).await,
            Err(KeyringError::Seal(SealError::AnotherMethod { .. }))
        ));
    }
}
