//! What attackers and accidents do: nothing crashes, no request skips its web ACL, memory stays bounded.

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::json;
use support::{Echo, HOST, LB, Running, balancer, block, protection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::task::JoinSet;

#[tokio::test(flavor = "multi_thread")]
async fn what_two_parsers_could_read_in_two_ways_gets_400_and_reaches_nobody() {
    let echo = Echo::start().await;
    let gateway = Running::start(balancer(&[echo.address])).await;
    let before = echo.seen();
    let smuggled = "GET /smuggled HTTP/1.1\r\nHost: shop.test\r\n\r\n";
    for lines in [
        "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nG",
        "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n5c\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
        "Transfer-Encoding:\x0bchunked\r\n\r\n0\r\n\r\n",
        "X: y\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 44\r\n\r\n",
        "Content-Length: 0\r\nContent-Length: 0\r\n\r\n",
        "Content-Length: 0, 44\r\n\r\n",
        "Content-Length: +0\r\n\r\n",
        "Content-Length: -1\r\n\r\n",
        "Content-Length: 0x0\r\n\r\n",
        "X: y\nContent-Length: 44\r\n\r\n",
        "X: y\rContent-Length: 44\r\n\r\n",
        "Host: other.test\r\n\r\n",
        "X\0: y\r\n\r\n",
        "no colon\r\n\r\n",
    ] {
        let request = format!("POST / HTTP/1.1\r\nHost: {HOST}\r\n{lines}{smuggled}");
        let answer = gateway.raw(request.as_bytes()).await;
        assert!(answer.starts_with("HTTP/1.1 400"), "{lines:?}: {answer}");
        assert_eq!(
            answer.matches("HTTP/1.1 ").count(),
            1,
            "{lines:?}: closed after it"
        );
    }
    assert_eq!(echo.seen(), before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunk_with_a_bad_size_ends_the_connection() {
    let echo = Echo::start().await;
    let gateway = Running::start(balancer(&[echo.address])).await;
    for chunks in [
        "0x5\r\nhello\r\n0\r\n\r\n",
        "5 \r\nhello\r\n0\r\n\r\n",
        "-5\r\n",
        "fffffffffffffffff\r\n",
        "5\nhello\n0\n\n",
    ] {
        let request = format!(
            "POST / HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n{chunks}\
             GET /smuggled HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
        );
        let answer = gateway.raw(request.as_bytes()).await;
        assert!(
            !answer.contains(" 200 ") && !answer.contains("/smuggled"),
            "{chunks:?}: {answer}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn header_bombs_are_refused() {
    let echo = Echo::start().await;
    let gateway = Running::start(balancer(&[echo.address])).await;
    let before = echo.seen();
    let many = "X: y\r\n".repeat(5_000);
    let long = format!("X: {}\r\n", "y".repeat(100_000));
    let wide = format!("{}: y\r\n", "x".repeat(70_000));
    for lines in [many, long, wide] {
        let answer = gateway
            .raw(format!("GET / HTTP/1.1\r\nHost: {HOST}\r\n{lines}\r\n").as_bytes())
            .await;
        let refused =
            answer.is_empty() || answer.starts_with("HTTP/1.1 400") || answer.starts_with("HTTP/1.1 431");
        assert!(refused, "{answer}");
    }
    assert_eq!(echo.seen(), before);
    assert!(gateway.get(HOST, "/").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn thousands_of_slow_clients_keep_nobody_out_and_are_cut_off() {
    let echo = Echo::start().await;
    let gateway = Running::with(balancer(&[echo.address]), |config| {
        config.head_timeout = Duration::from_secs(2);
    })
    .await;
    let mut slow = Vec::new();
    for number in 0..1_500 {
        // Some say nothing at all, some half a head.
        let Ok(mut stream) = TcpStream::connect(gateway.address).await else {
            break;
        };
        if number % 2 == 0 {
            let _ = stream.write_all(b"GET / HTTP/1.1\r\nHost: shop.test\r\nX-").await;
        }
        slow.push(stream);
    }
    assert!(
        slow.len() > 300,
        "the machine allows {} connections only",
        slow.len()
    );
    assert!(gateway.get(HOST, "/").await.starts_with("HTTP/1.1 200"));
    let mut cut = JoinSet::new();
    for mut stream in slow {
        cut.spawn(async move {
            let mut rest = Vec::new();
            let reading = stream.read_to_end(&mut rest);
            tokio::time::timeout(Duration::from_secs(30), reading)
                .await
                .is_ok()
        });
    }
    while let Some(ended) = cut.join_next().await {
        assert!(ended.expect("no panic"), "a slow client was not cut off");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn one_address_gets_no_more_connections_than_it_may() {
    let echo = Echo::start().await;
    let gateway = Running::with(balancer(&[echo.address]), |config| {
        config.most_connections = (100, 5);
    })
    .await;
    let mut held = Vec::new();
    for _ in 0..5 {
        let mut stream = TcpStream::connect(gateway.address).await.expect("a connection");
        stream.write_all(b"GET").await.expect("sent");
        held.push(stream);
    }
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert_eq!(gateway.get(HOST, "/").await, "", "closed without a word");
    drop(held);
    tokio::time::sleep(Duration::from_millis(300)).await;
    assert!(gateway.get(HOST, "/").await.starts_with("HTTP/1.1 200"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_web_acl_replaced_a_hundred_times_under_load_lets_nothing_through() {
    let echo = Echo::start().await;
    let mut snapshot = balancer(&[echo.address]);
    snapshot.protections = vec![protection("0", LB, Vec::new())];
    let gateway = Arc::new(Running::start(snapshot).await);
    let stop = Arc::new(AtomicBool::new(false));
    let mut load = JoinSet::new();
    for _ in 0..8 {
        let (gateway, stop) = (Arc::clone(&gateway), Arc::clone(&stop));
        load.spawn(async move {
            let mut counts = (0, 0);
            let mut stream = TcpStream::connect(gateway.address).await.expect("a connection");
            while !stop.load(Ordering::Relaxed) {
                // On one connection all the while: a change must not drop it.
                for (path, status) in [("/admin", "403"), ("/", "200")] {
                    let request = format!("GET {path} HTTP/1.1\r\nHost: {HOST}\r\n\r\n");
                    stream.write_all(request.as_bytes()).await.expect("sent");
                    let answer = one_answer(&mut stream).await;
                    assert_eq!(&answer[9..12], status, "{path}: {answer}");
                }
                counts.0 += 1;
                counts.1 += 1;
            }
            counts
        });
    }
    for number in 1..=100 {
        let rule = block("more", 9, "bW9yZQ==", "EXACTLY", json!({ "QueryString": {} }));
        let broken = number % 10 == 0;
        gateway.plane.show(|snapshot| {
            let mut new = protection(&number.to_string(), LB, vec![rule]);
            if broken {
                new.definition = "{}".to_owned();
            }
            snapshot.protections = vec![new];
        });
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(counts) = load.join_next().await {
        let (blocked, passed) = counts.expect("every answer was the right one");
        assert!(blocked > 0 && passed > 0);
    }
}

/// Reads one response with a Content-Length.
async fn one_answer(stream: &mut TcpStream) -> String {
    let mut buffer = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let text = String::from_utf8_lossy(&buffer).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .to_ascii_lowercase()
                .split("content-length: ")
                .nth(1)
                .and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok())
                .unwrap_or(0);
            if body.len() >= length {
                return text;
            }
        }
        let count = stream.read(&mut piece).await.expect("an answer");
        assert!(count > 0, "the connection was dropped after {text:?}");
        buffer.extend_from_slice(&piece[..count]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_dies_under_load_costs_its_own_requests_only() {
    let (mortal, other) = (Echo::start().await, Echo::start().await);
    let gateway = Arc::new(Running::start(balancer(&[mortal.address, other.address])).await);
    let mut load = JoinSet::new();
    for _ in 0..4 {
        let gateway = Arc::clone(&gateway);
        load.spawn(async move {
            let mut statuses = Vec::new();
            for _ in 0..60 {
                let answer = gateway.get(HOST, "/").await;
                statuses.push(answer.get(9..12).unwrap_or("none").to_owned());
                tokio::time::sleep(Duration::from_millis(3)).await;
            }
            statuses
        });
    }
    tokio::time::sleep(Duration::from_millis(60)).await;
    mortal.die();
    let mut good = 0;
    while let Some(statuses) = load.join_next().await {
        for status in statuses.expect("no panic") {
            assert!(status == "200" || status == "502", "{status}");
            good += usize::from(status == "200");
        }
    }
    assert!(good >= 100, "only {good} of 240 were served");
}
