//! Where addresses are: databases in MaxMind's format, of places, of networks, or both.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use haechi_waf::geo::{Geo, GeoRecord};
use maxminddb::Reader;
use serde::Deserialize;

/// Databases of places, asked in turn: the first that knows something of an address says it.
#[derive(Debug)]
pub struct Places {
    databases: Vec<Reader<Vec<u8>>>,
}

/// A database can't be read.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub struct PlacesError {
    path: PathBuf,
    source: maxminddb::MaxMindDbError,
}

/// The members of GeoIP2's and GeoLite2's databases, and of the flat ones that others publish.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Entry<'a> {
    #[serde(borrow)]
    country: Option<Coded<'a>>,
    #[serde(borrow)]
    subdivisions: Vec<Coded<'a>>,
    country_code: Option<&'a str>,
    autonomous_system_number: Option<u32>,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Coded<'a> {
    iso_code: Option<&'a str>,
}

impl Places {
    /// Reads the files.
    pub fn open<P: AsRef<Path>>(files: &[P]) -> Result<Self, PlacesError> {
        let databases = files.iter().map(|file| {
            Reader::open_readfile(file).map_err(|source| PlacesError {
                path: file.as_ref().to_owned(),
                source,
            })
        });
        Ok(Self {
            databases: databases.collect::<Result<_, _>>()?,
        })
    }
}

impl Geo for Places {
    fn locate(&self, ip: IpAddr) -> GeoRecord<'_> {
        let mut found = GeoRecord::default();
        for database in &self.databases {
            // A database of IPv4 knows nothing of IPv6, and a damaged entry is as good as none.
            let entry = database
                .lookup(ip.to_canonical())
                .and_then(|result| result.decode::<Entry<'_>>());
            let Ok(Some(entry)) = entry else { continue };
            let country = entry
                .country
                .and_then(|country| country.iso_code)
                .or(entry.country_code);
            if found.country.is_none() && country.is_some() {
                found.country = country;
                found.region = entry.subdivisions.first().and_then(|part| part.iso_code);
            }
            found.asn = found.asn.or(entry.autonomous_system_number);
        }
        found
    }
}
