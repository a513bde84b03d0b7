//! Regions and their Availability Zones.
//!
//! Source: the EC2 user guide, "Regions and Zones"; which letters an account sees differs on AWS, here all see the same.

use haechi_core::Region;

/// A Region: its name, what its zone ids begin with, the letters of its zones, and whether an account must opt in.
pub(crate) struct RegionFacts {
    pub(crate) name: &'static str,
    zone_prefix: &'static str,
    letters: &'static str,
    pub(crate) opt_in: bool,
}

/// An Availability Zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Zone {
    /// `ap-northeast-2a`.
    pub(crate) name: String,
    /// `apne2-az1`.
    pub(crate) id: String,
}

macro_rules! regions {
    ($($name:literal $prefix:literal $letters:literal $opt_in:literal,)*) => {
        /// The Regions that are known by name.
        pub(crate) const REGIONS: &[RegionFacts] = &[
            $(RegionFacts { name: $name, zone_prefix: $prefix, letters: $letters, opt_in: $opt_in },)*
        ];
    };
}

regions! {
    "af-south-1" "afs1" "abc" true,
    "ap-east-1" "ape1" "abc" true,
    "ap-northeast-1" "apne1" "acd" false,
    "ap-northeast-2" "apne2" "abcd" false,
    "ap-northeast-3" "apne3" "abc" false,
    "ap-south-1" "aps1" "abc" false,
    "ap-south-2" "aps2" "abc" true,
    "ap-southeast-1" "apse1" "abc" false,
    "ap-southeast-2" "apse2" "abc" false,
    "ap-southeast-3" "apse3" "abc" true,
    "ap-southeast-4" "apse4" "abc" true,
    "ca-central-1" "cac1" "abd" false,
    "ca-west-1" "caw1" "abc" true,
    "eu-central-1" "euc1" "abc" false,
    "eu-central-2" "euc2" "abc" true,
    "eu-north-1" "eun1" "abc" false,
    "eu-south-1" "eus1" "abc" true,
    "eu-south-2" "eus2" "abc" true,
    "eu-west-1" "euw1" "abc" false,
    "eu-west-2" "euw2" "abc" false,
    "eu-west-3" "euw3" "abc" false,
    "il-central-1" "ilc1" "abc" true,
    "me-central-1" "mec1" "abc" true,
    "me-south-1" "mes1" "abc" true,
    "sa-east-1" "sae1" "abc" false,
    "us-east-1" "use1" "abcdef" false,
    "us-east-2" "use2" "abc" false,
    "us-west-1" "usw1" "ac" false,
    "us-west-2" "usw2" "abcd" false,
}

/// The zones of a Region; one that is not known has three.
pub(crate) fn of(region: &Region) -> Vec<Zone> {
    let name = region.as_str();
    let known = REGIONS.iter().find(|known| known.name == name);
    let (prefix, letters) = known.map_or((name, "abc"), |known| (known.zone_prefix, known.letters));
    let zone = |(number, letter)| Zone {
        name: format!("{name}{letter}"),
        id: format!("{prefix}-az{}", number + 1),
    };
    letters.chars().enumerate().map(zone).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zones_have_names_and_ids() {
        let zones = of(&Region::parse("ap-northeast-1").unwrap());
        let names: Vec<_> = zones
            .iter()
            .map(|zone| (zone.name.as_str(), zone.id.as_str()))
            .collect();
        assert_eq!(
            names,
            [
                ("ap-northeast-1a", "apne1-az1"),
                ("ap-northeast-1c", "apne1-az2"),
                ("ap-northeast-1d", "apne1-az3")
            ]
        );
        assert_eq!(of(&Region::parse("xx-test-9").unwrap()).len(), 3);
    }
}
