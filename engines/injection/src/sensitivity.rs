/// How eagerly [`crate::sqli::detect`] speaks up, as AWS WAF's `SensitivityLevel`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Sensitivity {
    /// Few false positives: fingerprints that ordinary text also has are let through.
    /// AWS WAF's default.
    #[default]
    Low,
    /// Everything that libinjection reports, and markers of attacks that no fingerprint covers.
    High,
}
