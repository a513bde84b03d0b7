//! XML text as a tree of elements, bounded in depth.
//!
//! Only what AWS's protocols use: no document types, no entities but the five of XML itself and
//! character references, so no text can expand beyond its own length.

use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

use crate::codec::{MAX_DEPTH, Malformed};

/// An element: local name, attributes, children and the text directly inside.
#[derive(Debug, Default)]
pub(crate) struct Element {
    pub(super) name: String,
    pub(super) attributes: Vec<(String, String)>,
    pub(super) children: Vec<Element>,
    pub(super) text: String,
}

const MALFORMED: Malformed = Malformed::because("The XML is not well-formed");

impl Element {
    /// Reads a document and gives its root element; `None` if there is none.
    pub(crate) fn parse(body: &[u8]) -> Result<Option<Self>, Malformed> {
        let text = std::str::from_utf8(body).map_err(|_| Malformed::because("Invalid UTF-8"))?;
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Self> = Vec::new();
        let mut root = None;
        loop {
            match reader.read_event().map_err(|_| MALFORMED)? {
                Event::Start(start) => {
                    if open.len() == MAX_DEPTH {
                        return Err(Malformed::because("The XML is nested too deeply"));
                    }
                    open.push(Self::start(&start)?);
                }
                Event::Empty(start) => {
                    let element = Self::start(&start)?;
                    Self::finish(element, &mut open, &mut root)?;
                }
                Event::End(_) => {
                    let element = open.pop().ok_or(MALFORMED)?;
                    Self::finish(element, &mut open, &mut root)?;
                }
                Event::Text(text) => Self::push_text(&mut open, &text.xml10_content())?,
                Event::CData(text) => Self::push_text(&mut open, &text.xml10_content())?,
                Event::GeneralRef(reference) => {
                    let letter = match reference.resolve_char_ref().map_err(|_| MALFORMED)? {
                        Some(letter) => letter,
                        None => entity(&reference).ok_or(MALFORMED)?,
                    };
                    Self::push_text(&mut open, letter.encode_utf8(&mut [0; 4]))?;
                }
                Event::DocType(_) => return Err(Malformed::because("Document types are not allowed")),
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => {}
                Event::Eof => break,
            }
        }
        if open.is_empty() { Ok(root) } else { Err(MALFORMED) }
    }

    fn start(start: &BytesStart<'_>) -> Result<Self, Malformed> {
        let name = start.local_name().into_inner().to_owned();
        let mut attributes = Vec::new();
        for attribute in start.attributes() {
            let attribute = attribute.map_err(|_| MALFORMED)?;
            let value = quick_xml::escape::unescape(&attribute.value).map_err(|_| MALFORMED)?;
            attributes.push((attribute.key.into_inner().to_owned(), value.into_owned()));
        }
        Ok(Self {
            name,
            attributes,
            ..Self::default()
        })
    }

    fn finish(element: Self, open: &mut [Self], root: &mut Option<Self>) -> Result<(), Malformed> {
        match open.last_mut() {
            Some(parent) => parent.children.push(element),
            None if root.is_none() => *root = Some(element),
            None => return Err(MALFORMED),
        }
        Ok(())
    }

    fn push_text(open: &mut [Self], text: &str) -> Result<(), Malformed> {
        match open.last_mut() {
            Some(element) => element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return Err(MALFORMED),
        }
        Ok(())
    }

    /// The children of this name.
    pub(super) fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Self> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// The value of an attribute, by its name with or without a prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        let local = name.rsplit(':').next().unwrap_or(name);
        let own = |key: &str| key == name || key.rsplit(':').next() == Some(local);
        self.attributes
            .iter()
            .find(|(key, _)| own(key))
            .map(|(_, value)| value.as_str())
    }
}

fn entity(name: &str) -> Option<char> {
    Some(match name {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_entities_and_character_data_are_one_text() {
        let root = Element::parse(b"<?xml version=\"1.0\"?><a>x &lt;&#65;&amp;<![CDATA[<y>]]></a>")
            .unwrap()
            .unwrap();
        assert_eq!(root.text, "x <A&<y>");
    }

    #[test]
    fn document_types_and_unknown_entities_are_refused() {
        assert!(Element::parse(b"<!DOCTYPE a [<!ENTITY b \"c\">]><a>&b;</a>").is_err());
        assert!(Element::parse(b"<a>&b;</a>").is_err());
    }

    #[test]
    fn broken_documents_are_refused() {
        for broken in [
            &b"<a>"[..],
            b"<a></b>",
            b"</a>",
            b"<a/><b/>",
            b"text",
            b"<a",
            b"\xff",
        ] {
            assert!(
                Element::parse(broken).is_err(),
                "{}",
                String::from_utf8_lossy(broken)
            );
        }
        assert!(Element::parse("<a>".repeat(MAX_DEPTH + 1).as_bytes()).is_err());
    }

    #[test]
    fn no_text_is_no_element() {
        assert!(Element::parse(b" ").unwrap().is_none());
    }
}
