use std::{path::Path, sync::Arc};

use async_trait::async_trait;
use haechi_store::{
    Backend, Batch, CommitError, Direction, Key, KeyRange, Listener, LogRecord, Revision, Versioned,
    log::{Chunk, ChunkQuery},
    memory::MemoryBackend,
};

use super::*;

/// A backend in memory that says, as a shared database does, that others may be there.
struct Shared(Arc<dyn Backend>);

#[async_trait]
impl Backend for Shared {
    async fn get(&self, key: &Key) -> Result<Option<Versioned>, StoreError> {
        self.0.get(key).await
    }
    async fn range(
        &self,
        range: &KeyRange,
        limit: usize,
        direction: Direction,
    ) -> Result<Vec<(Key, Versioned)>, StoreError> {
        self.0.range(range, limit, direction).await
    }
    async fn commit(&self, batch: Batch) -> Result<Revision, CommitError> {
        self.0.commit(batch).await
    }
    async fn append(&self, records: Vec<LogRecord>) -> Result<(), StoreError> {
        self.0.append(records).await
    }
    async fn chunks(&self, query: &ChunkQuery) -> Result<Vec<Chunk>, StoreError> {
        self.0.chunks(query).await
    }
    async fn expire(&self, stream_prefix: &str, before_ms: i64) -> Result<u64, StoreError> {
        self.0.expire(stream_prefix, before_ms).await
    }
    fn listen(&self, listener: Arc<dyn Listener>) {
        self.0.listen(listener);
    }
    fn is_current(&self) -> bool {
        self.0.is_current()
    }
    fn is_exclusive(&self) -> bool {
        false
    }
    async fn backup(&self, to: &Path) -> Result<(), StoreError> {
        self.0.backup(to).await
    }
    async fn integrity_check(&self) -> Result<Vec<String>, StoreError> {
        self.0.integrity_check().await
    }
}

fn two() -> (Store, Lease, Lease) {
    let store = Store::new(Arc::new(Shared(MemoryBackend::shared())));
    let lease = |node| Lease::new(store.clone(), "work", node);
    (store.clone(), lease("a"), lease("b"))
}

async fn fenced(store: &Store, lease: &Lease, epoch: Epoch) -> Fenced {
    store
        .txn(|t: Txn| async move { lease.fence(&t, epoch).await })
        .await
        .unwrap()
}

#[tokio::test(start_paused = true)]
async fn a_lease_that_is_renewed_stays_with_its_holder() {
    let (_, a, b) = two();
    let epoch = a.renew().await.unwrap();
    assert!(epoch.is_some());
    for _ in 0..20 {
        assert_eq!(b.renew().await.unwrap(), None);
        tokio::time::advance(RENEW_EVERY).await;
        assert_eq!(a.renew().await.unwrap(), epoch);
    }
}

#[tokio::test(start_paused = true)]
async fn a_holder_that_falls_silent_is_deposed_and_fenced() {
    let (store, a, b) = two();
    let first = a.renew().await.unwrap().unwrap();
    assert_eq!(b.renew().await.unwrap(), None);
    let nearly = LASTS.saturating_sub(Duration::from_millis(1));
    tokio::time::advance(nearly).await;
    assert_eq!(b.renew().await.unwrap(), None);
    tokio::time::advance(Duration::from_millis(1)).await;
    let second = b.renew().await.unwrap().unwrap();
    assert_ne!(first, second);
    assert_eq!(fenced(&store, &a, first).await, Fenced::Lost);
    assert_eq!(fenced(&store, &b, second).await, Fenced::Holds);
    assert_eq!(a.renew().await.unwrap(), None);
}

#[tokio::test(start_paused = true)]
async fn a_lease_given_up_is_taken_without_waiting() {
    let (store, a, b) = two();
    let first = a.renew().await.unwrap().unwrap();
    a.release().await.unwrap();
    assert_eq!(fenced(&store, &a, first).await, Fenced::Lost);
    assert!(b.renew().await.unwrap().is_some());
    a.release().await.unwrap();
    assert!(b.renew().await.unwrap().is_some());
}

#[tokio::test(start_paused = true)]
async fn a_process_that_is_alone_need_not_wait_for_its_predecessor() {
    let store = Store::new(MemoryBackend::shared());
    assert!(
        Lease::new(store.clone(), "work", "before")
            .renew()
            .await
            .unwrap()
            .is_some()
    );
    assert!(
        Lease::new(store, "work", "after")
            .renew()
            .await
            .unwrap()
            .is_some()
    );
}
