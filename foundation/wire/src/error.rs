//! The error of an API call, as the caller sees it.

use std::borrow::Cow;
use std::fmt;

use crate::schema::{ErrorSchema, StructKind, StructSchema};
use crate::{Fields, Shape, Value, fmt_fields};

/// An error answer: code, message and status as AWS gives them.
///
/// Modelled errors come from a service's generated `ErrorCode`; those that every service shares
/// (signature, routing, validation) are made with [`ApiError::new`].
#[derive(Clone)]
pub struct ApiError {
    /// The code on the wire: `NotFoundException`, `NoSuchEntity`.
    pub code: Cow<'static, str>,
    /// The message for the caller. Holds nothing that the caller may not know.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
    /// Whether the caller is at fault (`Sender` in the query protocol).
    pub sender_fault: bool,
    /// The code of former query clients where a JSON service is query-compatible.
    pub query_code: Option<Cow<'static, str>>,
    /// The error's modelled members, where it has more than a message.
    pub fields: Option<(&'static StructSchema, Fields)>,
}

impl ApiError {
    /// An error outside the model; the caller is at fault if the status is below 500.
    pub fn new(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            message: message.into(),
            status,
            sender_fault: status < 500,
            query_code: None,
            fields: None,
        }
    }

    /// A fault of ours: the caller learns nothing of its cause, the log has it.
    pub fn internal() -> Self {
        Self::new(
            "InternalFailure",
            500,
            "The request processing has failed because of an unknown error.",
        )
    }

    /// An error of the model with a message. A schema that is no error counts as a fault of ours.
    pub fn modelled(schema: &'static StructSchema, message: impl Into<String>) -> Self {
        match &schema.kind {
            StructKind::Error(error) => Self::from_schema(error, message.into()),
            _ => Self::internal(),
        }
    }

    /// An error of the model with all its members.
    pub fn typed<E: Shape>(error: E) -> Self {
        let fields = error.into_fields();
        let message = ["message", "Message", "errorMessage"]
            .iter()
            .find_map(|name| fields.member(E::SCHEMA, name)?.as_str())
            .unwrap_or_default();
        let mut api_error = Self::modelled(E::SCHEMA, message);
        api_error.fields = Some((E::SCHEMA, fields));
        api_error
    }

    /// Fills one more modelled member by its name.
    pub fn with_member(mut self, schema: &'static StructSchema, name: &str, value: Value) -> Self {
        let (_, fields) = self.fields.get_or_insert_with(|| (schema, Fields::empty(schema)));
        fields.set_member(schema, name, value);
        self
    }

    fn from_schema(error: &ErrorSchema, message: String) -> Self {
        Self {
            code: error.code.into(),
            message,
            status: error.status,
            sender_fault: error.sender_fault,
            query_code: error.query_code.map(Into::into),
            fields: None,
        }
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.code, self.message)
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        struct Members<'a>(&'a StructSchema, &'a Fields);
        impl fmt::Debug for Members<'_> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt_fields(self.0, self.1, f)
            }
        }
        let mut printed = f.debug_struct("ApiError");
        printed
            .field("code", &self.code)
            .field("status", &self.status)
            .field("message", &self.message);
        if let Some((schema, fields)) = &self.fields {
            printed.field("fields", &Members(schema, fields));
        }
        printed.finish_non_exhaustive()
    }
}

impl std::error::Error for ApiError {}
