//! One connection: the client, its prepared statements and the task that drives it.

use std::{future::poll_fn, sync::Arc, time::Duration};

use haechi_store::StoreError;
use tokio::{sync::Notify, task::AbortHandle};
use tokio_postgres::{AsyncMessage, Client, Config, Connection, Socket, Statement, tls::TlsStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use crate::{error::unavailable, log, tls::Tls};

const CONNECT_WITHIN: Duration = Duration::from_secs(5);
/// A peer that does not acknowledge for so long is gone.
const GONE_AFTER: Duration = Duration::from_secs(10);
/// A node that stops in the middle of a commit must not hold up the others.
const FREE_THE_COUNTER: &str = "SET idle_in_transaction_session_timeout = '5s'";

/// Where the database is, and how it is spoken to.
#[derive(Clone)]
pub(crate) struct Target {
    config: Arc<Config>,
    tls: MakeRustlsConnect,
}

impl Target {
    pub(crate) fn parse(url: &str) -> Result<Self, StoreError> {
        let (tls, url) = Tls::take(url)?;
        // The cause may quote the URL, which holds a password.
        let mut config: Config = url.parse().map_err(|_| {
            StoreError::Open(
                "the store's URL must look like postgres://user:password@host:5432/database".into(),
            )
        })?;
        config
            .application_name("haechi")
            .ssl_mode(tls.mode())
            .connect_timeout(CONNECT_WITHIN)
            .tcp_user_timeout(GONE_AFTER)
            .keepalives_idle(GONE_AFTER);
        Ok(Self {
            config: Arc::new(config),
            tls: MakeRustlsConnect::new(tls.client()?),
        })
    }

    /// Connects; `heard` is told of every notification.
    pub(crate) async fn connect(&self, heard: Option<Arc<Notify>>) -> Result<Driven, StoreError> {
        let connecting = tokio::time::timeout(CONNECT_WITHIN, self.config.connect(self.tls.clone()));
        let (client, connection) = connecting
            .await
            .map_err(|_| StoreError::Unavailable("the database does not answer".into()))?
            .map_err(|error| unavailable(&error))?;
        #[expect(
            clippy::disallowed_methods,
            reason = "it is aborted with the connection that it drives"
        )]
        let driver = tokio::spawn(drive(connection, heard)).abort_handle();
        Ok(Driven { client, driver })
    }

    /// Connects and prepares what reading and committing needs.
    pub(crate) async fn connect_prepared(&self) -> Result<Prepared, StoreError> {
        let driven = self.connect(None).await?;
        // Best effort: not every database of this wire knows it.
        let _ = driven.client.batch_execute(FREE_THE_COUNTER).await;
        let statements = Statements::prepare(&driven.client)
            .await
            .map_err(|error| unavailable(&error))?;
        Ok(Prepared { driven, statements })
    }
}

async fn drive<S>(mut connection: Connection<Socket, S>, heard: Option<Arc<Notify>>)
where
    S: TlsStream + Unpin,
{
    while let Some(message) = poll_fn(|context| connection.poll_message(context)).await {
        match message {
            Ok(AsyncMessage::Notification(_)) => {
                if let Some(heard) = &heard {
                    heard.notify_one();
                }
            }
            Ok(AsyncMessage::Notice(notice)) => tracing::debug!(%notice, "the database notes"),
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(
                    error = crate::error::in_full(&error),
                    "a database connection broke"
                );
                return;
            }
        }
    }
}

/// A client whose connection lives as long as it.
pub(crate) struct Driven {
    pub(crate) client: Client,
    driver: AbortHandle,
}

impl Drop for Driven {
    fn drop(&mut self) {
        self.driver.abort();
    }
}

/// A client with all statements prepared.
pub(crate) struct Prepared {
    pub(crate) driven: Driven,
    pub(crate) statements: Statements,
}

impl Prepared {
    pub(crate) fn client(&self) -> &Client {
        &self.driven.client
    }
}

/// What the backend asks of the database.
pub(crate) struct Statements {
    pub(crate) get: Statement,
    pub(crate) range_forward: Statement,
    pub(crate) range_backward: Statement,
    pub(crate) chunks_forward: Statement,
    pub(crate) chunks_backward: Statement,
    pub(crate) expire: Statement,
    pub(crate) take_revisions: Statement,
    pub(crate) revisions_of: Statement,
    pub(crate) put: Statement,
    pub(crate) delete: Statement,
    pub(crate) append: Statement,
    pub(crate) announce: Statement,
    pub(crate) was_announced: Statement,
}

impl Statements {
    async fn prepare(client: &Client) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            get: client.prepare("SELECT v, rev FROM kv WHERE k = $1").await?,
            range_forward: client
                .prepare("SELECT v, rev, k FROM kv WHERE k >= $1 AND k < $2 ORDER BY k LIMIT $3")
                .await?,
            range_backward: client
                .prepare("SELECT v, rev, k FROM kv WHERE k >= $1 AND k < $2 ORDER BY k DESC LIMIT $3")
                .await?,
            chunks_forward: client.prepare(log::FORWARD).await?,
            chunks_backward: client.prepare(log::BACKWARD).await?,
            expire: client.prepare(log::EXPIRE).await?,
            take_revisions: client
                .prepare("UPDATE meta SET value = value + $1 WHERE name = 'revision' RETURNING value")
                .await?,
            revisions_of: client.prepare("SELECT k, rev FROM kv WHERE k = ANY($1)").await?,
            put: client
                .prepare(
                    "INSERT INTO kv (k, v, rev) SELECT * FROM unnest($1::bytea[], $2::bytea[], $3::bigint[])
                     ON CONFLICT (k) DO UPDATE SET v = excluded.v, rev = excluded.rev",
                )
                .await?,
            delete: client.prepare("DELETE FROM kv WHERE k = ANY($1)").await?,
            append: client.prepare(log::APPEND).await?,
            announce: client
                .prepare("INSERT INTO changes (rev, node, keys) VALUES ($1, $2, $3)")
                .await?,
            was_announced: client
                .prepare("SELECT 1 FROM changes WHERE rev = $1 AND node = $2")
                .await?,
        })
    }
}
