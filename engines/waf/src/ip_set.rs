//! IP sets: sorted, merged ranges, found by binary search; replaced while requests are being evaluated.

use crate::error::{InvalidParameter, ParameterField};
use crate::model::IpAddressVersion;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, PoisonError, RwLock};

/// AWS's quota.
const MOST: usize = 10_000;

/// The addresses that a set holds: of one version, or, of a feed, of both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IpSet {
    /// `None`: both, IPv4 addresses in IPv6 clothes.
    version: Option<IpAddressVersion>,
    /// First and last address of disjoint ranges in ascending order.
    ranges: Vec<(u128, u128)>,
}

impl IpSet {
    /// Reads CIDR blocks. AWS takes no `/0` and, per set, addresses of one version only.
    pub fn new<S: AsRef<str>>(version: IpAddressVersion, addresses: &[S]) -> Result<Self, InvalidParameter> {
        if addresses.len() > MOST {
            let reason = format!("An IP set holds at most {MOST} addresses.");
            return Err(InvalidParameter::new(
                ParameterField::IpSet,
                addresses.len(),
                reason,
            ));
        }
        let ranges = addresses
            .iter()
            .map(|address| {
                range(version, address.as_ref()).map_err(|reason| {
                    InvalidParameter::new(ParameterField::IpAddress, address.as_ref(), reason)
                })
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            version: Some(version),
            ranges: merged(ranges),
        })
    }

    /// Reads a feed: any number of addresses and CIDR blocks of both versions. This is not AWS's, whose lists are its
    /// own.
    pub fn of_feed<S: AsRef<str>>(addresses: &[S]) -> Result<Self, InvalidParameter> {
        let ranges = addresses
            .iter()
            .map(|address| {
                let text = address.as_ref();
                let version = if text.contains(':') {
                    IpAddressVersion::V6
                } else {
                    IpAddressVersion::V4
                };
                let found = if text.contains('/') {
                    range(version, text)
                } else {
                    let width = if version == IpAddressVersion::V4 { 32 } else { 128 };
                    range(version, &format!("{text}/{width}"))
                };
                let clothe = |value: u128| match version {
                    IpAddressVersion::V4 => value | MAPPED,
                    IpAddressVersion::V6 => value,
                };
                found
                    .map(|(first, last)| (clothe(first), clothe(last)))
                    .map_err(|reason| InvalidParameter::new(ParameterField::IpAddress, text, reason))
            })
            .collect::<Result<Vec<_>, _>>()?;
        Ok(Self {
            version: None,
            ranges: merged(ranges),
        })
    }

    /// Whether the set has this address. An IPv4 address in IPv6 clothes counts as IPv4.
    pub fn contains(&self, ip: IpAddr) -> bool {
        let (version, value) = number(ip.to_canonical());
        let value = match self.version {
            Some(own) if own != version => return false,
            None if version == IpAddressVersion::V4 => value | MAPPED,
            _ => value,
        };
        let after = self.ranges.partition_point(|&(first, _)| first <= value);
        after > 0 && value <= self.ranges[after - 1].1
    }
}

/// `::ffff:0:0`, where IPv4 addresses are in IPv6.
const MAPPED: u128 = 0xffff_0000_0000;

/// Sorts, and joins what overlaps.
fn merged(mut ranges: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    ranges.sort_unstable();
    ranges.dedup_by(|next, kept| {
        let joins = next.0 <= kept.1;
        if joins {
            kept.1 = kept.1.max(next.1);
        }
        joins
    });
    ranges
}

fn number(ip: IpAddr) -> (IpAddressVersion, u128) {
    match ip {
        IpAddr::V4(ip) => (IpAddressVersion::V4, u128::from(ip.to_bits())),
        IpAddr::V6(ip) => (IpAddressVersion::V6, ip.to_bits()),
    }
}

fn range(version: IpAddressVersion, text: &str) -> Result<(u128, u128), &'static str> {
    let (address, length) = text
        .split_once('/')
        .ok_or("Give the address in CIDR notation, such as 192.0.2.44/32.")?;
    let ip: IpAddr = match version {
        IpAddressVersion::V4 => address
            .parse()
            .map(IpAddr::V4)
            .map_err(|_| "This is not an IPv4 address.")?,
        IpAddressVersion::V6 => address
            .parse::<Ipv6Addr>()
            .map(IpAddr::V6)
            .map_err(|_| "This is not an IPv6 address.")?,
    };
    let width = if version == IpAddressVersion::V4 { 32 } else { 128 };
    let length: u32 = length
        .parse()
        .map_err(|_| "The length of the prefix is not a number.")?;
    if length == 0 || length > width {
        return Err(
            "The length of the prefix must be from 1 to the width of the address; /0 is not supported.",
        );
    }
    let host = if length == width {
        0
    } else {
        (1_u128 << (width - length)) - 1
    };
    let (_, value) = number(ip);
    Ok((value & !host, value | host))
}

/// A value that plans hold and that can be replaced under them: the next request sees the new one.
#[derive(Debug)]
pub struct Shared<T>(RwLock<Arc<T>>);

/// An IP set under plans.
pub type SharedIpSet = Shared<IpSet>;

impl<T> Shared<T> {
    /// Starts with this value.
    pub fn new(value: T) -> Self {
        Self(RwLock::new(Arc::new(value)))
    }

    /// The value of now.
    pub fn load(&self) -> Arc<T> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the value.
    pub fn store(&self, value: T) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_found_in_overlapping_and_adjacent_blocks() {
        let set = IpSet::new(
            IpAddressVersion::V4,
            &["10.0.0.0/8", "10.1.0.0/16", "192.0.2.44/32", "11.0.0.0/8"],
        )
        .expect("valid blocks");
        for (ip, inside) in [
            ("10.255.255.255", true),
            ("11.0.0.1", true),
            ("12.0.0.0", false),
            ("192.0.2.44", true),
            ("192.0.2.45", false),
            ("::ffff:10.0.0.1", true),
            ("2001:db8::1", false),
        ] {
            assert_eq!(set.contains(ip.parse().expect("an address")), inside, "{ip}");
        }
    }

    /// Developer guide, "IP set match rule statement": all CIDR ranges except /0.
    #[test]
    fn blocks_that_aws_refuses_are_refused() {
        for bad in ["0.0.0.0/0", "10.0.0.1", "10.0.0.0/33", "2001:db8::/32", "x/8"] {
            let error = IpSet::new(IpAddressVersion::V4, &[bad]).expect_err(bad);
            assert_eq!(
                (error.field, error.parameter.as_str()),
                (ParameterField::IpAddress, bad)
            );
        }
        assert!(IpSet::new(IpAddressVersion::V6, &["2001:db8::/32"]).is_ok());
    }
}
