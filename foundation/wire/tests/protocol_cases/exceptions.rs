//! Cases that we answer differently, each with its reason.

use crate::cases::{Case, Direction};

/// Why a case is expected to differ, if it is.
pub(crate) fn reason(direction: Direction, case: &Case) -> Option<&'static str> {
    let list = if direction == Direction::Input { INPUT } else { OUTPUT };
    let matches = |name: &str| name == case.id() || name == case.name();
    list.iter().find(|(_, names)| names.iter().any(|name| matches(name))).map(|(reason, _)| *reason)
}

const INPUT: &[(&str, &[&str])] = &[
    (
        "the client makes up an idempotency token that the case does not give as a parameter",
        &[
            "QueryProtocolIdempotencyTokenAutoFill",
            "RestJsonQueryIdempotencyTokenAutoFill",
            "QueryIdempotencyTokenAutoFill",
            "legacy/input/ec2.json / Idempotency token auto fill / #1",
            "legacy/input/json.json / Idempotency token auto fill / #1",
            "legacy/input/query.json / Idempotency token auto fill / #1",
            "legacy/input/rest-json.json / Idempotency token auto fill / #1",
            "legacy/input/rest-xml.json / Idempotency token auto fill / #1",
        ],
    ),
    (
        "the client compresses the body, which the case leaves out",
        &[
            "SDKAppliedContentEncoding_ec2Query",
            "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_ec2Query",
            "SDKAppliedContentEncoding_awsJson1_1",
            "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_1",
            "SDKAppliedContentEncoding_awsJson1_0",
            "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsJson1_0",
            "SDKAppliedContentEncoding_awsQuery",
            "SDKAppendsGzipAndIgnoresHttpProvidedEncoding_awsQuery",
            "SDKAppliedContentEncoding_restJson1",
            "SDKAppendedGzipAfterProvidedEncoding_restJson1",
            "SDKAppliedContentEncoding_restXml",
            "SDKAppendedGzipAfterProvidedEncoding_restXml",
        ],
    ),
    (
        "the client does not send empty lists and maps, so the server sees none",
        &[
            "Ec2EmptyQueryLists",
            "QueryEmptyQueryMaps",
            "RestJsonHttpPrefixHeadersAreNotPresent",
            "RestJsonOmitsEmptyListQueryValues",
            "HttpPrefixHeadersAreNotPresent",
            "legacy/input/rest-json.json / List in header / #1",
            "legacy/input/rest-xml.json / List in header / #1",
        ],
    ),
    (
        "the client sends {} for a payload that was not given; the server sees an empty structure",
        &[
            "RestJsonHttpWithEmptyStructurePayload",
            "RestJsonHttpWithHeadersButNoPayload",
            "legacy/input/rest-json.json / Structure payload / #1",
            "legacy/input/rest-json.json / Content-Type and JSON body / #2",
            "legacy/input/rest-json.json / Content-Type and JSON body / #4",
        ],
    ),
    (
        "the client adds a content type to the header that the case does not give as a parameter",
        &["legacy/input/rest-json.json / Content-Type and JSON body / #7"],
    ),
    (
        "the client drops an entry of the map that another parameter overrides",
        &["RestJsonQueryPrecedence", "RestXmlQueryPrecedence"],
    ),
    ("the endpoint that the user configured has a path of its own", &["RestJsonHostWithPath"]),
];

const OUTPUT: &[(&str, &[&str])] = &[];
