//! Value trees as XML text.

use std::borrow::Cow;

use super::TIMESTAMPS;
use crate::codec::scalar;
use crate::schema::{Kind, Member, StructSchema, XmlNamespace};
use crate::{ApiError, Fields, Value};

/// XML text in the making.
pub(crate) struct Writer {
    out: String,
}

impl Writer {
    pub(crate) fn new() -> Self {
        Self {
            out: String::with_capacity(1024),
        }
    }

    pub(crate) fn with_declaration() -> Self {
        let mut writer = Self::new();
        writer
            .out
            .push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        writer
    }

    pub(crate) fn finish(self) -> String {
        self.out
    }

    pub(crate) fn open(&mut self, name: &str) {
        self.open_with_namespace(name, None);
    }

    pub(crate) fn open_with_namespace(&mut self, name: &str, uri: Option<&str>) {
        self.out.push('<');
        self.out.push_str(name);
        if let Some(uri) = uri {
            self.push_attribute("xmlns", uri);
        }
        self.out.push('>');
    }

    pub(crate) fn close(&mut self, name: &str) {
        self.out.push_str("</");
        self.out.push_str(name);
        self.out.push('>');
    }

    pub(crate) fn text_element(&mut self, name: &str, text: &str) {
        self.open(name);
        self.push_text(text);
        self.close(name);
    }

    /// A structure as the root element of a document or payload.
    pub(crate) fn root(
        &mut self,
        name: &str,
        namespace: Option<XmlNamespace>,
        schema: &StructSchema,
        fields: &Fields,
    ) {
        self.open_structure(name, namespace, schema, fields);
        self.structure(schema, fields);
        self.close(name);
    }

    /// The members of a structure in the body, without an element around them.
    pub(crate) fn structure(&mut self, schema: &StructSchema, fields: &Fields) {
        for (member, value) in schema.members.iter().zip(&fields.0) {
            let Some(value) = value else { continue };
            if member.location.is_in_reply_body() && !member.xml_attribute {
                self.member(member, value);
            }
        }
    }

    /// The message of an error, if it has one, and its other modelled members.
    pub(crate) fn error_members(&mut self, error: &ApiError) {
        if !error.message.is_empty() {
            // Some errors say nothing but their code.
            if !error.message.is_empty() {
                self.text_element("Message", &error.message);
            }
        }
        let Some((schema, fields)) = &error.fields else {
            return;
        };
        for (member, value) in schema.members.iter().zip(&fields.0) {
            let is_envelope = ["message", "code", "type"]
                .iter()
                .any(|name| member.name.eq_ignore_ascii_case(name));
            if let (Some(value), true, false) = (value, member.location.is_in_reply_body(), is_envelope) {
                self.member(member, value);
            }
        }
    }

    fn member(&mut self, member: &Member, value: &Value) {
        let name = member.wire_name();
        match (value, &member.target.kind) {
            (Value::List(items), Kind::List { member: item }) if member.flattened => {
                for value in items {
                    self.element(name, None, item, value);
                }
            }
            (Value::Map(entries), Kind::Map { key, value: held }) if member.flattened => {
                for (text, value) in entries {
                    self.entry(name, member.xml_namespace, (key, text), (held, value));
                }
            }
            _ => self.element(name, member.xml_namespace, member, value),
        }
    }

    fn element(&mut self, name: &str, namespace: Option<XmlNamespace>, member: &Member, value: &Value) {
        let namespace = namespace.or(member.xml_namespace);
        match (value, &member.target.kind) {
            (Value::Struct(fields), Kind::Struct(schema)) => self.root(name, namespace, schema, fields),
            (Value::List(items), Kind::List { member: item }) => {
                self.open_namespaced(name, namespace);
                for value in items {
                    self.element(item.location_name.unwrap_or("member"), None, item, value);
                }
                self.close(name);
            }
            (Value::Map(entries), Kind::Map { key, value: held }) => {
                self.open_namespaced(name, namespace);
                for (text, value) in entries {
                    self.entry("entry", None, (key, text), (held, value));
                }
                self.close(name);
            }
            _ => {
                self.open_namespaced(name, namespace);
                let text = scalar::format(member, value, TIMESTAMPS);
                self.push_text(&text);
                self.close(name);
            }
        }
    }

    fn entry(
        &mut self,
        name: &str,
        namespace: Option<XmlNamespace>,
        (key, text): (&Member, &String),
        (held, value): (&Member, &Value),
    ) {
        self.open_namespaced(name, namespace);
        let key_name = key.location_name.unwrap_or("key");
        self.open_namespaced(key_name, key.xml_namespace);
        self.push_text(text);
        self.close(key_name);
        self.element(held.location_name.unwrap_or("value"), None, held, value);
        self.close(name);
    }

    fn open_namespaced(&mut self, name: &str, namespace: Option<XmlNamespace>) {
        self.out.push('<');
        self.out.push_str(name);
        self.push_namespace(namespace);
        self.out.push('>');
    }

    fn open_structure(
        &mut self,
        name: &str,
        namespace: Option<XmlNamespace>,
        schema: &StructSchema,
        fields: &Fields,
    ) {
        self.out.push('<');
        self.out.push_str(name);
        self.push_namespace(namespace);
        for (member, value) in schema.members.iter().zip(&fields.0) {
            if let (Some(value), true) = (value, member.xml_attribute) {
                let text = scalar::format(member, value, TIMESTAMPS);
                self.push_attribute(member.wire_name(), &text);
            }
        }
        self.out.push('>');
    }

    fn push_namespace(&mut self, namespace: Option<XmlNamespace>) {
        match namespace {
            Some(XmlNamespace {
                uri,
                prefix: Some(prefix),
            }) => self.push_attribute(&format!("xmlns:{prefix}"), uri),
            Some(XmlNamespace { uri, prefix: None }) => self.push_attribute("xmlns", uri),
            None => {}
        }
    }

    fn push_attribute(&mut self, name: &str, value: &str) {
        self.out.push(' ');
        self.out.push_str(name);
        self.out.push_str("=\"");
        self.push_text(value);
        self.out.push('"');
    }

    /// Text with what XML can't hold escaped. Control characters that no XML 1.0 text may contain
    /// become the replacement character; a reader would refuse the whole answer otherwise.
    fn push_text(&mut self, text: &str) {
        for letter in text.chars() {
            let escaped: Cow<'static, str> = match letter {
                '<' => "&lt;".into(),
                '>' => "&gt;".into(),
                '&' => "&amp;".into(),
                '"' => "&quot;".into(),
                // Readers turn bare ones into spaces or newlines.
                '\r' => "&#xD;".into(),
                '\n' | '\t' => {
                    self.out.push(letter);
                    continue;
                }
                '\u{0}'..='\u{1f}' | '\u{fffe}' | '\u{ffff}' => "\u{fffd}".into(),
                '\u{85}' | '\u{2028}' => format!("&#x{:X};", u32::from(letter)).into(),
                _ => {
                    self.out.push(letter);
                    continue;
                }
            };
            self.out.push_str(&escaped);
        }
    }
}
