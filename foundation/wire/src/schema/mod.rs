//! Static tables that describe an API: what AWS's model says, in the form that codecs read.
//!
//! Tables are `static`s written by codegen through the `const` builders here, or built at run time
//! from a model by [`model`](crate::model) (feature `model`). Nothing in them ever changes.

mod service;
mod structure;
mod types;

pub use service::{Auth, OperationSchema, Protocol, ServiceSchema};
pub use structure::{ErrorSchema, Location, Member, StructKind, StructRef, StructSchema, XmlNamespace};
pub use types::{Constraints, Kind, Pattern, TimestampFormat, TypeSchema};
