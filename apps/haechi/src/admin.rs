//! The operator's requests: what the other commands ask of a running server.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use haechi_core::{AccountId, Caller, Clock, SimulatedClock};
use haechi_dataplane::ControlPlane;
use haechi_iam::Iam;
use haechi_metering::Month;
use haechi_pipeline::{Admin, AdminError, AdminReply};
use haechi_store::Store;
use haechi_timers::Timers;
use haechi_wire::Timestamp;
use serde_json::{Value, json};

use crate::backup;
use crate::bill::Billing;

/// How long a gateway that asks for news waits for them.
const NEWS_PATIENCE: Duration = Duration::from_secs(20);

pub(crate) struct Operator {
    iam: Arc<Iam>,
    store: Store,
    /// The sealed root, unless that lies in the store.
    seal_file: Option<PathBuf>,
    billing: Arc<Billing>,
    timers: Arc<Timers>,
    clock: Arc<dyn Clock>,
    simulated: Option<Arc<SimulatedClock>>,
    control: Arc<dyn ControlPlane>,
    ready: AtomicBool,
}

impl Operator {
    #[expect(
        clippy::too_many_arguments,
        reason = "the parts that the operator may ask, each named once in wiring"
    )]
    pub(crate) fn new(
        iam: Arc<Iam>,
        store: Store,
        seal_file: Option<PathBuf>,
        billing: Arc<Billing>,
        timers: Arc<Timers>,
        clock: Arc<dyn Clock>,
        simulated: Option<Arc<SimulatedClock>>,
        control: Arc<dyn ControlPlane>,
    ) -> Self {
        Self {
            iam,
            store,
            seal_file,
            billing,
            timers,
            clock,
            simulated,
            control,
            ready: AtomicBool::new(false),
        }
    }

    pub(crate) fn set_ready(&self, ready: bool) {
        self.ready.store(ready, Ordering::Release);
    }

    async fn create_account(&self, body: &Value) -> Result<AdminReply, AdminError> {
        let text = |name: &str| body[name].as_str().unwrap_or_default();
        let id = AccountId::parse(text("id")).map_err(|e| AdminError::Refused(e.to_string()))?;
        let made = self
            .iam
            .create_account(&id, text("name"))
            .await
            .map_err(internal)?;
        let key = made.map_err(|e| AdminError::Refused(e.to_string()))?;
        let secret = std::str::from_utf8(&key.secret).map_err(internal)?;
        Ok(json!({ "id": id.as_str(), "access_key_id": key.id, "secret_access_key": secret }))
    }

    async fn list_accounts(&self) -> Result<AdminReply, AdminError> {
        let accounts = self.iam.accounts().await.map_err(internal)?;
        let listed: Vec<Value> = accounts
            .iter()
            .map(|a| json!({ "id": a.id.as_str(), "name": a.name }))
            .collect();
        Ok(json!({ "accounts": listed }))
    }

    /// Writes a backup on this machine. Whoever may ask this is root here; an existing file is never touched.
    async fn back_up(&self, body: &Value) -> Result<AdminReply, AdminError> {
        let to = PathBuf::from(body["to"].as_str().unwrap_or_default());
        if !to.is_absolute() {
            return Err(AdminError::Refused("`to` must be an absolute path".to_owned()));
        }
        let written = backup::write(&self.store, self.seal_file.as_deref(), &to).await;
        let bytes = written.map_err(|error| AdminError::Refused(format!("{error:#}")))?;
        Ok(json!({ "bytes": bytes }))
    }

    async fn bill(&self, body: &Value) -> Result<AdminReply, AdminError> {
        let month = body["month"].as_str().unwrap_or_default();
        let month: Month = month
            .parse()
            .map_err(|error| AdminError::Refused(format!("{month:?}: {error}")))?;
        self.billing.report(month).await.map_err(internal)
    }

    /// What a gateway of its own follows: the snapshot, as soon as it is newer than the one it knows.
    async fn snapshot(&self, body: &Value) -> Result<AdminReply, AdminError> {
        let known = body["known"].as_u64();
        match tokio::time::timeout(NEWS_PATIENCE, self.control.next(known)).await {
            Ok(Ok(snapshot)) => Ok(json!({ "snapshot": *snapshot })),
            Ok(Err(error)) => Err(internal(error)),
            Err(_nothing_new) => Ok(json!({ "snapshot": null })),
        }
    }

    async fn take_report(&self, body: Value) -> Result<AdminReply, AdminError> {
        let report = serde_json::from_value(body)
            .map_err(|error| AdminError::Refused(format!("this is no report: {error}")))?;
        self.control.report(report).await.map_err(internal)?;
        Ok(json!({}))
    }

    async fn advance_clock(&self, body: &Value) -> Result<AdminReply, AdminError> {
        let Some(simulated) = &self.simulated else {
            let text = "this server keeps real time; start it with --simulate-time to move its clock";
            return Err(AdminError::Refused(text.to_owned()));
        };
        let seconds = body["seconds"]
            .as_u64()
            .ok_or_else(|| AdminError::Refused("`seconds` must be a whole number".to_owned()))?;
        let target = self
            .clock
            .now()
            .as_millis()
            .saturating_add(i64::try_from(seconds.saturating_mul(1_000)).unwrap_or(i64::MAX / 4));
        let clock = Arc::clone(simulated);
        // What falls due on the way sees the time at which it falls due.
        let move_to = move |instant: Timestamp| {
            let missing = instant.as_millis() - clock.now().as_millis();
            if let Ok(missing) = u64::try_from(missing) {
                clock.advance(Duration::from_millis(missing));
            }
        };
        let ran = self
            .timers
            .advance_to(Timestamp::from_millis(target), move_to)
            .await
            .map_err(internal)?;
        Ok(json!({ "now": self.clock.now().iso8601(), "ran": ran }))
    }
}

#[async_trait]
impl Admin for Operator {
    fn ready(&self) -> bool {
        self.ready.load(Ordering::Acquire)
    }

    async fn post(&self, path: &str, body: Value, _caller: &Caller) -> Result<AdminReply, AdminError> {
        match path {
            "accounts/create" => self.create_account(&body).await,
            "accounts/list" => self.list_accounts().await,
            "backup" => self.back_up(&body).await,
            "bill" => self.bill(&body).await,
            "dataplane/snapshot" => self.snapshot(&body).await,
            "dataplane/report" => self.take_report(body).await,
            "clock/advance" => self.advance_clock(&body).await,
            other => Err(AdminError::Unknown(other.to_owned())),
        }
    }
}

fn internal(cause: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> AdminError {
    AdminError::Internal(cause.into())
}
