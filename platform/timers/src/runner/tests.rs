use std::sync::atomic::{AtomicI64, AtomicU32, Ordering};

use haechi_store::{Scope, memory::MemoryBackend};

use super::*;
use crate::{cancel, schedule, scheduled};

/// A clock that stands still until it is set.
#[derive(Default)]
struct Hand(AtomicI64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

struct House {
    store: Store,
    clock: Arc<Hand>,
    timers: Arc<Timers>,
}

fn house() -> House {
    let store = Store::new(MemoryBackend::shared());
    let clock = Arc::new(Hand::default());
    let timers = Timers::new(store.clone(), clock.clone(), "node-1");
    House { store, clock, timers }
}

fn scope() -> Scope {
    Scope::new("aws", "000000000000", "eu-north-1")
}

async fn set(store: &Store, kind: &str, id: &str, due: i64) {
    let timer = Timer::new("test", kind, &scope(), id, Timestamp::from_millis(due));
    store
        .txn(|t: Txn| {
            let timer = timer.clone();
            async move { schedule(&t, timer).await }
        })
        .await
        .unwrap();
}

async fn waits(store: &Store, kind: &'static str, id: &'static str) -> Option<i64> {
    let found = store
        .txn(|t: Txn| async move { scheduled(&t, "test", kind, &scope(), id).await })
        .await;
    found.unwrap().map(Timestamp::as_millis)
}

type Log = Arc<parking_lot::Mutex<Vec<(String, i64)>>>;

/// Notes what it was called for and when.
struct Notes {
    clock: Arc<Hand>,
    log: Log,
}

#[async_trait]
impl TimerHandler for Notes {
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
        self.log
            .lock()
            .push((timer.id.clone(), self.clock.now().as_millis()));
        Ok(())
    }
}

fn notes(house: &House, kind: &str) -> Log {
    let log = Log::default();
    house.timers.register(
        "test",
        kind,
        Arc::new(Notes {
            clock: house.clock.clone(),
            log: log.clone(),
        }),
    );
    log
}

async fn advance(house: &House, until: i64) -> usize {
    let hand = house.clock.clone();
    let set_clock = move |now: Timestamp| hand.0.store(now.as_millis(), Ordering::SeqCst);
    house
        .timers
        .advance_to(Timestamp::from_millis(until), set_clock)
        .await
        .unwrap()
}

#[tokio::test]
async fn timers_run_in_the_order_of_time_each_at_its_own() {
    let house = house();
    let log = notes(&house, "note");
    for (id, due) in [("c", 300), ("a", 100), ("late", 1_000), ("b", 200), ("a2", 100)] {
        set(&house.store, "note", id, due).await;
    }
    assert_eq!(advance(&house, 999).await, 4);
    let expected = [("a", 100), ("a2", 100), ("b", 200), ("c", 300)].map(|(id, at)| (id.to_owned(), at));
    assert_eq!(*log.lock(), expected);
    assert_eq!(house.clock.now().as_millis(), 999);
    assert_eq!(waits(&house.store, "note", "late").await, Some(1_000));
    assert_eq!(waits(&house.store, "note", "a").await, None);
}

/// Schedules itself again, ten later, as a yearly rotation does.
struct Again {
    store: Store,
    clock: Arc<Hand>,
    log: Log,
}

#[async_trait]
impl TimerHandler for Again {
    async fn due(&self, timer: &Timer) -> Result<(), HandlerError> {
        self.log
            .lock()
            .push((timer.id.clone(), self.clock.now().as_millis()));
        set(&self.store, &timer.kind, &timer.id, timer.due.as_millis() + 10).await;
        Ok(())
    }
}

#[tokio::test]
async fn a_jump_of_the_clock_runs_what_handlers_schedule_on_the_way() {
    let house = house();
    let log = notes(&house, "note");
    let again = Again {
        store: house.store.clone(),
        clock: house.clock.clone(),
        log: log.clone(),
    };
    house.timers.register("test", "again", Arc::new(again));
    set(&house.store, "again", "r", 10).await;
    set(&house.store, "note", "n", 25).await;
    assert_eq!(advance(&house, 35).await, 4);
    let expected = [("r", 10), ("r", 20), ("n", 25), ("r", 30)].map(|(id, at)| (id.to_owned(), at));
    assert_eq!(*log.lock(), expected);
    assert_eq!(waits(&house.store, "again", "r").await, Some(40));
}

