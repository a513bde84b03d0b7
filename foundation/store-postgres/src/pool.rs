//! Connections for reading.
//!
//! A connection takes any number of requests at once and answers them in order, so a few shared ones do. Point reads
//! and long reads have connections of their own: a page of the log must not delay a key.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use haechi_store::StoreError;
use tokio::sync::Mutex;
use tokio_postgres::{Row, Statement, types::ToSql};

use crate::{
    connection::{Prepared, Statements, Target},
    error::{is_answer, unavailable},
};

const EACH: usize = 2;

type Slot = Mutex<Option<Arc<Prepared>>>;
type Param<'a> = &'a (dyn ToSql + Sync);

pub(crate) struct Pool {
    target: Target,
    point: Lane,
    long: Lane,
}

#[derive(Default)]
struct Lane {
    slots: [Slot; EACH],
    turn: AtomicUsize,
}

impl Pool {
    pub(crate) fn new(target: Target) -> Self {
        Self {
            target,
            point: Lane::default(),
            long: Lane::default(),
        }
    }

    /// Reads what is quickly answered.
    pub(crate) async fn point_read(
        &self,
        statement: impl Fn(&Statements) -> &Statement,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        self.read(&self.point, statement, params).await
    }

    /// Reads what may take a while.
    pub(crate) async fn long_read(
        &self,
        statement: impl Fn(&Statements) -> &Statement,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        self.read(&self.long, statement, params).await
    }

    /// A connection for other statements than reads of rows.
    pub(crate) async fn connection(&self) -> Result<Arc<Prepared>, StoreError> {
        self.long.connection(&self.target).await
    }

    /// Reads change nothing, so one that met a broken connection is asked again on a new one.
    async fn read(
        &self,
        lane: &Lane,
        statement: impl Fn(&Statements) -> &Statement,
        params: &[Param<'_>],
    ) -> Result<Vec<Row>, StoreError> {
        let mut asked_again = false;
        loop {
            let connection = lane.connection(&self.target).await?;
            match connection
                .client()
                .query(statement(&connection.statements), params)
                .await
            {
                Ok(rows) => return Ok(rows),
                Err(error) if is_answer(&error) || asked_again => return Err(unavailable(&error)),
                Err(_) => asked_again = true,
            }
        }
    }
}

impl Lane {
    async fn connection(&self, target: &Target) -> Result<Arc<Prepared>, StoreError> {
        let turn = self.turn.fetch_add(1, Ordering::Relaxed) % EACH;
        let mut slot = self.slots[turn].lock().await;
        if let Some(connection) = slot
            .as_ref()
            .filter(|connection| !connection.client().is_closed())
        {
            return Ok(connection.clone());
        }
        let connection = Arc::new(target.connect_prepared().await?);
        *slot = Some(connection.clone());
        Ok(connection)
    }
}
