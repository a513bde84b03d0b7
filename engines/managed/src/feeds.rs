//! The lists of addresses that reputation groups read. AWS's own lists are not published, so an operator names a
//! file or URL for each; without one a list is what it is here.

/// A list of addresses and networks that rules of managed groups refer to as an IP set.
#[derive(Clone, Copy, Debug)]
pub struct Feed {
    /// The list's name, as an operator's configuration has it.
    pub name: &'static str,
    /// The ARN under which rules refer to it.
    pub arn: &'static str,
    /// What should be on it.
    pub description: &'static str,
    /// What is on it before any feed was read: an address or network per line, `#` begins a comment.
    pub initial: &'static str,
}

impl Feed {
    /// The addresses and networks of [`Feed::initial`].
    pub fn addresses(&self) -> impl Iterator<Item = &'static str> {
        self.initial
            .lines()
            .map(|line| line.split('#').next().unwrap_or_default().trim())
            .filter(|line| !line.is_empty())
    }
}

macro_rules! feeds {
    ($($name:literal, $description:literal, $initial:expr;)*) => {
        /// Every list.
        pub static FEEDS: &[Feed] = &[$(Feed {
            name: $name,
            arn: concat!("arn:aws:wafv2:::managed/ipset/", $name),
            description: $description,
            initial: $initial,
        },)*];
    };
}

feeds! {
    "AWSManagedIPReputationList", "Addresses of bots and other threats.", "";
    "AWSManagedReconnaissanceList", "Addresses that probe for weak applications.", "";
    "AWSManagedIPDDoSList", "Addresses that take part in denial-of-service attacks.", "";
    "AnonymousIPList", "Tor nodes, VPNs, open proxies.", "";
    "HostingProviderIPList", "Networks of hosting and cloud providers.", "";
    "VerifiedBots", "Networks from which well-known crawlers say they come.", include_str!("../feeds/verified-bots.txt");
}

/// The list with this ARN.
#[must_use]
pub fn feed(arn: &str) -> Option<&'static Feed> {
    FEEDS.iter().find(|feed| feed.arn == arn)
}
