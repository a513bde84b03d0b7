//! Records on their way: taken into the store, gathered to buffers, sent, sent again.
//!
//! A stream with records has a timer: it is due when the oldest record is as old as the buffer's interval allows, or
//! at once when this node has taken as many bytes as a buffer holds. What is due is sent in the background, so that
//! an endpoint that is slow holds nobody else up; meanwhile the timer waits as a watch, so that a node that dies is
//! followed by another. A failure is tried again, later and later; the records wait. After a day they go, as AWS's
//! do. An endpoint may get a buffer twice: records are removed after it has taken them.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use async_trait::async_trait;
use haechi_core::{AccountId, Failure, Region, Timestamp};
use haechi_store::{Id, Part, Scope, Txn};
use haechi_timers::{HandlerError, Timer, TimerHandler, Timers, schedule, scheduled};
use parking_lot::Mutex;
use sha2::{Digest, Sha256};

use crate::Firehose;
use crate::endpoint::Delivery;
use crate::model::{Stream, Waiting, binding, stream_arn};
use crate::store::{RECORDS, STREAMS};

const SERVICE: &str = "firehose";
const DELIVER: &str = "deliver";
const PURGE: &str = "purge";
/// Records of one request.
const MAX_RECORDS: usize = 500;
/// How long a delivery is left alone before another node may think it dead.
const WATCH_MS: i64 = 120_000;
/// A timer that is due so soon may be running; it is not relied on.
const SOON_MS: i64 = 1_000;
/// Pauses after failures.
const FIRST_PAUSE_MS: i64 = 1_000;
const LONGEST_PAUSE_MS: i64 = 120_000;
/// Records are kept so long.
const KEPT_MS: i64 = 86_400_000;

/// Says what happens when a timer of Firehose is due. To be called before the timers run.
pub fn register_timers(firehose: &Arc<Firehose>, timers: &Timers) {
    timers.register(SERVICE, DELIVER, Arc::new(Deliver(Arc::clone(firehose))));
    timers.register(SERVICE, PURGE, Arc::new(Purge(Arc::clone(firehose))));
}

/// What this node remembers of streams, by their ids.
#[derive(Default)]
pub(crate) struct Buffers {
    /// Bytes that were taken since the last delivery.
    bytes: Mutex<HashMap<String, usize>>,
    sending: Mutex<HashSet<String>>,
}

impl Firehose {
    /// Takes records, in base64, into a stream; their ids, or `None` where there is no such stream.
    pub(crate) async fn take(
        &self,
        scope: &Scope,
        name: &str,
        data: Vec<String>,
    ) -> Result<Option<Vec<String>>, Failure> {
        let now = self.platform.now();
        let mut chance = [0; 6];
        self.platform.random.fill(&mut chance);
        let chance = chance
            .iter()
            .fold(0, |number: u64, byte| (number << 8) | u64::from(*byte));
        let place = |nth: usize| (nth as u64) << 48 | chance;
        let length: usize = data.iter().map(String::len).sum();
        let records: Vec<Waiting> = data
            .into_iter()
            .map(|data| Waiting {
                data,
                arrived_ms: now.as_millis(),
            })
            .collect();
        let (records, place) = (&records, &place);
        let taken = self
            .platform
            .store
            .txn(|txn: Txn| async move {
                let Some(stream) = txn.get(&STREAMS, scope, name).await? else {
                    return Ok::<_, Failure>(None);
                };
                let arrived = now.as_millis().unsigned_abs();
                for (nth, record) in records.iter().enumerate() {
                    txn.put(&RECORDS, scope, (stream.id.as_str(), arrived, place(nth)), record)
                        .await?;
                }
                let full = self.is_full(&stream, length);
                wake(&txn, scope, &stream, now, full).await?;
                Ok(Some(stream))
            })
            .await?;
        let Some(stream) = taken else {
            return Ok(None);
        };
        *self.buffers.bytes.lock().entry(stream.id.clone()).or_default() += length;
        let id = |nth| {
            format!(
                "{}{:016x}{:016x}",
                stream.id.replace('-', ""),
                now.as_millis(),
                place(nth)
            )
        };
        Ok(Some((0..records.len()).map(id).collect()))
    }

    /// Whether so many bytes more fill a buffer. Base64 has four bytes for three.
    fn is_full(&self, stream: &Stream, more: usize) -> bool {
        let before = self
            .buffers
            .bytes
            .lock()
            .get(&stream.id)
            .copied()
            .unwrap_or_default();
        (before + more) / 4 * 3 >= stream.hints().bytes
    }

