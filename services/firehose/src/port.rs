//! Lines that other services bring: the port behind which streams stand. A line is a record, with its end.

use async_trait::async_trait;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_core::Failure;
use haechi_core::telemetry::{Delivered, LogDelivery, LogLine};

use crate::Firehose;
use crate::model::StreamRef;
use crate::store::STREAMS;

/// Lines that go into one transaction.
const BATCH: usize = 1_000;

#[async_trait]
impl LogDelivery for Firehose {
    fn knows(&self, arn: &str) -> bool {
        StreamRef::parse(arn).is_some()
    }

    async fn exists(&self, arn: &str) -> Result<bool, Failure> {
        let Some(named) = StreamRef::parse(arn) else {
            return Ok(false);
        };
        let scope = named.region.scope(&named.account);
        let found = self
            .platform
            .store
            .get(&STREAMS, &scope, named.name.as_str())
            .await?;
        Ok(found.is_some())
    }

    async fn deliver(&self, arn: &str, _: &str, lines: Vec<LogLine>) -> Result<Delivered, Failure> {
        let Some(named) = StreamRef::parse(arn) else {
            return Ok(Delivered::Gone);
        };
        let scope = named.region.scope(&named.account);
        for batch in lines.chunks(BATCH) {
            let data = batch
                .iter()
                .map(|line| STANDARD.encode(format!("{}\n", line.text)));
            if self.take(&scope, &named.name, data.collect()).await?.is_none() {
                return Ok(Delivered::Gone);
            }
        }
        Ok(Delivered::Taken)
    }
}
