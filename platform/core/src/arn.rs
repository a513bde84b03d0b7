//! Amazon Resource Names.

use std::fmt;

/// A parsed ARN: `arn:partition:service:region:account:resource`.
///
/// The resource part keeps its own colons and slashes. Source: IAM user guide, "Identify AWS resources with
/// Amazon Resource Names (ARNs)".
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Arn {
    text: String,
    /// Where each of the first five colons stands.
    colons: [usize; 5],
}

impl Arn {
    /// Parses an ARN; `None` where the text is not one.
    pub fn parse(text: &str) -> Option<Self> {
        if !text.starts_with("arn:") {
            return None;
        }
        let mut colons = [0; 5];
        let mut found = 0;
        for (at, byte) in text.bytes().enumerate() {
            if byte == b':' {
                colons[found] = at;
                found += 1;
                if found == 5 {
                    break;
                }
            }
        }
        (found == 5 && colons[4] + 1 < text.len()).then(|| Self {
            text: text.to_owned(),
            colons,
        })
    }

    /// Puts an ARN together.
    pub fn new(partition: &str, service: &str, region: &str, account: &str, resource: &str) -> Self {
        let text = format!("arn:{partition}:{service}:{region}:{account}:{resource}");
        let partition_end = 4 + partition.len();
        let service_end = partition_end + 1 + service.len();
        let region_end = service_end + 1 + region.len();
        let account_end = region_end + 1 + account.len();
        Self {
            text,
            colons: [3, partition_end, service_end, region_end, account_end],
        }
    }

    /// The whole name.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// `aws`, `aws-cn` …
    pub fn partition(&self) -> &str {
        &self.text[self.colons[0] + 1..self.colons[1]]
    }

    /// `kms`, `iam` …
    pub fn service(&self) -> &str {
        &self.text[self.colons[1] + 1..self.colons[2]]
    }

    /// The Region, empty for global services.
    pub fn region(&self) -> &str {
        &self.text[self.colons[2] + 1..self.colons[3]]
    }

    /// The account, empty for some services (S3 buckets).
    pub fn account(&self) -> &str {
        &self.text[self.colons[3] + 1..self.colons[4]]
    }

    /// All after the account: `key/1234…`, `role/path/name`.
    pub fn resource(&self) -> &str {
        &self.text[self.colons[4] + 1..]
    }
}

impl fmt::Display for Arn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_come_back_as_they_went_in() {
        let built = Arn::new("aws", "kms", "eu-north-1", "111122223333", "key/1234");
        let parsed = Arn::parse("arn:aws:kms:eu-north-1:111122223333:key/1234").unwrap();
        assert_eq!(built, parsed);
        assert_eq!(parsed.partition(), "aws");
        assert_eq!(parsed.service(), "kms");
        assert_eq!(parsed.region(), "eu-north-1");
        assert_eq!(parsed.account(), "111122223333");
        assert_eq!(parsed.resource(), "key/1234");
    }

    #[test]
    fn a_resource_keeps_its_colons() {
        let arn = Arn::parse("arn:aws:logs:us-east-1:1:log-group:a:*").unwrap();
        assert_eq!(arn.resource(), "log-group:a:*");
    }

    #[test]
    fn what_lacks_a_part_is_no_arn() {
        for bad in [
            "",
            "arn:",
            "arn:aws:kms:us-east-1:1",
            "arn:aws:kms:us-east-1:1:",
            "urn:a:b:c:d:e",
        ] {
            assert!(Arn::parse(bad).is_none(), "{bad}");
        }
    }
}
