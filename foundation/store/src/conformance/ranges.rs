//! Reading in order.

use bytes::Bytes;

use super::{COUNTS, Subject, count, scope};
use crate::{Batch, Direction, Key, KeyBuilder, KeyRange, Scope, Store, Txn};

fn raw(bytes: &[u8]) -> Key {
    Key::from_bytes(bytes.to_vec())
}

/// Keys are compared as bytes; the start is in the range and the end is not.
pub async fn ranges_respect_bounds_limit_and_direction(backend: Subject) {
    let keys: [&[u8]; 7] = [
        b"\x00",
        b"\x01",
        b"\x01\x00",
        b"\x01\x00\xff",
        b"\x01\xff",
        b"\x7f",
        b"\xff\xff",
    ];
    let puts = keys
        .iter()
        .rev()
        .map(|key| (raw(key), Bytes::copy_from_slice(key)))
        .collect();
    backend
        .commit(Batch {
            puts,
            ..Batch::default()
        })
        .await
        .unwrap();
    let all = |start: &[u8], end: &[u8]| KeyRange {
        start: start.to_vec().into(),
        end: end.to_vec().into(),
    };
    let cases: [(KeyRange, usize, Direction, &[&[u8]]); 7] = [
        (all(b"", b"\xff\xff\xff"), 100, Direction::Forward, &keys),
        (all(b"\x01", b"\x7f"), 100, Direction::Forward, &keys[1..5]),
        (all(b"\x01", b"\x7f"), 2, Direction::Forward, &keys[1..3]),
        (all(b"\x01", b"\x7f"), 2, Direction::Backward, &[keys[4], keys[3]]),
        (
            all(b"", b"\xff\xff\xff").after(&raw(b"\x01")),
            1,
            Direction::Forward,
            &[keys[2]],
        ),
        (
            all(b"", b"\xff\xff\xff").before(&raw(b"\x01")),
            5,
            Direction::Backward,
            &[keys[0]],
        ),
        (all(b"\x7f", b"\x01"), 5, Direction::Forward, &[]),
    ];
    for (range, limit, direction, expected) in cases {
        let rows = backend.range(&range, limit, direction).await.unwrap();
        let found: Vec<&[u8]> = rows.iter().map(|(key, _)| key.as_bytes()).collect();
        assert_eq!(found, expected, "{range:?} {limit} {direction:?}");
        assert!(rows.iter().all(|(key, row)| key.as_bytes() == row.value));
    }
}

/// No record twice, none missing, whatever the size of the pages.
pub async fn paging_a_list_visits_every_record_once(backend: Subject) {
    const RECORDS: u64 = 700;
    let store = Store::new(backend);
    store
        .txn(async |t: Txn| {
            for number in 0..RECORDS {
                t.put(&COUNTS, &scope(), ("list", number), &count(number)).await?;
            }
            t.put(&COUNTS, &scope(), "lisa", &count(0)).await?;
            t.put(&COUNTS, &scope(), "lisu", &count(0)).await
        })
        .await
        .unwrap();
    for page_size in [7, 100, 1000] {
        let mut seen = Vec::new();
        let mut after = None;
        loop {
            let page = store
                .list_under(&COUNTS, &scope(), "list", after.as_ref(), page_size)
                .await
                .unwrap();
            let Some((last, _)) = page.last() else { break };
            after = Some(last.clone());
            seen.extend(page.iter().map(|(id, count)| (id.u64(1).unwrap(), count.value)));
        }
        assert_eq!(
            seen,
            (0..RECORDS).map(|number| (number, number)).collect::<Vec<_>>()
        );
    }
}

/// What belongs to the whole deployment (billing, timers) reads a table whole.
pub async fn a_table_is_listed_across_all_accounts(backend: Subject) {
    let store = Store::new(backend);
    let scopes = ["1", "2", "3"].map(|account| Scope::new("aws", account, "eu-north-1"));
    for scope in &scopes {
        store
            .txn(|t: Txn| async move {
                t.put(&COUNTS, scope, "a", &count(1)).await?;
                t.put(&COUNTS, scope, "b", &count(2)).await
            })
            .await
            .unwrap();
    }
    let mut seen = Vec::new();
    let mut after = None;
    loop {
        let page = store.list_everywhere(&COUNTS, after.as_ref(), 2).await.unwrap();
        let Some((scope, id, _)) = page.last() else { break };
        after = Some(COUNTS.key(scope, id));
        seen.extend(
            page.iter()
                .map(|(scope, id, count)| (scope.clone(), id.to_string(), count.value.value)),
        );
    }
    let expected: Vec<_> = scopes
        .iter()
        .flat_map(|scope| [(scope.clone(), "a".to_owned(), 1), (scope.clone(), "b".into(), 2)])
        .collect();
    assert_eq!(seen, expected);
}

/// Bytes are bytes.
pub async fn a_value_of_any_bytes_and_size_comes_back(backend: Subject) {
    let every_byte: Vec<u8> = (0..=255).collect();
    for (number, value) in [Vec::new(), every_byte.clone(), every_byte.repeat(4096)]
        .into_iter()
        .enumerate()
    {
        let key = KeyBuilder::table("conformance", "\0\u{ff}é")
            .u64(number as u64)
            .finish();
        let value = Bytes::from(value);
        backend
            .commit(Batch {
                puts: vec![(key.clone(), value.clone())],
                ..Batch::default()
            })
            .await
            .unwrap();
        assert_eq!(backend.get(&key).await.unwrap().unwrap().value, value);
    }
    let store = Store::new(backend);
    let id = "name with \0 and \u{10ffff}";
    store
        .txn(async |t: Txn| t.put(&COUNTS, &scope(), id, &count(1)).await)
        .await
        .unwrap();
    let listed = store.list(&COUNTS, &scope(), None, 10).await.unwrap();
    assert_eq!(listed[0].0.str(0), Some(id));
    assert_eq!(listed.len(), 1);
}
