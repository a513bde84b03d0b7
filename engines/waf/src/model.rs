//! AWS's web-ACL JSON as types: the shapes of the `wafv2` API of 2019-07-29, as `create-web-acl`,
//! `get-web-acl`, `check-capacity` and Terraform's `rule_json` carry them.
//!
//! Members that the model does not know are refused, so nothing that an operator wrote is silently ignored.
//! Lengths and patterns of single members are the business of whoever speaks the wire; what the service itself
//! refuses is in [`crate::validate`].
#![allow(
    missing_docs,
    reason = "members carry AWS's own names and are documented in AWS's API reference"
)]

mod action;
mod field;
mod managed;
mod monetization;
mod rate;
mod rule;
mod search_string;
mod settings;
mod statement;
mod transformation;
mod web_acl;

pub use action::*;
pub use field::*;
pub use managed::*;
pub use monetization::*;
pub use rate::*;
pub use rule::*;
pub use search_string::{SearchString, SearchStringEncoding};
pub use settings::*;
pub use statement::*;
pub use transformation::*;
pub use web_acl::*;

use serde::{Deserialize, Serialize};

/// A structure without members, such as `"UriPath": {}`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Empty {}

/// Derives what every structure and every enumeration of the model has.
macro_rules! shapes {
    ($($(#[$meta:meta])* struct $name:ident { $($(#[$field_meta:meta])* $field:ident : $type:ty,)* })*) => {$(
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "PascalCase", deny_unknown_fields)]
        pub struct $name { $($(#[$field_meta])* pub $field: $type,)* }
    )*};
}

macro_rules! names {
    ($($(#[$meta:meta])* enum $name:ident { $($(#[$variant_meta:meta])* $variant:ident,)* })*) => {$(
        $(#[$meta])*
        #[derive(
            Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize, serde::Deserialize,
        )]
        #[serde(rename_all = "SCREAMING_SNAKE_CASE")]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// Every value, in the model's order.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];
        }
    )*};
}

pub(crate) use {names, shapes};

#[cfg(test)]
mod tests;
