//! Metadata of SAML identity providers: enough of it to know that it is some.
//!
//! Source: "Metadata for the OASIS Security Assertion Markup Language (SAML) V2.0". AWS takes a document whose root is
//! an `EntityDescriptor` with an issuer's name, and that describes an identity provider with a signing certificate
//! and a place for users to sign in.

use haechi_core::Timestamp;
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";
const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// What was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Metadata {
    /// Until when the document says that it holds, in ms since the epoch.
    pub(crate) valid_until_ms: Option<i64>,
}

/// Which of the parts were seen.
#[derive(Default)]
struct Seen {
    entity: bool,
    identity_provider: bool,
    certificate: bool,
    sign_on: bool,
}

/// Reads a document; `None` where it is no metadata of an identity provider. A document type is refused: entities
/// have no place here.
pub(crate) fn read(document: &str) -> Option<Metadata> {
    let mut reader = NsReader::from_str(document);
    reader.config_mut().check_end_names = true;
    let (mut metadata, mut seen, mut depth) = (Metadata::default(), Seen::default(), 0_usize);
    loop {
        let (namespace, event) = reader.read_resolved_event().ok()?;
        let namespace = match namespace {
            ResolveResult::Bound(bound) => bound.as_ref().to_owned(),
            _ => String::new(),
        };
        match event {
            Event::Start(start) => {
                begin(&mut metadata, &mut seen, (depth, &namespace), &start)?;
                depth += 1;
            }
            Event::Empty(start) => begin(&mut metadata, &mut seen, (depth, &namespace), &start)?,
            Event::End(_) => depth = depth.checked_sub(1)?,
            Event::DocType(_) => return None,
            Event::Eof => break,
            _ => {}
        }
    }
    let whole = seen.entity && seen.identity_provider && seen.certificate && seen.sign_on && depth == 0;
    whole.then_some(metadata)
}

fn begin(
    metadata: &mut Metadata,
    seen: &mut Seen,
    (depth, namespace): (usize, &str),
    start: &BytesStart<'_>,
) -> Option<()> {
    let name = start.local_name();
    match (namespace, name.as_ref()) {
        (METADATA, "EntityDescriptor") if depth == 0 => {
            seen.entity = attribute(start, "entityID").is_some_and(|id| !id.is_empty());
            let until = attribute(start, "validUntil");
            metadata.valid_until_ms = match until {
                Some(text) => Some(Timestamp::parse_iso8601(&text).ok()?.as_millis()),
                None => None,
            };
        }
        (METADATA, "IDPSSODescriptor") => seen.identity_provider = true,
        (METADATA, "SingleSignOnService") => seen.sign_on = attribute(start, "Location").is_some(),
        (SIGNATURE, "X509Certificate") => seen.certificate = true,
        // Anything else at the root is another document.
        _ if depth == 0 => return None,
        _ => {}
    }
    Some(())
}

fn attribute(start: &BytesStart<'_>, name: &str) -> Option<String> {
    let found = start.try_get_attribute(name).ok()??;
    Some(found.value.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(root: &str, role: &str) -> String {
        format!(
            r#"<?xml version="1.0"?><md:{root} xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata" entityID="https://idp.example"
            validUntil="2040-01-02T03:04:05Z"><md:{role}><md:KeyDescriptor use="signing"><ds:KeyInfo
            xmlns:ds="http://www.w3.org/2000/09/xmldsig#"><ds:X509Data><ds:X509Certificate>AA==</ds:X509Certificate>
            </ds:X509Data></ds:KeyInfo></md:KeyDescriptor><md:SingleSignOnService Location="https://idp.example/"/>
            </md:{role}></md:{root}>"#
        )
    }

    #[test]
    fn metadata_of_an_identity_provider_says_until_when_it_holds() {
        let read = read(&document("EntityDescriptor", "IDPSSODescriptor")).unwrap();
        assert_eq!(read.valid_until_ms, Some(2_209_086_245_000));
    }

    #[test]
    fn other_documents_are_no_metadata() {
        assert_eq!(read(&document("EntityDescriptor", "SPSSODescriptor")), None);
        assert_eq!(read(&document("EntitiesDescriptor", "IDPSSODescriptor")), None);
        assert_eq!(read(&"a".repeat(1_000)), None);
        let whole = document("EntityDescriptor", "IDPSSODescriptor");
        assert_eq!(read(&whole[..whole.len() - 24]), None, "cut");
        assert_eq!(
            read(&whole.replace("<md:EntityDescriptor", "<!DOCTYPE a><md:EntityDescriptor")),
            None
        );
    }
}