    /// Sends all that waits; what is left if it fails is tried again later.
    async fn send_all(&self, scope: &Scope, name: &str) -> Result<(), Failure> {
        let store = &self.platform.store;
        while let Some(stream) = store.get(&STREAMS, scope, name).await? {
            let now = self.platform.now();
            let rows = store
                .list_under(&RECORDS, scope, stream.id.as_str(), None, MAX_RECORDS)
                .await?;
            let batch = fitting(rows, stream.hints().bytes);
            if batch.is_empty() {
                return Ok(());
            }
            let sent = self.send(scope, &stream, &batch, now).await;
            if let Err(reason) = &sent {
                tracing::warn!(stream = name, %reason, failures = stream.failures + 1, "a delivery failed");
            }
            let oldest = now.as_millis() - KEPT_MS;
            let done: Vec<&Id> = batch
                .iter()
                .filter(|(_, record)| sent.is_ok() || record.arrived_ms < oldest)
                .map(|(place, _)| place)
                .collect();
            if sent.is_err() && !done.is_empty() {
                tracing::error!(
                    stream = name,
                    records = done.len(),
                    "records could not be delivered for a day and are dropped"
                );
            }
            self.settle(scope, name, &done, sent.is_ok(), now).await?;
            if sent.is_err() {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn send(
        &self,
        scope: &Scope,
        stream: &Stream,
        batch: &[(Id, Arc<Waiting>)],
        now: Timestamp,
    ) -> Result<(), Failure> {
        let account = AccountId::parse(&scope.account).map_err(Failure::internal)?;
        let region = Region::parse(&scope.region).map_err(Failure::internal)?;
        let key = match &stream.access_key {
            None => None,
            Some(sealed) => {
                let opened = self
                    .keyring
                    .open(&account, &region, &binding(&stream.id), sealed)
                    .await;
                let opened = opened.map_err(Failure::internal)?;
                Some(String::from_utf8_lossy(opened.expose()).into_owned())
            }
        };
        let request = stream
            .destination
            .request_configuration
            .clone()
            .unwrap_or_default();
        let pairs = request.common_attributes.unwrap_or_default();
        let attributes: BTreeMap<String, String> = pairs
            .into_iter()
            .filter_map(|pair| Some((pair.attribute_name?, pair.attribute_value.unwrap_or_default())))
            .collect();
        let arn = stream_arn(&account, &region, &stream.name);
        let delivery = Delivery {
            url: stream.url(),
            request_id: &request_id(&stream.id, batch),
            source_arn: &arn,
            access_key: key.as_deref(),
            attributes,
            gzip: request
                .content_encoding
                .is_some_and(|encoding| encoding.as_str() == "GZIP"),
            at_ms: now.as_millis(),
            records: batch.iter().map(|(_, record)| record.data.as_str()).collect(),
        };
        self.endpoints.send(&delivery).await.map_err(Failure::internal)
    }

    /// Removes what is done with, and says when to look again: what came in meanwhile waits for its interval, what
    /// failed for its pause.
    async fn settle(
        &self,
        scope: &Scope,
        name: &str,
        done: &[&Id],
        succeeded: bool,
        now: Timestamp,
    ) -> Result<(), Failure> {
        self.platform
            .store
            .txn(|txn: Txn| async move {
                for place in done {
                    txn.delete(&RECORDS, scope, *place).await?;
                }
                let Some(found) = txn.get(&STREAMS, scope, name).await? else {
                    return Ok::<_, Failure>(());
                };
                let failures = if succeeded {
                    0
                } else {
                    found.failures.saturating_add(1)
                };
                if failures != found.failures {
                    let mut stream = found.as_ref().clone();
                    stream.failures = failures;
                    txn.put(&STREAMS, scope, name, &stream).await?;
                }
                let pause = if succeeded {
                    found.hints().interval_ms
                } else {
                    pause_ms(failures)
                };
                set(&txn, scope, &found.name, now.as_millis() + pause).await
            })
            .await
    }
}

/// Sees to it that the records of a stream are sent in time.
async fn wake(txn: &Txn, scope: &Scope, stream: &Stream, now: Timestamp, full: bool) -> Result<(), Failure> {
    let now_ms = now.as_millis();
    let waits = scheduled(txn, SERVICE, DELIVER, scope, &stream.name)
        .await?
        .map(Timestamp::as_millis);
    // After a failure the pause holds, however much comes in.
    let full = full && stream.failures == 0;
    match waits {
        Some(due) if due > now_ms + SOON_MS && !full => Ok(()),
        _ if full => set(txn, scope, &stream.name, now_ms).await,
        _ => set(txn, scope, &stream.name, now_ms + stream.hints().interval_ms).await,
    }
}

/// Takes off a stream's timer and its records: the stream is gone.
pub(crate) async fn forget(txn: &Txn, scope: &Scope, stream: &Stream, now: Timestamp) -> Result<(), Failure> {
    haechi_timers::cancel(txn, SERVICE, DELIVER, scope, &stream.name).await?;
    Ok(schedule(txn, Timer::new(SERVICE, PURGE, scope, stream.id.as_str(), now)).await?)
}

async fn set(txn: &Txn, scope: &Scope, name: &str, due_ms: i64) -> Result<(), Failure> {
    let due = Timestamp::from_millis(due_ms);
    Ok(schedule(txn, Timer::new(SERVICE, DELIVER, scope, name, due)).await?)
}

fn pause_ms(failures: u32) -> i64 {
    let doubled = FIRST_PAUSE_MS << failures.saturating_sub(1).min(10);
    doubled.min(LONGEST_PAUSE_MS)
}

/// As many of the first records as fit into a buffer; at least one.
fn fitting(rows: Vec<(Id, Arc<Waiting>)>, bytes: usize) -> Vec<(Id, Arc<Waiting>)> {
    let mut length = 0;
    let fits = rows.iter().take_while(|(_, record)| {
        length += record.data.len() / 4 * 3;
        length <= bytes
    });
    let fits = fits.count().max(1);
    rows.into_iter().take(fits).collect()
}

/// The same for the same records, so that an endpoint knows a buffer that it gets again.
fn request_id(stream: &str, batch: &[(Id, Arc<Waiting>)]) -> String {
    let mut digest = Sha256::new();
    digest.update(stream);
    for (place, _) in batch {
        for part in place.parts() {
            if let Part::Num(number) = part {
                digest.update(number.to_be_bytes());
            }
        }
    }
    let mut hex = String::new();
    for byte in &digest.finalize()[..16] {
        // Writing to a string can't fail.
        let _ = write!(hex, "{byte:02x}");
    }
    format!(
        "{}-{}-{}-{}-{}",
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..]
    )
}

struct Deliver(Arc<Firehose>);

#[async_trait]
impl TimerHandler for Deliver {
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
        let store = &self.0.platform.store;
        let (scope, name) = (&timer.scope, timer.id.as_str());
        let Some(stream) = store.get(&STREAMS, scope, name).await? else {
            return Ok(());
        };
        let first = store
            .list_under(&RECORDS, scope, stream.id.as_str(), None, 1)
            .await?;
        if first.is_empty() {
            return Ok(());
        }
        let now_ms = self.0.platform.now().as_millis();
        store
            .txn(|txn: Txn| async move { set(&txn, scope, name, now_ms + WATCH_MS).await })
            .await?;
        if !self.0.buffers.sending.lock().insert(stream.id.clone()) {
            return Ok(());
        }
        self.0.buffers.bytes.lock().remove(&stream.id);
        let (firehose, scope, name) = (Arc::clone(&self.0), scope.clone(), name.to_owned());
        #[expect(
            clippy::disallowed_methods,
            reason = "the caller does not wait; what is not delivered stays buffered for the timer"
        )]
        tokio::spawn(async move {
            if let Err(error) = firehose.send_all(&scope, &name).await {
                tracing::error!(stream = name, %error, "a delivery broke off; it is taken up again");
            }
            firehose.buffers.sending.lock().remove(&stream.id);
        });
        Ok(())
    }
}

