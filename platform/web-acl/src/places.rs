//! Where addresses are: databases in MaxMind's format, of places, of networks, or both.

use std::io::Read;
use std::net::IpAddr;
use std::path::{Path, PathBuf};
use std::sync::{Arc, LazyLock};

use flate2::read::GzDecoder;
use haechi_waf::geo::{Geo, GeoRecord};
use maxminddb::Reader;
use serde::Deserialize;

/// Databases of places and of networks. Of each kind, the first that knows something of an address says it.
#[derive(Debug)]
pub struct Places {
    places: Databases,
    networks: Databases,
}

/// The databases of one kind: those that an operator names, or the one that ships.
#[derive(Debug)]
enum Databases {
    Named(Vec<Arc<Reader<Vec<u8>>>>),
    BuiltIn(&'static LazyLock<Option<Reader<Vec<u8>>>>),
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

/// Countries of addresses by IPtoASN, in the public domain (`data/README.md`). Unpacked at first use, 5 MiB.
static COUNTRIES: LazyLock<Option<Reader<Vec<u8>>>> =
    LazyLock::new(|| unpacked(include_bytes!("../data/iptoasn-country.mmdb.gz")));

/// Autonomous systems of addresses by Route Views, NRO and DB-IP (`data/README.md`). Unpacked at first use, 12 MiB.
static NETWORKS: LazyLock<Option<Reader<Vec<u8>>>> =
    LazyLock::new(|| unpacked(include_bytes!("../data/asn.mmdb.gz")));

fn unpacked(database: &[u8]) -> Option<Reader<Vec<u8>>> {
    let mut bytes = Vec::new();
    GzDecoder::new(database).read_to_end(&mut bytes).ok()?;
    Reader::from_source(bytes).ok()
}

impl Databases {
    fn named_or(
        named: Vec<Arc<Reader<Vec<u8>>>>,
        built_in: &'static LazyLock<Option<Reader<Vec<u8>>>>,
    ) -> Self {
        if named.is_empty() {
            Self::BuiltIn(built_in)
        } else {
            Self::Named(named)
        }
    }

    /// What each database says of the address. One of IPv4 knows nothing of IPv6, and a damaged entry is as good as
    /// none.
    fn entries(&self, ip: IpAddr) -> impl Iterator<Item = Entry<'_>> {
        let (named, built_in) = match self {
            Self::Named(named) => (named.as_slice(), None),
            Self::BuiltIn(database) => (&[][..], database.as_ref()),
        };
        let databases = named.iter().map(Arc::as_ref).chain(built_in);
        databases.filter_map(move |database| database.lookup(ip.to_canonical()).ok()?.decode().ok()?)
    }
}

impl Places {
    /// The databases that ship: countries without regions, and autonomous systems.
    pub fn built_in() -> Arc<Self> {
        Arc::new(Self {
            places: Databases::BuiltIn(&COUNTRIES),
            networks: Databases::BuiltIn(&NETWORKS),
        })
    }

    /// Reads the files. They take the place of what ships: databases of networks (GeoLite2-ASN, GeoIP2-ISP …) that of
    /// networks, others that of places, and one that holds both (GeoIP2-Enterprise) that of both.
    pub fn open<P: AsRef<Path>>(files: &[P]) -> Result<Self, PlacesError> {
        let (mut places, mut networks) = (Vec::new(), Vec::new());
        for file in files {
            let database = Reader::open_readfile(file).map_err(|source| PlacesError {
                path: file.as_ref().to_owned(),
                source,
            })?;
            let (of_places, of_networks) = holds(&database.metadata().database_type);
            let database = Arc::new(database);
            places.extend(of_places.then(|| Arc::clone(&database)));
            networks.extend(of_networks.then_some(database));
        }
        Ok(Self {
            places: Databases::named_or(places, &COUNTRIES),
            networks: Databases::named_or(networks, &NETWORKS),
        })
    }
}

/// Whether a database of this type holds places, and whether networks. Types are names by custom, see MaxMind's list
/// of `database_type`; a database of a name that says nothing may hold either.
fn holds(database_type: &str) -> (bool, bool) {
    let has = |names: &[&str]| names.iter().any(|name| database_type.contains(name));
    let networks = has(&["ASN", "ISP"]);
    let places = has(&["Country", "City", "Insights"]);
    if networks == places {
        (true, true)
    } else {
        (places, networks)
    }
}

impl Geo for Places {
    fn locate(&self, ip: IpAddr) -> GeoRecord<'_> {
        let located = self.places.entries(ip).find_map(|entry| {
            let country = entry.country.and_then(|country| country.iso_code);
            let country = country.or(entry.country_code)?;
            Some(GeoRecord {
                country: Some(country),
                region: entry.subdivisions.first().and_then(|part| part.iso_code),
            })
        });
        located.unwrap_or_default()
    }

    fn autonomous_system(&self, ip: IpAddr) -> Option<u32> {
        self.networks
            .entries(ip)
            .find_map(|entry| entry.autonomous_system_number)
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
            assert_eq!(found.region, None, "{address}");
        }
    }

    #[test]
    fn the_database_that_ships_knows_autonomous_systems() {
        let places = Places::built_in();
        for (address, number) in [
            ("8.8.8.8", Some(15169)),
            ("1.1.1.1", Some(13335)),
            ("143.248.1.1", Some(1781)),
            ("2606:4700::1", Some(13335)),
            ("::ffff:8.8.8.8", Some(15169)),
            ("10.0.0.1", None),
            ("fd00::1", None),
        ] {
            let found = places.autonomous_system(address.parse().expect(address));
            assert_eq!(found, number, "{address}");
        }
    }

    #[test]
    fn a_database_takes_the_place_of_what_ships_of_its_kind() {
        for (database_type, places_and_networks) in [
            ("GeoLite2-City", (true, false)),
            ("DBIP-Country-Lite (compat=GeoLite2-Country)", (true, false)),
            ("GeoLite2-ASN", (false, true)),
            ("GeoIP2-ISP", (false, true)),
            ("GeoIP2-Enterprise", (true, true)),
            ("ours", (true, true)),
        ] {
            assert_eq!(holds(database_type), places_and_networks, "{database_type}");
        }
    }

    #[test]
    fn a_file_that_is_no_database_is_refused_by_name() {
        let error = Places::open(&["Cargo.toml"]).expect_err("not a database");
        assert!(error.to_string().starts_with("Cargo.toml: "), "{error}");
    }
}
