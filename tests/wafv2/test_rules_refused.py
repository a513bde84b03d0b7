"""What AWS refuses of rules, in its words where they are known."""

import pytest

from aws_clients import refused
from waf_rules import both, byte_match, either, geo, ip_set, managed, pattern_set, rate, regex, rule, rule_group, xss

INVALID = "WAFInvalidParameterException"
ONE = "You have used none or multiple values for a field that requires exactly one value."
FEW = (
    "You haven't met a minimum requirement for a threshold setting. Examples include a rule group capacity setting "
    "that's too low and an OR statement with only one nested statement."
)


def reason(reason, field, parameter):
    return f"Error reason: {reason}, field: {field}, parameter: {parameter}"


@pytest.mark.parametrize(
    "given, message",
    [
        (rule({}), reason(ONE, "STATEMENT", "Statement")),
        (rule({**geo(), **rate()}), reason(ONE, "STATEMENT", "Statement")),
        (rule(both(geo(), {})), reason(ONE, "STATEMENT", "Statement")),
        (rule(geo(), OverrideAction={"None": {}}), reason(ONE, "RULE", "Rule")),
        (rule(geo(), Action={}), reason(ONE, "RULE_ACTION", "RuleAction")),
        (rule(geo(), Action={"Allow": {}, "Block": {}}), reason(ONE, "RULE_ACTION", "RuleAction")),
        (rule(managed(), OverrideAction={}), reason(ONE, "OVERRIDE_ACTION", "OverrideAction")),
        (rule(byte_match(field={"Method": {}, "UriPath": {}})), reason(ONE, "FIELD_TO_MATCH", "FieldToMatch")),
        (rule(both(geo())), reason(FEW, "AND_STATEMENT", "AndStatement")),
        (rule(either(geo())), reason(FEW, "OR_STATEMENT", "OrStatement")),
    ],
)
def test_the_words_of_aws(new_web_acl, given, message):
    with refused(INVALID, message):
        new_web_acl(given)


def test_a_rule_without_any_action_is_refused(new_web_acl):
    bare = rule(geo())
    del bare["Action"]
    with refused(INVALID, reason(ONE, "RULE", "Rule")):
        new_web_acl(bare)


def test_a_default_action_is_one_of_two(new_web_acl):
    with refused(INVALID, reason(ONE, "DEFAULT_ACTION", "DefaultAction")):
        new_web_acl(DefaultAction={"Allow": {}, "Block": {}})


@pytest.mark.parametrize(
    "rules, field",
    [
        ([rule(geo(), "a", 0), rule(geo(), "a", 1)], "RULE"),
        ([rule(geo(), "a", 0), rule(geo(), "b", 0)], "RULE"),
        ([rule(rate(), Action={"Allow": {}})], "RULE_ACTION"),
        ([rule(both(rate(), geo()))], "STATEMENT"),
        ([rule(both(managed(), geo()))], "STATEMENT"),
        ([rule(rate(keys="CONSTANT"))], "SCOPE_DOWN"),
        ([rule(rate(keys="CUSTOM_KEYS", CustomKeys=[{"IP": {}}]))], "CUSTOM_KEYS"),
        ([rule(rate(keys="CUSTOM_KEYS"))], "CUSTOM_KEYS"),
        ([rule(rate(keys="FORWARDED_IP"))], "FORWARDED_IP_CONFIG"),
        ([rule(geo(), RuleLabels=[{"Name": "awswaf:mine"}])], "RULE"),
        ([rule(geo(), Action={"Block": {"CustomResponse": {"ResponseCode": 403, "CustomResponseBodyKey": "none"}}})],
         "CUSTOM_RESPONSE_BODY"),
        ([rule(byte_match(field={"JA3Fingerprint": {"FallbackBehavior": "MATCH"}}, constraint="CONTAINS"))],
         "FIELD_TO_MATCH"),
        ([rule(regex("(?=look-ahead)"))], "STATEMENT"),
        ([rule(managed(RuleActionOverrides=[{"Name": "NoSuchRule", "ActionToUse": {"Count": {}}}]))],
         "EXCLUDED_RULE"),
    ],
)  # fmt: skip
def test_other_faults_name_their_field(waf, new_web_acl, rules, field):
    with pytest.raises(waf.exceptions.WAFInvalidParameterException) as caught:
        new_web_acl(*rules)
    answer = caught.value.response
    assert answer["Field"] == field, answer
    assert answer["Error"]["Message"] == reason(answer["Reason"], field, answer["Parameter"])


def test_references_must_exist(new_web_acl, waf, account):
    prefix = f"arn:aws:wafv2:ap-northeast-2:{account.id}:regional"
    nobody = "11111111-2222-4333-8444-555555555555"
    for statement in (
        ip_set(f"{prefix}/ipset/none/{nobody}"),
        pattern_set(f"{prefix}/regexpatternset/none/{nobody}"),
        rule_group(f"{prefix}/rulegroup/none/{nobody}"),
        managed("AWSManagedRulesNoSuchSet"),
        managed(Version="Version_99.9"),
    ):
        with refused("WAFNonexistentItemException"):
            new_web_acl(rule(statement))


def test_references_must_name_the_right_thing(new_web_acl, new_ip_set, waf):
    addresses = new_ip_set("192.0.2.0/24")["ARN"]
    for statement in (
        pattern_set(addresses),
        rule_group(addresses),
        ip_set("arn:aws:wafv2:us-east-1:111122223333:regional/ipset/x/y"),
        ip_set(addresses.replace(":regional/", ":global/")),
        ip_set("this-is-not-an-arn-at-all"),
    ):
        with refused(INVALID, matching="The ARN isn't valid. .* field: RESOURCE_ARN"):
            new_web_acl(rule(statement))


def test_rule_groups_do_not_refer_to_rule_groups(new_rule_group):
    inner = new_rule_group(rule(geo()))
    with refused(INVALID):
        new_rule_group(rule(rule_group(inner["ARN"])))
    with refused(INVALID):
        new_rule_group(rule(managed()), capacity=1000)


def test_the_rules_of_a_web_acl_cost_at_most_5000(new_web_acl):
    groups = [
        "AWSManagedRulesCommonRuleSet", "AWSManagedRulesKnownBadInputsRuleSet", "AWSManagedRulesSQLiRuleSet",
        "AWSManagedRulesLinuxRuleSet", "AWSManagedRulesWindowsRuleSet",
    ]  # fmt: skip
    rules = [rule(managed(name), f"m{number}", number) for number, name in enumerate(groups)]
    rules += [rule(xss({"SingleHeader": {"Name": f"h{number}"}}), f"x{number}", 100 + number) for number in range(88)]
    with refused(
        INVALID, reason("You exceeded the capacity limit for a rule group or web ACL.", "WEB_ACL", str(1500 + 88 * 40))
    ):
        new_web_acl(*rules)