#[tokio::test]
async fn a_timer_scheduled_anew_runs_at_its_new_time_only() {
    let house = house();
    let log = notes(&house, "note");
    set(&house.store, "note", "a", 10).await;
    set(&house.store, "note", "a", 50).await;
    assert_eq!(advance(&house, 49).await, 0);
    assert_eq!(advance(&house, 50).await, 1);
    assert_eq!(*log.lock(), [("a".to_owned(), 50)]);
}

#[tokio::test]
async fn a_cancelled_timer_does_not_run() {
    let house = house();
    let log = notes(&house, "note");
    set(&house.store, "note", "a", 10).await;
    for was_waiting in [true, false] {
        let cancelled = house
            .store
            .txn(|t: Txn| async move { cancel(&t, "test", "note", &scope(), "a").await });
        assert_eq!(cancelled.await.unwrap(), was_waiting);
    }
    assert_eq!(advance(&house, 100).await, 0);
    assert!(log.lock().is_empty());
}

#[tokio::test]
async fn a_timer_of_a_transaction_that_fails_is_not_scheduled() {
    let house = house();
    let failed = house.store.txn(|t: Txn| async move {
        schedule(
            &t,
            Timer::new("test", "note", &scope(), "a", Timestamp::from_millis(1)),
        )
        .await?;
        Err::<(), _>(StoreError::BadCursor)
    });
    assert!(failed.await.is_err());
    assert_eq!(waits(&house.store, "note", "a").await, None);
}

/// Fails a few times before it works.
struct Stumbles(AtomicU32);

#[async_trait]
impl TimerHandler for Stumbles {
    async fn due(&self, _: &Timer) -> Result<(), HandlerError> {
        let left = self.0.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| {
            Some(left.saturating_sub(1))
        });
        if left == Ok(0) {
            Ok(())
        } else {
            Err("not yet".into())
        }
    }
}

#[tokio::test]
async fn a_handler_that_fails_is_called_again_later_and_later_and_others_are_not_held_up() {
    let house = house();
    let log = notes(&house, "note");
    house
        .timers
        .register("test", "stumbles", Arc::new(Stumbles(3.into())));
    set(&house.store, "stumbles", "s", 0).await;
    set(&house.store, "note", "n", 1).await;
    // Failures at 0, 1,000 and 3,000; done at 7,000.
    for (until, runs, still) in [
        (999, 2, true),
        (1_000, 1, true),
        (2_999, 0, true),
        (6_999, 1, true),
        (7_000, 1, false),
    ] {
        assert_eq!(advance(&house, until).await, runs, "until {until}");
        assert_eq!(waits(&house.store, "stumbles", "s").await, still.then_some(0));
    }
    assert_eq!(*log.lock(), [("n".to_owned(), 1)]);
}

#[tokio::test]
async fn a_timer_that_nobody_has_registered_for_waits_for_a_node_that_has() {
    let house = house();
    set(&house.store, "unknown", "a", 0).await;
    assert_eq!(advance(&house, 0).await, 1);
    let log = notes(&house, "unknown");
    assert_eq!(advance(&house, 1_000).await, 1);
    assert_eq!(*log.lock(), [("a".to_owned(), 1_000)]);
}

#[tokio::test(start_paused = true)]
async fn the_runner_wakes_for_what_falls_due_and_for_what_is_scheduled_meanwhile() {
    let house = house();
    let log = notes(&house, "note");
    set(&house.store, "note", "overdue", -5).await;
    #[expect(clippy::disallowed_methods, reason = "a test that waits for it")]
    let running = tokio::spawn({
        let timers = house.timers.clone();
        async move { timers.run().await }
    });
    let ran = async |count: usize| {
        while log.lock().len() < count {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
    };
    ran(1).await;
    set(&house.store, "note", "now", 0).await;
    ran(2).await;
    set(&house.store, "note", "later", 60_000).await;
    house.clock.0.store(60_000, Ordering::SeqCst);
    ran(3).await;
    running.abort();
    let ids: Vec<String> = log.lock().iter().map(|(id, _)| id.clone()).collect();
    assert_eq!(ids, ["overdue", "now", "later"]);
    house.timers.release().await.unwrap();
}
