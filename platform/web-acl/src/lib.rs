//! What web ACLs refer to: the one [`Resolver`](haechi_waf::compile::Resolver) of service, gateway and test bench.
//!
//! A [`Library`] holds documents by ARN; managed rule groups come from `haechi-managed`, and the addresses that their
//! reputation rules read from [`Feeds`], which a deployment may replace while it runs.

mod feeds;
mod library;
mod managed;
mod places;
mod protection;

pub use feeds::{Feeds, UnknownFeed};
pub use library::{Library, LibraryError};
pub use places::{Places, PlacesError};
pub use protection::{compile, library};
