//! XML compared by what it says.

use haechi_wire::Timestamp;
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};

#[derive(Debug)]
struct Node {
    name: String,
    attributes: Vec<String>,
    children: Vec<Node>,
    text: String,
}

impl PartialEq for Node {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
            && self.attributes == other.attributes
            && self.children == other.children
            && same_text(&self.text, &other.text)
    }
}

/// Whether two texts are the same, or the same instant or number in different notation.
pub(crate) fn same_text(left: &str, right: &str) -> bool {
    let instants = (Timestamp::parse_iso8601(left), Timestamp::parse_iso8601(right));
    let numbers = (left.parse::<f64>(), right.parse::<f64>());
    left == right
        || matches!(instants, (Ok(left), Ok(right)) if left == right)
        || matches!(numbers, (Ok(left), Ok(right)) if left.total_cmp(&right).is_eq())
}

/// Whether two documents say the same: white space between elements and the order of differently
/// named siblings do not matter, nor the namespace of the root, which the cases give without a model,
/// nor what is about the request and not the result.
pub(crate) fn same(expected: &str, actual: &str) -> Option<bool> {
    if expected.is_empty() {
        // The cases leave out bodies without a result.
        return Some(
            actual.is_empty()
                || tree(actual)?
                    .children
                    .iter()
                    .all(|child| child.children.is_empty() || child.name == "ResponseMetadata"),
        );
    }
    match (tree(expected), tree(actual)) {
        (Some(expected), Some(actual)) => Some(expected == actual),
        _ => Some(expected == actual),
    }
}

fn tree(text: &str) -> Option<Node> {
    let mut reader = Reader::from_str(text);
    let mut open = vec![Node {
        name: String::new(),
        attributes: vec![],
        children: vec![],
        text: String::new(),
    }];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => open.push(node(&start)),
            Event::Empty(start) => open.last_mut()?.children.push(node(&start)),
            Event::End(_) => {
                let mut done = open.pop()?;
                done.text = done.text.trim().into();
                done.children.sort_by(|left, right| left.name.cmp(&right.name));
                open.last_mut()?.children.push(done);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text),
            Event::CData(text) => open.last_mut()?.text.push_str(&text),
            Event::GeneralRef(reference) => {
                let letter = reference.resolve_char_ref().ok()?;
                let named = || quick_xml::escape::resolve_xml_entity(&reference).map(str::to_owned);
                open.last_mut()?
                    .text
                    .push_str(&letter.map(String::from).or_else(named)?);
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let mut root = open.pop()?.children.pop()?;
    root.attributes
        .retain(|attribute| !attribute.starts_with("xmlns="));
    root.children
        .retain(|child| !["ResponseMetadata", "requestId"].contains(&child.name.as_str()));
    Some(root)
}

fn node(start: &BytesStart<'_>) -> Node {
    let mut attributes: Vec<String> = start
        .attributes()
        .flatten()
        .map(|attribute| format!("{}={}", attribute.key.into_inner(), attribute.value))
        .collect();
    attributes.sort();
    Node {
        name: start.name().into_inner().to_owned(),
        attributes,
        children: vec![],
        text: String::new(),
    }
}
