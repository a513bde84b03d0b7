//! The operations, one or one tight family per file.

pub(crate) mod aliases;
pub(crate) mod create_key;
pub(crate) mod data_key;
pub(crate) mod data_key_pair;
pub(crate) mod decrypt;
pub(crate) mod deletion;
pub(crate) mod derive_shared_secret;
pub(crate) mod describe_key;
pub(crate) mod encapsulate;
pub(crate) mod encrypt;
pub(crate) mod generate_random;
pub(crate) mod import_material;
pub(crate) mod import_parameters;
pub(crate) mod get_public_key;
pub(crate) mod key_policy;
pub(crate) mod key_tags;
pub(crate) mod list_keys;
pub(crate) mod mac;
pub(crate) mod re_encrypt;
pub(crate) mod sign;
pub(crate) mod switch;
