//! Log lines on their way to the destination of the web ACL's logging configuration.

use haechi_core::Failure;
use haechi_core::telemetry::{Delivered, LogLine};
use serde::Deserialize;

use crate::model::name::FullName;
use crate::model::web_scope::WebScope;
use crate::{Waf, logging};

/// What of a configuration says where lines go.
#[derive(Deserialize)]
struct Destinations {
    #[serde(rename = "LogDestinationConfigs")]
    arns: Vec<String>,
}

/// What of a line says when it was made.
#[derive(Deserialize)]
struct Stamp {
    timestamp: i64,
}

impl Waf {
    /// Hands lines on. Without a configuration, or with a destination that is gone, they are dropped, as AWS drops
    /// them.
    pub(super) async fn deliver_lines(&self, web_acl: &FullName, lines: &[String]) -> Result<(), Failure> {
        if lines.is_empty() {
            return Ok(());
        }
        let Some(json) = logging::configuration(self, web_acl).await? else {
            return Ok(());
        };
        let now_ms = self.platform.now().as_millis();
        let destinations: Destinations = serde_json::from_str(&json).map_err(Failure::internal)?;
        for arn in destinations.arns {
            let Some(delivery) = self.telemetry.delivery(&arn) else {
                continue;
            };
            let line = |text: &String| LogLine {
                at_ms: serde_json::from_str::<Stamp>(text).map_or(now_ms, |stamp| stamp.timestamp),
                text: text.clone(),
            };
            let taken = delivery
                .deliver(&arn, &stream_name(web_acl), lines.iter().map(line).collect())
                .await?;
            if taken == Delivered::Gone {
                tracing::warn!(%arn, lines = lines.len(), "the destination of a web ACL's logs is gone; lines are dropped");
            }
        }
        Ok(())
    }
}

/// The log stream within a group, as AWS names it: `eu-north-1_my-acl_0`, `cloudfront_my-acl_0`.
fn stream_name(web_acl: &FullName) -> String {
    let place = match web_acl.scope {
        WebScope::Regional => web_acl.region.as_str(),
        WebScope::CloudFront => "cloudfront",
    };
    format!("{place}_{}_0", web_acl.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protections::web_acl_name;

    #[test]
    fn streams_are_named_as_awss() {
        for (arn, expected) in [
            (
                "arn:aws:wafv2:eu-north-1:111122223333:regional/webacl/front/i",
                "eu-north-1_front_0",
            ),
            (
                "arn:aws:wafv2:us-east-1:111122223333:global/webacl/front/i",
                "cloudfront_front_0",
            ),
        ] {
            assert_eq!(stream_name(&web_acl_name(arn).unwrap()), expected);
        }
    }

    #[test]
    fn a_line_says_when_it_was_made() {
        let stamp: Stamp = serde_json::from_str(r#"{"timestamp":1576280412771,"formatVersion":1}"#).unwrap();
        assert_eq!(stamp.timestamp, 1_576_280_412_771);
    }
}
