//! Cases that we answer differently, each with its reason.

use crate::cases::{Case, Direction};

/// Why a case is expected to differ, if it is.
pub(crate) fn reason(direction: Direction, case: &Case) -> Option<&'static str> {
    let list = if direction == Direction::Input {
        INPUT
    } else {
        OUTPUT
    };
    let matches = |name: &str| name == case.id() || name == case.name();
    list.iter()
        .find(|(_, names)| names.iter().any(|name| matches(name)))
        .map(|(reason, _)| *reason)
}

const INPUT: &[(&str, &[&str])] = &[
    (
        "the client makes up an idempotency token that the case does not give as a parameter",
        &[
            "Ec2ProtocolIdempotencyTokenAutoFill",
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
    (
        "a client's map of parameters holds what no other member does; a server's holds all (Smithy, httpQueryParams)",
        &[
            "RestJsonQueryParamsStringListMap",
            "RestXmlQueryParamsStringListMap",
            "AllQueryStringTypes",
            "RestXmlQueryStringEscaping",
            "RestXmlSupportsNaNFloatQueryValues",
            "RestXmlSupportsInfinityFloatQueryValues",
            "RestXmlSupportsNegativeInfinityFloatQueryValues",
            "RestXmlZeroAndFalseQueryValues",
        ],
    ),
    (
        "the endpoint that the user configured has a path of its own",
        &["RestJsonHostWithPath"],
    ),
];

const OUTPUT: &[(&str, &[&str])] = &[
    (
        "an answer that no service of ours gives, which clients must bear: members outside the model",
        &[
            "handles_unexpected_json_output",
            "AwsJson10HandlesUnexpectedJsonOutput",
            "InvalidGreetingError",
            "SimpleScalarPropertiesWithXMLPreamble",
            "RpcV2CborExtraFieldsInTheBodyShouldBeSkippedByClients",
            "RpcV2CborPayloadWithUnsetUnion",
        ],
    ),
    (
        "another way to name the error that clients must bear; awsJson answers with __type",
        &[
            "AwsJson11FooErrorUsingXAmznErrorType",
            "AwsJson11FooErrorUsingXAmznErrorTypeWithUri",
            "AwsJson11FooErrorUsingXAmznErrorTypeWithUriAndNamespace",
            "AwsJson11FooErrorUsingCode",
            "AwsJson11FooErrorUsingCodeAndNamespace",
            "AwsJson11FooErrorUsingCodeUriAndNamespace",
            "AwsJson10FooErrorUsingXAmznErrorType",
            "AwsJson10FooErrorUsingXAmznErrorTypeWithUri",
            "AwsJson10FooErrorUsingXAmznErrorTypeWithUriAndNamespace",
            "AwsJson10FooErrorUsingCode",
            "AwsJson10FooErrorUsingCodeAndNamespace",
            "AwsJson10FooErrorUsingCodeUriAndNamespace",
        ],
    ),
    (
        "another way to name the error that clients must bear; restJson1 answers with x-amzn-ErrorType",
        &[
            "RestJsonFooErrorUsingCode",
            "RestJsonFooErrorUsingCodeAndNamespace",
            "RestJsonFooErrorUsingCodeUriAndNamespace",
            "RestJsonFooErrorWithDunderType",
            "RestJsonFooErrorWithDunderTypeAndNamespace",
            "RestJsonFooErrorWithDunderTypeUriAndNamespace",
        ],
    ),
    (
        "a namespace that the parent element has declared already is not declared again",
        &["XmlNamespaces"],
    ),
    (
        "a body that is empty has no content type",
        &["RestXmlHttpResponseCode"],
    ),
    (
        "the case's body has a message that its result, from which we answer, does not give",
        &["Ec2ComplexError", "ComplexError"],
    ),
];
