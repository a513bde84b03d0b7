//! Requests in files: a JSON object per line.

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

/// The records of a file.
pub fn read(path: &Path) -> Result<Vec<Record>> {
    let text = fs::read_to_string(path).with_context(|| path.display().to_string())?;
    text.lines()
        .enumerate()
        .filter(|(_, line)| !line.trim().is_empty())
        .map(|(nth, line)| {
            serde_json::from_str(line).with_context(|| format!("{}:{}", path.display(), nth + 1))
        })
        .collect()
}
