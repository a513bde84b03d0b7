//! AWS's managed rule groups, as data: the names, order, labels, actions and capacities that AWS publishes, with
//! patterns of our own, for AWS does not publish its patterns.
//!
//! Each group is a rule group in AWS's JSON (`groups/<name>.json`); whoever evaluates web ACLs compiles it as any
//! other. This crate knows nothing of the engine. How the patterns are made is in `README.md`.
//!
//! ```
//! let group = haechi_managed::find("AWS", "AWSManagedRulesCommonRuleSet").expect("a group");
//! assert_eq!((group.capacity, group.available_labels().count()), (700, 22));
//! assert!(group.json.contains("CrossSiteScripting_BODY"));
//! ```

mod catalogue;
mod feeds;

pub use catalogue::GROUPS;
pub use feeds::{FEEDS, Feed, feed};

/// The vendor of all groups.
pub const VENDOR: &str = "AWS";

/// A managed rule group.
#[derive(Clone, Copy, Debug)]
pub struct ManagedGroup {
    /// AWS's name, such as `AWSManagedRulesSQLiRuleSet`.
    pub name: &'static str,
    /// What the group is for, in a sentence.
    pub description: &'static str,
    /// Capacity in WCU that AWS charges for the group, whatever its rules would cost one by one.
    pub capacity: u64,
    /// The prefix of its labels: `awswaf:managed:aws:…:`.
    pub label_namespace: &'static str,
    /// The static versions that may be asked for, oldest first; empty for groups that AWS does not version.
    /// All of them have the content of the newest.
    pub versions: &'static [&'static str],
    /// The group as AWS's JSON of a rule group. Search strings, where it has any, are text.
    pub json: &'static str,
}

impl ManagedGroup {
    /// The version that the default follows: the newest.
    #[must_use]
    pub fn default_version(&self) -> Option<&'static str> {
        self.versions.last().copied()
    }

    /// May this version be asked for?
    #[must_use]
    pub fn has_version(&self, version: &str) -> bool {
        self.versions.contains(&version)
    }

    /// The labels that the group can add to a request, with their prefix.
    pub fn available_labels(&self) -> impl Iterator<Item = &'static str> {
        // The files are this crate's own, and a test holds this reading to a real one.
        let labels = self
            .json
            .split_once("\"AvailableLabels\": [")
            .map_or("", |(_, rest)| rest);
        let labels = labels.split_once(']').map_or("", |(labels, _)| labels);
        labels.split('"').filter(|text| text.starts_with("awswaf:"))
    }
}

/// The group of this vendor and name.
#[must_use]
pub fn find(vendor: &str, name: &str) -> Option<&'static ManagedGroup> {
    GROUPS.iter().find(|group| vendor == VENDOR && group.name == name)
}
