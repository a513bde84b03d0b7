//! Address lists of the managed reputation groups.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use haechi_waf::error::InvalidParameter;
use haechi_waf::ip_set::{IpSet, SharedIpSet};

/// The lists, by the ARN under which managed rules refer to them. Replacing one reaches plans that are in use.
#[derive(Debug)]
pub struct Feeds {
    sets: HashMap<&'static str, Arc<SharedIpSet>>,
}

/// There is no list of that name.
#[derive(Debug, thiserror::Error)]
#[error("there is no list {0:?}; there are {known}", known = names())]
pub struct UnknownFeed(String);

impl Feeds {
    /// The lists as they are shipped.
    pub fn built_in() -> Self {
        let sets = haechi_managed::FEEDS.iter().map(|feed| {
            let addresses: Vec<&str> = feed.addresses().collect();
            // A test holds the shipped lists to be readable.
            let set = IpSet::of_feed(&addresses).unwrap_or_default();
            (feed.arn, Arc::new(SharedIpSet::new(set)))
        });
        Self { sets: sets.collect() }
    }

    /// The lists of this process, which everything shares that doesn't ask for others.
    pub fn shared() -> Arc<Self> {
        static SHARED: LazyLock<Arc<Feeds>> = LazyLock::new(|| Arc::new(Feeds::built_in()));
        Arc::clone(&SHARED)
    }

    /// Replaces a list: an address or network a line, `#` begins a comment. Returns how many there are.
    pub fn replace(&self, name: &str, text: &str) -> Result<Result<usize, InvalidParameter>, UnknownFeed> {
        let feed = haechi_managed::FEEDS
            .iter()
            .find(|feed| feed.name == name)
            .ok_or_else(|| UnknownFeed(name.to_owned()))?;
        let addresses: Vec<&str> = text
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim())
            .filter(|line| !line.is_empty())
            .collect();
        Ok(IpSet::of_feed(&addresses).map(|set| {
            if let Some(shared) = self.sets.get(feed.arn) {
                shared.store(set);
            }
            addresses.len()
        }))
    }

    pub(crate) fn get(&self, arn: &str) -> Option<Arc<SharedIpSet>> {
        self.sets.get(arn).cloned()
    }
}

fn names() -> String {
    let names: Vec<&str> = haechi_managed::FEEDS.iter().map(|feed| feed.name).collect();
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shipped_lists_are_readable() {
        for feed in haechi_managed::FEEDS {
            let addresses: Vec<&str> = feed.addresses().collect();
            IpSet::of_feed(&addresses).unwrap_or_else(|error| panic!("{}: {error:?}", feed.name));
        }
    }

    #[test]
    fn a_replaced_list_holds_addresses_of_both_versions() {
        let feeds = Feeds::built_in();
        let text = "# bad ones\n192.0.2.0/24\n2001:db8::/32 # a network\n198.51.100.7\n";
        let count = feeds
            .replace("AWSManagedIPReputationList", text)
            .expect("a list")
            .expect("readable");
        let set = feeds
            .get("arn:aws:wafv2:::managed/ipset/AWSManagedIPReputationList")
            .expect("the list")
            .load();
        assert_eq!(count, 3);
        for (address, listed) in [
            ("192.0.2.9", true),
            ("198.51.100.7", true),
            ("198.51.100.8", false),
            ("2001:db8::1", true),
            ("::c000:209", false),
        ] {
            assert_eq!(
                set.contains(address.parse().expect("an address")),
                listed,
                "{address}"
            );
        }
    }

    #[test]
    fn a_list_with_a_bad_line_changes_nothing() {
        let feeds = Feeds::built_in();
        feeds
            .replace("AnonymousIPList", "192.0.2.1")
            .expect("a list")
            .expect("readable");
        let refused = feeds.replace("AnonymousIPList", "nonsense").expect("a list");
        let set = feeds
            .get("arn:aws:wafv2:::managed/ipset/AnonymousIPList")
            .expect("the list")
            .load();
        assert!(refused.is_err());
        assert!(set.contains("192.0.2.1".parse().expect("an address")));
        assert!(feeds.replace("NoSuchList", "").is_err());
    }
}
