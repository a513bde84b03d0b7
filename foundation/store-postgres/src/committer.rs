//! The task that commits this node's batches.

mod group;

use std::sync::Arc;

use haechi_store::{Batch, CommitError, Revision, StoreError};
use tokio::{
    sync::{mpsc, oneshot},
    task::JoinSet,
};

use self::group::Group;
use crate::{
    appender::connected,
    connection::{Prepared, Target},
    feed::Feed,
};

const QUEUE: usize = 16_384;
const MAX_GROUP: usize = 512;
/// How often a group is tried; the pauses in between add up to some ten seconds, enough for a failover.
const ATTEMPTS: u32 = 12;

struct Job {
    batch: Batch,
    reply: oneshot::Sender<Result<Revision, CommitError>>,
}

pub(crate) struct Committer {
    jobs: mpsc::Sender<Job>,
    _task: JoinSet<()>,
}

impl Committer {
    pub(crate) fn start(target: Target, feed: Arc<Feed>) -> Self {
        let (jobs, queue) = mpsc::channel(QUEUE);
        let mut task = JoinSet::new();
        task.spawn(run(target, feed, queue));
        Self { jobs, _task: task }
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<Revision, CommitError> {
        let ended = || StoreError::Unavailable("the committing task has ended".into());
        let (reply, answer) = oneshot::channel();
        self.jobs.send(Job { batch, reply }).await.map_err(|_| ended())?;
        answer
            .await
            .map_err(|_| StoreError::OutcomeUnknown("the committing task has ended".into()))?
    }
}

async fn run(target: Target, feed: Arc<Feed>, mut queue: mpsc::Receiver<Job>) {
    let mut connection: Option<Prepared> = None;
    let mut jobs = Vec::new();
    while queue.recv_many(&mut jobs, MAX_GROUP).await > 0 {
        let (batches, replies): (Vec<_>, Vec<_>) = jobs.drain(..).map(|job| (job.batch, job.reply)).unzip();
        let results = commit(&target, &mut connection, &feed, batches).await;
        for (reply, result) in replies.into_iter().zip(results) {
            // A caller that no longer waits is no concern of ours.
            let _ = reply.send(result);
        }
    }
}

/// Commits a group, as often as it takes, and tells the listeners before anybody hears of it.
async fn commit(
    target: &Target,
    connection: &mut Option<Prepared>,
    feed: &Feed,
    batches: Vec<Batch>,
) -> Vec<Result<Revision, CommitError>> {
    let mut group = Group::new(batches);
    let mut attempt = 1;
    loop {
        let error = match connected(target, connection).await {
            Ok(open) => match group.run(open, feed.node(), feed.gives_hints()).await {
                Ok(()) => break,
                Err(error) => error,
            },
            Err(error) => group::Failure::NotDone(error),
        };
        match error {
            group::Failure::Refused(error) => return group.failed(error),
            group::Failure::NotDone(error) | group::Failure::Unknown(error) if attempt == ATTEMPTS => {
                return group.failed(error);
            }
            group::Failure::NotDone(error) | group::Failure::Unknown(error) => {
                tracing::debug!(%error, attempt, "a group of commits is tried again");
            }
        }
        tokio::time::sleep(group::pause(attempt)).await;
        attempt += 1;
    }
    for (revision, keys) in group.changes() {
        feed.announce(revision, &keys);
    }
    group.results()
}
