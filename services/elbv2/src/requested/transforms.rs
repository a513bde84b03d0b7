//! Transforms of a request: at most one of the host header and one of the URL, each with one expression.
//!
//! Source: API reference, `RuleTransform`, `HostHeaderRewriteConfig`, `UrlRewriteConfig`.

use haechi_api_elbv2 as api;
use haechi_core::Failure;

use super::conditions::check_regex;
use crate::error;
use crate::model::rule::{Transform, TransformedPart};

const LONGEST: usize = 1024;

/// Reads the transforms of a rule.
pub(crate) fn read(given: Vec<api::RuleTransform>) -> Result<Vec<Transform>, Failure> {
    let mut read: Vec<Transform> = Vec::new();
    for transform in given {
        let (part, rewrites) = match &transform.r#type {
            Some(api::TransformTypeEnum::HostHeaderRewrite) => {
                let config = transform.host_header_rewrite_config;
                (
                    TransformedPart::HostHeader,
                    config.and_then(|config| config.rewrites),
                )
            }
            Some(api::TransformTypeEnum::UrlRewrite) => {
                let config = transform.url_rewrite_config;
                (TransformedPart::Url, config.and_then(|config| config.rewrites))
            }
            _ => return Err(error::validation("A transform type must be specified")),
        };
        let rewrites = rewrites.unwrap_or_default();
        let [rewrite] = &rewrites[..] else {
            return Err(error::validation("A transform must have exactly one rewrite"));
        };
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        let (regex, replace) = (text(&rewrite.regex), text(&rewrite.replace));
        if regex.is_empty() || regex.len() > LONGEST || replace.len() > LONGEST {
            let message =
                format!("A rewrite must have a regular expression of at most '{LONGEST}' characters");
            return Err(error::validation(message));
        }
        check_regex(&regex)?;
        if read.iter().any(|known| known.part == part) {
            return Err(error::validation(
                "A rule can only have one transform of each type",
            ));
        }
        read.push(Transform { part, regex, replace });
    }
    Ok(read)
}
