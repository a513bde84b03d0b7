//! From what the control plane says to a plan.

use std::sync::Arc;

use haechi_dataplane::Protection;
use haechi_waf::compile::Plan;
use haechi_waf::model::{SearchStringEncoding, WebAcl};

use crate::feeds::Feeds;
use crate::library::{Library, LibraryError};

/// What a web ACL refers to.
pub fn library(protection: &Protection, feeds: Arc<Feeds>) -> Result<Library, LibraryError> {
    let mut library = Library::new(feeds);
    for (arn, group) in &protection.rule_groups {
        library.add_rule_group(arn, group.as_bytes(), SearchStringEncoding::Base64)?;
    }
    for (arn, addresses) in &protection.ip_sets {
        library.add_ip_set(arn, addresses)?;
    }
    for (arn, patterns) in &protection.regex_pattern_sets {
        library.add_pattern_set(arn, patterns)?;
    }
    Ok(library)
}

/// Compiles a web ACL with all that it refers to.
pub fn compile(protection: &Protection, feeds: Arc<Feeds>) -> Result<Plan, LibraryError> {
    let library = library(protection, feeds)?;
    let acl = WebAcl::from_json(protection.definition.as_bytes(), SearchStringEncoding::Base64).map_err(
        |source| LibraryError::Document {
            what: protection.web_acl.clone(),
            source,
        },
    )?;
    Ok(Plan::compile(&acl, &protection.account, &library)?)
}
