//! What requests say of rules, read into what they mean: [`actions`], [`conditions`], [`transforms`].

pub(crate) mod actions;
pub(crate) mod conditions;
pub(crate) mod transforms;
