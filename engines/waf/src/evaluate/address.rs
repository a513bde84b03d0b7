//! Statements on addresses: IP sets, countries, autonomous systems.

use super::Evaluation;
use crate::compile::AddressSource;
use crate::geo::GeoRecord;
use crate::ip_set::SharedIpSet;
use crate::model::ForwardedIpPosition;
use crate::request::{Forwarded, last_forwarded_ips};
use std::borrow::Cow;
use std::net::IpAddr;

/// What AWS writes for a country or region that it does not know.
const UNKNOWN: &str = "XX";

/// Which address to look at, or the answer where there is none.
enum Address {
    Client,
    Forwarded(IpAddr),
    Answer(bool),
}

impl<'r> Evaluation<'_, 'r, '_> {
    fn address(&self, source: &AddressSource) -> Address {
        let AddressSource::Forwarded {
            header,
            position,
            fallback,
        } = source
        else {
            return Address::Client;
        };
        let found = match position {
            ForwardedIpPosition::Last => Forwarded::last(self.request, header),
            _ => Forwarded::first(self.request, header),
        };
        match found {
            // The guide: without the header the rule does not apply to the request at all.
            Forwarded::Missing => Address::Answer(false),
            Forwarded::Invalid => Address::Answer(*fallback),
            Forwarded::Ip(ip) => Address::Forwarded(ip),
        }
    }

    pub(super) fn client_geo(&mut self) -> GeoRecord<'r> {
        let (geo, ip) = (self.environment.geo, self.request.client_ip);
        *self.client.get_or_insert_with(|| geo.locate(ip))
    }

    /// The guide, "Geographic match rule statement": labels are added to every request that the statement looks at,
    /// whether it matches or not.
    pub(super) fn geo_match(&mut self, countries: &[[u8; 2]], source: &AddressSource) -> bool {
        let (record, origin) = match self.address(source) {
            Address::Client => (self.client_geo(), "clientip"),
            Address::Forwarded(ip) => (self.environment.geo.locate(ip), "forwardedip"),
            Address::Answer(answer) => return answer,
        };
        let country = record.country.unwrap_or(UNKNOWN);
        let region = record.region.unwrap_or(UNKNOWN);
        self.add_label(Cow::Owned(format!("awswaf:{origin}:geo:country:{country}")));
        self.add_label(Cow::Owned(format!(
            "awswaf:{origin}:geo:region:{country}-{region}"
        )));
        <[u8; 2]>::try_from(country.as_bytes()).is_ok_and(|code| countries.binary_search(&code).is_ok())
    }

    /// An address without known autonomous system counts as ASN 0.
    pub(super) fn asn_of(&self, ip: IpAddr) -> u32 {
        self.environment.geo.autonomous_system(ip).unwrap_or(0)
    }

    pub(super) fn asn_match(&mut self, numbers: &[u32], source: &AddressSource) -> bool {
        let asn = match self.address(source) {
            Address::Client => {
                let asn = self.asn_of(self.request.client_ip);
                self.client_asn = Some(asn);
                asn
            }
            Address::Forwarded(ip) => self.asn_of(ip),
            Address::Answer(answer) => return answer,
        };
        numbers.binary_search(&asn).is_ok()
    }

    pub(super) fn ip_match(&self, set: &SharedIpSet, source: &AddressSource) -> bool {
        let set = set.load();
        if let AddressSource::Forwarded {
            header,
            position: ForwardedIpPosition::Any,
            fallback,
        } = source
        {
            let mut addresses = last_forwarded_ips(self.request, header).peekable();
            if addresses.peek().is_none() {
                // An empty header is there but has no address.
                return *fallback && self.request.header_values(header).next().is_some();
            }
            return addresses.any(|address| address.map_or(*fallback, |ip| set.contains(ip)));
        }
        match self.address(source) {
            Address::Client => set.contains(self.request.client_ip),
            Address::Forwarded(ip) => set.contains(ip),
            Address::Answer(answer) => answer,
        }
    }
}
