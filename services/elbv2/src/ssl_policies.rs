//! The security policies that a secure listener can name: which TLS versions and cipher suites it offers.
//!
//! Source: user guide, "Security policies for your Application Load Balancer". The gateway negotiates what rustls does,
//! TLS 1.2 and 1.3 with forward secrecy, whatever a policy still allows.

/// A policy.
pub(crate) struct SslPolicy {
    pub(crate) name: &'static str,
    /// Newest version first.
    pub(crate) protocols: &'static [&'static str],
    ciphers: &'static [&'static [&'static str]],
}

impl SslPolicy {
    /// Its cipher suites, the preferred one first.
    pub(crate) fn ciphers(&self) -> impl Iterator<Item = &'static str> {
        self.ciphers.iter().flat_map(|set| set.iter().copied())
    }
}

const TLS13: &[&str] = &[
    "TLS_AES_128_GCM_SHA256",
    "TLS_AES_256_GCM_SHA384",
    "TLS_CHACHA20_POLY1305_SHA256",
];
const TLS13_FIPS: &[&str] = &["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384"];
/// Forward secrecy and authenticated encryption.
const RESTRICTED: &[&str] = &[
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
];
/// Forward secrecy, SHA-2.
const FORWARD: &[&str] = &[
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
];
/// Forward secrecy, SHA-1 too.
const FORWARD_ALL: &[&str] = &[
    "ECDHE-ECDSA-AES128-GCM-SHA256",
    "ECDHE-RSA-AES128-GCM-SHA256",
    "ECDHE-ECDSA-AES128-SHA256",
    "ECDHE-RSA-AES128-SHA256",
    "ECDHE-ECDSA-AES128-SHA",
    "ECDHE-RSA-AES128-SHA",
    "ECDHE-ECDSA-AES256-GCM-SHA384",
    "ECDHE-RSA-AES256-GCM-SHA384",
    "ECDHE-ECDSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA384",
    "ECDHE-RSA-AES256-SHA",
    "ECDHE-ECDSA-AES256-SHA",
];
/// Without forward secrecy, SHA-2.
const STATIC: &[&str] = &[
    "AES128-GCM-SHA256",
    "AES128-SHA256",
    "AES256-GCM-SHA384",
    "AES256-SHA256",
];
/// Without forward secrecy, SHA-1 too.
const STATIC_ALL: &[&str] = &[
    "AES128-GCM-SHA256",
    "AES128-SHA256",
    "AES128-SHA",
    "AES256-GCM-SHA384",
    "AES256-SHA256",
    "AES256-SHA",
];
const TRIPLE_DES: &[&str] = &["DES-CBC3-SHA"];

const V10: &[&str] = &["TLSv1.2", "TLSv1.1", "TLSv1"];
const V11: &[&str] = &["TLSv1.2", "TLSv1.1"];
const V12: &[&str] = &["TLSv1.2"];
const V13_10: &[&str] = &["TLSv1.3", "TLSv1.2", "TLSv1.1", "TLSv1"];
const V13_11: &[&str] = &["TLSv1.3", "TLSv1.2", "TLSv1.1"];
const V13_12: &[&str] = &["TLSv1.3", "TLSv1.2"];
const V13: &[&str] = &["TLSv1.3"];

macro_rules! policies {
    ($($name:literal $protocols:ident [$($set:ident)*],)*) => {
        /// All of them.
        pub(crate) const POLICIES: &[SslPolicy] = &[
            $(SslPolicy {
                name: concat!("ELBSecurityPolicy-", $name),
                protocols: $protocols,
                ciphers: &[$($set),*],
            },)*
        ];
    };
}

