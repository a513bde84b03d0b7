//! The decision, row by row; every table names the page that it follows.

mod ceilings;
mod cross_account;
mod explanation;
mod kms;
mod messages;
mod principals;
mod same_account;
mod scene;
mod trust;
