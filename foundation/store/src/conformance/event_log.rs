//! The event log.

use super::{COUNTS, Subject, at_once, count, scope};
use crate::{Direction, LogCursor, LogQuery, LogRecord, Store, StoreError, Txn};

const STREAM: &str = "cloudtrail/000000000000/eu-north-1";

fn record(number: u64, time: i64) -> LogRecord {
    let terms = [
        format!("EventName=Event{}", number % 3),
        format!("EventId={number}"),
    ]
    .into_iter()
    .collect();
    let body = format!("record {number}").repeat(1 + number as usize % 5).into();
    LogRecord {
        stream: STREAM.into(),
        time,
        id: u128::from(number).to_be_bytes(),
        terms,
        body,
    }
}

/// Scattered times, many of them equal, some far apart.
fn scattered(numbers: std::ops::Range<u64>) -> Vec<LogRecord> {
    let time = |number: u64| {
        let mixed = (number + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 40;
        1_700_000_000_000 + (mixed % 400) as i64 * if number.is_multiple_of(10) { 5_000 } else { 3 }
    };
    numbers.map(|number| record(number, time(number))).collect()
}

async fn read_all(store: &Store, query: &LogQuery<'_>) -> Vec<LogRecord> {
    let mut query = query.clone();
    let mut all = Vec::new();
    loop {
        let page = store.scan(&query).await.unwrap();
        assert!(page.records.len() <= query.limit);
        all.extend(page.records);
        let Some(next) = page.next else { return all };
        query.cursor = Some(next.to_string().parse::<LogCursor>().unwrap());
    }
}

/// Many writers, chunks that overlap: still by time, then by id, in pages of any size, either way.
pub async fn the_log_is_read_in_exact_order_whatever_the_order_of_appends(backend: Subject) {
    let store = Store::new(backend);
    at_once(40, |writer| {
        let store = store.clone();
        async move {
            for part in scattered(writer * 20..(writer + 1) * 20).chunks(4) {
                store.append(part.to_vec()).await.unwrap();
            }
        }
    })
    .await;
    store
        .append(vec![LogRecord {
            stream: "other".into(),
            ..record(9, 1_700_000_000_000)
        }])
        .await
        .unwrap();
    let mut expected = scattered(0..800);
    expected.sort_by_key(|record| (record.time, record.id));
    let (from_ms, to_ms) = (1_700_000_000_300, 1_700_000_900_000);
    let in_time: Vec<_> = expected
        .iter()
        .filter(|record| (from_ms..=to_ms).contains(&record.time))
        .cloned()
        .collect();
    for limit in [1_000, 50, 7] {
        let mut query = LogQuery {
            limit,
            direction: Direction::Forward,
            ..LogQuery::newest(STREAM)
        };
        assert_eq!(read_all(&store, &query).await, expected);
        query = LogQuery {
            from_ms,
            to_ms,
            ..query
        };
        assert_eq!(read_all(&store, &query).await, in_time);
        query.direction = Direction::Backward;
        let mut backward = read_all(&store, &query).await;
        backward.reverse();
        assert_eq!(backward, in_time);
    }
}

/// Exact matches only, in order, none missing.
pub async fn a_search_by_term_finds_exactly_the_records_that_carry_it(backend: Subject) {
    let store = Store::new(backend);
    for part in scattered(0..300).chunks(10) {
        store.append(part.to_vec()).await.unwrap();
    }
    let numbers = async |term: &str, direction| {
        let query = LogQuery {
            term: Some(term),
            direction,
            limit: 9,
            ..LogQuery::newest(STREAM)
        };
        let found = read_all(&store, &query).await;
        found
            .iter()
            .map(|record| u128::from_be_bytes(record.id) as u64)
            .collect::<Vec<_>>()
    };
    let mut carrying: Vec<_> = scattered(0..300)
        .into_iter()
        .filter(|r| r.terms.contains("EventName=Event1"))
        .collect();
    carrying.sort_by_key(|record| (record.time, record.id));
    let expected: Vec<_> = carrying
        .iter()
        .map(|record| u128::from_be_bytes(record.id) as u64)
        .collect();
    assert_eq!(numbers("EventName=Event1", Direction::Forward).await, expected);
    assert_eq!(numbers("EventId=123", Direction::Backward).await, [123]);
    assert_eq!(numbers("EventName=Event", Direction::Backward).await, [0_u64; 0]);
}

/// The audit record and the change it tells of are one.
pub async fn a_log_record_of_a_batch_exists_if_and_only_if_the_batch_does(backend: Subject) {
    let store = Store::new(backend);
    for number in 0..10 {
        let result = store
            .txn(|t: Txn| async move {
                t.put(&COUNTS, &scope(), number, &count(number)).await?;
                t.log(record(number, number as i64)).await;
                if number % 2 == 0 {
                    Ok(())
                } else {
                    Err(StoreError::BadCursor)
                }
            })
            .await;
        assert_eq!(result.is_ok(), number % 2 == 0);
    }
    let query = LogQuery {
        direction: Direction::Forward,
        ..LogQuery::newest(STREAM)
    };
    let times: Vec<_> = read_all(&store, &query)
        .await
        .iter()
        .map(|record| record.time)
        .collect();
    assert_eq!(times, [0, 2, 4, 6, 8]);
    assert_eq!(store.list(&COUNTS, &scope(), None, 100).await.unwrap().len(), 5);
}

/// Retention: old records go, newer ones and those of other streams stay.
pub async fn expired_chunks_are_gone_and_others_stay(backend: Subject) {
    let store = Store::new(backend);
    for number in 0..20_u64 {
        let mut records = vec![record(number, number as i64 * 100_000)];
        records.push(LogRecord {
            stream: "waf/1".into(),
            ..records[0].clone()
        });
        store.append(records).await.unwrap();
    }
    assert_eq!(store.expire("cloudtrail/", 1_000_000).await.unwrap(), 10);
    let left = read_all(&store, &LogQuery::newest(STREAM)).await;
    assert_eq!(left.iter().map(|record| record.time).min(), Some(1_000_000));
    assert_eq!(left.len(), 10);
    assert_eq!(read_all(&store, &LogQuery::newest("waf/1")).await.len(), 20);
}
