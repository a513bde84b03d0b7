//! From the messages of a notification to a question, and from the verdict to variables.

use std::net::IpAddr;

use memchr::memmem;

use super::frame::Actions;
use super::value::{Input, Value};
use crate::guard::{Answer, Decision};
use crate::integrations::answers::Answers;
use crate::integrations::ask::{Asker, Question};

/// The message that is answered; others get nothing.
const MESSAGE: &[u8] = b"check-request";

/// The arguments of a message, by their names in HAProxy's configuration.
#[derive(Debug, Default)]
struct Arguments<'a> {
    method: Option<&'a [u8]>,
    target: Option<&'a [u8]>,
    path: Option<&'a [u8]>,
    query: Option<&'a [u8]>,
    version: Option<&'a [u8]>,
    headers: Option<&'a [u8]>,
    body: Option<&'a [u8]>,
    body_size: Option<u64>,
    client: Option<IpAddr>,
    https: bool,
    web_acl: Option<&'a [u8]>,
}

/// The variables to set. Without a verdict there is none: HAProxy's configuration refuses what has no `action`.
pub(super) async fn answer(asker: &Asker, answers: Option<&Answers>, payload: &[u8]) -> Actions {
    let Some(arguments) = arguments(payload) else {
        tracing::warn!("HAProxy sent no message check-request, or a damaged one");
        return Actions::new();
    };
    match ask(asker, &arguments).await {
        Ok(Decision::Pass(inserted)) => {
            let headers = inserted.into_iter().map(|(name, value)| {
                (
                    format!("h_{}", name.as_str().replace('-', "_")),
                    value.as_bytes().to_vec(),
                )
            });
            std::iter::once(text("action", "pass")).chain(headers).collect()
        }
        Ok(Decision::Answer(answer)) => {
            let mut actions = refused(&answer);
            actions.extend(answers.map(|answers| text("answer", &answers.keep(*answer))));
            actions
        }
        Err(why) => {
            tracing::warn!(%why, "HAProxy got no verdict");
            Actions::new()
        }
    }
}

async fn ask(asker: &Asker, arguments: &Arguments<'_>) -> Result<Decision, String> {
    let mut target = arguments
        .target
        .or(arguments.path)
        .ok_or("the argument path is missing")?
        .to_vec();
    if let (None, Some(query)) = (
        arguments.target,
        arguments.query.filter(|query| !query.is_empty()),
    ) {
        target.push(b'?');
        target.extend_from_slice(query);
    }
    let headers = headers(arguments.headers.unwrap_or_default());
    let declared = headers
        .iter()
        .find(|(name, _)| name.eq_ignore_ascii_case(b"content-length"));
    let declared = declared.and_then(|(_, value)| std::str::from_utf8(value).ok()?.parse().ok());
    let question = Question {
        named: arguments
            .web_acl
            .and_then(|name| std::str::from_utf8(name).ok())
            .filter(|name| !name.is_empty()),
        method: arguments.method.ok_or("the argument method is missing")?,
        target: &target,
        http_version: match arguments.version {
            Some(b"1.0") => "HTTP/1.0",
            Some(b"2.0" | b"2") => "HTTP/2.0",
            Some(b"3.0" | b"3") => "HTTP/3.0",
            _ => "HTTP/1.1",
        },
        headers: &headers,
        body: arguments.body.unwrap_or_default(),
        body_length: arguments.body_size.or(declared).unwrap_or(0),
        client: arguments.client.ok_or("the argument src is missing")?,
        https: arguments.https,
    };
    asker.ask(&question).await.map_err(|why| why.to_string())
}

fn refused(answer: &Answer) -> Actions {
    let mut actions = vec![text("action", "answer"), text("status", answer.status.as_str())];
    for (header, variable) in [
        ("content-type", "content_type"),
        ("location", "location"),
        ("x-amzn-waf-action", "waf_action"),
    ] {
        let found = answer.headers.iter().find(|(name, _)| name == header);
        actions.extend(found.map(|(_, value)| (variable.to_owned(), value.as_bytes().to_vec())));
    }
    actions.push(("body".to_owned(), answer.body.to_vec()));
    actions
}

