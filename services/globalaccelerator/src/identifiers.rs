//! Ids, names and addresses.

use std::net::Ipv4Addr;

use haechi_core::Random;

/// The id of a listener.
pub(crate) fn listener(random: &dyn Random) -> String {
    random.hex(8)
}

/// The id of an endpoint group.
pub(crate) fn endpoint_group(random: &dyn Random) -> String {
    random.hex(12)
}

/// The host name of an accelerator.
pub(crate) fn dns_name(random: &dyn Random) -> String {
    format!("a{}.awsglobalaccelerator.com", random.hex(16))
}

/// Two addresses, one of each half of 198.18.0.0/15.
pub(crate) fn addresses(random: &dyn Random) -> [Ipv4Addr; 2] {
    let mut bytes = [0; 4];
    random.fill(&mut bytes);
    let [a, b, c, d] = bytes;
    [Ipv4Addr::new(198, 18, a, b), Ipv4Addr::new(198, 19, c, d)]
}

/// Two addresses of the range for documentation (RFC 3849), for accelerators that speak IPv6 too.
pub(crate) fn addresses_v6(random: &dyn Random) -> [String; 2] {
    [(); 2].map(|()| format!("2001:db8:{}:{}::1", random.hex(4), random.hex(4)))
}
