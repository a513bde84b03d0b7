//! Hearing of what other nodes commit.
//!
//! A task asks for the rows of `changes` after the last one it saw: every tenth of a second, and at once when NOTIFY
//! hints at something new. Rows appear in the order of their revisions (the counter's row is locked until its
//! transaction ends), so nothing is ever overlooked. While the task can't ask, [`Feed::is_current`] turns false and the
//! cache above is passed by.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::Duration,
};

use haechi_store::{Key, Listener, Revision, StoreError};
use parking_lot::RwLock;
use tokio::{sync::Notify, task::AbortHandle, time::Instant};
use tokio_postgres::Statement;

use crate::{
    connection::{Driven, Target},
    error::unavailable,
};

const ASK_EVERY: Duration = Duration::from_millis(100);
/// Hints may come by the thousand; so often they are followed.
const ASK_AT_MOST_EVERY: Duration = Duration::from_millis(5);
/// Without an answer for so long, what other nodes did may have escaped us.
const CURRENT_FOR: Duration = Duration::from_millis(500);
const ANSWER_WITHIN: Duration = Duration::from_secs(2);
const PRUNE_EVERY: Duration = Duration::from_mins(1);
/// Must be (much) shorter than the age from which rows are removed, see [`PRUNE`].
const LOST_AFTER: Duration = Duration::from_mins(5);
const PRUNE: &str = "DELETE FROM changes WHERE at < now() - interval '15 minutes'";
const LISTEN: &str = "LISTEN haechi_changes";
/// Ends a transaction of commits; the hint goes out when it is committed.
pub(crate) const NOTIFY_AND_COMMIT: &str = "NOTIFY haechi_changes; COMMIT";

/// What a node knows of the others.
pub(crate) struct Feed {
    /// Names this process; it needs no news of its own commits.
    node: [u8; 16],
    listeners: RwLock<Vec<Arc<dyn Listener>>>,
    started: Instant,
    /// When the last answered question was asked, in milliseconds since `started`.
    asked: AtomicU64,
    /// The last revision seen.
    seen: AtomicU64,
    hints: AtomicBool,
    task: RwLock<Option<AbortHandle>>,
}

impl Feed {
    pub(crate) async fn start(target: Target) -> Result<Arc<Self>, StoreError> {
        let feed = Arc::new(Self {
            node: random_name(),
            listeners: RwLock::default(),
            started: Instant::now(),
            asked: AtomicU64::new(0),
            seen: AtomicU64::new(0),
            hints: AtomicBool::new(false),
            task: RwLock::default(),
        });
        let connection = Asking::connect(&target).await?;
        let newest = connection.newest().await?;
        feed.seen.store(newest, Ordering::Release);
        feed.hints.store(connection.hints, Ordering::Release);
        // The task must not keep the feed alive, or it would never end.
        #[expect(clippy::disallowed_methods, reason = "it is aborted with the feed")]
        let task = tokio::spawn(run(Arc::downgrade(&feed), target, connection)).abort_handle();
        *feed.task.write() = Some(task);
        Ok(feed)
    }

    pub(crate) fn node(&self) -> &[u8] {
        &self.node
    }

    /// Whether the database passes hints on.
    pub(crate) fn gives_hints(&self) -> bool {
        self.hints.load(Ordering::Acquire)
    }

    pub(crate) fn listen(&self, listener: Arc<dyn Listener>) {
        self.listeners.write().push(listener);
    }

    pub(crate) fn is_current(&self) -> bool {
        let asked = Duration::from_millis(self.asked.load(Ordering::Acquire));
        self.started.elapsed().saturating_sub(asked) < CURRENT_FOR
    }

    /// Tells the listeners of a commit.
    pub(crate) fn announce(&self, revision: Revision, keys: &[Key]) {
        for listener in self.listeners.read().iter() {
            listener.changed(revision, keys);
        }
    }

    async fn ask(&self, connection: &Asking) -> Result<(), StoreError> {
        let asked = self.started.elapsed();
        let last_answer = Duration::from_millis(self.asked.load(Ordering::Acquire));
        if asked.saturating_sub(last_answer) > LOST_AFTER {
            self.seen.store(connection.newest().await?, Ordering::Release);
            self.listeners
                .read()
                .iter()
                .for_each(|listener| listener.lost_track());
        }
        let seen = self.seen.load(Ordering::Acquire);
        for (revision, node, keys) in connection.after(seen).await? {
            if node != self.node {
                self.announce(revision, &unpack(&keys));
            }
            self.seen.store(revision, Ordering::Release);
        }
        self.asked.store(asked.as_millis() as u64, Ordering::Release);
        Ok(())
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        if let Some(task) = self.task.write().take() {
            task.abort();
        }
    }
}

