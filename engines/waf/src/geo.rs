//! Where an address is: asked of whoever has the database.

use std::net::IpAddr;

/// What is known of an address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct GeoRecord<'a> {
    /// ISO 3166-1 alpha-2 code, upper case.
    pub country: Option<&'a str>,
    /// The part of the ISO 3166-2 code after the dash, upper case.
    pub region: Option<&'a str>,
}

/// A geolocation database. Places and networks are asked for apart: their data is, too, and few web ACLs need both.
pub trait Geo {
    /// Where `ip` is; everything may be unknown.
    fn locate(&self, ip: IpAddr) -> GeoRecord<'_>;

    /// The number of the autonomous system that announces `ip`.
    fn autonomous_system(&self, ip: IpAddr) -> Option<u32>;
}

/// Knows nothing: every country is `XX`, every ASN 0.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoGeo;

impl Geo for NoGeo {
    fn locate(&self, _: IpAddr) -> GeoRecord<'_> {
        GeoRecord::default()
    }

    fn autonomous_system(&self, _: IpAddr) -> Option<u32> {
        None
    }
}
