//! What callers may pass into a session: policies, tags, a duration.

use haechi_api_sts as api;
use haechi_api_sts::error::ErrorCode;
use haechi_core::{Call, Failure, Session, Timestamp};
use haechi_policy::{Context, Policy, PolicyKind};
use haechi_wire::ApiError;

/// The longest inline session policy, in characters.
const MAX_POLICY: usize = 2_048;
/// The most managed policies in a session.
const MAX_POLICY_ARNS: usize = 10;
/// The most session tags.
const MAX_TAGS: usize = 50;

/// `ValidationError`, as query services word what the model's constraints do not catch.
pub(crate) fn validation(message: impl Into<String>) -> Failure {
    ApiError::new("ValidationError", 400, message).into()
}

/// AWS's refusal of STS, which gives no reason.
pub(crate) fn refused(call: &Call, action: &str, resource: &str) -> Failure {
    let message = haechi_policy::DenyReason::plain_message(&call.caller_arn(), action, resource);
    ApiError::new("AccessDenied", 403, message).into()
}

/// The policies of a request, each of which must parse.
pub(crate) fn policies(
    inline: Option<String>,
    arns: Option<Vec<api::PolicyDescriptorType>>,
) -> Result<(Vec<String>, Vec<String>), Failure> {
    let arns: Vec<String> = arns
        .unwrap_or_default()
        .into_iter()
        .filter_map(|p| p.arn)
        .collect();
    if arns.len() > MAX_POLICY_ARNS {
        let text = format!("Managed session policies are limited to {MAX_POLICY_ARNS}.");
        return Err(validation(text));
    }
    let Some(document) = inline else {
        return Ok((Vec::new(), arns));
    };
    if document.chars().count() > MAX_POLICY {
        let text = "Packed size of session policies and tags consumes more than the allowed space.";
        return Err(ErrorCode::PackedPolicyTooLargeException.with(text).into());
    }
    Policy::parse(&document, PolicyKind::Session)
        .map_err(|error| ErrorCode::MalformedPolicyDocumentException.with(error.to_string()))?;
    Ok((vec![document], arns))
}

/// The tags of a request; a key named twice, whatever its case, is refused.
pub(crate) fn tags(tags: Option<Vec<api::Tag>>) -> Result<Vec<(String, String)>, Failure> {
    let mut read: Vec<(String, String)> = Vec::new();
    for tag in tags.unwrap_or_default() {
        let key = tag.key.unwrap_or_default();
        if read.iter().any(|(known, _)| known.eq_ignore_ascii_case(&key)) {
            return Err(ApiError::new(
                "InvalidParameterValue",
                400,
                "Duplicate tag keys found. Please note that Tag keys are case insensitive.",
            )
            .into());
        }
        read.push((key, tag.value.unwrap_or_default()));
    }
    if read.len() > MAX_TAGS {
        return Err(validation(format!("Session tags are limited to {MAX_TAGS}.")));
    }
    Ok(read)
}

/// Condition keys of a request that brings tags.
pub(crate) fn describe_tags(tags: &[(String, String)], context: &mut Context) {
    haechi_core::tags::describe_request(tags.iter().map(|(key, value)| (key, value)), context);
}

/// How much of the room for policies and tags is used, in percent; absent where there are none.
pub(crate) fn packed_size(session: &Session) -> Option<i32> {
    let bytes: usize = session.policies.iter().map(String::len).sum::<usize>()
        + session.policy_arns.iter().map(String::len).sum::<usize>()
        + session
            .tags
            .iter()
            .map(|(key, value)| key.len() + value.len())
            .sum::<usize>();
    (bytes > 0).then(|| i32::try_from(bytes * 100 / 16_384).unwrap_or(100).clamp(1, 100))
}

/// A session from now on.
pub(crate) fn session(call: &Call, seconds: i64) -> Session {
    Session {
        issued: call.time,
        expires: Timestamp::from_millis((call.time.as_millis() / 1_000 + seconds) * 1_000),
        ..Session::default()
    }
}