async fn run(feed: std::sync::Weak<Feed>, target: Target, first: Asking) {
    let mut connection = Some(first);
    let mut pruned = Instant::now();
    loop {
        let open = match connection.take() {
            Some(open) => Ok(open),
            None => Asking::connect(&target).await,
        };
        let Some(feed) = feed.upgrade() else { return };
        match open {
            Ok(open) => match tokio::time::timeout(ANSWER_WITHIN, feed.ask(&open)).await {
                Ok(Ok(())) => connection = Some(open),
                Ok(Err(error)) => {
                    tracing::warn!(%error, "the change feed broke off, it will be taken up again");
                }
                Err(_) => tracing::warn!("the change feed got no answer, it will be taken up again"),
            },
            Err(error) => tracing::warn!(%error, "the change feed can't be taken up, trying again"),
        }
        drop(feed);
        match &connection {
            Some(open) => {
                if pruned.elapsed() > PRUNE_EVERY {
                    pruned = Instant::now();
                    open.prune().await;
                }
                open.wait().await;
            }
            None => tokio::time::sleep(ASK_EVERY).await,
        }
    }
}

/// The feed's connection.
struct Asking {
    driven: Driven,
    after: Statement,
    hint: Arc<Notify>,
    /// Whether the database knows LISTEN and NOTIFY.
    hints: bool,
}

impl Asking {
    async fn connect(target: &Target) -> Result<Self, StoreError> {
        let hint = Arc::new(Notify::new());
        let driven = target.connect(Some(hint.clone())).await?;
        // CockroachDB has no LISTEN; asking regularly is enough.
        let hints = driven.client.batch_execute(LISTEN).await.is_ok();
        let after = driven
            .client
            .prepare("SELECT rev, node, keys FROM changes WHERE rev > $1 ORDER BY rev")
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(Self {
            driven,
            after,
            hint,
            hints,
        })
    }

    async fn newest(&self) -> Result<Revision, StoreError> {
        let sql = "SELECT value FROM meta WHERE name = 'revision'";
        let row = self
            .driven
            .client
            .query_one(sql, &[])
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(row.get::<_, i64>(0) as u64)
    }

    async fn after(&self, seen: Revision) -> Result<Vec<(Revision, Vec<u8>, Vec<u8>)>, StoreError> {
        let rows = self.driven.client.query(&self.after, &[&(seen as i64)]).await;
        let rows = rows.map_err(|error| unavailable(&error))?;
        Ok(rows
            .iter()
            .map(|row| (row.get::<_, i64>(0) as u64, row.get(1), row.get(2)))
            .collect())
    }

    async fn wait(&self) {
        tokio::time::sleep(ASK_AT_MOST_EVERY).await;
        let hinted = self.hint.notified();
        // Whether a hint came or not: it is time to look.
        let _ = tokio::time::timeout(ASK_EVERY, hinted).await;
    }

    async fn prune(&self) {
        if let Err(error) = self.driven.client.batch_execute(PRUNE).await {
            tracing::warn!(%error, "old rows of the change feed could not be removed");
        }
    }
}

/// Keys as one value: each behind its length.
pub(crate) fn pack(keys: &[Key]) -> Vec<u8> {
    let mut packed = Vec::with_capacity(keys.iter().map(|key| 4 + key.as_bytes().len()).sum());
    for key in keys {
        packed.extend_from_slice(&(key.as_bytes().len() as u32).to_be_bytes());
        packed.extend_from_slice(key.as_bytes());
    }
    packed
}

fn unpack(mut packed: &[u8]) -> Vec<Key> {
    let mut keys = Vec::new();
    while let Some((len, rest)) = packed.split_first_chunk::<4>() {
        let len = (u32::from_be_bytes(*len) as usize).min(rest.len());
        let (key, rest) = rest.split_at(len);
        keys.push(Key::from_bytes(key.to_vec()));
        packed = rest;
    }
    keys
}

/// Sixteen bytes that no other node has.
fn random_name() -> [u8; 16] {
    use std::hash::{BuildHasher, Hasher, RandomState};
    let half = || RandomState::new().build_hasher().finish().to_be_bytes();
    let mut name = [0; 16];
    name[..8].copy_from_slice(&half());
    name[8..].copy_from_slice(&half());
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_come_back_as_they_were_packed() {
        let keys: Vec<Key> = [&b""[..], b"a", b"\0\xff"]
            .map(|key| Key::from_bytes(key.to_vec()))
            .to_vec();
        assert_eq!(unpack(&pack(&keys)), keys);
    }
}
