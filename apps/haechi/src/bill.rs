//! What the same use would have cost on AWS: counting on the server, `haechi bill` on the client.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use async_trait::async_trait;
use haechi_core::{AccountId, Arn, Clock, Failure, Region};
use haechi_kms::Kms;
use haechi_metering::{BillClass, Month, RsaKeys, Usage};
use haechi_pricing::PriceList;
use haechi_store::Store;
use serde_json::{Value, json};

/// How often requests are added to the store.
const FLUSH_EVERY: Duration = Duration::from_secs(5);
/// How often the time of keys is added up, by the server's clock. A key that is deleted waits for a week at least, so
/// that none slips through.
const KEYS_EVERY_MS: i64 = 3_600_000;

/// Counts for the bill.
pub(crate) struct Billing {
    pub(crate) usage: Arc<Usage>,
    pub(crate) kms: Arc<Kms>,
    pub(crate) store: Store,
    pub(crate) clock: Arc<dyn Clock>,
}

#[async_trait]
impl RsaKeys for Billing {
    async fn class(&self, arn: &str) -> Result<BillClass, Failure> {
        let small = match Arn::parse(arn).and_then(|arn| {
            let id = arn.resource().strip_prefix("key/")?.to_owned();
            Some((
                AccountId::parse(arn.account()).ok()?,
                Region::parse(arn.region()).ok()?,
                id,
            ))
        }) {
            Some((account, region, id)) => self.kms.is_rsa_2048(&account, &region, &id).await?,
            None => true,
        };
        Ok(if small {
            BillClass::Rsa2048
        } else {
            BillClass::Asymmetric
        })
    }
}

impl Billing {
    /// Adds up for as long as the server runs.
    pub(crate) async fn run(&self) {
        loop {
            if let Err(error) = self.catch_up(KEYS_EVERY_MS).await {
                tracing::warn!(%error, "usage could not be stored; it is counted again");
            }
            tokio::time::sleep(FLUSH_EVERY).await;
        }
    }

    /// Adds what was called.
    pub(crate) async fn flush(&self) -> Result<(), Failure> {
        self.usage.flush(&self.store, self).await
    }

    /// Adds what was called, and the time of keys if that was last added as long ago as `keys_every_ms`.
    async fn catch_up(&self, keys_every_ms: i64) -> Result<(), Failure> {
        self.flush().await?;
        let now = self.clock.now();
        let Some(mut time) = self.usage.key_time(&self.store, now, keys_every_ms).await? else {
            return Ok(());
        };
        self.kms
            .billable_keys(|account, region, since_ms| time.add(account, region, since_ms))
            .await?;
        self.usage.add_key_time(&self.store, time).await
    }

    /// Usage of a month, as `haechi bill` asks for it.
    pub(crate) async fn report(&self, month: Month) -> Result<Value, Failure> {
        self.catch_up(1).await?;
        let lines = self.usage.of_month(&self.store, month).await?;
        let (start, end) = month.bounds_ms();
        let lines: Vec<Value> = lines
            .into_iter()
            .map(|line| {
                let key_months = line.usage.key_ms as f64 / (end - start) as f64;
                json!({
                    "account": line.account, "region": line.region,
                    "requests": line.usage.requests, "key_months": key_months,
                })
            })
            .collect();
        Ok(json!({ "month": month.to_string(), "lines": lines }))
    }
}

/// Prints the bill that a report amounts to.
pub(crate) fn print(report: &Value) -> anyhow::Result<()> {
    let prices = PriceList::built_in()?;
    let month = report["month"].as_str().unwrap_or("?");
    println!("{month}: what the same use would have cost on AWS");
    println!(
        "{:<14}{:<16}{:<42}{:>16}{:>14}",
        "account", "Region", "usage", "quantity", "USD"
    );
    let mut total = 0.0;
    for line in report["lines"].as_array().into_iter().flatten() {
        for (usage_type, quantity) in quantities(line) {
            let usd = prices
                .usd("awskms", usage_type)
                .with_context(|| format!("no price of {usage_type}"))?
                * quantity;
            total += usd;
            let text = |name: &str| line[name].as_str().unwrap_or("?");
            let quantity = if usage_type == "KMS-Keys" {
                format!("{quantity:.4}")
            } else {
                format!("{quantity}")
            };
            println!(
                "{:<14}{:<16}{usage_type:<42}{quantity:>16}{usd:>14.6}",
                text("account"),
                text("region")
            );
        }
    }
    println!("{:<88}{total:>14.6}", "total USD");
    println!(
        "prices of {}, {}; AWS's free tier of 20,000 requests a month is not taken off",
        prices.date, prices.source
    );
    Ok(())
}

fn quantities(line: &Value) -> Vec<(&str, f64)> {
    let mut found = Vec::new();
    if let Some(months) = line["key_months"].as_f64().filter(|months| *months > 0.0) {
        found.push(("KMS-Keys", months));
    }
    let requests = line["requests"].as_object().into_iter().flatten();
    found.extend(requests.map(|(name, calls)| (name.as_str(), calls.as_f64().unwrap_or(0.0))));
    found
}
