//! Lines that other services bring: the port behind which log groups stand.

use async_trait::async_trait;
use haechi_core::Failure;
use haechi_core::telemetry::{Delivered, LogDelivery, LogLine};
use haechi_store::Txn;

use crate::Logs;
use crate::events::{Event, salt};
use crate::model::{GroupRef, Stream};
use crate::ops::put_log_events::write;
use crate::store::{GROUPS, STREAMS};

/// Lines that go into one transaction.
const BATCH: usize = 5_000;

#[async_trait]
impl LogDelivery for Logs {
    fn knows(&self, arn: &str) -> bool {
        GroupRef::parse(arn).is_some()
    }

    async fn exists(&self, arn: &str) -> Result<bool, Failure> {
        let Some(named) = GroupRef::parse(arn) else {
            return Ok(false);
        };
        let scope = named.region.scope(&named.account);
        let found = self
            .platform
            .store
            .get(&GROUPS, &scope, named.name.as_str())
            .await?;
        Ok(found.is_some())
    }

    async fn deliver(&self, arn: &str, stream: &str, lines: Vec<LogLine>) -> Result<Delivered, Failure> {
        let Some(named) = GroupRef::parse(arn) else {
            return Ok(Delivered::Gone);
        };
        let mut events: Vec<Event> = lines
            .into_iter()
            .map(|line| Event {
                at_ms: line.at_ms,
                message: line.text,
            })
            .collect();
        events.sort_by_key(|event| event.at_ms);
        for batch in events.chunks(BATCH) {
            if !self.take(&named, stream, batch).await? {
                return Ok(Delivered::Gone);
            }
        }
        Ok(Delivered::Taken)
    }
}

impl Logs {
    /// Writes a batch, making the stream where there is none; `false` if the group is gone.
    async fn take(&self, named: &GroupRef, stream: &str, batch: &[Event]) -> Result<bool, Failure> {
        let scope = &named.region.scope(&named.account);
        let (now, id) = (self.platform.now().as_millis(), self.platform.random.uuid());
        let (id, salt) = (id.as_str(), salt(self.platform.random.as_ref()));
        self.platform
            .store
            .txn(|txn: Txn| async move {
                let Some(group) = txn.get(&GROUPS, scope, named.name.as_str()).await? else {
                    return Ok(false);
                };
                let found = txn.get(&STREAMS, scope, (group.id.as_str(), stream)).await?;
                let mut target = match found {
                    Some(found) => found.as_ref().clone(),
                    None => Stream {
                        id: id.to_owned(),
                        name: stream.to_owned(),
                        created_ms: now,
                        first_event_ms: None,
                        last_event_ms: None,
                        last_ingestion_ms: None,
                        bytes: 0,
                    },
                };
                write(&txn, scope, &group, &mut target, batch, now, salt).await?;
                Ok(true)
            })
            .await
    }
}