fn text(name: &str, value: &str) -> (String, Vec<u8>) {
    (name.to_owned(), value.as_bytes().to_vec())
}

/// Finds the message and takes its arguments apart.
fn arguments(payload: &[u8]) -> Option<Arguments<'_>> {
    let mut input = Input(payload);
    while !input.is_empty() {
        let name = input.string()?;
        let count = input.byte()?;
        let mut arguments = Arguments::default();
        for _ in 0..count {
            let (name, value) = (input.string()?, input.value()?);
            match (name, value) {
                (b"method", Value::Bytes(bytes)) => arguments.method = Some(bytes),
                (b"target", Value::Bytes(bytes)) => arguments.target = Some(bytes),
                (b"path", Value::Bytes(bytes)) => arguments.path = Some(bytes),
                // An absolute target without a path has none in HAProxy's eyes.
                (b"path", Value::Null) => arguments.path = Some(b"/"),
                (b"query", Value::Bytes(bytes)) => arguments.query = Some(bytes),
                (b"ver", Value::Bytes(bytes)) => arguments.version = Some(bytes),
                (b"headers", Value::Bytes(bytes)) => arguments.headers = Some(bytes),
                (b"body", Value::Bytes(bytes)) => arguments.body = Some(bytes),
                (b"body-size", Value::Number(number)) => arguments.body_size = Some(number),
                (b"src", Value::Address(address)) => arguments.client = Some(address),
                (b"ssl", Value::Bool(yes)) => arguments.https = yes,
                (b"web-acl", Value::Bytes(bytes)) => arguments.web_acl = Some(bytes),
                _ => {}
            }
        }
        if name == MESSAGE {
            return Some(arguments);
        }
    }
    None
}

/// Takes `req.hdrs` apart: lines that end with CRLF, an empty one at the end.
fn headers(text: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut headers = Vec::with_capacity(24);
    let mut rest = text;
    while !rest.is_empty() {
        let end = memmem::find(rest, b"\r\n").unwrap_or(rest.len());
        let (line, after) = rest.split_at(end);
        rest = after.get(2..).unwrap_or_default();
        if let Some(colon) = memchr::memchr(b':', line) {
            headers.push((&line[..colon], line[colon + 1..].trim_ascii()));
        }
    }
    headers
}

#[cfg(test)]
mod tests {
    use super::super::value::{put_string, put_value};
    use super::*;

    #[test]
    fn arguments_are_found_by_their_names() {
        let mut payload = Vec::new();
        put_string(&mut payload, b"other");
        payload.push(0);
        put_string(&mut payload, MESSAGE);
        payload.push(4);
        for (name, value) in [
            ("method", Value::Bytes(b"POST")),
            ("src", Value::Address("192.0.2.1".parse().unwrap())),
            ("body", Value::Bytes(b"a=b")),
            ("unknown", Value::Null),
        ] {
            put_string(&mut payload, name.as_bytes());
            put_value(&mut payload, &value);
        }
        let found = arguments(&payload).unwrap();
        assert_eq!(
            (found.method, found.body),
            (Some(&b"POST"[..]), Some(&b"a=b"[..]))
        );
        assert_eq!(found.client.unwrap().to_string(), "192.0.2.1");
        for cut in 1..payload.len() {
            // Whatever is cut off, nothing is made up.
            let _ = arguments(&payload[..cut]);
        }
        assert!(arguments(&payload[..payload.len() - 1]).is_none());
    }

    #[test]
    fn header_lines_come_apart() {
        let found = headers(b"host: shop.example:80\r\ncookie:a=b\r\nempty:\r\n\r\n");
        let wanted: [(&[u8], &[u8]); 3] = [
            (b"host", b"shop.example:80"),
            (b"cookie", b"a=b"),
            (b"empty", b""),
        ];
        assert_eq!(found, wanted);
    }
}
