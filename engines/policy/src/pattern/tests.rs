//! Rows name the page of the IAM user guide that they follow.

use super::*;

fn matches(wildcards: Wildcards, pattern: &str, text: &str) -> bool {
    Pattern::compile(pattern, wildcards, true).matches(text, &Context::new(), Case::Exact)
}

fn check(wildcards: Wildcards, rows: &[(&str, &str, bool)]) {
    for (pattern, text, expected) in rows {
        assert_eq!(
            matches(wildcards, pattern, text),
            *expected,
            "{pattern} on {text}"
        );
    }
}

#[test]
fn plain_wildcards_match_any_characters() {
    // "Condition operators": StringLike.
    check(
        Wildcards::Plain,
        &[
            ("*", "", true),
            ("*", "anything:at/all", true),
            ("", "", true),
            ("", "x", false),
            ("kms:*", "kms:encrypt", true),
            ("kms:*", "iam:kms:", false),
            ("*a*b*c", "xaxbxc", true),
            ("*a*b*c", "xaxbx", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("a?c", "a한c", true),
            ("?", "한", true),
            ("*한?", "국한어", true),
            ("a**b", "ab", true),
            ("*aab", "aaaab", true),
            ("*.*.*", "a.b", false),
        ],
    );
}

#[test]
fn without_wildcards_a_star_is_a_star() {
    check(
        Wildcards::None,
        &[
            ("a*", "a*", true),
            ("a*", "ab", false),
            ("?", "?", true),
            ("?", "x", false),
        ],
    );
}

#[test]
fn a_resource_star_stays_in_its_part_unless_it_ends_the_part() {
    // "JSON policy elements: Resource", wildcards in ARNs.
    check(
        Wildcards::Resource,
        &[
            ("*", "arn:aws:s3:::b/k", true),
            ("arn:aws:sqs:*", "arn:aws:sqs:us-east-1:111122223333:q", true),
            (
                "arn:aws:sqs:us-*-1:111122223333:q",
                "arn:aws:sqs:us-east-1:111122223333:q",
                true,
            ),
            ("arn:aws:sqs:us-*-1:q", "arn:aws:sqs:us-east:x-1:q", false),
            ("arn:aws:sqs:*:q", "arn:aws:sqs:us-east-1:111122223333:q", true),
            (
                "arn:aws:sqs:us-?ast-1:*:q",
                "arn:aws:sqs:us-east-1:111122223333:q",
                true,
            ),
            ("arn:aws:sqs:?us:1:q", "arn:aws:sqs::us:1:q", false),
            (
                "arn:aws:sqs:*:1*3:q",
                "arn:aws:sqs:us-east-1:111122223333:q",
                true,
            ),
            (
                "arn:aws:sqs:*:1*9:q",
                "arn:aws:sqs:us-east-1:111122223333:q",
                false,
            ),
            (
                "arn:aws:s3:::b/*/test/*",
                "arn:aws:s3:::b/1///test///object.jpg",
                true,
            ),
            ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b//test/object.jpg", true),
            (
                "arn:aws:s3:::b/*/test/*",
                "arn:aws:s3:::b/1-test/object.jpg",
                false,
            ),
            ("arn:aws:s3:::b/*/test/*", "arn:aws:s3:::b/test/object.jpg", false),
            ("arn:aws:s3:::b/*-x", "arn:aws:s3:::b/a:b-x", true),
            ("arn:aws:s3:::B/*", "arn:aws:s3:::b/x", false),
            ("arn:aws:s3:::b", "arn:aws:s3:::b", true),
        ],
    );
}

#[test]
fn arn_operators_compare_the_six_parts_one_by_one() {
    // "Condition operators": "Each of the six colon-delimited components of the ARN is checked separately".
    check(
        Wildcards::Arn,
        &[
            (
                "arn:aws:iam::*:role/*",
                "arn:aws:iam::111122223333:role/app/x",
                true,
            ),
            ("arn:aws:*:user/ana", "arn:aws:iam::111122223333:user/ana", false),
            ("arn:aws:sns:*:*:t", "arn:aws:sns:eu-north-1:1:t", true),
            ("arn:aws:sns:*:t", "arn:aws:sns:eu-north-1:1:t", false),
            ("arn:aws:sns:*", "arn:aws:sns:eu-north-1:1:t", true),
            (
                "arn:aws:lambda:*:*:function:f*",
                "arn:aws:lambda:eu-north-1:1:function:f:2",
                true,
            ),
        ],
    );
}

#[test]
fn greedy_and_exhaustive_matching_agree_on_every_small_pattern() {
    let alphabet = ["a", "b", ":", "*", "?"];
    let mut patterns = vec![String::new()];
    for _ in 0..4 {
        let longer: Vec<_> = patterns
            .iter()
            .flat_map(|p| alphabet.map(|c| format!("{p}{c}")))
            .collect();
        patterns.extend(longer);
    }
    patterns.sort_unstable();
    patterns.dedup();
    let texts = ["", "a", "ab", "aab", "a:b", "::", "ab:ba", "b:a:b", "abab", ":a"];
    for pattern in &patterns {
        for wildcards in [Wildcards::Plain, Wildcards::Resource, Wildcards::Arn] {
            let compiled = Pattern::compile(pattern, wildcards, false);
            let Form::Tokens {
                tokens, entangled, ..
            } = &compiled.form
            else {
                continue;
            };
            for text in texts {
                let matcher = Matcher {
                    tokens,
                    values: &[],
                    text,
                    case: Case::Exact,
                };
                let exhaustive = matcher.search();
                if !entangled {
                    assert_eq!(
                        matcher.greedy(),
                        exhaustive,
                        "{pattern} on {text} ({wildcards:?})"
                    );
                }
                assert_eq!(
                    compiled.matches(text, &Context::new(), Case::Exact),
                    exhaustive,
                    "{pattern} on {text} ({wildcards:?})"
                );
            }
        }
    }
}

#[test]
fn a_value_that_is_put_in_for_a_variable_has_no_wildcards() {
    let pattern = Pattern::compile("home/${aws:username}/*", Wildcards::Plain, true);
    let context = Context::new().with("aws:username", "*");
    assert!(pattern.matches("home/*/x", &context, Case::Exact));
    assert!(!pattern.matches("home/eva/x", &context, Case::Exact));
}

#[test]
fn a_variable_without_a_value_matches_nothing_unless_it_has_a_default() {
    // "IAM policy elements: Variables", default values.
    let without = Pattern::compile("${aws:PrincipalTag/team}", Wildcards::Plain, true);
    let with = Pattern::compile("${aws:PrincipalTag/team, 'company-wide'}", Wildcards::Plain, true);
    let nobody = Context::new();
    let tagged = Context::new().with("aws:PrincipalTag/Team", "red");
    assert!(!without.matches("", &nobody, Case::Exact));
    assert!(with.matches("company-wide", &nobody, Case::Exact));
    assert!(without.matches("red", &tagged, Case::Exact));
    assert!(with.matches("red", &tagged, Case::Exact) && !with.matches("company-wide", &tagged, Case::Exact));
}

#[test]
fn a_variable_with_several_values_has_none() {
    let pattern = Pattern::compile("${aws:TagKeys}", Wildcards::None, true);
    let context = Context::new().with("aws:TagKeys", ["a", "b"]);
    assert!(!pattern.matches("a", &context, Case::Exact));
}

#[test]
fn escaped_wildcards_are_characters() {
    let pattern = Pattern::compile("a${*}b${?}${$}", Wildcards::Plain, true);
    assert!(pattern.matches("a*b?$", &Context::new(), Case::Exact));
    assert!(!pattern.matches("axxby$", &Context::new(), Case::Exact));
}

#[test]
fn older_versions_know_no_variables() {
    let pattern = Pattern::compile("${aws:username}", Wildcards::Plain, false);
    let context = Context::new().with("aws:username", "ana");
    assert!(!pattern.matches("ana", &context, Case::Exact));
    assert!(pattern.matches("${aws:username}", &context, Case::Exact));
}

#[test]
fn a_variable_stands_only_in_the_last_part_of_a_resource() {
    // "Where you can use policy variables": after the fifth colon.
    let context = Context::new()
        .with("aws:PrincipalAccount", "111122223333")
        .with("aws:username", "ana");
    let account = Pattern::compile(
        "arn:aws:sqs:eu-north-1:${aws:PrincipalAccount}:q",
        Wildcards::Resource,
        true,
    );
    assert!(!account.matches("arn:aws:sqs:eu-north-1:111122223333:q", &context, Case::Exact));
    let last = Pattern::compile("arn:aws:iam::*:user/${aws:username}", Wildcards::Resource, true);
    assert!(last.matches("arn:aws:iam::111122223333:user/ana", &context, Case::Exact));
}

#[test]
fn folded_comparison_ignores_ascii_case() {
    let pattern = Pattern::compile("TeAm-${aws:username}", Wildcards::None, true);
    let context = Context::new().with("aws:username", "Ana");
    assert!(pattern.matches("team-aNA", &context, Case::Fold));
    assert!(!pattern.matches("team-aNA", &context, Case::Exact));
}

#[test]
fn many_stars_end_in_bounded_time() {
    let pattern = "*a".repeat(200) + "b";
    assert!(!matches(Wildcards::Plain, &pattern, &"a".repeat(4000)));
    let entangled = format!("arn:*:{}:x", "*a".repeat(100));
    assert!(!matches(
        Wildcards::Resource,
        &entangled,
        &format!("arn:aws:{}", "a:".repeat(500))
    ));
}
