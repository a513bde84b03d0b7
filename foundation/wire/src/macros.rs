//! What generated crates expand to. Macros instead of generated text keep those crates readable:
//! a structure is the list of its members and nothing else.

/// A structure: every member optional, absent ones left out on the wire.
#[macro_export]
macro_rules! shape {
    ($(#[$meta:meta])* $name:ident = $schema:expr; { $($field:ident: $ty:ty,)* }) => {
        $(#[$meta])*
        #[derive(Clone, Default, PartialEq)]
        pub struct $name {
            $(pub $field: ::std::option::Option<$ty>,)*
        }

        impl $crate::Shape for $name {
            const SCHEMA: &'static $crate::StructSchema = $schema;

            fn from_fields(fields: $crate::Fields) -> Self {
                #[allow(unused_mut, unused_variables)]
                let mut slots = fields.0.into_iter();
                Self { $($field: $crate::next(&mut slots),)* }
            }

            fn into_fields(self) -> $crate::Fields {
                $crate::Fields(::std::vec![$(self.$field.map($crate::Field::into_value),)*])
            }
        }

        impl $crate::Field for $name {
            fn from_value(value: $crate::Value) -> ::std::option::Option<Self> {
                match value {
                    $crate::Value::Struct(fields) => {
                        ::std::option::Option::Some($crate::Shape::from_fields(fields))
                    }
                    _ => ::std::option::Option::None,
                }
            }

            fn into_value(self) -> $crate::Value {
                $crate::Value::Struct($crate::Shape::into_fields(self))
            }
        }

        impl ::std::fmt::Debug for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                let fields = $crate::Shape::into_fields(::std::clone::Clone::clone(self));
                $crate::fmt_fields(<Self as $crate::Shape>::SCHEMA, &fields, f)
            }
        }
    };
}

/// An enumeration: open, because AWS adds values; what the model does not know is `Unknown`.
#[macro_export]
macro_rules! wire_enum {
    ($(#[$meta:meta])* $name:ident { $($variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name {
            $($variant,)*
            Unknown(::std::string::String),
        }

        impl $name {
            /// The values that the model knows, in its order.
            pub const VALUES: &'static [&'static str] = &[$($text,)*];

            /// The text on the wire.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)*
                    Self::Unknown(text) => text,
                }
            }
        }

        impl ::std::convert::From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)*
                    other => Self::Unknown(other.into()),
                }
            }
        }

        impl ::std::convert::From<::std::string::String> for $name {
            fn from(text: ::std::string::String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::Field for $name {
            fn from_value(value: $crate::Value) -> ::std::option::Option<Self> {
                match value {
                    $crate::Value::String(text) => ::std::option::Option::Some(Self::from(text)),
                    _ => ::std::option::Option::None,
                }
            }

            fn into_value(self) -> $crate::Value {
                $crate::Value::String(match self {
                    Self::Unknown(text) => text,
                    known => known.as_str().into(),
                })
            }
        }
    };
}

/// The errors of a service: one variant per modelled error.
#[macro_export]
macro_rules! error_codes {
    ($($variant:ident = $schema:expr,)*) => {
        /// The errors that the model names.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $($variant,)*
        }

        impl ErrorCode {
            /// The error's structure in the model.
            pub const fn schema(self) -> &'static $crate::StructSchema {
                match self {
                    $(Self::$variant => $schema,)*
                }
            }

            /// The answer with this error and `message`; status and fault come from the model.
            pub fn with(self, message: impl ::std::convert::Into<::std::string::String>) -> $crate::ApiError {
                $crate::ApiError::modelled(self.schema(), message)
            }
        }
    };
}

/// Errors with members beside the message.
#[macro_export]
macro_rules! typed_errors {
    ($($name:ident,)*) => {$(
        impl ::std::convert::From<$name> for $crate::ApiError {
            fn from(error: $name) -> Self {
                Self::typed(error)
            }
        }
    )*};
}

/// The operations of a service: a marker type each.
#[macro_export]
macro_rules! operations {
    ($service:expr; $($name:ident($input:ty) -> $output:ty = $schema:expr;)*) => {$(
        #[derive(Debug, Clone, Copy)]
        pub struct $name;

        impl $crate::Operation for $name {
            type Input = $input;
            type Output = $output;
            const SCHEMA: &'static $crate::OperationSchema = $schema;
            const SERVICE: &'static $crate::ServiceSchema = $service;
        }
    )*};
}
