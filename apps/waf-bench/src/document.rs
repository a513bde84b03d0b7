//! Reads web ACLs, rule groups and sets in the shapes that people have: answers of `get-…`, input of `create-…`,
//! the bare document, bare lists of rules.

use std::fmt;
use std::fs;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use haechi_waf::error::ModelError;
use haechi_waf::model::{Rule, RuleGroup, SearchStringEncoding, WebAcl, rules_from_json};
use serde_json::Value;

use crate::error::BenchError;

/// How search strings of a document were read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SearchStrings {
    /// As Base64 or as text.
    pub encoding: SearchStringEncoding,
    /// How that is known.
    pub known: Known,
}

/// How the encoding of search strings is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Known {
    /// The document has none.
    None,
    /// It was told.
    Told,
    /// One reading alone makes sense.
    Certain,
    /// Both readings make sense; the likelier one was taken.
    Guessed,
}

impl fmt::Display for SearchStrings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let encoding = match self.encoding {
            SearchStringEncoding::Base64 => "Base64",
            SearchStringEncoding::Text => "text",
        };
        match self.known {
            Known::None => out.write_str("no search strings"),
            Known::Told => write!(out, "search strings read as {encoding}"),
            Known::Certain => write!(out, "search strings are {encoding}"),
            Known::Guessed => write!(
                out,
                "search strings read as {encoding}, though they could be either (--search-strings tells)"
            ),
        }
    }
}

/// A file's JSON.
pub(crate) fn read(path: &Path) -> Result<Value, BenchError> {
    let text = fs::read(path).map_err(|source| BenchError::Read {
        path: path.to_owned(),
        source,
    })?;
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&text);
    serde_json::from_slice(text).map_err(|source| BenchError::Document {
        path: path.to_owned(),
        source: ModelError::Json(source),
    })
}

/// A document in AWS's JSON; search strings become Base64.
pub(crate) fn json(path: &Path, document: &impl serde::Serialize) -> Result<String, BenchError> {
    serde_json::to_string(document).map_err(|source| BenchError::Document {
        path: path.to_owned(),
        source: ModelError::Json(source),
    })
}

/// What a file with rules is.
pub enum Rules {
    /// A web ACL.
    WebAcl(Box<WebAcl>),
    /// A rule group.
    RuleGroup(Box<RuleGroup>),
    /// A list of rules.
    Bare(Vec<Rule>),
}

impl Rules {
    /// The rules.
    pub fn rules(&self) -> &[Rule] {
        match self {
            Self::WebAcl(acl) => &acl.rules,
            Self::RuleGroup(group) => &group.rules,
            Self::Bare(rules) => rules,
        }
    }
}

/// Reads whatever has rules.
pub(crate) fn rules(
    path: &Path,
    told: Option<SearchStringEncoding>,
) -> Result<(Rules, SearchStrings), BenchError> {
    let mut json = read(path)?;
    let strings = encoding(&json, told);
    let document = |source| BenchError::Document {
        path: path.to_owned(),
        source,
    };
    let bytes = |json: &Value| json.to_string().into_bytes();
    let body = ["WebACL", "RuleGroup"]
        .iter()
        .find_map(|wrapper| json.get(wrapper))
        .unwrap_or(&json);
    let rules = if body.get("DefaultAction").is_some() {
        Rules::WebAcl(Box::new(
            WebAcl::from_json(&bytes(&json), strings.encoding).map_err(document)?,
        ))
    } else if body.get("VisibilityConfig").is_some() {
        Rules::RuleGroup(Box::new(
            RuleGroup::from_json(&bytes(&json), strings.encoding).map_err(document)?,
        ))
    } else if json.is_array() {
        Rules::Bare(rules_from_json(&bytes(&json), strings.encoding).map_err(document)?)
    } else if json.get("Statement").is_some() {
        Rules::Bare(rules_from_json(&bytes(&Value::Array(vec![json])), strings.encoding).map_err(document)?)
    } else if let Some(list) = json.get_mut("Rules") {
        Rules::Bare(rules_from_json(&bytes(&list.take()), strings.encoding).map_err(document)?)
    } else {
        return Err(BenchError::Shape {
            path: path.to_owned(),
            what: "this is no web ACL, rule group or list of rules; `aws wafv2 get-web-acl` prints a web ACL"
                .into(),
        });
    };
    Ok((rules, strings))
}

