//! The requests by which the engine's cost is stated, the same that the script beside ModSecurity sends.

use haechi_waf::request::{Header, HttpRequest};
use std::net::{IpAddr, Ipv4Addr};

/// A page of a shop.
pub const TARGET: &str = "/products/shoes/running?color=dark%20blue&size=42&q=light+trail+shoes";

/// What a browser sends along.
pub const BROWSER: [Header<'static>; 13] = [
    (b"Host", b"shop.example.com"),
    (b"Connection", b"keep-alive"),
    (b"sec-ch-ua", br#""Chromium";v="140", "Not=A?Brand";v="24", "Google Chrome";v="140""#),
    (b"sec-ch-ua-mobile", b"?0"),
    (b"Upgrade-Insecure-Requests", b"1"),
    (
        b"User-Agent",
        b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36",
    ),
    (
        b"Accept",
        b"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8",
    ),
    (b"Sec-Fetch-Site", b"same-origin"),
    (b"Sec-Fetch-Mode", b"navigate"),
    (b"Referer", b"https://shop.example.com/products?page=2"),
    (b"Accept-Encoding", b"gzip, deflate, br, zstd"),
    (b"Accept-Language", b"ko-KR,ko;q=0.9,en-US;q=0.8,en;q=0.7"),
    (
        b"Cookie",
        b"session=4f1c2a9b8e7d6c5b4a39281706f5e4d3; theme=dark; _ga=GA1.2.1234567890.1700000000; consent=true",
    ),
];

/// A browser's GET.
pub fn browser_get() -> HttpRequest<'static> {
    HttpRequest::new(b"GET", TARGET.as_bytes(), client()).with_headers(&BROWSER)
}

/// A JSON document of about 1,000 bytes.
pub fn json_body() -> String {
    let items: Vec<_> = (0..12)
        .map(|n| format!(r#"{{"id":{n},"name":"Product number {n}","price":19.95,"tags":["new","sale"]}}"#))
        .collect();
    format!(
        r#"{{"cart":"c-81729","customer":{{"email":"kim.minjun@example.com","city":"Seoul"}},"items":[{}],"note":"Please leave it at the door, thanks! It's the 2nd house."}}"#,
        items.join(",")
    )
}

/// The headers of a JSON POST.
pub fn json_headers() -> Vec<Header<'static>> {
    let mut headers = BROWSER.to_vec();
    headers.push((b"Content-Type", b"application/json"));
    headers
}

/// A POST of `body` with these headers.
pub fn post<'a>(target: &'a str, headers: &'a [Header<'a>], body: &'a [u8]) -> HttpRequest<'a> {
    HttpRequest::new(b"POST", target.as_bytes(), client())
        .with_headers(headers)
        .with_body(body)
}

/// Pieces of which hostile bodies are made.
pub const HOSTILE: [&str; 24] = [
    "%u00",
    "'",
    "((",
    "<a ",
    "\\",
    "/*",
    "&#x",
    "union select ",
    "../",
    "eval(",
    "[",
    "onload= ",
    "%25",
    "${",
    ";cat ",
    "or 1=1 ",
    "a=",
    "\"a\":[",
    "{",
    "<!--",
    "http://",
    "select(",
    "$(`",
    "\u{ff1c}",
];

/// The browser's GET or the JSON POST as a script for wrk.
pub fn wrk_script(post: bool) -> String {
    let (method, path, headers, body) = if post {
        ("POST", "/cart", json_headers(), json_body())
    } else {
        ("GET", TARGET, BROWSER.to_vec(), String::new())
    };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut lines = String::new();
    for (name, value) in headers {
        // wrk minds the connection itself.
        if !name.eq_ignore_ascii_case(b"connection") {
            lines.extend(["wrk.headers[\"", &text(name), "\"] = [=[", &text(value), "]=]\n"]);
        }
    }
    format!("wrk.method = \"{method}\"\nwrk.path = [=[{path}]=]\n{lines}wrk.body = [=[{body}]=]\n")
}

fn client() -> IpAddr {
    IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1))
}
