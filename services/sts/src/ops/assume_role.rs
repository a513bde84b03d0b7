//! AssumeRole: from one identity into a role that trusts it.
//!
//! The role's trust policy must allow, and the caller's own policies where the trust names only its account or lives
//! in another account. A role that does not exist is refused like one that does not trust. Session tags need
//! `sts:TagSession`, a source identity needs `sts:SetSourceIdentity`. A session made from a session (chaining) lives
//! an hour at most, keeps its source identity and passes on its transitive tags. A second factor counts for the
//! decision and not for the session (IAM user guide, "Secure API access with MFA"). Follows the STS API reference,
//! "AssumeRole", and the IAM user guide, "Pass session tags in AWS STS".

use std::sync::Arc;

use haechi_api_sts as api;
use haechi_core::{Arn, Call, Failure, Principal, Session};
use haechi_wire::ApiError;

use crate::Sts;
use crate::assuming::{Wish, duration};
use crate::session_input::{packed_size, policies, refused, session, tags, validation};

pub(crate) async fn assume_role(
    sts: Arc<Sts>,
    call: Arc<Call>,
    input: api::AssumeRoleRequest,
) -> Result<api::AssumeRoleResponse, Failure> {
    let role_arn = input.role_arn.unwrap_or_default();
    let name = input.role_session_name.unwrap_or_default();
    if Arn::parse(&role_arn).is_none_or(|arn| arn.service() != "iam") {
        return Err(validation(format!("{role_arn} is invalid")));
    }
    if matches!(call.caller.principal, Principal::Root { .. }) {
        return Err(ApiError::new("AccessDenied", 403, "Roles may not be assumed by root accounts.").into());
    }
    let (inline, arns) = policies(input.policy, input.policy_arns)?;
    let own_tags = tags(input.tags)?;
    let transitive = input.transitive_tag_keys.unwrap_or_default();
    transitive_are_tags(&transitive, &own_tags)?;
    let Some(role) = sts.roles.role(&role_arn).await? else {
        return Err(refused(&call, "sts:AssumeRole", &role_arn));
    };
    call.audit_resource(role.arn.as_str(), "AWS::IAM::Role", &role.account);

    let (serial, code) = (input.serial_number.as_deref(), input.token_code.as_deref());
    let mfa = sts.proved_now(&call, serial, code).await?;
    let before = call.caller.session.as_deref();
    let source_identity = chained_identity(before, input.source_identity)?;
    let wish = Wish {
        session_name: &name,
        external_id: input.external_id.as_deref(),
        source_identity: source_identity.as_deref(),
        tags: &own_tags,
        transitive: &transitive,
        mfa: mfa.is_some(),
        claims: &[],
    };
    if let Some(action) = sts.refused_by_role(&call, &role, "sts:AssumeRole", &wish).await? {
        return Err(refused(&call, action, &role.arn));
    }

    let chain = before.filter(|s| !s.session_token).map_or(0, |s| s.chain + 1);
    let seconds = duration(&role, input.duration_seconds, chain)?;
    let (tags, transitive_tag_keys) = inherited_tags(before, own_tags, transitive)?;
    let session = Session {
        policies: inline,
        policy_arns: arns,
        tags,
        transitive_tag_keys,
        source_identity: source_identity.clone(),
        chain,
        ..session(&call, seconds)
    };
    let principal = Principal::AssumedRole {
        account: role.account.clone(),
        path: role.path.clone(),
        role: role.name.clone(),
        id: role.id.clone(),
        session: name,
    };
    let credentials = sts.issue(&role.account, &principal, &session).await?;
    sts.roles.role_used(&role, call.time, &call.region).await?;
    Ok(api::AssumeRoleResponse {
        credentials: Some(credentials),
        assumed_role_user: Some(api::AssumedRoleUser {
            assumed_role_id: Some(principal.user_id()),
            arn: Some(principal.arn(call.partition())),
        }),
        packed_policy_size: packed_size(&session),
        source_identity,
        ..Default::default()
    })
}

/// Only tags that the request brings can be made transitive.
fn transitive_are_tags(keys: &[String], tags: &Tags) -> Result<(), Failure> {
    let brought = |key: &String| tags.iter().any(|(own, _)| own.eq_ignore_ascii_case(key));
    if keys.iter().all(brought) {
        return Ok(());
    }
    let text = "The specified transitive tag key must be included in the requested tags.";
    Err(ApiError::new("InvalidParameterValue", 400, text).into())
}

/// A source identity is set once and stays for the whole chain.
fn chained_identity(before: Option<&Session>, asked: Option<String>) -> Result<Option<String>, Failure> {
    match (before.and_then(|s| s.source_identity.clone()), asked) {
        (Some(set), Some(asked)) if set != asked => {
            let text =
                "Source Identity set in the request does not match the Source Identity of the session.";
            Err(ApiError::new("AccessDenied", 403, text).into())
        }
        (Some(set), _) => Ok(Some(set)),
        (None, asked) => Ok(asked),
    }
}

type Tags = Vec<(String, String)>;

/// The session's own tags over the transitive ones of the session before; those may not be overridden.
fn inherited_tags(
    before: Option<&Session>,
    own: Tags,
    mut transitive: Vec<String>,
) -> Result<(Tags, Vec<String>), Failure> {
    let mut tags = own;
    if let Some(before) = before {
        for key in &before.transitive_tag_keys {
            if tags.iter().any(|(own, _)| own.eq_ignore_ascii_case(key)) {
                let text = "One of the specified transitive tag keys can't be set because it conflicts with a \
                            transitive tag key from the calling session.";
                return Err(ApiError::new("InvalidParameterValue", 400, text).into());
            }
            if let Some(tag) = before
                .tags
                .iter()
                .find(|(known, _)| known.eq_ignore_ascii_case(key))
            {
                tags.push(tag.clone());
            }
            transitive.push(key.clone());
        }
    }
    Ok((tags, transitive))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_transitive_tag_goes_on_and_cannot_be_overridden() {
        let before = Session {
            tags: vec![("team".into(), "red".into()), ("local".into(), "x".into())],
            transitive_tag_keys: vec!["team".into()],
            ..Session::default()
        };
        let (tags, keys) =
            inherited_tags(Some(&before), vec![("job".into(), "1".into())], Vec::new()).unwrap();
        assert_eq!(
            tags,
            vec![
                ("job".to_owned(), "1".to_owned()),
                ("team".to_owned(), "red".to_owned())
            ]
        );
        assert_eq!(keys, vec!["team".to_owned()]);
        assert!(inherited_tags(Some(&before), vec![("TEAM".into(), "blue".into())], Vec::new()).is_err());
    }

    #[test]
    fn only_tags_of_the_request_can_be_made_transitive() {
        let tags = vec![("Team".to_owned(), "red".to_owned())];
        assert!(transitive_are_tags(&["team".to_owned()], &tags).is_ok());
        assert!(transitive_are_tags(&["job".to_owned()], &tags).is_err());
    }

    #[test]
    fn a_source_identity_stays_for_the_whole_chain() {
        let before = Session {
            source_identity: Some("alice".into()),
            ..Session::default()
        };
        assert_eq!(
            chained_identity(Some(&before), None).unwrap().as_deref(),
            Some("alice")
        );
        assert!(chained_identity(Some(&before), Some("bob".into())).is_err());
    }
}
