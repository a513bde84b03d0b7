//! The AWS wire: schemas, values, codecs and constraints.
//!
//! AWS publishes its APIs as models. `cargo xtask codegen` turns a model into a crate of static
//! [schema tables](schema) and thin typed structs; everything else that has to do with the wire is
//! written once, here, and is guided by those tables:
//!
//! * a request is decoded into [`Fields`], a positional tree of [`Value`]s, by the codec of the
//!   service's protocol ([`decode`]), and a reply is encoded from one ([`encode`], [`encode_error`]);
//! * constraints (lengths, ranges, patterns, enumerations, required members) are checked on that
//!   tree ([`validate`]);
//! * typed structs ([`Shape`]) are made from it and turn into it, and print themselves through the
//!   schema, so that a member that the model marks sensitive is never printed.
//!
//! A tree instead of derived (de)serializers per struct and protocol keeps generated code tiny and
//! lets audit, CloudFormation and the protocol tests work on shapes without any generated type.

mod audit;
mod blob;
mod codec;
mod debug;
mod error;
mod macros;
mod message;
#[cfg(feature = "model")]
pub mod model;
mod names;
pub mod schema;
mod shape;
mod stored;
mod timestamp;
mod validate;
mod value;

pub use audit::{JsonStyle, is_lower_camel_of, to_json, write_cloudtrail_member};
pub use blob::Blob;
pub use codec::{
    decode, decode_as, encode, encode_as, encode_error, encode_error_as, encode_unrouted_error,
    push_json_string,
};
pub use debug::fmt_fields;
pub use error::ApiError;
pub use message::{WireReply, WireRequest};
pub use schema::{
    Auth, Constraints, ErrorSchema, Kind, Location, Member, OperationSchema, Pattern, Protocol,
    ServiceSchema, StructKind, StructRef, StructSchema, TimestampFormat, TypeSchema, XmlNamespace,
};
/// The value of a document type.
pub use serde_json::Value as Json;
pub use shape::{Empty, Field, Operation, Shape, next};
pub use stored::Stored;
pub use timestamp::{ParseTimestampError, Timestamp};
pub use validate::validate;
pub use value::{Fields, Value};
