//! Entries of HTTP archives (HAR 1.2), as browsers and proxies export them. They do not say who asked.

use std::borrow::Cow;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde::de::Error as _;

use super::record::{Record, Target, milliseconds};
use super::text::{Headers, Text};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Entry<'a> {
    #[serde(borrow, default)]
    started_date_time: Option<Text<'a>>,
    #[serde(borrow)]
    request: Request<'a>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    #[serde(borrow)]
    method: Text<'a>,
    #[serde(borrow)]
    url: Text<'a>,
    #[serde(borrow, default)]
    http_version: Option<Text<'a>>,
    #[serde(borrow, default)]
    headers: Headers<'a>,
    #[serde(borrow, default)]
    cookies: Headers<'a>,
    #[serde(default)]
    body_size: i64,
    #[serde(borrow, default)]
    post_data: Option<PostData<'a>>,
}

#[derive(Deserialize)]
struct PostData<'a> {
    #[serde(borrow, default)]
    text: Option<Text<'a>>,
    #[serde(borrow, default)]
    encoding: Option<Text<'a>>,
    #[serde(borrow, default)]
    params: Headers<'a>,
}

pub(super) fn parse(json: &[u8]) -> Result<Record<'_>, serde_json::Error> {
    let entry: Entry<'_> = serde_json::from_slice(json)?;
    let request = entry.request;
    let mut record = Record::new(request.method.0, Target::new(request.url.0));
    record.set_headers(request.headers.0);
    let has_cookies = record
        .headers
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case("cookie"));
    if !has_cookies && !request.cookies.0.is_empty() {
        record.headers.push((
            Cow::Borrowed("cookie"),
            Cow::Owned(joined(&request.cookies, "; ")),
        ));
    }
    if let Some(body) = request.post_data {
        record.set_body(bytes(body)?);
    }
    record.body_length = record
        .body_length
        .max(u64::try_from(request.body_size).unwrap_or(0));
    record.http_version = version(request.http_version);
    record.timestamp = entry.started_date_time.and_then(|Text(time)| milliseconds(&time));
    Ok(record)
}

/// A body's bytes; of forms that only have their fields, in the order of the fields.
fn bytes(data: PostData<'_>) -> Result<Cow<'_, [u8]>, serde_json::Error> {
    let encoded = data
        .encoding
        .is_some_and(|Text(name)| name.eq_ignore_ascii_case("base64"));
    match data.text {
        Some(Text(text)) if encoded => STANDARD
            .decode(text.as_bytes())
            .map(Cow::Owned)
            .map_err(|error| serde_json::Error::custom(format!("postData is not Base64: {error}"))),
        Some(Text(Cow::Borrowed(text))) => Ok(Cow::Borrowed(text.as_bytes())),
        Some(Text(Cow::Owned(text))) => Ok(Cow::Owned(text.into_bytes())),
        None => Ok(Cow::Owned(joined(&data.params, "&").into_bytes())),
    }
}

fn joined(pairs: &Headers<'_>, separator: &str) -> String {
    let pairs: Vec<_> = pairs
        .0
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    pairs.join(separator)
}

/// Browsers write `h2`, `http/2.0`, `HTTP/1.1`.
fn version(text: Option<Text<'_>>) -> Cow<'_, str> {
    let text = text.map_or_else(|| Cow::Borrowed("HTTP/1.1"), |Text(text)| text);
    match text.to_ascii_lowercase().as_str() {
        "h2" | "http/2" | "http/2.0" => Cow::Borrowed("HTTP/2.0"),
        "h3" | "http/3" | "http/3.0" => Cow::Borrowed("HTTP/3.0"),
        "http/1.0" => Cow::Borrowed("HTTP/1.0"),
        "" | "unknown" | "http/1.1" => Cow::Borrowed("HTTP/1.1"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_of_a_browser_is_a_request() {
        let record = parse(
            br#"{"startedDateTime": "2025-11-23T09:00:00.500Z", "time": 12, "request": {
                "method": "POST", "url": "https://shop.example/login?next=%2F", "httpVersion": "h2",
                "headers": [{"name": ":authority", "value": "shop.example"}, {"name": "accept", "value": "*/*"}],
                "cookies": [{"name": "sid", "value": "1", "path": "/"}, {"name": "t", "value": "2"}],
                "queryString": [{"name": "next", "value": "/"}], "headersSize": -1, "bodySize": 9,
                "postData": {"mimeType": "application/x-www-form-urlencoded", "text": "user=a&b=",
                             "params": [{"name": "user", "value": "a"}]}},
              "response": {"status": 200, "content": {"text": "{\"httpRequest\"}"}}}"#,
        )
        .unwrap();
        assert_eq!(
            (&*record.path, record.query.as_deref()),
            ("/login", Some("next=%2F"))
        );
        assert_eq!(&*record.http_version, "HTTP/2.0");
        let headers: Vec<_> = record
            .headers
            .iter()
            .map(|(name, value)| (&**name, &**value))
            .collect();
        assert_eq!(
            headers,
            [
                ("host", "shop.example"),
                ("accept", "*/*"),
                ("cookie", "sid=1; t=2")
            ]
        );
        assert_eq!(&*record.body, b"user=a&b=");
        assert_eq!(record.timestamp, Some(1_763_888_400_500));
        assert!(!record.lacks_body() && record.client_ip.is_none());
    }

    #[test]
    fn a_body_that_was_not_exported_is_missing() {
        let record = parse(
            br#"{"request": {"method": "PUT", "url": "http://a/", "httpVersion": "http/1.1", "headers": [],
                 "bodySize": 70}}"#,
        )
        .unwrap();
        assert!(record.lacks_body());
    }
}
