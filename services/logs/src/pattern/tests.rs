//! Rows from the user guide's page "Filter pattern syntax", and of WAF's logs.

use super::Pattern;

fn matches(pattern: &str, message: &str) -> bool {
    Pattern::parse(pattern)
        .unwrap_or_else(|reason| panic!("{pattern}: {reason}"))
        .matches(message)
}

#[test]
fn terms_as_the_guide_has_them() {
    for (pattern, message, expected) in [
        ("", "anything", true),
        ("ERROR", "[ERROR 400] BAD REQUEST", true),
        ("ERROR", "[ERRORS]", false),
        ("error", "[ERROR 400]", false),
        ("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true),
        ("ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", false),
        ("?ERROR ?ARGUMENTS", "[ERROR 400] BAD REQUEST", true),
        ("?WARN ?ARGUMENTS", "[ERROR 400] BAD REQUEST", false),
        ("ERROR -EXITING", "[ERROR 401] UNAUTHORIZED REQUEST", true),
        ("ERROR -EXITING", "[ERROR 1] EXITING", false),
        (
            "\"INTERNAL SERVER ERROR\"",
            "[ERROR 500] INTERNAL SERVER ERROR",
            true,
        ),
        ("%AUTHORIZED$%", "UNAUTHORIZED", true),
        ("%AUTHORIZED$%", "AUTHORIZED REQUEST", false),
    ] {
        assert_eq!(matches(pattern, message), expected, "{pattern} on {message}");
    }
}

const EVENT: &str = r#"{"action":"BLOCK","sourceIPAddress":"123.123.1.5","arrayKey":["value","another value"],
    "objectList":[{"name":"a","id":1},{"name":"b","id":2}],"ok":true,"bad":false,"none":null,"status":403,
    "httpRequest":{"clientIp":"192.0.2.44","uri":"/admin/users"}}"#;

#[test]
fn json_patterns_as_the_guide_has_them() {
    for (pattern, expected) in [
        (r#"{ $.action = "BLOCK" }"#, true),
        (r"{ $.action = BLOCK }", true),
        (r#"{ $.action != "BLOCK" }"#, false),
        (r"{ $.sourceIPAddress != 123.123.* }", false),
        (r"{ $.sourceIPAddress = 123.123.* }", true),
        (r#"{ $.arrayKey[0] = "value" }"#, true),
        (r#"{ $.arrayKey[*] = "another*" }"#, true),
        (r"{ $.objectList[1].id = 2 }", true),
        (r"{ $.ok IS TRUE }", true),
        (r"{ $.bad IS FALSE }", true),
        (r"{ $.none IS NULL }", true),
        (r"{ $.missing NOT EXISTS }", true),
        (r"{ $.action NOT EXISTS }", false),
        (r"{ $.status >= 400 && $.status < 500 }", true),
        (r"{ ($.status = 200) || ($.action = ALLOW) }", false),
        (
            r"{ ($.status = 403) && (($.action = ALLOW) || ($.httpRequest.uri = %^/admin%)) }",
            true,
        ),
        (r"{ $.missing = 1 }", false),
        (r"{ $.missing != 1 }", false),
    ] {
        assert_eq!(matches(pattern, EVENT), expected, "{pattern}");
    }
    assert!(!matches(r"{ $.a = 1 }", "not JSON"));
}

#[test]
fn columns_as_the_guide_has_them() {
    let line = r#"127.0.0.1 Prod frank [10/Oct/2000:13:25:15 -0700] "GET /index.html HTTP/1.0" 404 1534"#;
    for (pattern, expected) in [
        ("[ip, id, user, timestamp, request, status_code, size]", true),
        (
            "[ip, id, user, timestamp, request, status_code=4*, size>1000]",
            true,
        ),
        ("[ip, id, user, timestamp, request, status_code=5*, size]", false),
        ("[..., status_code=404 || status_code=410, size]", true),
        ("[ip=127.0.0.*, ...]", true),
        ("[ip, id]", false),
        (
            r#"[ip, id, user, timestamp, request="*.html*", status_code, size]"#,
            true,
        ),
    ] {
        assert_eq!(matches(pattern, line), expected, "{pattern}");
    }
}

#[test]
fn what_is_no_pattern_is_refused() {
    for pattern in [
        "{",
        "{}",
        "{ $.a }",
        "{ $.a = }",
        "{ a = 1 }",
        "\"open",
        "%[%",
        "[a",
        "{ $.a = 1 } x",
        "[..., a, ...]",
    ] {
        assert!(Pattern::parse(pattern).is_err(), "{pattern}");
    }
    let deep = format!("{{ {}$.a = 1{} }}", "(".repeat(5_000), ")".repeat(5_000));
    assert!(Pattern::parse(&deep).is_err());
}
