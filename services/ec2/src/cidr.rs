//! Address ranges: `10.0.0.0/16`.

use std::fmt;
use std::net::{Ipv4Addr, Ipv6Addr};

use serde::{Deserialize, Serialize};

/// An IPv4 range whose host bits are zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub(crate) struct Cidr {
    network: u32,
    prefix: u8,
}

impl Cidr {
    /// Parses `address/prefix`; host bits are taken off, as EC2 does.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address: Ipv4Addr = address.parse().ok()?;
        let prefix: u8 = prefix.parse().ok().filter(|bits| *bits <= 32)?;
        Some(Self {
            network: u32::from(address) & mask(prefix),
            prefix,
        })
    }

    /// The number of fixed bits.
    pub(crate) fn prefix(self) -> u8 {
        self.prefix
    }

    /// Whether all of another range is in this one.
    pub(crate) fn contains(self, other: Self) -> bool {
        self.prefix <= other.prefix && other.network & mask(self.prefix) == self.network
    }

    /// Whether some address is in both.
    pub(crate) fn overlaps(self, other: Self) -> bool {
        self.contains(other) || other.contains(self)
    }

    /// How many addresses EC2 hands out: the first four and the last are its own.
    pub(crate) fn usable(self) -> u64 {
        (1_u64 << (32 - u32::from(self.prefix))).saturating_sub(5)
    }

    /// One of the usable addresses, by a number that is taken modulo their count.
    pub(crate) fn usable_address(self, number: u64) -> Ipv4Addr {
        let offset = 4 + number % self.usable().max(1);
        Ipv4Addr::from(self.network.wrapping_add(u32::try_from(offset).unwrap_or(4)))
    }

    /// The range of a number among those that `prefix` bits cut this one into.
    pub(crate) fn part(self, prefix: u8, number: u32) -> Self {
        let step = 1_u32.checked_shl(32 - u32::from(prefix)).unwrap_or(0);
        Self {
            network: self.network.wrapping_add(step.wrapping_mul(number)),
            prefix,
        }
    }
}

fn mask(prefix: u8) -> u32 {
    u32::MAX.checked_shl(32 - u32::from(prefix)).unwrap_or(0)
}

impl fmt::Display for Cidr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", Ipv4Addr::from(self.network), self.prefix)
    }
}

impl TryFrom<String> for Cidr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        Self::parse(&text).ok_or_else(|| format!("{text:?} is no range"))
    }
}

impl From<Cidr> for String {
    fn from(cidr: Cidr) -> Self {
        cidr.to_string()
    }
}

/// An IPv6 range in its usual spelling, with its prefix; `None` if the text is none.
pub(crate) fn ipv6(text: &str) -> Option<(String, u8)> {
    let (address, bits) = text.split_once('/')?;
    let address: Ipv6Addr = address.parse().ok()?;
    let bits: u8 = bits.parse().ok().filter(|bits| *bits <= 128)?;
    let kept = u128::MAX.checked_shl(128 - u32::from(bits)).unwrap_or(0);
    let network = Ipv6Addr::from(u128::from(address) & kept);
    Some((format!("{network}/{bits}"), bits))
}

/// Whether an IPv6 range lies in another.
pub(crate) fn ipv6_contains(outer: &str, inner: &str) -> bool {
    let (Some((_, outer_bits)), Some((_, inner_bits))) = (ipv6(outer), ipv6(inner)) else {
        return false;
    };
    let address = inner.split('/').next().unwrap_or_default();
    let widened = ipv6(&format!("{address}/{outer_bits}"));
    outer_bits <= inner_bits && widened.map(|(text, _)| text) == ipv6(outer).map(|(text, _)| text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cidr(text: &str) -> Cidr {
        Cidr::parse(text).unwrap()
    }

    #[test]
    fn host_bits_are_taken_off() {
        assert_eq!(cidr("100.68.0.18/18").to_string(), "100.68.0.0/18");
        assert_eq!(cidr("1.2.3.4/0").to_string(), "0.0.0.0/0");
    }

    #[test]
    fn what_is_no_range_is_refused() {
        for bad in ["10.0.0.0", "10.0.0/8", "10.0.0.0/33", "10.0.0.0/-1", "::/0", ""] {
            assert!(Cidr::parse(bad).is_none(), "{bad}");
        }
    }

    #[test]
    fn ranges_overlap_if_one_contains_the_other() {
        assert!(cidr("10.0.0.0/16").contains(cidr("10.0.255.0/24")));
        assert!(!cidr("10.0.0.0/16").contains(cidr("10.1.0.0/24")));
        assert!(cidr("10.0.1.0/24").overlaps(cidr("10.0.0.0/8")));
        assert!(!cidr("10.0.0.0/24").overlaps(cidr("10.0.1.0/24")));
    }

    #[test]
    fn five_addresses_of_a_subnet_are_not_handed_out() {
        assert_eq!(cidr("172.31.0.0/20").usable(), 4091);
        assert_eq!(cidr("172.31.0.0/20").usable_address(0).to_string(), "172.31.0.4");
        assert_eq!(cidr("172.31.0.0/16").part(20, 2).to_string(), "172.31.32.0/20");
    }

    #[test]
    fn an_ipv6_subnet_lies_in_its_vpc_or_does_not() {
        assert!(ipv6_contains("2600:1f00:0:100::/56", "2600:1f00:0:1ff::/64"));
        assert!(!ipv6_contains("2600:1f00:0:100::/56", "2600:1f00:0:200::/64"));
    }
}
