//! Requests in files: a JSON object per line (`.jsonl`), or texts, one per line (`.txt`), each of which is put where a
//! user's text arrives: into a query argument, a field of a form, a string of a JSON document.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use anyhow::{Context, Result};
use base64::{Engine, engine::general_purpose::STANDARD};
use haechi_waf::request::{Header, HttpRequest};
use serde::Deserialize;

/// A request with what is known of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// Where it is from.
    pub id: String,
    /// The kind of attack or of ordinary traffic.
    pub class: String,
    /// Whether it should be blocked.
    pub attack: bool,
    #[serde(default = "get")]
    method: String,
    target: String,
    #[serde(default)]
    headers: Vec<(String, String)>,
    #[serde(default)]
    body: String,
    #[serde(default)]
    body_base64: Option<String>,
}

fn get() -> String {
    "GET".to_owned()
}

/// A record's request, ready to be borrowed.
pub struct Loaded<'a> {
    record: &'a Record,
    headers: Vec<Header<'a>>,
    body: Vec<u8>,
}

impl Record {
    /// The request.
    pub fn load(&self) -> Result<Loaded<'_>> {
        Ok(Loaded {
            record: self,
            headers: self
                .headers
                .iter()
                .map(|(name, value)| (name.as_bytes(), value.as_bytes()))
                .collect(),
            body: match &self.body_base64 {
                Some(text) => STANDARD.decode(text).with_context(|| self.id.clone())?,
                None => self.body.clone().into_bytes(),
            },
        })
    }
}

impl Loaded<'_> {
    /// The request.
    pub fn request(&self) -> HttpRequest<'_> {
        let client = IpAddr::V4(Ipv4Addr::new(192, 0, 2, 1));
        HttpRequest::new(
            self.record.method.as_bytes(),
            self.record.target.as_bytes(),
            client,
        )
        .with_headers(&self.headers)
        .with_body(&self.body)
    }
}

/// The records of a file. `attack` is what texts are; requests say it themselves.
pub fn read(path: &Path, attack: bool) -> Result<Vec<Record>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    if path.extension().is_some_and(|extension| extension == "txt") {
        let class = path.file_stem().unwrap_or_default().to_string_lossy();
        let lines = text.lines().filter(|line| !line.is_empty());
        return Ok(lines.flat_map(|line| placed(&class, attack, line)).collect());
    }
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(nth, line)| {
            serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), nth + 1))
        })
        .collect()
}

const USER_AGENT: &str = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";

/// A line in each of the places. `\r`, `\n` and `\0` of a text are written as such escapes.
fn placed(class: &str, attack: bool, line: &str) -> [Record; 3] {
    let text = line
        .replace("\\r", "\r")
        .replace("\\n", "\n")
        .replace("\\0", "\0");
    let record = |place: &str, method: &str, target: String, content_type: Option<&str>, body: String| {
        let mut headers: Vec<(String, String)> = [
            ("Host", "www.example.com"),
            ("User-Agent", USER_AGENT),
            ("Accept", "text/html,application/xhtml+xml,*/*;q=0.8"),
            ("Accept-Language", "en-US,en;q=0.9,ko;q=0.8"),
            ("Referer", "https://www.example.com/"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .to_vec();
        headers.extend(content_type.map(|kind| ("Content-Type".to_owned(), kind.to_owned())));
        Record {
            id: format!("{place}: {line}"),
            class: class.to_owned(),
            attack,
            method: method.to_owned(),
            target,
            headers,
            body,
            body_base64: None,
        }
    };
    let escaped = percent(&text);
    let json = serde_json::json!({ "id": 7, "text": text }).to_string();
    [
        record(
            "argument",
            "GET",
            format!("/search?q={escaped}&page=1"),
            None,
            String::new(),
        ),
        record(
            "form",
            "POST",
            "/comments".to_owned(),
            Some("application/x-www-form-urlencoded"),
            format!("name=kim&text={escaped}"),
        ),
        record(
            "json",
            "POST",
            "/api/items".to_owned(),
            Some("application/json"),
            json,
        ),
    ]
}

/// Escapes as a browser does in a form.
fn percent(text: &str) -> String {
    let mut escaped = String::new();
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'*' => {
                escaped.push(char::from(byte));
            }
            b' ' => escaped.push('+'),
            _ => {
                let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
                escaped.extend(['%', digit(byte >> 4), digit(byte & 15)]);
            }
        }
    }
    escaped
}