policies! {
    "2016-08" V10 [FORWARD_ALL STATIC_ALL],
    "TLS13-1-2-2021-06" V13_12 [TLS13 FORWARD],
    "TLS13-1-2-Res-2021-06" V13_12 [TLS13 RESTRICTED],
    "TLS13-1-2-Ext1-2021-06" V13_12 [TLS13 FORWARD STATIC],
    "TLS13-1-2-Ext2-2021-06" V13_12 [TLS13 FORWARD_ALL STATIC_ALL],
    "TLS13-1-1-2021-06" V13_11 [TLS13 FORWARD_ALL STATIC_ALL],
    "TLS13-1-0-2021-06" V13_10 [TLS13 FORWARD_ALL STATIC_ALL],
    "TLS13-1-3-2021-06" V13 [TLS13],
    "TLS-1-2-2017-01" V12 [FORWARD STATIC],
    "TLS-1-1-2017-01" V11 [FORWARD_ALL STATIC_ALL],
    "TLS-1-2-Ext-2018-06" V12 [FORWARD_ALL STATIC_ALL],
    "FS-2018-06" V10 [FORWARD_ALL],
    "FS-1-1-2019-08" V11 [FORWARD_ALL],
    "FS-1-2-2019-08" V12 [FORWARD_ALL],
    "FS-1-2-Res-2019-08" V12 [FORWARD],
    "FS-1-2-Res-2020-10" V12 [RESTRICTED],
    "2015-05" V10 [FORWARD_ALL STATIC_ALL],
    "TLS-1-0-2015-04" V10 [FORWARD_ALL STATIC_ALL TRIPLE_DES],
    "TLS13-1-3-FIPS-2023-04" V13 [TLS13_FIPS],
    "TLS13-1-2-FIPS-2023-04" V13_12 [TLS13_FIPS FORWARD],
    "TLS13-1-2-Res-FIPS-2023-04" V13_12 [TLS13_FIPS RESTRICTED],
    "TLS13-1-2-Ext0-FIPS-2023-04" V13_12 [TLS13_FIPS FORWARD_ALL],
    "TLS13-1-2-Ext1-FIPS-2023-04" V13_12 [TLS13_FIPS FORWARD STATIC],
    "TLS13-1-2-Ext2-FIPS-2023-04" V13_12 [TLS13_FIPS FORWARD_ALL STATIC_ALL],
    "TLS13-1-1-FIPS-2023-04" V13_11 [TLS13_FIPS FORWARD_ALL STATIC_ALL],
    "TLS13-1-0-FIPS-2023-04" V13_10 [TLS13_FIPS FORWARD_ALL STATIC_ALL],
    "TLS13-1-3-PQ-2025-09" V13 [TLS13],
    "TLS13-1-2-PQ-2025-09" V13_12 [TLS13 FORWARD],
    "TLS13-1-2-Res-PQ-2025-09" V13_12 [TLS13 RESTRICTED],
    "TLS13-1-2-Ext1-PQ-2025-09" V13_12 [TLS13 FORWARD STATIC],
    "TLS13-1-2-Ext2-PQ-2025-09" V13_12 [TLS13 FORWARD_ALL STATIC_ALL],
    "TLS13-1-0-PQ-2025-09" V13_10 [TLS13 FORWARD_ALL STATIC_ALL],
    "TLS13-1-3-FIPS-PQ-2025-09" V13 [TLS13_FIPS],
    "TLS13-1-2-FIPS-PQ-2025-09" V13_12 [TLS13_FIPS FORWARD],
    "TLS13-1-2-Res-FIPS-PQ-2025-09" V13_12 [TLS13_FIPS RESTRICTED],
    "TLS13-1-2-Ext0-FIPS-PQ-2025-09" V13_12 [TLS13_FIPS FORWARD_ALL],
    "TLS13-1-2-Ext1-FIPS-PQ-2025-09" V13_12 [TLS13_FIPS FORWARD STATIC],
    "TLS13-1-2-Ext2-FIPS-PQ-2025-09" V13_12 [TLS13_FIPS FORWARD_ALL STATIC_ALL],
    "TLS13-1-1-FIPS-PQ-2025-09" V13_11 [TLS13_FIPS FORWARD_ALL STATIC_ALL],
    "TLS13-1-0-FIPS-PQ-2025-09" V13_10 [TLS13_FIPS FORWARD_ALL STATIC_ALL],
}

/// Whether there is a policy of this name.
pub(crate) fn exists(name: &str) -> bool {
    POLICIES.iter().any(|policy| policy.name == name)
}