/// Reads a web ACL.
pub(crate) fn web_acl(
    path: &Path,
    told: Option<SearchStringEncoding>,
) -> Result<(WebAcl, SearchStrings), BenchError> {
    match rules(path, told)? {
        (Rules::WebAcl(acl), strings) => Ok((*acl, strings)),
        _ => Err(BenchError::Shape {
            path: path.to_owned(),
            what: "this is no web ACL: it has no DefaultAction".into(),
        }),
    }
}

/// Finds out how search strings are written: the document does not say. What the API answers has Base64; what people
/// write by hand has text that rarely is Base64, and if it is, decodes to nothing that one would search for.
pub(crate) fn encoding(json: &Value, told: Option<SearchStringEncoding>) -> SearchStrings {
    let mut strings = Vec::new();
    collect(json, &mut strings);
    let (encoding, known) = match told {
        _ if strings.is_empty() => (SearchStringEncoding::Text, Known::None),
        Some(encoding) => (encoding, Known::Told),
        None => detect(&strings, is_answer(json)),
    };
    SearchStrings { encoding, known }
}

fn detect(strings: &[&str], answer: bool) -> (SearchStringEncoding, Known) {
    let decoded: Option<Vec<Vec<u8>>> = strings.iter().map(|text| STANDARD.decode(text).ok()).collect();
    match decoded {
        None => (SearchStringEncoding::Text, Known::Certain),
        Some(_) if answer => (SearchStringEncoding::Base64, Known::Certain),
        Some(bytes) if bytes.iter().all(|bytes| is_plain(bytes)) => {
            (SearchStringEncoding::Base64, Known::Certain)
        }
        Some(_) => (SearchStringEncoding::Text, Known::Guessed),
    }
}

/// Text that a person may search for.
fn is_plain(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| {
        !text.is_empty()
            && !text
                .chars()
                .any(|c| c.is_control() && !matches!(c, '\t' | '\r' | '\n'))
    })
}

/// Whether the API answered it: only its answers have an ARN.
fn is_answer(json: &Value) -> bool {
    let body = ["WebACL", "RuleGroup"]
        .iter()
        .find_map(|wrapper| json.get(wrapper))
        .unwrap_or(json);
    body.get("ARN").is_some()
}

fn collect<'a>(json: &'a Value, strings: &mut Vec<&'a str>) {
    match json {
        Value::Object(members) => {
            for (name, value) in members {
                match value.as_str() {
                    Some(text) if name == "SearchString" => strings.push(text),
                    _ => collect(value, strings),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, strings)),
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_encoding_of_search_strings_is_found_out() {
        use SearchStringEncoding::{Base64, Text};
        let with = |strings: &[&str]| {
            json!([{"Statement": {"ByteMatchStatement": {"SearchString": strings[0]}}},
            {"Statement": {"NotStatement": {"Statement": {"ByteMatchStatement": {"SearchString": strings[1]}}}}}])
        };
        for (strings, wanted, known) in [
            (["/admin", "x"], Text, Known::Certain),
            (["L2FkbWlu", "YmFkYm90"], Base64, Known::Certain),
            // Each of these is Base64 of something, though of nothing readable.
            (["test", "sqlmap12"], Text, Known::Guessed),
            (["L2FkbWlu", "x"], Text, Known::Certain),
        ] {
            let found = encoding(&with(&strings), None);
            assert_eq!((found.encoding, found.known), (wanted, known), "{strings:?}");
        }
        let answer = json!({"WebACL": {"ARN": "arn:x", "Rules": with(&["/w==", "test"])}});
        assert_eq!(
            encoding(&answer, None).encoding,
            Base64,
            "the API answers in Base64, whatever the bytes"
        );
        assert_eq!(encoding(&answer, Some(Text)).known, Known::Told);
        assert_eq!(encoding(&json!({}), None).known, Known::None);
    }
}
