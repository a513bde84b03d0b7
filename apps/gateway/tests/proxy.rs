//! What a load balancer does with requests, over real sockets.

mod support;

use std::time::Duration;

use haechi_dataplane::front::{Action, Condition, Patterns, Rule, Transform};
use support::{Echo, HOST, LB, Running, balancer, block, forward, front, protection};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

#[tokio::test(flavor = "multi_thread")]
async fn a_request_reaches_its_server_with_what_a_load_balancer_adds() {
    let echo = Echo::start().await;
    let gateway = Running::start(balancer(&[echo.address])).await;
    let answer = gateway
        .raw(
            b"GET /a?b=c HTTP/1.1\r\nHost: Shop.Test:80\r\nX-Forwarded-For: 1.1.1.1\r\nKeep-Alive: x\r\n\
              Connection: close, X-Forwarded-For\r\nUser-Agent: me\r\n\r\n",
        )
        .await;
    let (head, seen) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(
        head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("x-served-by: echo"),
        "{head}"
    );
    for line in [
        "get /a?b=c http/1.1\r\n",
        "\r\nhost: shop.test:80\r\n",
        "\r\nx-forwarded-for: 1.1.1.1, 127.0.0.1\r\n",
        "\r\nx-forwarded-proto: http\r\n",
        "\r\nx-forwarded-port: 80\r\n",
        "\r\nx-amzn-trace-id: root=1-",
        "\r\nuser-agent: me\r\n",
    ] {
        assert!(seen.contains(line), "{line:?} is not in {seen}");
    }
    assert!(!seen.contains("keep-alive"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_can_not_be_served_has_a_load_balancers_status() {
    let echo = Echo::start().await;
    let gateway = Running::start(balancer(&[echo.address])).await;
    assert!(gateway.get("other.test", "/").await.starts_with("HTTP/1.1 404"));
    assert!(
        gateway
            .raw(b"TRACE / HTTP/1.1\r\nHost: shop.test\r\nConnection: close\r\n\r\n")
            .await
            .starts_with("HTTP/1.1 405")
    );
    echo.die();
    gateway
        .plane
        .show(|snapshot| snapshot.target_groups[0].targets[0].port = 1);
    wait_for(&gateway, "/", "HTTP/1.1 502 Bad Gateway\r\n").await;
    gateway
        .plane
        .show(|snapshot| snapshot.target_groups[0].targets.clear());
    wait_for(&gateway, "/", "HTTP/1.1 503 Service Unavailable\r\n").await;
}

async fn wait_for(gateway: &Running, target: &str, start: &str) {
    for _ in 0..500 {
        if gateway.get(HOST, target).await.starts_with(start) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{target} never answered {start}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_is_silent_gives_504() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0")
        .await
        .expect("a socket");
    let mut snapshot = balancer(&[silent.local_addr().expect("an address")]);
    snapshot.fronts[0].settings.idle_timeout = 1;
    let gateway = Running::start(snapshot).await;
    assert!(gateway.get(HOST, "/").await.starts_with("HTTP/1.1 504"));
}

#[tokio::test(flavor = "multi_thread")]
async fn rules_answer_redirect_and_rewrite() {
    let echo = Echo::start().await;
    let mut snapshot = balancer(&[echo.address]);
    let rule = |path: &str, action, transforms| Rule {
        arn: None,
        conditions: vec![Condition::PathPattern(Patterns::Wildcards(vec![path.to_owned()]))],
        transforms,
        action,
    };
    let fixed = Action::Fixed {
        status: 418,
        headers: vec![("content-type".to_owned(), "text/plain".to_owned())],
        body: "short and stout".to_owned(),
    };
    let redirect = Action::Redirect {
        protocol: "HTTPS".to_owned(),
        host: "#{host}".to_owned(),
        port: "443".to_owned(),
        path: "/#{path}".to_owned(),
        query: "#{query}".to_owned(),
        status: 301,
    };
    let rewrite = Transform::Url {
        regex: "^/old/(.*)$".to_owned(),
        replace: "/new/$1".to_owned(),
    };
    let proxy = Action::Proxy {
        url: format!("http://{}/base/", echo.address),
        append_path: true,
        method: None,
        headers: vec![("x-set".to_owned(), "yes".to_owned())],
        timeout: 5_000,
    };
    snapshot.fronts[0].listeners[0].rules = vec![
        rule("/tea", fixed, Vec::new()),
        rule("/secure*", redirect, Vec::new()),
        rule("/old/*", forward(), vec![rewrite]),
        rule("/elsewhere", proxy, Vec::new()),
    ];
    let gateway = Running::start(snapshot).await;
    let tea = gateway.get(HOST, "/tea").await;
    assert!(
        tea.starts_with("HTTP/1.1 418") && tea.ends_with("short and stout"),
        "{tea}"
    );
    let secure = gateway.get(HOST, "/secure/x?y=z").await;
    assert!(secure.starts_with("HTTP/1.1 301"), "{secure}");
    assert!(
        secure.contains("location: https://shop.test:443/secure/x?y=z\r\n"),
        "{secure}"
    );
    assert!(
        gateway
            .get(HOST, "/old/x?y=z")
            .await
            .contains("get /new/x?y=z http/1.1")
    );
    let elsewhere = gateway.get(HOST, "/elsewhere?q").await;
    assert!(
        elsewhere.contains("get /base/elsewhere?q http/1.1"),
        "{elsewhere}"
    );
    assert!(elsewhere.contains("\r\nx-set: yes\r\n"), "{elsewhere}");
    assert!(
        elsewhere.contains(&format!("\r\nhost: {}\r\n", echo.address)),
        "{elsewhere}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_web_acl_sees_heads_and_the_beginning_of_bodies() {
    let echo = Echo::start().await;
    let mut snapshot = balancer(&[echo.address]);
    snapshot.protections = vec![protection("1", LB, Vec::new())];
    let gateway = Running::start(snapshot).await;
    let before = echo.seen();
    assert!(gateway.get(HOST, "/admin/x").await.starts_with("HTTP/1.1 403"));
    let post = |body: String| {
        format!(
            "POST / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        )
    };
    assert!(
        gateway
            .raw(post("so evil".to_owned()).as_bytes())
            .await
            .starts_with("HTTP/1.1 403")
    );
    let chunked = format!(
        "POST / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nev\r\n2\r\nil\r\n0\r\n\r\n"
    );
    assert!(gateway.raw(chunked.as_bytes()).await.starts_with("HTTP/1.1 403"));
    assert_eq!(echo.seen(), before, "nothing of it reached the server");
    let late = gateway.raw(post("x".repeat(9_000) + "evil").as_bytes()).await;
    assert!(
        late.starts_with("HTTP/1.1 200"),
        "beyond 8 KB a load balancer's web ACL does not look"
    );
    let large = gateway.raw(post("y".repeat(3_000_000)).as_bytes()).await;
    assert!(large.ends_with(&"y".repeat(1_000)) && large.len() > 3_000_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_chunked_body_stays_one_request() {
    let echo = Echo::start().await;
    let gateway = Running::start(balancer(&[echo.address])).await;
    for method in ["POST", "GET", "DELETE"] {
        let before = echo.seen();
        let request = format!(
            "{method} / HTTP/1.1\r\nHost: {HOST}\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n\
             20\r\nGET /admin HTTP/1.1\r\nHost: x\r\n\r\n\r\n0\r\n\r\n"
        );
        let answer = gateway.raw(request.as_bytes()).await;
        assert!(answer.contains("transfer-encoding: chunked"), "{answer}");
        assert_eq!(echo.seen(), before + 1, "{method}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_accelerator_passes_on_to_a_front_with_its_web_acl() {
    let echo = Echo::start().await;
    let mut snapshot = balancer(&[echo.address]);
    snapshot
        .fronts
        .push(front("accelerator", "fast.test", Action::Front(LB.to_owned())));
    snapshot
        .fronts
        .push(front("circle", "circle.test", Action::Front("circle".to_owned())));
    snapshot.protections = vec![protection("1", LB, Vec::new())];
    let gateway = Running::start(snapshot).await;
    assert!(gateway.get("fast.test", "/").await.starts_with("HTTP/1.1 200"));
    assert!(
        gateway
            .get("fast.test", "/admin")
            .await
            .starts_with("HTTP/1.1 403")
    );
    assert!(gateway.get("circle.test", "/").await.starts_with("HTTP/1.1 502"));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upgraded_connection_is_a_tunnel() {
    let echo = Echo::start().await;
    let mut snapshot = balancer(&[echo.address]);
    snapshot.protections = vec![protection("1", LB, Vec::new())];
    let gateway = Running::start(snapshot).await;
    let mut stream = TcpStream::connect(gateway.address).await.expect("a connection");
    let request = format!("GET / HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n");
    stream.write_all(request.as_bytes()).await.expect("sent");
    let mut buffer = [0; 1024];
    let count = stream.read(&mut buffer).await.expect("an answer");
    let head = String::from_utf8_lossy(&buffer[..count]).into_owned();
    assert!(head.starts_with("HTTP/1.1 101"), "{head}");
    // Bytes that would be no request at all.
    stream.write_all(b"\0\x01 hello\n").await.expect("sent");
    let mut loud = [0; 9];
    stream.read_exact(&mut loud).await.expect("an echo");
    assert_eq!(&loud, b"\0\x01 HELLO\n");
    let request =
        format!("GET /admin HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: shout\r\n\r\n");
    let refused = gateway.raw(request.as_bytes());
    let refused = tokio::time::timeout(Duration::from_secs(5), refused).await;
    assert!(refused.is_err() || refused.is_ok_and(|answer| answer.starts_with("HTTP/1.1 403")));
}

#[tokio::test(flavor = "multi_thread")]
async fn inserted_headers_replace_what_the_client_claims() {
    let echo = Echo::start().await;
    let mut rule = block(
        "count",
        9,
        "L2NvdW50",
        "STARTS_WITH",
        serde_json::json!({ "UriPath": {} }),
    );
    rule["Action"] = serde_json::json!({ "Count": { "CustomRequestHandling": {
        "InsertHeaders": [{ "Name": "seen", "Value": "truly" }],
    }}});
    let mut snapshot = balancer(&[echo.address]);
    snapshot.protections = vec![protection("1", LB, vec![rule])];
    let gateway = Running::start(snapshot).await;
    let request = format!(
        "GET /count HTTP/1.1\r\nHost: {HOST}\r\nx-amzn-waf-seen: never\r\nConnection: close, x-amzn-waf-seen\r\n\r\n"
    );
    let answer = gateway.raw(request.as_bytes()).await;
    assert!(
        answer.contains("\r\nx-amzn-waf-seen: truly\r\n") && !answer.contains("never"),
        "{answer}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happened_is_reported_and_measured() {
    let echo = Echo::start().await;
    let mut snapshot = balancer(&[echo.address]);
    snapshot.protections = vec![protection("1", LB, Vec::new())];
    let gateway = Running::start(snapshot).await;
    gateway.get(HOST, "/admin").await;
    for _ in 0..400 {
        let told = gateway.plane.reports.lock().iter().any(|report| {
            let blocked = |count: &haechi_dataplane::report::MetricCount| count.name == "BlockedRequests";
            report
                .web_acls
                .iter()
                .any(|web_acl| web_acl.counts.iter().any(blocked) && !web_acl.samples.is_empty())
                && report
                    .fronts
                    .iter()
                    .any(|front| front.resource == LB && front.requests > 0)
                && report.targets.iter().any(|target| target.state == "healthy")
        });
        if told {
            let mut page = String::new();
            gateway.metrics.write(&mut page);
            assert!(
                page.contains("haechi_gateway_responses_total{class=\"4xx\"}"),
                "{page}"
            );
            assert!(
                page.contains("haechi_gateway_targets{group=\"tg\",state=\"healthy\"} 1"),
                "{page}"
            );
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("it was never reported: {:?}", gateway.plane.reports.lock());
}
