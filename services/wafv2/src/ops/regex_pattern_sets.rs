//! CreateRegexPatternSet, GetRegexPatternSet, UpdateRegexPatternSet: up to 10 expressions.
//!
//! Order of errors: scope, permission, expressions, existence, lock token. Follows the API reference's pages.

use std::sync::Arc;

use haechi_api_wafv2 as api;
use haechi_core::{Call, Failure};
use haechi_waf::regex::PatternSet;

use crate::model::entity::{Content, Entity};
use crate::model::kind::Kind;
use crate::model::web_scope::WebScope;
use crate::{Waf, error, tags};

/// Expressions in a set (developer guide, "AWS WAF quotas").
const MOST: usize = 10;

pub(crate) async fn create_regex_pattern_set(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::CreateRegexPatternSetRequest,
) -> Result<api::CreateRegexPatternSetResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let tags = tags::from_request(input.tags)?;
    let name = waf.fresh_name(&call, Kind::RegexPatternSet, scope, input.name);
    waf.permit_making(&call, &name, &tags).await?;
    let patterns = check(input.regular_expression_list)?;
    let content = Content::RegexPatternSet { patterns };
    let entity = Entity::new(&*waf.platform.random, name, input.description, tags, content);
    waf.insert(&call, &entity, |entity| api::CreateRegexPatternSetResponse {
        summary: Some(api::RegexPatternSetSummary {
            name: Some(entity.name.clone()),
            id: Some(entity.id.clone()),
            description: Some(entity.description.clone().unwrap_or_default()),
            lock_token: Some(entity.lock_token.clone()),
            arn: Some(entity.arn()),
        }),
    })
    .await
}

pub(crate) async fn get_regex_pattern_set(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::GetRegexPatternSetRequest,
) -> Result<api::GetRegexPatternSetResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let (name, id) = (input.name.unwrap_or_default(), input.id.unwrap_or_default());
    let name = Waf::full_name(&call, Kind::RegexPatternSet, scope, &name, &id);
    let entity = waf.own(&call, &name).await?;
    let Content::RegexPatternSet { patterns } = &entity.content else {
        return Err(Failure::internal(
            "a regex pattern set has the content of another kind",
        ));
    };
    let list = patterns.iter().map(|pattern| api::Regex {
        regex_string: Some(pattern.clone()),
    });
    Ok(api::GetRegexPatternSetResponse {
        regex_pattern_set: Some(api::RegexPatternSet {
            name: Some(entity.name.clone()),
            id: Some(entity.id.clone()),
            arn: Some(entity.arn()),
            description: Some(entity.description.clone().unwrap_or_default()),
            regular_expression_list: Some(list.collect()),
        }),
        lock_token: Some(entity.lock_token.clone()),
    })
}

pub(crate) async fn update_regex_pattern_set(
    waf: Arc<Waf>,
    call: Arc<Call>,
    input: api::UpdateRegexPatternSetRequest,
) -> Result<api::UpdateRegexPatternSetResponse, Failure> {
    let scope = WebScope::of(&call, input.scope.as_ref())?;
    let (name, id) = (input.name.unwrap_or_default(), input.id.unwrap_or_default());
    let name = Waf::full_name(&call, Kind::RegexPatternSet, scope, &name, &id);
    waf.own(&call, &name).await?;
    let patterns = check(input.regular_expression_list)?;
    let description = input.description;
    let change = |entity: &mut Entity| {
        entity.description.clone_from(&description);
        entity.content = Content::RegexPatternSet {
            patterns: patterns.clone(),
        };
    };
    waf.update(&call, &name, input.lock_token.as_deref(), change, |entity| {
        api::UpdateRegexPatternSetResponse {
            next_lock_token: Some(entity.lock_token.clone()),
        }
    })
    .await
}

fn check(list: Option<Vec<api::Regex>>) -> Result<Vec<String>, Failure> {
    let patterns: Vec<String> = list
        .unwrap_or_default()
        .into_iter()
        .map(|regex| regex.regex_string.unwrap_or_default())
        .collect();
    if patterns.len() > MOST {
        return Err(error::limits_exceeded().into());
    }
    match PatternSet::new(&patterns) {
        Ok(_) => Ok(patterns),
        Err(found) => Err(error::invalid(found.field.as_str(), &found.parameter, error::FORMAT).into()),
    }
}
