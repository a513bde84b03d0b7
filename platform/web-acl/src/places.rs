//! Where addresses are: databases in MaxMind's format, of places, of networks, or both.

use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use flate2::read::GzDecoder;
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

/// Countries of addresses by IPtoASN, in the public domain (`data/README.md`).
static COUNTRIES: &[u8] = include_bytes!("../data/iptoasn-country.mmdb.gz");

static BUILT_IN: LazyLock<Arc<Places>> = LazyLock::new(|| {
    let mut database = Vec::with_capacity(6 << 20);
    let databases = GzDecoder::new(COUNTRIES)
        .read_to_end(&mut database)
        .ok()
        .and_then(|_| Reader::from_source(database).ok());
    Arc::new(Places {
        databases: databases.into_iter().collect(),
    })
});

impl Places {
    /// The database that ships: countries, neither regions nor autonomous systems. Unpacked at first use, 5 MiB.
    pub fn built_in() -> Arc<Self> {
        Arc::clone(&BUILT_IN)
    }

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_database_that_ships_knows_countries() {
        let places = Places::built_in();
        for (address, country) in [
            ("143.248.1.1", Some("KR")),
            ("141.213.1.1", Some("US")),
            ("129.206.1.1", Some("DE")),
            ("202.232.2.1", Some("JP")),
            ("193.51.1.1", Some("FR")),
            ("2001:240::1", Some("JP")),
            ("::ffff:143.248.1.1", Some("KR")),
            ("10.0.0.1", None),
            ("127.0.0.1", None),
            ("fd00::1", None),
        ] {
            let found = places.locate(address.parse().expect(address));
            assert_eq!(found.country, country, "{address}");
            assert_eq!((found.region, found.asn), (None, None), "{address}");
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_by_name() {
        let error = Places::open(&["Cargo.toml"]).expect_err("not a database");
        assert!(error.to_string().starts_with("Cargo.toml: "), "{error}");
    }
}
