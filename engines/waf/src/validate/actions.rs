//! Actions, custom responses and inserted headers.

use super::{Field, Result, ensure};
use crate::model::{CustomHttpHeader, CustomRequestHandling, CustomResponseBodies, RuleAction};
use std::collections::HashSet;

/// Quota: custom headers per action.
const HEADERS: usize = 10;
/// Model: size of one body.
const BODY: usize = 10_240;
/// API reference, `CustomResponse.ResponseCode`: 200 to 599.
const STATUS: std::ops::RangeInclusive<u16> = 200..=599;

pub(super) fn bodies(bodies: &CustomResponseBodies) -> Result {
    for (key, body) in bodies {
        let size = body.content.len();
        ensure(
            size > 0 && size <= BODY,
            Field::CustomResponseBody,
            key,
            "A body has 1 to 10,240 bytes.",
        )?;
    }
    Ok(())
}

pub(super) fn action(action: &RuleAction, bodies: &CustomResponseBodies) -> Result {
    let handling: Option<&CustomRequestHandling> = match action {
        RuleAction::Allow(allow) => allow.custom_request_handling.as_ref(),
        RuleAction::Count(count) => count.custom_request_handling.as_ref(),
        RuleAction::Captcha(captcha) => captcha.custom_request_handling.as_ref(),
        RuleAction::Challenge(challenge) => challenge.custom_request_handling.as_ref(),
        RuleAction::Monetize(_) => None,
        RuleAction::Block(block) => {
            if let Some(custom) = &block.custom_response {
                ensure(
                    STATUS.contains(&custom.response_code),
                    Field::CustomResponse,
                    custom.response_code,
                    "The response code must be from 200 to 599.",
                )?;
                headers(&custom.response_headers, Field::CustomResponse)?;
                if let Some(key) = &custom.custom_response_body_key {
                    ensure(
                        bodies.contains_key(key),
                        Field::CustomResponseBody,
                        key,
                        "There is no custom response body with this key.",
                    )?;
                }
            }
            None
        }
    };
    if let Some(handling) = handling {
        let some = !handling.insert_headers.is_empty();
        ensure(
            some,
            Field::CustomRequestHandling,
            "InsertHeaders",
            super::MINIMUM,
        )?;
        headers(&handling.insert_headers, Field::CustomRequestHandling)?;
    }
    Ok(())
}

fn headers(headers: &[CustomHttpHeader], field: Field) -> Result {
    ensure(
        headers.len() <= HEADERS,
        field,
        headers.len(),
        "An action has at most 10 custom headers.",
    )?;
    let mut names = HashSet::new();
    for header in headers {
        let fresh = names.insert(header.name.to_ascii_lowercase());
        ensure(
            fresh,
            Field::HeaderName,
            &header.name,
            "Names of custom headers must be unique.",
        )?;
        let name = header
            .name
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b"._$-".contains(&b));
        ensure(
            name && !header.name.is_empty(),
            Field::HeaderName,
            &header.name,
            "This is not a name of a header.",
        )?;
        // A line break would let a rule's author write further headers, or a response of its own.
        let value = !header.value.bytes().any(|byte| byte.is_ascii_control());
        ensure(
            value,
            field,
            &header.name,
            "The value of a header can't have control characters.",
        )?;
    }
    Ok(())
}