struct Purge(Arc<Firehose>);

#[async_trait]
impl TimerHandler for Purge {
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
        let (store, scope) = (&self.0.platform.store, &timer.scope);
        loop {
            let rows = store
                .list_under(&RECORDS, scope, timer.id.as_str(), None, MAX_RECORDS)
                .await?;
            if rows.is_empty() {
                return Ok(());
            }
            let rows = &rows;
            store
                .txn(|txn: Txn| async move {
                    for (place, _) in rows {
                        txn.delete(&RECORDS, scope, place).await?;
                    }
                    Ok::<_, Failure>(())
                })
                .await?;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(nth: u64, length: usize) -> (Id, Arc<Waiting>) {
        let record = Waiting {
            data: "A".repeat(length),
            arrived_ms: 0,
        };
        (Id::of(&("stream", nth, 0_u64)), Arc::new(record))
    }

    #[test]
    fn a_buffer_has_at_least_one_record_and_no_more_bytes_than_it_holds() {
        let rows = || vec![row(1, 400), row(2, 400), row(3, 400)];
        assert_eq!(fitting(rows(), 600).len(), 2);
        assert_eq!(fitting(rows(), 10).len(), 1);
        assert_eq!(fitting(rows(), 10_000).len(), 3);
    }

    #[test]
    fn the_same_records_have_the_same_request_id() {
        assert_eq!(request_id("s", &[row(1, 4)]), request_id("s", &[row(1, 4)]));
        assert_ne!(request_id("s", &[row(1, 4)]), request_id("s", &[row(2, 4)]));
        assert_eq!(request_id("s", &[row(1, 4)]).len(), 36);
    }

    #[test]
    fn pauses_grow_and_have_an_end() {
        assert_eq!(
            [1, 2, 3, 7, 8, 99].map(pause_ms),
            [1_000, 2_000, 4_000, 64_000, 120_000, 120_000]
        );
    }
}
