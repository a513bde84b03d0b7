//! How many connections there may be, in all and from one address.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;

/// Hands out permits for connections.
#[derive(Debug)]
pub(crate) struct Permits {
    most: usize,
    most_per_address: usize,
    present: Mutex<Present>,
}

#[derive(Debug, Default)]
struct Present {
    all: usize,
    by_address: HashMap<IpAddr, usize>,
}

/// One connection; it counts until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    permits: Arc<Permits>,
    address: IpAddr,
}

impl Permits {
    pub(crate) fn new(most: usize, most_per_address: usize) -> Arc<Self> {
        Arc::new(Self {
            most,
            most_per_address,
            present: Mutex::default(),
        })
    }

    /// A permit for a connection from this address, unless there are too many.
    pub(crate) fn take(self: &Arc<Self>, address: IpAddr) -> Option<Permit> {
        let address = network(address);
        let mut present = self.present.lock();
        let there = present.by_address.get(&address).copied().unwrap_or(0);
        if present.all >= self.most || there >= self.most_per_address {
            return None;
        }
        present.all += 1;
        present.by_address.insert(address, there + 1);
        Some(Permit {
            permits: Arc::clone(self),
            address,
        })
    }

    /// How many connections there are.
    pub(crate) fn present(&self) -> usize {
        self.present.lock().all
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let mut present = self.permits.present.lock();
        present.all -= 1;
        if let Some(count) = present.by_address.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                present.by_address.remove(&self.address);
            }
        }
    }
}

/// One who has an address of version 6 has all of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(six) => match six.to_ipv4_mapped() {
            Some(four) => IpAddr::V4(four),
            None => IpAddr::V6(Ipv6Addr::from(u128::from(six) >> 64 << 64)),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn permits_run_out_per_address_and_in_all_and_come_back() {
        let permits = Permits::new(3, 2);
        let ip = |text: &str| text.parse().expect("an address");
        let first = permits.take(ip("2001:db8::1"));
        let second = permits.take(ip("2001:db8::2"));
        assert!(first.is_some() && second.is_some());
        assert!(permits.take(ip("2001:db8::3")).is_none(), "the same network");
        let third = permits.take(ip("192.0.2.1"));
        assert!(third.is_some());
        assert!(permits.take(ip("192.0.2.2")).is_none(), "too many in all");
        drop(first);
        assert!(permits.take(ip("2001:db8::9")).is_some());
        drop((second, third));
        assert_eq!(permits.present(), 0);
    }
}
