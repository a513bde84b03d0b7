//! The search string of a byte match: a blob, and so Base64 in JSON bodies of the API, but plain text where
//! people write it by hand (AWS CLI with `--cli-binary-format raw-in-base64-out`, Terraform's HCL).

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// How search strings are written in a document; the document itself does not say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SearchStringEncoding {
    /// As in bodies of API requests and responses.
    Base64,
    /// The text itself.
    Text,
}

/// The bytes to search for. Read from JSON they are first [`SearchString::Encoded`] until the document's
/// encoding was applied ([`crate::model::WebAcl::from_json`] does); compiling refuses what was not decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SearchString {
    /// As the document has it.
    Encoded(String),
    /// The bytes.
    Bytes(Vec<u8>),
}

impl SearchString {
    /// Decodes in place; a string that was decoded before stays.
    pub fn decode(&mut self, encoding: SearchStringEncoding) -> Result<(), base64::DecodeError> {
        if let Self::Encoded(text) = self {
            *self = Self::Bytes(match encoding {
                SearchStringEncoding::Base64 => STANDARD.decode(text.as_bytes())?,
                SearchStringEncoding::Text => std::mem::take(text).into_bytes(),
            });
        }
        Ok(())
    }

    /// The bytes, or `None` while they are encoded.
    pub fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Bytes(bytes) => Some(bytes),
            Self::Encoded(_) => None,
        }
    }
}

impl From<&str> for SearchString {
    fn from(text: &str) -> Self {
        Self::Bytes(text.as_bytes().to_vec())
    }
}

impl Serialize for SearchString {
    /// Base64, as the API writes it.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Encoded(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_str(&STANDARD.encode(bytes)),
        }
    }
}

impl<'de> Deserialize<'de> for SearchString {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer).map(Self::Encoded)
    }
}
