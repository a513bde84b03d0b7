//! What happens to a request: actions, custom responses, inserted headers.

use super::{Empty, names, shapes};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum DefaultAction {
    Block(BlockAction),
    Allow(AllowAction),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum RuleAction {
    Block(BlockAction),
    Allow(AllowAction),
    Count(CountAction),
    Captcha(CaptchaAction),
    Challenge(ChallengeAction),
    Monetize(MonetizeAction),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum OverrideAction {
    Count(CountAction),
    None(Empty),
}

shapes! {
    #[derive(Default)]
    struct BlockAction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        custom_response: Option<CustomResponse>,
    }
    #[derive(Default)]
    struct AllowAction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        custom_request_handling: Option<CustomRequestHandling>,
    }
    #[derive(Default)]
    struct CountAction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        custom_request_handling: Option<CustomRequestHandling>,
    }
    #[derive(Default)]
    struct CaptchaAction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        custom_request_handling: Option<CustomRequestHandling>,
    }
    #[derive(Default)]
    struct ChallengeAction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        custom_request_handling: Option<CustomRequestHandling>,
    }
    #[derive(Default)]
    struct MonetizeAction {
        #[serde(default, skip_serializing_if = "Option::is_none")]
        price_multiplier: Option<String>,
    }
    struct CustomResponse {
        response_code: u16,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        custom_response_body_key: Option<String>,
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        response_headers: Vec<CustomHttpHeader>,
    }
    struct CustomRequestHandling {
        insert_headers: Vec<CustomHttpHeader>,
    }
    struct CustomHttpHeader {
        name: String,
        value: String,
    }
    struct CustomResponseBody {
        content_type: ResponseContentType,
        content: String,
    }
}

/// Bodies that custom responses refer to by key.
pub type CustomResponseBodies = BTreeMap<String, CustomResponseBody>;

names! {
    enum ResponseContentType {
        TextPlain,
        TextHtml,
        ApplicationJson,
    }
}
