//! Appends to the event log that belong to no batch.
//!
//! Two tasks take turns: while one waits for the database, the other gathers. A record is named by its time and id,
//! and readers take a name once, so that an append whose answer was lost is simply sent again.

use std::{sync::Arc, time::Duration};

use haechi_store::{LogRecord, StoreError, log::pack};
use tokio::{
    sync::{Mutex, mpsc, oneshot},
    task::JoinSet,
};

use crate::{
    connection::{Prepared, Target},
    error::{is_answer, is_retryable, unavailable},
    log,
};

const QUEUE: usize = 16_384;
const MAX_GROUP: usize = 4_096;
const TASKS: usize = 2;
const ATTEMPTS: u32 = 10;

struct Job {
    records: Vec<LogRecord>,
    reply: oneshot::Sender<Result<(), StoreError>>,
}

type Queue = Arc<Mutex<mpsc::Receiver<Job>>>;

pub(crate) struct Appender {
    jobs: mpsc::Sender<Job>,
    _tasks: JoinSet<()>,
}

impl Appender {
    pub(crate) fn start(target: &Target) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let queue: Queue = Arc::new(Mutex::new(queue));
        let mut tasks = JoinSet::new();
        for _ in 0..TASKS {
            tasks.spawn(run(target.clone(), queue.clone()));
        }
        Self { jobs, _tasks: tasks }
    }

    pub(crate) async fn append(&self, records: Vec<LogRecord>) -> Result<(), StoreError> {
        let ended = || StoreError::Unavailable("the appending task has ended".into());
        let (reply, answer) = oneshot::channel();
        self.jobs
            .send(Job { records, reply })
            .await
            .map_err(|_| ended())?;
        answer.await.map_err(|_| ended())?
    }
}

async fn run(target: Target, queue: Queue) {
    let mut connection = None;
    let mut group = Vec::new();
    while queue.lock().await.recv_many(&mut group, MAX_GROUP).await > 0 {
        let mut records = Vec::new();
        let mut replies = Vec::with_capacity(group.len());
        for job in group.drain(..) {
            records.extend(job.records);
            replies.push(job.reply);
        }
        let result = append(&target, &mut connection, records).await;
        for reply in replies {
            // A caller that no longer waits is no concern of ours.
            let _ = reply.send(result.clone());
        }
    }
}

async fn append(
    target: &Target,
    connection: &mut Option<Prepared>,
    records: Vec<LogRecord>,
) -> Result<(), StoreError> {
    let chunks = pack(&records);
    let mut attempt = 1;
    loop {
        let error = match connected(target, connection).await {
            Err(error) => error,
            Ok(open) => match log::append(open.client(), &open.statements.append, &chunks).await {
                Ok(_) => return Ok(()),
                Err(error) if is_answer(&error) && !is_retryable(&error) => return Err(unavailable(&error)),
                Err(error) => unavailable(&error),
            },
        };
        if attempt == ATTEMPTS {
            return Err(error);
        }
        tokio::time::sleep(Duration::from_millis(50) * attempt).await;
        attempt += 1;
    }
}

/// The connection, renewed if it broke.
pub(crate) async fn connected<'a>(
    target: &Target,
    connection: &'a mut Option<Prepared>,
) -> Result<&'a Prepared, StoreError> {
    let open = match connection.take() {
        Some(open) if !open.client().is_closed() => open,
        _ => target.connect_prepared().await?,
    };
    Ok(connection.insert(open))
}
