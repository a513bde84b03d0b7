//! Structures and their members.

use std::fmt;
use std::ops::Deref;
use std::sync::OnceLock;

use super::{Kind, TimestampFormat, TypeSchema};

/// A structure, union or error of the model.
#[derive(Debug)]
pub struct StructSchema {
    /// The shape's name in the model.
    pub name: &'static str,
    /// The members, in the order of the model. [`Fields`](crate::Fields) have the same order.
    pub members: &'static [Member],
    /// What kind of structure it is.
    pub kind: StructKind,
    /// Marked sensitive as a whole.
    pub sensitive: bool,
    /// The name of the root element in XML, where it isn't the shape's.
    pub xml_name: Option<&'static str>,
    /// The namespace of its element in XML.
    pub xml_namespace: Option<XmlNamespace>,
    /// The index of the member that is the HTTP body.
    pub payload: Option<usize>,
}

/// What kind of structure it is.
#[derive(Debug)]
pub enum StructKind {
    /// Members side by side.
    Structure,
    /// Exactly one member is set.
    Union,
    /// An error with its code.
    Error(ErrorSchema),
}

/// What an error answers with.
#[derive(Debug)]
pub struct ErrorSchema {
    /// The code of the service's protocol.
    pub code: &'static str,
    /// The code of former query clients, where it differs.
    pub query_code: Option<&'static str>,
    /// The HTTP status.
    pub status: u16,
    /// Whether the caller is at fault.
    pub sender_fault: bool,
}

/// A namespace declaration: `xmlns="uri"` or `xmlns:prefix="uri"`.
#[derive(Debug, Clone, Copy)]
pub struct XmlNamespace {
    /// The namespace.
    pub uri: &'static str,
    /// The prefix, if it isn't the default namespace.
    pub prefix: Option<&'static str>,
}

/// Where a member stands in an HTTP message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Location {
    /// In the body.
    Body,
    /// A header.
    Header,
    /// All headers whose name starts with the member's wire name.
    Headers,
    /// A parameter of the query string; all the others, for a map.
    QueryString,
    /// A label of the path.
    Uri,
    /// The HTTP status of the reply.
    StatusCode,
}

impl Location {
    /// Whether a reply carries the member in its body. Bindings to the path and the query string are a
    /// request's; where a structure serves both ways they mean nothing in a reply.
    pub const fn is_in_reply_body(self) -> bool {
        matches!(self, Self::Body | Self::Uri | Self::QueryString)
    }
}

/// A member of a structure; the element of a list; the key or value of a map.
#[derive(Debug)]
pub struct Member {
    /// The name in the model.
    pub name: &'static str,
    /// The model's `locationName`, if any.
    pub location_name: Option<&'static str>,
    /// The model's `queryName`, which the ec2 protocol prefers.
    pub query_name: Option<&'static str>,
    /// Where it stands in the HTTP message.
    pub location: Location,
    /// Its type.
    pub target: &'static TypeSchema,
    /// Must be present.
    pub required: bool,
    /// Written without a wrapping element (on the member, or on its list or map).
    pub flattened: bool,
    /// An attribute of the structure's element in XML.
    pub xml_attribute: bool,
    /// The namespace of its element in XML.
    pub xml_namespace: Option<XmlNamespace>,
    /// How an instant is written here, if not as the protocol would.
    pub timestamp_format: Option<TimestampFormat>,
    /// Clients fill it with a random token.
    pub idempotency_token: bool,
    /// A body that is streamed.
    pub streaming: bool,
    /// Text that is JSON, in base64 where it is a header.
    pub json_value: bool,
}

/// A reference to a structure. Structures refer to each other in circles: statics can do that by
/// address, tables built at run time fill in the circle when it is complete.
#[derive(Clone, Copy)]
pub struct StructRef(Reference);

#[derive(Clone, Copy)]
enum Reference {
    Known(&'static StructSchema),
    #[cfg_attr(not(feature = "model"), allow(dead_code))]
    Late(&'static OnceLock<&'static StructSchema>),
}

impl StructRef {
    /// A structure that is there already.
    pub const fn new(schema: &'static StructSchema) -> Self {
        Self(Reference::Known(schema))
    }

    #[cfg(feature = "model")]
    pub(crate) const fn late(cell: &'static OnceLock<&'static StructSchema>) -> Self {
        Self(Reference::Late(cell))
    }

    /// The structure.
    pub fn schema(&self) -> &'static StructSchema {
        match self.0 {
            Reference::Known(schema) => schema,
            Reference::Late(cell) => cell
                .get()
                .expect("a loaded model fills every structure it refers to"),
        }
    }
}

impl Deref for StructRef {
    type Target = StructSchema;

    fn deref(&self) -> &StructSchema {
        self.schema()
    }
}

/// Only the name: structures may be circular.
impl fmt::Debug for StructRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.schema().name)
    }
}

impl StructSchema {
    /// A plain structure.
    pub const fn new(name: &'static str, members: &'static [Member]) -> Self {
        Self {
            name,
            members,
            kind: StructKind::Structure,
            sensitive: false,
            xml_name: None,
            xml_namespace: None,
            payload: None,
        }
    }

    /// Makes it a union.
    pub const fn union(mut self) -> Self {
        self.kind = StructKind::Union;
        self
    }

    /// Makes it an error.
    pub const fn error(
        mut self,
        code: &'static str,
        query_code: Option<&'static str>,
        status: u16,
        sender_fault: bool,
    ) -> Self {
        self.kind = StructKind::Error(ErrorSchema {
            code,
            query_code,
            status,
            sender_fault,
        });
        self
    }

    /// Marks the whole structure sensitive.
    pub const fn sensitive(mut self) -> Self {
        self.sensitive = true;
        self
    }

    /// Names the root element in XML.
    pub const fn xml_name(mut self, name: &'static str) -> Self {
        self.xml_name = Some(name);
        self
    }

    /// Sets the element's namespace in XML.
    pub const fn xml_namespace(mut self, uri: &'static str, prefix: Option<&'static str>) -> Self {
        self.xml_namespace = Some(XmlNamespace { uri, prefix });
        self
    }

    /// Names the member that is the HTTP body.
    pub const fn payload(mut self, index: usize) -> Self {
        self.payload = Some(index);
        self
    }

    /// The slot of the member that the model calls `name`.
    pub fn index_of(&self, name: &str) -> Option<usize> {
        self.members.iter().position(|member| member.name == name)
    }

    /// Whether it is a union.
    pub const fn is_union(&self) -> bool {
        matches!(self.kind, StructKind::Union)
    }
}

impl Member {
    /// An optional member in the body under its own name.
    pub const fn new(name: &'static str, target: &'static TypeSchema) -> Self {
        Self {
            name,
            location_name: None,
            query_name: None,
            location: Location::Body,
            target,
            required: false,
            flattened: false,
            xml_attribute: false,
            xml_namespace: None,
            timestamp_format: None,
            idempotency_token: false,
            streaming: false,
            json_value: false,
        }
    }

    /// Must be present.
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Its name on the wire.
    pub const fn named(mut self, name: &'static str) -> Self {
        self.location_name = Some(name);
        self
    }

    /// Its name in the ec2 protocol.
    pub const fn query_named(mut self, name: &'static str) -> Self {
        self.query_name = Some(name);
        self
    }

    /// Where it stands in the HTTP message.
    pub const fn at(mut self, location: Location) -> Self {
        self.location = location;
        self
    }

    /// Written without a wrapping element.
    pub const fn flattened(mut self) -> Self {
        self.flattened = true;
        self
    }

    /// An attribute in XML.
    pub const fn xml_attribute(mut self) -> Self {
        self.xml_attribute = true;
        self
    }

    /// The namespace of its element.
    pub const fn xml_namespace(mut self, uri: &'static str, prefix: Option<&'static str>) -> Self {
        self.xml_namespace = Some(XmlNamespace { uri, prefix });
        self
    }

    /// How an instant is written here.
    pub const fn timestamp_format(mut self, format: TimestampFormat) -> Self {
        self.timestamp_format = Some(format);
        self
    }

    /// Clients fill it with a random token.
    pub const fn idempotency_token(mut self) -> Self {
        self.idempotency_token = true;
        self
    }

    /// Its body is streamed.
    pub const fn streaming(mut self) -> Self {
        self.streaming = true;
        self
    }

    /// Its text is JSON.
    pub const fn json_value(mut self) -> Self {
        self.json_value = true;
        self
    }

    /// The name on the wire: `locationName`, or else the model's own.
    pub const fn wire_name(&self) -> &'static str {
        match self.location_name {
            Some(name) => name,
            None => self.name,
        }
    }

    /// Whether its value must not be printed: the type says so, or the structure that it is.
    pub fn is_sensitive(&self) -> bool {
        self.target.sensitive
            || match &self.target.kind {
                Kind::Struct(schema) => schema.sensitive,
                Kind::List { member } => member.is_sensitive(),
                Kind::Map { key, value } => key.is_sensitive() || value.is_sensitive(),
                _ => false,
            }
    }
}
